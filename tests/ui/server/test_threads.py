"""How many threads the app has does not depend on what came at the same moment, nor on how long ago that was."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
from typing import Any
from unittest.mock import AsyncMock

import anyio.to_thread
import gradio as gr
import pytest
from anyio._backends._asyncio import WorkerThread, _threadpool_idle_workers, _threadpool_workers
from starlette.middleware import gzip
from starlette.middleware.gzip import GZipMiddleware

from showcard.ui.gradio_patches.shared_threads import share
from showcard.ui.server import threads


async def answer(scope: Any, receive: Any, send: Any) -> None:
    """An app whose answer is long enough to be packed."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 1_000_000})


async def pack() -> None:
    """One answer of it, packed."""
    said: list[Any] = []
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept-encoding", b"gzip")]}

    async def send(part: Any) -> None:
        said.append(part)

    await GZipMiddleware(answer)(scope, AsyncMock(), send)
    assert len(said[1]["body"]) < 10_000


async def work() -> None:
    """Much at once, through all pools."""
    await asyncio.gather(
        *(pack() for _ in range(100)),
        *(anyio.to_thread.run_sync(sum, range(10_000)) for _ in range(200)),
        *(asyncio.to_thread(sum, range(10_000)) for _ in range(200)),
    )


async def test_all_threads_are_there_from_the_start_and_stay() -> None:
    await threads.start()
    before = threading.active_count()
    await work()
    assert threading.active_count() == before
    for worker in _threadpool_idle_workers.get():
        worker.idle_since -= 3_600  # they were idle for an hour
    await anyio.to_thread.run_sync(str)
    assert len(_threadpool_workers.get()) == threads.MAX


async def test_gradio_shares_the_limit_and_a_page_that_waits_while_it_is_laid_out_has_its_own_thread() -> None:
    await threads.start()
    go, laid_out = threading.Event(), []
    with gr.Blocks(analytics_enabled=False) as demo:
        name = gr.State("")

        @gr.render(inputs=name, triggers=[name.change])
        def page(shown: str) -> None:
            pass

    [listener] = [one for one in demo.fns.values() if one.renderable]
    listener.fn = lambda shown: (go.wait(20), laid_out.append(shown))
    share(demo)
    demo.run_startup_events()
    assert demo.limiter is None
    running = [asyncio.create_task(demo.call_function(listener, ["a"])) for _ in range(2 * threads.MAX)]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(anyio.to_thread.run_sync(str, 1), 10) == "1"
    go.set()
    await asyncio.gather(*running)
    assert len(laid_out) == 2 * threads.MAX
    assert len(_threadpool_workers.get()) == threads.MAX
    demo._queue.close()


async def test_anyio_still_ends_idle_threads_and_starlette_has_a_limit_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What `threads.start` changes is there, and looked at; where it is no more, or an argument sets it, that can go."""
    assert WorkerThread.__dict__["MAX_IDLE_TIME"] in (10, sys.maxsize)  # its own, or ours where `start` was called
    monkeypatch.setattr(WorkerThread, "MAX_IDLE_TIME", 10)
    barrier = threading.Barrier(2)
    await asyncio.gather(*(anyio.to_thread.run_sync(barrier.wait) for _ in range(2)))
    for worker in _threadpool_idle_workers.get():
        worker.idle_since -= 3_600
    await anyio.to_thread.run_sync(str)
    assert len(_threadpool_workers.get()) == 1
    own = gzip._gzip_capacity_limiter
    with pytest.raises(LookupError):  # made at the first answer that is packed
        own.get()
    await pack()
    assert own.get() is not anyio.to_thread.current_default_thread_limiter()
    assert not {"limiter", "max_threads"} & inspect.signature(GZipMiddleware).parameters.keys()
