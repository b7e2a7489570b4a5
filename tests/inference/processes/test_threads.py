"""The threads of the app: as many after much work as before it, and none of the short work waits for what is long."""

from __future__ import annotations

import asyncio
import threading

import pytest

from showcard.inference.processes import threads
from showcard.inference.transport.bridge import carrying
from showcard.inference.transport.http import Exchange


async def test_a_call_that_waits_in_a_thread_keeps_no_short_work_from_its_own() -> None:
    ready = threading.Event()

    async def call() -> bool:
        with carrying(Exchange()):
            return await asyncio.to_thread(ready.wait, 20)

    calls = [asyncio.create_task(call()) for _ in range(2 * threads.MAX_SHORT)]
    await asyncio.sleep(0)
    try:
        assert await asyncio.wait_for(asyncio.to_thread(str, 1), 10) == "1"
        assert not any(one.done() for one in calls)
    finally:
        ready.set()
    assert all(await asyncio.gather(*calls))


async def test_the_pool_neither_grows_nor_shrinks() -> None:
    await threads.start()
    names = [thread.name for thread in threading.enumerate() if thread.name.startswith("short")]
    assert len(names) >= threads.MAX_SHORT
    before = threading.active_count()
    await asyncio.gather(*(asyncio.to_thread(sum, range(10_000)) for _ in range(200)))
    assert threading.active_count() == before


async def test_what_a_thread_of_its_own_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await asyncio.wrap_future(threads.in_its_own(int, "a"))
