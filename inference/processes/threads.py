"""The threads of the app: a pool of a fixed size for what is short, all there from the start, and a thread of its own
for what may wait for minutes.

A pool that grew with what comes at the same moment would grow for as long as the app runs. What waits in one (the
library sleeps while a provider works on a film) would keep everybody's short work out of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextvars import ContextVar
from threading import Barrier, Thread
from typing import Any, TypeVar
from weakref import WeakSet

T = TypeVar("T")

MAX_SHORT = 16  # files to read and texts to look through: Python does one at a time, a slow disk may hold some up
waits: ContextVar[bool] = ContextVar("waits", default=False)  # what is given to a thread here may wait for long
_set_up: WeakSet[asyncio.AbstractEventLoop] = WeakSet()


class Threads(ThreadPoolExecutor):
    """What an event loop gives to threads (`asyncio.to_thread`)."""

    def __init__(self) -> None:
        super().__init__(MAX_SHORT, thread_name_prefix="short")

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Call it in a thread of the pool; where it may wait, in one of its own."""
        return in_its_own(fn, *args, **kwargs) if waits.get() else super().submit(fn, *args, **kwargs)


def in_its_own(function: Callable[..., T], *arguments: Any, **named: Any) -> Future[T]:
    """Call a function in a thread that ends with it. How many there are is for those to bound who call."""
    future: Future[T] = Future()

    def work() -> None:
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(function(*arguments, **named))
            except BaseException as error:
                future.set_exception(error)

    Thread(target=work, name="waits", daemon=True).start()
    return future


def set_up(loop: asyncio.AbstractEventLoop) -> None:
    """Make `Threads` the pool of an event loop."""
    if loop not in _set_up:
        loop.set_default_executor(Threads())
        _set_up.add(loop)


async def start() -> None:
    """Make `Threads` the pool of this event loop, and start them; also those in which the system looks up names."""
    loop = asyncio.get_running_loop()
    set_up(loop)
    met = Barrier(MAX_SHORT)
    await asyncio.gather(*(loop.run_in_executor(None, met.wait) for _ in range(MAX_SHORT)))
    await loop.getaddrinfo("localhost", 0)


def start_all(pool: Executor, size: int) -> None:
    """Start all threads of a pool: by itself it starts one where none of the others is free."""
    met = Barrier(size)
    wait([pool.submit(met.wait) for _ in range(size)])
