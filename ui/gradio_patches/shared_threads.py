"""Gradio uses the threads of all, under the limit of all, and what lays out a page has one of its own.

Why: Gradio makes a limit of its own from `max_threads`, which is also how many events it works on at a time; with
`Blocks.limiter` at None AnyIO's one limit counts. And a page that is laid out may wait for a worker process, so that
a few of them would hold up everything else.
Upstream: none filed; that one number means both is in `Blocks.create_limiter` and `Queue`.
Without it: some 200 threads come and stay, and people who open cards hold up those who run."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import Any

import gradio as gr

from showcard.inference.processes import threads

MAX_EVENTS = 200  # that are worked on at a time: they wait for others, and need no thread of their own


def share(demo: gr.Blocks) -> None:
    """Let Gradio use the limit of all; what lays out a page may wait for a worker, so it has a thread of its own."""
    demo.max_threads = MAX_EVENTS
    demo.create_limiter = lambda: None  # `demo.limiter` stays None
    for listener in demo.fns.values():
        if listener.renderable:
            listener.fn = _in_its_own(listener.fn)


def _in_its_own(lay_out: Any) -> Any:
    async def apart(*given: Any) -> Any:
        return await asyncio.wrap_future(threads.in_its_own(copy_context().run, lay_out, *given))

    return apart
