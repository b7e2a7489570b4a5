"""An answer above a megabyte: a medium is read from the file that took it, JSON in a worker process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from showcard.inference.errors import InferenceFailure
from showcard.inference.processes.workers import WorkerError, run_apart
from showcard.inference.transport.http import MEDIA, Exchange
from showcard.inference.transport.spool import cannot_keep
from showcard.metadata.media import sniff
from showcard.metadata.outputs import long_answers
from showcard.metadata.outputs.long_answers import LongAnswer
from showcard.metadata.outputs.read import normalise
from showcard.metadata.tasks.table import find_task

SECONDS = 7.5  # of the processor: JSON of 200 MB takes about five, and an answer or a sentence comes within ten
MEMORY = 4 * 2**30
MAX_RETURNED = 32 * 2**20  # media not counted
T = TypeVar("T")
_MEDIA_KINDS = ("image", "audio", "video", "mesh")


async def read_long(exchange: Exchange, task_id: str) -> LongAnswer | None:
    """The output and the JSON (None for media) of a long answer, of each what a person can look at; None where it is
    neither a medium nor JSON. Raises InferenceFailure."""
    assert exchange.spool is not None
    path = exchange.spool.path
    if _is_medium(exchange, task_id):
        return LongAnswer(normalise(task_id, await _kept(asyncio.to_thread(path.read_bytes))), None)
    found = await _apart(long_answers.read, exchange, str(path), task_id)
    if found is None:
        return None
    output = await _kept(asyncio.to_thread(long_answers.with_media, found.output, path))
    return LongAnswer(output, found.raw, found.cut)


async def long_json(exchange: Exchange) -> Any:
    """The JSON of a long answer, as far as a person can look at it. Raises ValueError where it is none, and
    InferenceFailure."""
    assert exchange.spool is not None
    return await _apart(long_answers.read_json, exchange, str(exchange.spool.path))


async def _apart(function: Callable[..., T], exchange: Exchange, *arguments: str) -> T:
    try:
        called = run_apart(function, *arguments, seconds=SECONDS, memory=MEMORY, most=MAX_RETURNED)
        return await _kept(called)
    except (WorkerError, MemoryError):
        raise InferenceFailure(
            f"The answer is {exchange.received >> 20} MB of JSON, which takes too long or too much memory to read.",
            "Ask for less.",
        ) from None


async def _kept(reading: Awaitable[T]) -> T:
    """What is read of the file. Raises InferenceFailure where that fails."""
    try:
        return await reading
    except OSError as error:
        raise cannot_keep(error) from None


def _is_medium(exchange: Exchange, task_id: str) -> bool:
    """Whether an answer is a medium: by its type, by its first bytes, or because the task promises one and it begins
    neither as JSON nor as a web page does."""
    row, start = find_task(task_id), bytes(exchange.body[:300].lstrip()[:1])
    promised = row is not None and row.output in _MEDIA_KINDS
    named = exchange.content_type.startswith(MEDIA) or sniff(bytes(exchange.body[:300]))
    return bool(named) or (promised and start not in (b"[", b"{", b'"', b"n", b"<"))
