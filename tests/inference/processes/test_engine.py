"""The embedded engine's process: watched, started again under its address, and ended."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from showcard.inference import run as client
from showcard.inference.errors import InferenceFailure
from showcard.inference.processes.engine import EngineProcess
from showcard.inference.resolve import answers, discover, resolve
from showcard.metadata.outputs.types import Labels
from showcard.wire.request import Request

ASKED = Request("text-classification", "showcard/sentiment", {"text": "I love it"})


def local(port: int) -> list[str]:
    return [sys.executable, "-m", "showcard.local", "--port", str(port), "--with-parent"]


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    made = EngineProcess(local)
    yield made
    made.close()


async def _dead(engine: EngineProcess) -> None:
    while engine.runs:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_the_run_after_its_death_is_answered(engine: EngineProcess) -> None:
    embedded = replace(await discover(await asyncio.to_thread(engine.address)), ready=engine.ready)
    assert await answers(embedded.url)
    for _ in range(2):
        killed = engine._process.pid
        os.kill(killed, signal.SIGKILL)
        await _dead(engine)
        assert not await answers(embedded.url)
        reply = await client.run(await resolve(ASKED, embedded))
        assert isinstance(reply.output, Labels)
        assert reply.output.items[0].label == "POSITIVE"
        assert await answers(embedded.url)
        assert engine._process.pid != killed


async def test_the_process_that_stands_by_takes_its_place_under_its_address() -> None:
    engine = EngineProcess(local, standby=("--standby",))
    url = await asyncio.to_thread(engine.address)
    for _ in range(2):
        while engine._spare is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        spare = engine._spare
        os.kill(engine._process.pid, signal.SIGKILL)
        await _dead(engine)
        told: list[str] = []
        await engine.ready(told.append)
        assert told[0] == "The embedded engine is starting again"
        assert told[-1] == ""
        assert engine._process is spare
        assert await answers(url)
    while engine._spare is None:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    processes = [engine._process, engine._spare]
    await asyncio.to_thread(engine.close)
    assert [process.poll() for process in processes] == [0, 0]


async def test_one_that_died_with_the_one_that_stood_by_is_started_anew() -> None:
    engine = EngineProcess(local, standby=("--standby",))
    url = await asyncio.to_thread(engine.address)
    while engine._spare is None:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    for process in (engine._spare, engine._process):
        os.kill(process.pid, signal.SIGKILL)
    await _dead(engine)
    await engine.ready()
    assert await answers(url)
    await asyncio.to_thread(engine.close)


async def test_one_that_is_killed_again_and_again_is_not_left_waiting(engine: EngineProcess) -> None:
    await asyncio.to_thread(engine.address)
    for _ in range(4):
        os.kill(engine._process.pid, signal.SIGKILL)
        await _dead(engine)
        await engine.ready()
    assert engine._pause <= 0.5


async def test_it_ends_when_it_is_closed_and_stays_ended(engine: EngineProcess) -> None:
    url = await asyncio.to_thread(engine.address)
    await asyncio.to_thread(engine.close)
    assert engine._process.poll() == 0
    assert not engine.runs
    assert not await answers(url)


async def test_one_that_does_not_start_again_is_a_sentence() -> None:
    says = "import sys; print('http://127.0.0.1:9', flush=True) if sys.argv[1] == '0' else None"
    engine = EngineProcess(lambda port: [sys.executable, "-c", says, str(port)])
    assert await asyncio.to_thread(engine.address) == "http://127.0.0.1:9"
    await _dead(engine)
    with pytest.raises(InferenceFailure, match="does not start again"):
        await engine.ready(patience=0.3)
    engine.close()


def test_one_that_never_starts_is_told_at_once() -> None:
    engine = EngineProcess(lambda port: [sys.executable, "-c", ""])
    with pytest.raises(OSError, match="did not start"):
        engine.address()
    engine.close()
