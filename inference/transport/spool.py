"""A long answer while it arrives: kept in a temporary file, so that it takes no memory of the app's.

An answer above a megabyte is kept so. `answers/long_answers.py` reads a medium from there, and JSON in a worker
process."""

from __future__ import annotations

import asyncio
import os
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

from showcard.inference.errors import InferenceFailure

PIECE = 2**20


class Spool:
    """A file that takes the bytes of an answer in order; it is deleted when it is closed, or nobody holds it any more.

    Where the file can't take them, `add` and `end` raise InferenceFailure."""

    def __init__(self) -> None:
        try:
            handle, name = tempfile.mkstemp(prefix="showcard-answer-")
        except OSError as error:  # no folder for temporary files, or none that can be written to
            raise cannot_keep(error) from None
        self.path = Path(name)
        self._file = os.fdopen(handle, "wb")
        self._waiting = bytearray()
        self._delete = weakref.finalize(self, _delete, self._file, name)

    async def add(self, part: bytes) -> None:
        """Append bytes; they are written a megabyte at a time, in a thread."""
        self._waiting += part
        if len(self._waiting) >= PIECE:
            await self._write()

    async def end(self) -> None:
        """No more comes: the file holds all of it."""
        await self._write()

    async def _write(self) -> None:
        held, self._waiting = bytes(self._waiting), bytearray()
        try:
            await asyncio.to_thread(self._put, held)
        except OSError as error:
            raise cannot_keep(error) from None

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._file.flush()

    def close(self) -> None:
        """Delete the file."""
        self._delete()


def _delete(file: object, name: str) -> None:
    with suppress(OSError, ValueError):
        file.close()  # type: ignore[attr-defined]
    with suppress(OSError):
        os.unlink(name)


def cannot_keep(error: OSError) -> InferenceFailure:
    """That the disk takes no long answer, and why."""
    why = error.strerror or str(error)
    return InferenceFailure(
        f"The answer is long, and this machine can't keep it while it is read: {why}.",
        "Make room in the folder for temporary files, or name another in TMPDIR, and run again.",
        retry=True,
        detail=str(error),
    )
