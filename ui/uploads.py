"""Files reach a listener by upload alone: whatever else is posted as one is not opened. And there is an end to them.

Gradio checks the paths of files only in apps that it has launched itself, and fetches a path that is an address. It
takes any number of files from anybody, and keeps them for a day."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.route_utils import GradioMultiPartParser
from starlette.responses import PlainTextResponse

REFUSED = "A file has to be uploaded before it can be used."
MEGABYTE = 2**20
MOST_AT_ONCE = 100 * MEGABYTE  # of one request, which may hold several files
SECONDS_SAFE = 3600  # that a file stays, whoever needs room
OWN_ROOM = 8192  # that a file takes beside its bytes: it has a folder of its own
UPLOAD = "/gradio_api/upload"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Bounded:
    """Refuses an upload where this app would hold more than `most` bytes of files; older ones make room for it.

    It counts what the requests say they are until that is too much, or some time has passed: then it looks."""

    def __init__(self, app: App, demo: gr.Blocks, most: int) -> None:
        self.app, self.demo, self.most = app, demo, most
        self.held, self.files, self.looked = 0, 0, 0.0
        self.looking = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it with one sentence."""
        if scope["type"] != "http" or scope["path"] != UPLOAD or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        refused = await self._refusal(dict(scope["headers"]).get(b"content-length", b"").decode("latin-1"))
        await (refused or self.app)(scope, receive, send)

    async def _refusal(self, said: str) -> PlainTextResponse | None:
        if not said.isdecimal():
            return PlainTextResponse("Say with Content-Length how large the upload is.", 411)
        length = int(said)
        if length > MOST_AT_ONCE:
            return PlainTextResponse(f"At most {_megabytes(MOST_AT_ONCE)} can be uploaded at once.", 413)
        async with self.looking:
            held = self.held + OWN_ROOM * (self._count() - self.files)
            if held + length > self.most or time.monotonic() - self.looked > SECONDS_SAFE / 60:
                held = self.held = await asyncio.to_thread(self._look, length)
                self.files, self.looked = self._count(), time.monotonic()
            if held + length > self.most:
                words = f"This server holds as many files as it may ({_megabytes(self.most)}). Try again in an hour."
                return PlainTextResponse(words, 507)
            self.held += length
        return None

    def _count(self) -> int:
        return sum(len(held) for held in self.demo.temp_file_sets)

    def _look(self, wanted: int) -> int:
        """The bytes of all files that are held, after the oldest have made room for those that are `wanted`."""
        files, total = [], 0
        for path in {path for held in self.demo.temp_file_sets for path in list(held)}:
            with suppress(OSError):
                found = Path(path).stat()
                files.append((found.st_mtime, found.st_size + OWN_ROOM, path))
                total += found.st_size + OWN_ROOM
        for since, size, path in sorted(files):
            if total + wanted <= self.most or time.time() - since < SECONDS_SAFE:
                break
            with suppress(OSError):
                Path(path).unlink()
                total -= size
                Path(path).parent.rmdir()
        return total


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.0f} MB"


def leave_no_half_files() -> None:
    """Let Gradio delete what it has written of an upload whose sender left, as it does where one is malformed."""
    parse = GradioMultiPartParser.parse
    if getattr(parse, "tidies", False):
        return

    async def parsed(self: Any) -> Any:
        try:
            return await parse(self)
        except BaseException:
            for file in self._files_to_close_on_error:
                with suppress(OSError):
                    file.close()
                    os.unlink(file.name)
            raise

    parsed.tidies = True  # type: ignore[attr-defined]
    GradioMultiPartParser.parse = parsed


def only_uploads(demo: gr.Blocks) -> None:
    """Let no listener read a file of this machine, or fetch one, because somebody posted its path or address."""
    demo.has_launched = True
    leave_no_half_files()
    preprocess = demo.preprocess_data

    async def checked(block_fn: Any, inputs: list[Any], *rest: Any, **more: Any) -> list[Any]:
        try:
            if any(map(_is_address, inputs)):
                raise gr.Error(REFUSED, print_exception=False)
            return await preprocess(block_fn, inputs, *rest, **more)  # type: ignore[no-any-return]
        except gr.Error:
            raise
        except Exception as error:  # whatever was posted, it is nothing that a page of ours sends
            raise gr.Error(str(error), print_exception=False) from None

    demo.preprocess_data = checked


def _is_address(posted: Any) -> bool:
    """Whether a value is, or holds, a file whose path is an address."""
    if isinstance(posted, list):
        return any(map(_is_address, posted))
    if not isinstance(posted, dict):
        return False
    path = posted.get("path")
    return (isinstance(path, str) and "://" in path) or any(map(_is_address, posted.values()))
