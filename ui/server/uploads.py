"""There is an end to what people upload: Gradio takes any number of files from anybody, and keeps them for a day."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse

from showcard.ui.gradio_patches.unbounded_records import kept_files
from showcard.ui.session.bounds import Bounds, HeldShare, Level
from showcard.ui.session.visitors import NOBODY, Visitor, visitor_of

from .bodies import BodyRefused

UNWRITTEN = "The file can't be kept: the server's folder for uploads can't be written to"
MEGABYTE = 2**20
MAX_AT_ONCE = 100 * MEGABYTE  # of one request, which may hold several files
MAX_TOLD = MEGABYTE  # of the answer that names the files
SECONDS_SAFE = 3600  # that a file stays, whoever needs room
OWN_ROOM = 8192  # that a file takes beside its bytes: it has a folder of its own
UPLOAD = "/gradio_api/upload"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Bounded:
    """Refuses an upload where a person, an address or all would hold too much; older files of the same make room.

    It counts what the requests say they are, or what comes of those that do not say it, until that is too much, or some
    time has passed: then it looks."""

    def __init__(self, app: App, demo: gr.Blocks, bounds: Bounds) -> None:
        self.app, self.demo = app, demo
        self.bytes, self.files = HeldShare(bounds.uploads), HeldShare(bounds.files)
        self.owners: dict[str, Visitor] = {}  # by path
        self.under_way: dict[object, tuple[Visitor, int]] = {}
        self.looked = 0.0
        self.looking = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it with one sentence."""
        if scope["type"] != "http" or scope["path"] != UPLOAD or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        visitor, said = visitor_of(scope), dict(scope["headers"]).get(b"content-length", b"").decode("latin-1")
        length = int(said) if said.isdecimal() else 0
        try:
            await self._admit(visitor, length)
        except BodyRefused as refused:
            await PlainTextResponse(str(refused), refused.status)(scope, receive, send)
            return
        upload, answer = object(), _Answer(send)
        self.under_way[upload] = visitor, length
        try:
            await self.app(scope, receive if said else self._counted(receive, upload), answer)
        finally:
            visitor, length = self.under_way.pop(upload)
            self._note(visitor, length, answer.paths)

    def _counted(self, receive: Receive, upload: object) -> Receive:
        """The pieces of an upload that does not say its length, each admitted when it comes. One that is not raises
        BodyRefused where Gradio reads it, which then deletes what it has written."""

        async def given() -> MutableMapping[str, Any]:
            message = await receive()
            visitor, before = self.under_way[upload]
            length = len(message.get("body", b""))
            await self._admit(visitor, length, before)
            self.under_way[upload] = visitor, before + length
            return message

        return given

    async def _admit(self, visitor: Visitor, length: int, before: int = 0) -> None:
        """Count so many bytes of an upload, of which some may have come before. Raises BodyRefused."""
        if before + length > MAX_AT_ONCE:
            raise BodyRefused(413, f"At most {_megabytes(MAX_AT_ONCE)} can be uploaded at once.")
        async with self.looking:
            if self._full(visitor, length) or time.monotonic() - self.looked > SECONDS_SAFE / 60:
                await self._look(visitor, length)
            if level := self.bytes.full(visitor, length):
                raise BodyRefused(507, self.bytes.bound.sentence(level, _megabytes(level.most)))
            if level := self.files.full(visitor):
                raise BodyRefused(507, self.files.bound.sentence(level))
            self.bytes.add(visitor, length)

    def _full(self, visitor: Visitor, length: int) -> Level | None:
        return self.bytes.full(visitor, length) or self.files.full(visitor)

    def _note(self, visitor: Visitor, length: int, paths: Iterable[str]) -> None:
        """An upload has ended: its files are its sender's, and where there are none, it takes no room any more."""
        new = [path for path in paths if path not in self.owners]
        self.owners |= dict.fromkeys(new, visitor)
        self.files.add(visitor, len(new))
        self.bytes.add(visitor, OWN_ROOM * len(new) - (0 if new else length))

    async def _look(self, visitor: Visitor, wanted: int) -> None:
        """Count the files that are there; the oldest make room for `wanted` bytes of a visitor, where it needs any."""
        paths = kept_files(self.demo)
        found = await asyncio.to_thread(_sizes, paths)
        self.owners = {path: self.owners.get(path, NOBODY) for _, _, path in found}
        self.bytes.clear()
        self.files.clear()
        for who, length in self.under_way.values():
            self.bytes.add(who, length)
        for _, size, path in found:
            self._count(path, size, 1)
        old = (file for file in found if time.time() - file[0] >= SECONDS_SAFE)
        for _, size, path in old:
            level = self._full(visitor, wanted)
            if level is None:
                break
            if level.key in ("", *self.owners[path].keys):
                await asyncio.to_thread(_delete, Path(path))
                self._count(path, size, -1)
                del self.owners[path]
        self.looked = time.monotonic()

    def _count(self, path: str, size: int, files: int) -> None:
        self.bytes.add(self.owners[path], size * files)
        self.files.add(self.owners[path], files)


class _Answer:
    """Passes an answer on, and reads the paths of the files in it."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.status, self.body = 0, bytearray()

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        self.status = message.get("status", self.status)
        if len(self.body) < MAX_TOLD:
            self.body += message.get("body", b"")
        await self.send(message)

    @property
    def paths(self) -> list[str]:
        """The files that an upload made."""
        try:
            told = json.loads(self.body) if self.status == 200 else []
        except ValueError:
            return []
        return [path for path in told if isinstance(path, str)] if isinstance(told, list) else []


def _sizes(paths: Iterable[str]) -> list[tuple[float, int, str]]:
    """When each file that is there was made, and what it takes; the oldest first."""
    found = []
    for path in paths:
        with suppress(OSError):
            told = Path(path).stat()
            found.append((told.st_mtime, told.st_size + OWN_ROOM, path))
    return sorted(found)


def _delete(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
        path.parent.rmdir()


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.0f} MB"


def say_what_is_unwritten(app: FastAPI) -> None:
    """Answer with a sentence where an upload can't be kept, or may not: Gradio would fail with a traceback."""

    async def said(request: Request, error: Exception) -> PlainTextResponse:
        if not isinstance(error, OSError) or request.url.path != UPLOAD:
            raise error
        return PlainTextResponse(f"{UNWRITTEN} ({error.strerror or error}).", 507)

    async def refused(request: Request, error: Exception) -> PlainTextResponse:
        assert isinstance(error, BodyRefused)
        return PlainTextResponse(str(error), error.status)

    app.add_exception_handler(OSError, said)
    app.add_exception_handler(BodyRefused, refused)
