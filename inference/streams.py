"""Several streams as one: merged as they come, flushed at a bounded rate, each stoppable on its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from time import perf_counter
from typing import Generic, TypeVar

T = TypeVar("T")

FLUSH_SECONDS = 0.06
HEARTBEAT_SECONDS = 0.1


@dataclass(slots=True)
class Batch(Generic[T]):
    """What came from one stream since the last flush, each item with its time of arrival (`perf_counter`)."""

    items: list[tuple[float, T]] = field(default_factory=list)
    ended: bool = False
    stopped: bool = False
    error: Exception | None = None


class Merged(Generic[T]):
    """Streams by name, read at the same time; iterate for batches by name, an empty mapping being a heartbeat."""

    def __init__(self, sources: Mapping[str, AsyncIterator[T]]) -> None:
        self._batches: dict[str, Batch[T]] = {}
        self._news = asyncio.Event()
        self._seen: set[str] = set()
        self._fresh = False
        self._open = set(sources)
        self._stopped: set[str] = set()
        self._tasks = {name: asyncio.create_task(self._read(name, source)) for name, source in sources.items()}

    def stop(self, name: str) -> None:
        """Stop one stream; its connection closes, what it gave stays."""
        self._stopped.add(name)
        self._tasks[name].cancel()

    def stop_all(self) -> None:
        """Stop every stream."""
        for name in self._tasks:
            self.stop(name)

    async def __aiter__(self) -> AsyncIterator[dict[str, Batch[T]]]:
        last = 0.0
        try:
            while self._open or self._batches:
                try:
                    await asyncio.wait_for(self._news.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield {}
                    continue
                wait = last + FLUSH_SECONDS - perf_counter()
                if wait > 0 and not self._fresh:
                    await asyncio.sleep(wait)
                self._news.clear()
                self._fresh = False
                batches, self._batches = self._batches, {}
                last = perf_counter()
                yield batches
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Stop whatever still runs, and wait until every connection is closed."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _read(self, name: str, source: AsyncIterator[T]) -> None:
        ending: Batch[T] = Batch(ended=True)
        try:
            async with aclosing(source):  # type: ignore[type-var]
                async for item in source:
                    self._batch(name).items.append((perf_counter(), item))
                    self._tell(first=name not in self._seen)
                    self._seen.add(name)
        except asyncio.CancelledError:
            ending.stopped = True
            if name not in self._stopped:
                raise
        except Exception as error:
            ending.error = error
        finally:
            batch = self._batch(name)
            batch.ended, batch.stopped, batch.error = True, ending.stopped, ending.error
            self._open.discard(name)
            self._tell(first=True)

    def _batch(self, name: str) -> Batch[T]:
        return self._batches.setdefault(name, Batch())

    def _tell(self, first: bool) -> None:
        self._fresh = self._fresh or first
        self._news.set()
