"""A run is watched, stopped and left; its call ends with it, whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from showcard.ui.session import run as runs_module
from showcard.ui.session.run import Run
from showcard.ui.session.session import Runs


class Call:
    """A call that a test leads: it waits until it is told to go on, and notes when it is over."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun = self.over = False
        self.error: Exception | None = None

    async def __call__(self, run: Run[str]) -> str:
        self.begun = True
        try:
            await self.go.wait()
            if self.error:
                raise self.error
            return "the answer"
        finally:
            self.over = True


@pytest.fixture
def runs() -> Runs:
    return Runs()


async def test_it_beats_until_it_is_done(runs: Runs) -> None:
    call, beats = Call(), 0
    async with asyncio.timeout(10), Run(runs, "a", call) as run:
        async for _ in run.beats():
            assert run.state == "running"
            beats += 1
            if beats == 3:
                call.go.set()
        assert (run.state, run.result, run.error) == ("done", "the answer", None)
        seconds = run.elapsed
        await asyncio.sleep(0)
        assert run.elapsed == seconds > 0
    assert beats == 3


async def test_a_failure_is_kept(runs: Runs) -> None:
    call = Call()
    call.error = ValueError("no")
    call.go.set()
    async with asyncio.timeout(10), Run(runs, "a", call) as run:
        await run.ended()
        assert (run.state, run.error) == ("failed", call.error)
        assert [beat async for beat in run.beats()] == []


async def test_it_is_stopped_by_its_name(runs: Runs) -> None:
    call = Call()
    async with asyncio.timeout(10), Run(runs, "a", call) as run:
        async for _ in run.beats():
            assert runs.stop("a") is call.begun
        assert (run.state, run.error, call.over) == ("stopped", None, True)
        assert runs.stop("a") is False
    assert runs.stop("a") is False


async def test_a_second_of_the_same_name_stops_the_first_and_stays_registered(runs: Runs) -> None:
    first, second = Call(), Call()
    async with asyncio.timeout(10):
        async with Run(runs, "a", second) as after:
            async with Run(runs, "a", first) as before:
                await after.ended()
                assert after.state == "stopped"
                assert before.state == "running"
            assert first.over
        async with Run(runs, "a", first), Run(runs, "", second):
            assert runs.stop("") is False


async def test_who_leaves_ends_the_call(runs: Runs) -> None:
    call = Call()

    async def watched() -> AsyncIterator[str]:
        async with Run(runs, "a", call) as run:
            async for _ in run.beats():
                yield run.state

    async with asyncio.timeout(10), aclosing(watched()) as states:  # type: ignore[type-var]
        assert await anext(states) == "running"
        assert call.begun
    assert call.over
    assert runs.stop("a") is False


async def test_what_comes_is_a_beat_at_once_and_then_at_a_bounded_rate(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs_module, "HEARTBEAT_SECONDS", 100.0)
    pieces = 0

    async def call(run: Run[None]) -> None:
        nonlocal pieces
        for _ in range(1_000):
            pieces += 1
            run.tell()
            await asyncio.sleep(0)

    async with asyncio.timeout(10), Run(runs, "a", call) as run:
        seen = [pieces async for _ in run.beats()]
    assert 1 <= len(seen) <= 5
    assert seen[0] < 1_000
