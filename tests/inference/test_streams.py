"""Streams merge as they come, each stops on its own, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from showcard.inference.streams import Batch, Merged


class Source:
    """A stream that a test feeds by hand."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[str | Exception | None] = asyncio.Queue()
        self.closed = False

    async def __call__(self) -> AsyncIterator[str]:
        try:
            while (item := await self.queue.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.closed = True


async def until(merged: AsyncIterator[dict[str, Batch[str]]], wanted: str) -> dict[str, Batch[str]]:
    async with asyncio.timeout(5):
        async for batches in merged:
            if wanted in batches:
                return batches
    raise AssertionError(f"{wanted} never came")


def texts(batch: Batch[str]) -> list[str]:
    return [text for _, text in batch.items]


async def test_one_slow_stream_does_not_hold_up_the_other() -> None:
    slow, fast = Source(), Source()
    merged = Merged({"slow": slow(), "fast": fast()})
    batches = aiter(merged)
    fast.queue.put_nowait("a")
    assert texts((await until(batches, "fast"))["fast"]) == ["a"]
    slow.queue.put_nowait("b")
    assert texts((await until(batches, "slow"))["slow"]) == ["b"]
    await merged.aclose()
    assert slow.closed
    assert fast.closed


async def test_a_quiet_stream_gives_a_heartbeat() -> None:
    source = Source()
    merged = Merged({"a": source()})
    async with asyncio.timeout(5):
        assert await anext(aiter(merged)) == {}
    await merged.aclose()


async def test_everything_arrives_once_and_in_order() -> None:
    source = Source()
    for n in range(500):
        source.queue.put_nowait(str(n))
    source.queue.put_nowait(None)
    got: list[str] = []
    ended = False
    async for batches in Merged({"a": source()}):
        for batch in batches.values():
            got += texts(batch)
            ended = ended or batch.ended
    assert got == [str(n) for n in range(500)]
    assert ended


async def test_stopping_one_keeps_what_it_gave_and_the_other() -> None:
    one, two = Source(), Source()
    merged = Merged({"one": one(), "two": two()})
    batches = aiter(merged)
    one.queue.put_nowait("kept")
    await until(batches, "one")
    merged.stop("one")
    ended = (await until(batches, "one"))["one"]
    assert ended.stopped
    assert ended.error is None
    assert one.closed
    two.queue.put_nowait("still here")
    assert texts((await until(batches, "two"))["two"]) == ["still here"]
    await merged.aclose()


async def test_a_failure_is_told_and_the_other_goes_on() -> None:
    bad, good = Source(), Source()
    merged = Merged({"bad": bad(), "good": good()})
    batches = aiter(merged)
    bad.queue.put_nowait(ValueError("no"))
    assert isinstance((await until(batches, "bad"))["bad"].error, ValueError)
    good.queue.put_nowait("yes")
    assert texts((await until(batches, "good"))["good"]) == ["yes"]
    await merged.aclose()


async def test_leaving_the_loop_closes_the_streams() -> None:
    source = Source()
    source.queue.put_nowait("a")
    merged = aiter(Merged({"a": source()}))
    await anext(merged)
    await merged.aclose()  # type: ignore[attr-defined]
    assert source.closed
