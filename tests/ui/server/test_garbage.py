"""When all garbage is looked for."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

from showcard.ui.server import garbage
from showcard.ui.server.garbage import LONGEST_SECONDS, MOST_GROWN, PAUSE_SECONDS, Moments


def test_it_waits_for_a_moment_in_which_nobody_is_served() -> None:
    moments = Moments(at=0.0, busy=0.0, memory=0, looked=0.0)
    late = PAUSE_SECONDS + 1
    assert not moments.due(late, busy=late / 2, memory=0)
    assert not moments.due(late + 0.5, busy=late / 2 + 0.1, memory=0)
    assert moments.due(late + 1.0, busy=late / 2 + 0.1, memory=0)
    assert not moments.due(late + 1.5, busy=late / 2 + 0.1, memory=0)  # just done


def test_what_grows_can_not_wait() -> None:
    moments = Moments(at=0.0, busy=0.0, memory=100, looked=0.0)
    assert not moments.due(0.5, busy=0.5, memory=MOST_GROWN)
    assert moments.due(1.0, busy=1.0, memory=MOST_GROWN + 101)


def test_a_server_that_is_always_busy_looks_now_and_then() -> None:
    moments = Moments(at=0.0, busy=0.0, memory=0, looked=0.0)
    assert not moments.due(LONGEST_SECONDS, busy=LONGEST_SECONDS, memory=0)
    assert moments.due(LONGEST_SECONDS + 1, busy=LONGEST_SECONDS + 1, memory=0)


class Held:
    """Something that holds itself."""


async def test_old_garbage_is_let_go_of_and_pythons_times_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(garbage, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(garbage, "IDLE", 1e9)
    before = gc.get_threshold()
    held = Held()
    held.itself = held  # type: ignore[attr-defined]
    gone = weakref.ref(held)
    for generation in (0, 1):
        gc.collect(generation)  # it is old now
    del held
    running = asyncio.create_task(garbage.collect_when_idle())
    async with asyncio.timeout(20):
        while gone() is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert gc.get_threshold()[2] > 1_000_000
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert gc.get_threshold() == before
