"""Worker processes: bounded in time, memory and what comes back, without the app's keys, and ended when cancelled."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from showcard.inference.processes import workers
from showcard.inference.processes.workers import TooLarge, TooSlow, WorkerDied, Workers, _Call
from showcard.start import command

# As a worker finds it, which looks for functions in the package alone.
from showcard.tests.support import apart


@pytest.fixture
def pool() -> Iterator[Workers]:
    made = Workers(2)
    yield made
    made.close()
    made._threads.shutdown()


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end
        time.sleep(0.01)


async def test_a_function_runs_in_another_process_and_that_is_used_again(pool: Workers) -> None:
    first, second = await pool.run(apart.process), await pool.run(apart.process)
    assert first == second != os.getpid()


async def test_what_it_raises_is_raised(pool: Workers) -> None:
    with pytest.raises(ValueError, match="no such thing"):
        await pool.run(apart.fails, "no such thing")
    with pytest.raises(RuntimeError, match="Odd: of its own"):
        await pool.run(apart.fails_oddly)


async def test_it_is_ended_at_its_bound_and_the_next_call_is_answered(pool: Workers) -> None:
    with pytest.raises(TooSlow):
        await pool.run(apart.holds, seconds=0.3)
    assert await pool.run(apart.process) != os.getpid()


async def test_it_is_the_processor_that_counts_so_a_busy_machine_changes_nothing(pool: Workers) -> None:
    assert await pool.run(apart.sleeps, 0.5, seconds=0.2) == await pool.run(apart.process, seconds=0.2)


async def test_far_above_that_the_clock_counts_too(pool: Workers) -> None:
    with pytest.raises(TooSlow):
        await pool.run(apart.sleeps, 60, seconds=0.3 / workers.PATIENCE)
    assert workers.PATIENCE > 10


async def test_nobody_waits_for_ever_on_a_busy_machine(pool: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    assert workers.MAX_WAIT < 10  # what is opened ends in an answer or in a sentence within ten seconds
    monkeypatch.setattr(workers, "MAX_WAIT", 0.5)
    with pytest.raises(TooSlow):
        async with asyncio.timeout(20):
            await pool.run(apart.sleeps, 60, seconds=0.4)


async def test_who_switches_the_timer_off_is_ended_all_the_same(pool: Workers) -> None:
    with pytest.raises(TooSlow):
        await pool.run(apart.holds_in_c_without_a_timer, seconds=0.3)


async def test_memory_and_what_comes_back_are_bounded(pool: Workers) -> None:
    with pytest.raises(TooLarge):
        await pool.run(apart.takes, 2**30, memory=2**29)
    with pytest.raises(TooLarge):
        await pool.run(apart.text, 10_000, most=9_000)
    assert len(await pool.run(apart.text, 8_000, most=9_000)) == 8_000


async def test_a_worker_that_dies_is_said_and_replaced(pool: Workers) -> None:
    with pytest.raises(WorkerDied):
        await pool.run(apart.dies)
    assert await pool.run(apart.process) != os.getpid()


async def test_a_worker_that_took_much_is_not_used_again(pool: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await pool.run(apart.process)
    monkeypatch.setattr(workers, "MAX_KEPT_MEMORY", 60 * 2**20)
    await pool.run(apart.takes, 80 * 2**20)
    assert await pool.run(apart.process) != first


async def test_what_the_app_takes_is_not_counted(pool: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    held = bytearray(b"x" * 200 * 2**20)
    monkeypatch.setattr(workers, "MAX_KEPT_MEMORY", 100 * 2**20)
    assert await pool.run(apart.process) == await pool.run(apart.process)
    assert held


async def test_cancelling_ends_the_process(pool: Workers, tmp_path: Path) -> None:
    told = tmp_path / "process"
    running = asyncio.create_task(pool.run(apart.tells_and_holds, str(told), seconds=60))
    await asyncio.to_thread(wait, lambda: told.exists() and told.read_text().endswith("."))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.to_thread(wait, lambda: not lives(int(told.read_text()[:-1])))


async def test_no_key_and_no_gradio_and_no_app_get_there(pool: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    environment, modules = await pool.run(apart.surroundings)
    assert "secret" not in str(environment)
    assert not {"gradio", "app", "fastapi", "huggingface_hub", "ui", "widgets", "inference"} & modules


async def test_one_person_leaves_workers_to_the_others(pool: Workers) -> None:
    held = [asyncio.create_task(pool.run(apart.holds, seconds=60, whose="a")) for _ in range(3)]
    try:
        async with asyncio.timeout(20):
            assert await pool.run(apart.process, whose="b") != os.getpid()
    finally:
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)


async def test_threads_leave_workers_to_the_others(pool: Workers) -> None:
    threads = [asyncio.create_task(asyncio.to_thread(pool.run_here, apart.holds, seconds=4)) for _ in range(3)]
    await asyncio.to_thread(wait, lambda: bool(pool._busy))
    async with asyncio.timeout(20):
        assert await pool.run(apart.process, whose="b") != os.getpid()
    assert not any(task.done() for task in threads)
    pool.close()
    while not all(task.done() for task in threads):
        pool.close()
        await asyncio.sleep(0.05)
    assert all(isinstance(task.exception(), WorkerDied) for task in threads)


def test_a_worker_whose_app_has_ended_says_nothing() -> None:
    process = subprocess.Popen(
        command("showcard.inference.processes.worker"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    message = _Call(apart.process, (), 5.0, workers.MAX_MEMORY, 1000).message()
    _, said = process.communicate(len(message).to_bytes(workers.worker.HEAD, "big") + message, timeout=20)
    assert said == b""


async def test_closing_ends_those_at_work(pool: Workers, tmp_path: Path) -> None:
    told = tmp_path / "process"
    running = asyncio.create_task(pool.run(apart.tells_and_holds, str(told), seconds=60))
    await asyncio.to_thread(wait, lambda: told.exists() and told.read_text().endswith("."))
    pool.close()
    with pytest.raises(WorkerDied):
        await running


def test_from_a_thread(pool: Workers) -> None:
    assert pool.run_here(apart.process) != os.getpid()
    with pytest.raises(TooSlow):
        pool.run_here(apart.holds, seconds=0.3)


async def test_what_a_person_starts_in_threads_counts_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    submit = workers.Workers._submit

    def noted(self: workers.Workers, call: Any, whose: str) -> Any:
        counted.append(whose)
        return submit(self, call, whose)

    monkeypatch.setattr(workers.Workers, "_submit", noted)

    async def ask(whose: str) -> None:
        if whose:
            workers.work_for(whose)
        await asyncio.to_thread(workers.run_apart_here, len, "ab")
        await workers.run_apart(len, "ab")
        await workers.run_apart(len, "ab", whose="another")

    await asyncio.create_task(ask("one"))
    await asyncio.create_task(ask(""))
    assert counted == ["one", "one", "another", workers.THREADS, "", "another"]
