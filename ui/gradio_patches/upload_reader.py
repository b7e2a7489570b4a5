"""What reads an upload takes files alone, only so many, and leaves none behind that is not whole.

Why: Gradio's reader keeps other fields in memory, whatever their size, holds each file open until the last one is
there, and deletes what it has written where an upload is malformed, but not where its sender leaves or a disk is full.
It stays a class in the place of Gradio's, for the whole process: the route names the class itself, and takes no other.
Upstream: none filed; https://github.com/gradio-app/gradio/pull/13814 changed where the files are written.
Without it: a field fills the memory, many files take all descriptors, and uploads that break off fill the disk."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from gradio import route_utils
from starlette.formparsers import MultiPartException

MAX_FILES = 20  # of one upload: each needs a descriptor for a moment


class FilesAlone(route_utils.GradioMultiPartParser):  # type: ignore[misc]
    """Gradio's reader of an upload, which here takes files alone, and only so many."""

    def __init__(self, headers: Any, stream: AsyncIterator[bytes], **more: Any) -> None:
        super().__init__(headers, self._closing(stream), **more)
        self._finished: list[Any] = []

    async def parse(self) -> Any:
        """The files of the upload; where there is no end of it, what was written is deleted."""
        try:
            return await self._parsed()
        except BaseException:
            for file in self._files_to_close_on_error:
                with suppress(OSError):
                    os.unlink(file.name)
                    file.close()  # may write, so the name goes first
            raise

    async def _parsed(self) -> Any:
        """What Gradio reads; where it refuses a file for its size, with a sentence for people."""
        try:
            return await super().parse()
        except MultiPartException as error:
            if not error.message.startswith("File size"):
                raise
            # The status is 413 for a message that names a "maximum allowed size".
            most = f"{self.max_file_size / 2**20:,.0f} MB"
            raise MultiPartException(f"A file is larger than {most}, the maximum allowed size of one.") from None

    async def _closing(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in stream:
            yield chunk
            for file in self._finished:  # by now all that came of them has been written
                file.close()
            self._finished.clear()

    def on_part_end(self) -> None:
        """A part of the upload ends."""
        super().on_part_end()
        self._finished.append(self._current_part.file.file)

    def on_headers_finished(self) -> None:
        """A part of the upload begins."""
        super().on_headers_finished()
        if self._current_part.file is None:
            raise MultiPartException("Only files can be uploaded.")
        if self._current_files > MAX_FILES:
            raise MultiPartException(f"At most {MAX_FILES} files can be uploaded at once.")
        self._current_part.file.filename = addressable(self._current_part.file.filename)


def addressable(name: str) -> str:
    """The name of a file as the app keeps it, so that its address has no sign in it that is not seen: screenshots of a
    Mac have U+202F for a space, Persian names U+200C, and a name with U+202E reads as another."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "_" for sign in name)


def only_files() -> None:
    """Let uploads hold files and nothing else."""
    route_utils.GradioMultiPartParser = FilesAlone
