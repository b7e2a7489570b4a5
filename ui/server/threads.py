"""All threads that the app ever needs, there from the start: how many there are says nothing about what came by.

Gradio and Starlette use the threads of AnyIO, within three limits of their own; AnyIO makes a thread where none is
free, and ends those that were idle for ten seconds. Here there is one limit for all, and all of them stay."""

from __future__ import annotations

import asyncio
import sys
from contextvars import copy_context
from threading import Barrier
from typing import Any

import anyio.to_thread
import gradio as gr
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


def share(demo: gr.Blocks) -> None:
    """Let Gradio use the limit of all; what lays out a page may wait for a worker, so it has a thread of its own."""
    demo.create_limiter = lambda: None  # `demo.limiter` stays None, which means that
    for listener in demo.fns.values():
        if listener.renderable:
            listener.fn = _in_its_own(listener.fn)


def _in_its_own(lay_out: Any) -> Any:
    async def apart(*given: Any) -> Any:
        return await asyncio.wrap_future(threads.in_its_own(copy_context().run, lay_out, *given))

    return apart
