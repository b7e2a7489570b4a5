"""A call that a page makes: watched while it runs, stopped by its name, and ended when whoever watches it leaves.

async with Run(session.runs, "widget", work) as run:  # `work(run)` is the call
    async for _ in run.beats():
        ...                                           # draw `run.elapsed`, `run.progress` and what came so far
    ...                                               # draw what `run.state` says of its end"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from time import perf_counter
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar

from showcard.wire.request import Request, ResolvedRequest

from .calls import Progress
from .session import Runs

T = TypeVar("T")
State = Literal["running", "done", "stopped", "failed"]

HEARTBEAT_SECONDS = 0.1  # between two beats where nothing comes
FLUSH_SECONDS = 0.06  # between two beats where much does


class Run(Generic[T]):
    """One call. `work` makes it: it gets this Run, on which it may note what it waits for (`progress`), what it asks
    (`asked`, for the log of a failure), and that something came (`tell`).

    Entering it starts the call and registers what stops it in `runs`, where an older one of the same name is stopped;
    without a name it can be stopped by `stop` alone. Leaving it, however that happens, closes the call's connection."""

    def __init__(self, runs: Runs, name: str, work: Callable[[Run[T]], Awaitable[T]]) -> None:
        self.name = name
        self.progress = Progress()
        self.asked: Request | ResolvedRequest | None = None
        self._runs = runs
        self._work = work
        self._news = asyncio.Event()
        self._started = self._ended = 0.0
        self._task: asyncio.Task[T] | None = None

    async def __aenter__(self) -> Self:
        self._started = perf_counter()
        self._task = asyncio.create_task(self._call())
        self._task.add_done_callback(self._end)
        if self.name:
            self._runs.start(self.name, self.stop)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._task is not None
        self._runs.end(self.name, self.stop)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def beats(self) -> AsyncIterator[None]:
        """A beat as soon as something came, at most one each FLUSH_SECONDS, and one each HEARTBEAT_SECONDS anyway;
        none after the end."""
        assert self._task is not None
        last = 0.0
        while not self._task.done():
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await self._news.wait()
            wait = last + FLUSH_SECONDS - perf_counter()
            if self._news.is_set() and wait > 0:
                await asyncio.wait((self._task,), timeout=wait)
            if self._task.done():
                return
            self._news.clear()
            last = perf_counter()
            yield

    async def ended(self, seconds: float | None = None) -> None:
        """Wait for the end, whatever it is; so many seconds at most, where some are given."""
        assert self._task is not None
        await asyncio.wait((self._task,), timeout=seconds)

    def tell(self) -> None:
        """Something came that can be shown."""
        self._news.set()

    def stop(self) -> None:
        """Stop the call, which closes its connection; what came stays. Call it in the event loop."""
        if self._task is not None:
            self._task.cancel()

    @property
    def state(self) -> State:
        """How the call stands."""
        task = self._task
        if task is None or not task.done():
            return "running"
        if task.cancelled():
            return "stopped"
        return "failed" if task.exception() else "done"

    @property
    def elapsed(self) -> float:
        """The seconds since the start, up to the end."""
        return (self._ended or perf_counter()) - self._started

    @property
    def error(self) -> BaseException | None:
        """What a call that failed failed with."""
        return self._task.exception() if self._task is not None and self.state == "failed" else None

    @property
    def result(self) -> T:
        """What a call that is done gave."""
        assert self._task is not None
        return self._task.result()

    async def _call(self) -> T:
        return await self._work(self)

    def _end(self, _: Any) -> None:
        self._ended = perf_counter()
        self._news.set()
