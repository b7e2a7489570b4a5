"""The bodies of requests, bounded while they arrive, whatever a request says of its length.

What the app reads as a whole is gathered first, so that a body that is too large, or that holds too many values, is
never parsed: 31 MB of `[],` would hold everybody up for ten seconds. An upload goes to the disk piece by piece and is
counted on its way."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from python_multipart.exceptions import FormParserError
from starlette.formparsers import MultiPartException

from showcard.inference.processes.workers import WorkerError, run_apart

from . import json_values
from .routes import KILOBYTE, MEGABYTE

MAX_AT_ONCE = 256 * MEGABYTE  # of all bodies that are being gathered
MAX_VALUES = 50_000  # of one body; pages send hundreds, and what is long in them is text

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class BodyRefused(Exception):
    """A body that is not taken: the status of the answer, and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Left(Exception):
    """Who sent a request left before its end: there is nobody to answer."""


@dataclass(eq=False, slots=True)
class _Gathering:
    whose: str
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    makes_room: bool = False
    ends: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))


class Bodies:
    """Gathers bodies. Where all of them together are too much, the largest of who sends most makes room."""

    def __init__(self, most_at_once: int = MAX_AT_ONCE) -> None:
        self.most_at_once = most_at_once
        self._gathered: set[_Gathering] = set()

    async def gather(self, receive: Receive, most: int, whose: str) -> Receive:
        """What gives the app the whole body at once, of `most` bytes at the most, and then what else there is.

        `whose` is the address it comes from. Raises BodyRefused, and Left."""
        gathering = _Gathering(whose)
        self._gathered.add(gathering)
        try:
            async with gathering.ends:
                while await self._one_more(gathering, receive, most):
                    pass
        except TimeoutError:
            pass
        finally:
            self._gathered.discard(gathering)
        if gathering.makes_room:
            raise BodyRefused(503, "Too much is being sent to this server at the moment. Try again in a minute.")
        body = b"".join(gathering.parts)
        gathering.parts.clear()
        await _look(body, whose)
        whole: Message | None = {"type": "http.request", "body": body, "more_body": False}

        async def given() -> Message:
            nonlocal whole
            if whole is None:
                return await receive()
            message, whole = whole, None
            return message

        return given

    async def _one_more(self, gathering: _Gathering, receive: Receive, most: int) -> bool:
        message = await receive()
        if message["type"] != "http.request":
            raise Left
        part: bytes = message.get("body", b"")
        gathering.parts.append(part)
        gathering.size += len(part)
        if gathering.size > most:
            raise too_large(most)
        while sum(one.size for one in self._gathered) > self.most_at_once:
            self._make_room()
        return bool(message.get("more_body")) and not gathering.makes_room

    def _make_room(self) -> None:
        sizes: Counter[str] = Counter()
        for one in self._gathered:
            sizes[one.whose] += one.size
        [(whose, _)] = sizes.most_common(1)
        largest = max((one for one in self._gathered if one.whose == whose), key=lambda one: one.size)
        self._gathered.discard(largest)
        largest.makes_room = True
        largest.parts.clear()
        largest.ends.reschedule(asyncio.get_running_loop().time())


async def _look(body: bytes, whose: str) -> None:
    """Refuse JSON of very many values. Raises BodyRefused."""
    if json_values.at_most(body) <= MAX_VALUES:
        return
    if b"\0" in body:  # UTF-16, in which a quote is not to be told from a part of another sign
        raise BodyRefused(400, "What this page sends is not written in UTF-8.")
    try:
        values = await run_apart(json_values.outside_strings, body, whose=whose)
    except WorkerError:
        values = MAX_VALUES + 1
    if values > MAX_VALUES:
        raise BodyRefused(
            413, f"What this page sends holds more than the {MAX_VALUES:,} values that are taken at once."
        )


def counted(receive: Receive, most: int) -> Receive:
    """What gives the app an upload piece by piece. Where it is too large Gradio's reader of it ends, and takes what it
    has written off the disk."""
    size = 0

    async def given() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise MultiPartException(f"{too_large(most, upload=True)} That is the maximum allowed size.")
        return message

    return given


def answer_what_cant_be_read(app: FastAPI) -> None:
    """Refuse with a sentence what can't be read; FastAPI would say it back, and fails where that is no JSON itself."""

    async def refused(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "This is nothing that a page of this app sends."}, 422)

    app.add_exception_handler(RequestValidationError, refused)
    app.add_exception_handler(FormParserError, refused)
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of each upload that is malformed


def too_large(most: int, upload: bool = False) -> BodyRefused:
    """The refusal of a body that has more than `most` bytes."""
    size = f"{most // MEGABYTE} MB" if most >= MEGABYTE else f"{most // KILOBYTE} KB"
    if upload:
        return BodyRefused(413, f"At most {size} can be uploaded at once.")
    return BodyRefused(413, f"What this page sends is more than the {size} that are taken at once. Shorten its texts.")
