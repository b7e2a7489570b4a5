"""All threads that the app ever needs, there from the start: how many there are says nothing about what came by.

Gradio and Starlette use the threads of AnyIO, within three limits of their own; AnyIO makes a thread where none is
free, and ends those that were idle for ten seconds. Here there is one limit for all, and all of them stay
(`ui.gradio_patches.shared_threads` has Gradio's part of it).

It leans on two private parts, which no argument sets: `WorkerThread.MAX_IDLE_TIME` of AnyIO (the ten seconds are from
https://github.com/agronholm/anyio/pull/227) and the limiter of Starlette's `middleware.gzip`. Upstream: none filed for
either. `tests/ui/server/test_threads.py` tries whether they are there, and needed."""

from __future__ import annotations

import asyncio
import sys
from threading import Barrier

import anyio.to_thread
from anyio._backends._asyncio import WorkerThread
from starlette.middleware import gzip

from showcard.inference.processes import threads, workers

MAX = 24  # what Gradio makes of a value, a piece of a file, an answer to pack: all short, and Python does one at a time


async def start() -> None:
    """Start the threads of this event loop, and those that the workers are called from."""
    WorkerThread.MAX_IDLE_TIME = sys.maxsize
    limit = anyio.to_thread.current_default_thread_limiter()
    limit.total_tokens = MAX
    gzip._gzip_capacity_limiter.set(limit)
    met = Barrier(MAX)
    await asyncio.gather(*(anyio.to_thread.run_sync(met.wait) for _ in range(MAX)))
    await threads.start()
    workers.start()
