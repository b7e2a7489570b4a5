"""Server-sent events, read off the wire as they arrive: the JSON of each, and whether the server said that it ended.

huggingface_hub's own reading makes objects of every piece, which costs more than the network, and cuts JSON at the line
separators of Unicode that may stand in it.

A stream is read to its very end, so that the next question finds the connection open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from time import perf_counter
from typing import Any

import httpx2

from showcard.inference.errors import InferenceFailure, server_words

from . import http as transport
from .http import Exchange

BROKE_OFF = "The answer broke off before its end."
KEPT = "What came is kept. Run again."
DONE = b"[DONE]"
MAX_EVENT = 4 * 2**20  # bytes
MAX_LINES = 1_000_000  # of 500,000 pieces at most
SLICE_SECONDS = 0.005  # of work, after which others have their turn
LINGER_SECONDS = 0.05  # behind [DONE] comes the end at once, unless the server forgets it
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Events:
    """The JSON of each event of a streamed answer, each as soon as it is there; `done`: the server said `[DONE]`.

    Iterating raises InferenceFailure for an event that is not JSON, and for one that reports an error."""

    def __init__(self, exchange: Exchange) -> None:
        assert exchange.answer is not None
        self.exchange = exchange
        self.done = False
        self._heard = 0.0  # when the last event came
        self._open = False  # whether the answer ends in the middle of a line
        self._parts = aiter(exchange.answer)

    async def __aiter__(self) -> AsyncIterator[Any]:
        held: list[bytes] = []  # the lines of an event that is spread over several
        failed, size = False, 0
        self._heard = perf_counter()
        async for line in self._lines():
            data = _data(line)
            failed = failed or (line.startswith(b"event:") and line[6:].strip() == b"error")
            if data == DONE:
                self.done = True
                await self._rest()
                return
            if data:
                held.append(data)
                size += len(data)
                self._check(size, 0)
            if held and (not line or len(held) == 1):
                found = _json(b"\n".join(held))
                if found:
                    held, size = [], 0
                    check_event(found[0], failed)
                    self._heard = perf_counter()
                    yield found[0]
                elif not line:
                    break
        if held:
            raise self._unreadable(b"\n".join(held))

    async def _lines(self) -> AsyncIterator[bytes]:
        """The lines without their ends (CRLF, LF or CR)."""
        held, size, count = [b""], 0, 0
        async for part in self._parts:
            since = perf_counter()
            if since - self._heard > transport.MAX_SECONDS:  # comments, or nothing, a letter now and then
                told = f"The server said nothing for {transport.MAX_SECONDS:.0f} s in its answer."
                raise InferenceFailure(told, KEPT, retry=True)
            if self.exchange.spool is not None:
                held, size = [], 0  # one long object, which the exchange keeps
                continue
            held.append(part)
            size += len(part)
            if b"\n" in part or b"\r" in part:
                *lines, rest = b"".join(held).splitlines(keepends=True)
                held, size = [rest], len(rest)
                if rest.endswith(b"\n"):
                    lines.append(rest)
                    held, size = [], 0
                count += len(lines)
                for line in lines:
                    if perf_counter() - since > SLICE_SECONDS:  # a server that says much at once
                        await asyncio.sleep(0)
                        since = perf_counter()
                    yield line.rstrip(b"\r\n")
            self._check(size, count)
        self._open = bool(size)
        yield b"".join(held).rstrip(b"\r\n")

    def _check(self, size: int, count: int) -> None:
        """Raises InferenceFailure for an event, or a number of lines, beyond what any model says."""
        if size > MAX_EVENT:
            raise InferenceFailure(f"The answer holds a piece of more than {MAX_EVENT >> 20} MB and was cut off.", KEPT)
        if count > MAX_LINES:
            raise InferenceFailure(f"The answer comes in more than {MAX_LINES:,} lines and was cut off.", KEPT)

    async def _rest(self) -> None:
        """Read to the end, so that the connection can be used again; one that breaks here has said all."""
        with suppress(TimeoutError, httpx2.HTTPError, InferenceFailure):
            async with asyncio.timeout(LINGER_SECONDS):
                async for _ in self._parts:
                    pass

    def _unreadable(self, data: bytes) -> InferenceFailure:
        """What it means that an event is not JSON: the answer ends in it, or it is the server's own mistake."""
        if self._open:
            return InferenceFailure(BROKE_OFF, KEPT, retry=True)
        return InferenceFailure(
            "The server sent something in the middle of its answer that is not JSON.",
            "What came is kept. Run again, or choose another server.",
            retry=True,
            detail=data[:200].decode("utf-8", "replace"),
        )


def check_event(event: Any, failed: bool = False) -> None:
    """Raises InferenceFailure for an event that reports an error (`failed`: its name says so), and for one that is no
    object."""
    if not isinstance(event, dict):
        said = json.dumps(event)[:200]
        raise InferenceFailure("The answer is not what a stream promises.", "Check the model's task.", detail=said)
    if failed or event.get("error") or event.get("errors") or event.get("object") == "error":
        what = "has too much to do" if event.get("error_type") == "overloaded" else "reports an error"
        raise InferenceFailure(f"The server {what}: {server_words(event) or 'it says no more.'}", KEPT, retry=True)


def _data(line: bytes) -> bytes:
    """What a line of an event carries; nothing where it is a comment, or another field."""
    line = line.removeprefix(_BYTE_ORDER_MARK)
    return line[5:].strip() if line.startswith(b"data:") else b""


def _json(data: bytes) -> tuple[Any, ...]:
    """The value that is written there, or nothing."""
    try:
        return (json.loads(data.decode("utf-8", "replace")),)
    except (ValueError, RecursionError):
        return ()
