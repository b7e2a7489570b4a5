"""Many calls, a few at a time: their results as they come, and all of them cancelled when nobody waits any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")

HEARTBEAT_SECONDS = 0.1

Job = Callable[[], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class JobResult(Generic[K, T]):
    """A job that has ended, and what it brought."""

    key: K
    result: T


async def run_jobs(
    jobs: Mapping[K, Job[T]], at_once: int, stop: asyncio.Event | None = None
) -> AsyncGenerator[list[JobResult[K, T]], None]:
    """What has ended since the last time, an empty list being a heartbeat. Jobs start in their order, `at_once` of them
    at a time. `stop` cancels what runs, also while nobody asks for more; closing the generator cancels and waits. A job
    that raises ends all."""
    stop = stop or asyncio.Event()
    stopping = asyncio.ensure_future(stop.wait())
    waiting = iter(jobs.items())
    running: dict[asyncio.Future[T], K] = {}
    stopping.add_done_callback(lambda _: [task.cancel() for task in running])
    try:
        while not stop.is_set():
            while len(running) < at_once and (following := next(waiting, None)):
                running[asyncio.ensure_future(following[1]())] = following[0]
            if not running:
                return
            ended, _ = await asyncio.wait(
                _waited(running, stopping), timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            over = [task for task in running if task in ended and not (stop.is_set() and task.cancelled())]
            yield [JobResult(running.pop(task), task.result()) for task in over]
    finally:
        for task in _waited(running, stopping):
            task.cancel()
        await asyncio.gather(*_waited(running, stopping), return_exceptions=True)


def _waited(running: Iterable[asyncio.Future[Any]], stopping: asyncio.Future[Any]) -> list[asyncio.Future[Any]]:
    """The jobs that run, and the wait for a stop."""
    return [*running, stopping]
