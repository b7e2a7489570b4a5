"""Many calls a few at a time: order, limit, cancelling; and the figures of samples."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from showcard.inference.errors import InferenceFailure
from showcard.playground.core.jobs import run_jobs
from showcard.playground.core.measure import Measurement
from showcard.playground.core.outcome import Outcome
from showcard.playground.core.sampling import (
    Samples,
    agreement,
    between,
    estimated,
    first_token,
    sample,
    skew,
    speed,
    spread,
)
from showcard.wire.request import Request

REQUEST = Request("conversational", "m", {"messages": []})


class Server:
    """Counts who is there, and answers when told to."""

    def __init__(self) -> None:
        self.here = self.most = self.cancelled = 0
        self.go = asyncio.Event()

    async def ask(self, request: Request) -> Outcome:
        self.here += 1
        self.most = max(self.most, self.here)
        try:
            await self.go.wait()
            await asyncio.sleep(0)  # give way, as a network does
            return Outcome(request.model)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.here -= 1


@pytest.mark.parametrize(("parallel", "most"), [(True, 6), (False, 1)])
async def test_samples_in_parallel_or_one_after_the_other(parallel: bool, most: int) -> None:
    server = Server()
    server.go.set()
    requests = {"A": REQUEST, "B": Request("conversational", "n", {"messages": []})}
    seen: Samples | None = None
    async with asyncio.timeout(10), aclosing(sample(requests, 3, server.ask, parallel)) as samples:
        async for held in samples:
            seen = held
    assert seen is not None
    assert {name: [one.content for one in held] for name, held in seen.by_pane.items()} == {
        "A": ["m"] * 3,
        "B": ["n"] * 3,
    }
    assert server.most == most


async def test_closing_cancels_and_waits() -> None:
    server = Server()
    async with asyncio.timeout(10), aclosing(sample({"A": REQUEST}, 4, server.ask, True)) as samples:
        async for held in samples:
            assert held.count == 0  # a heartbeat
            break
    assert (server.here, server.cancelled) == (0, 4)


async def test_a_stop_is_not_waited_for() -> None:
    server, stop = Server(), asyncio.Event()
    seen = 0
    async with asyncio.timeout(10), aclosing(sample({"A": REQUEST}, 4, server.ask, False, stop)) as samples:
        async for _ in samples:
            seen += 1
            stop.set()
    assert (seen, server.here, server.cancelled) == (1, 0, 1)


async def test_a_stop_counts_while_nobody_asks_for_more() -> None:
    server, stop = Server(), asyncio.Event()
    async with asyncio.timeout(10), aclosing(sample({"A": REQUEST}, 4, server.ask, True, stop)) as samples:
        await anext(samples)
        stop.set()
        while server.here:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert server.cancelled == 4
        assert [held.count async for held in samples] in ([], [0])


async def test_a_job_that_raises_ends_all() -> None:
    async def fail() -> None:
        raise InferenceFailure("no")

    server = Server()
    jobs = {"waits": lambda: server.ask(REQUEST), "fails": fail}

    async def run() -> None:
        async with asyncio.timeout(10), aclosing(run_jobs(jobs, 2)) as done:
            async for _ in done:
                pass

    with pytest.raises(InferenceFailure):
        await run()
    assert server.cancelled == 1


def outcome(
    text: str, first: float | None = 0.5, total: float = 2.5, tokens: int = 21, started: float = 0.0
) -> Outcome:
    return Outcome(text, measurement=Measurement(first, total, tokens, 1, True), started=started)


def test_median_and_p95() -> None:
    assert spread([None, 3.0, 1.0, None, 2.0]) is not None
    found = spread([float(n) for n in range(1, 21)])
    assert found is not None
    assert (found.median, found.p95, found.count) == (10.5, 19.0, 20)
    assert spread([None]) is None
    outcomes = [outcome("x", 0.1 * n, 0.1 * n + 2.0, 21) for n in range(1, 4)]
    waited = first_token(outcomes)
    assert waited is not None
    assert (waited.median, waited.p95) == pytest.approx((0.2, 0.3))
    fast = speed([outcome("x", 0.0, seconds, 11) for seconds in (1.0, 2.0, 5.0)])
    assert fast is not None
    assert (fast.median, fast.p95) == pytest.approx((5.0, 2.0))


def test_agreement_between_panes() -> None:
    a, b = [outcome("Yes it is."), outcome("No.")], [outcome("Yes  it is. "), Outcome(error="x")]
    held = between(a, b)
    assert held
    assert (held.exact, round(held.similar, 2)) == (0.5, round((1 + 2 / 6) / 2, 2))
    assert between(a, []) is None


def test_agreement_and_skew() -> None:
    held = agreement([outcome("Yes it is."), outcome("Yes  it is. "), outcome("No it is not."), Outcome(error="x")])
    assert held is not None
    assert held.exact == pytest.approx(2 / 3)
    assert held.similar == pytest.approx((1 + 2 * 3 / 9 * 2) / 3)
    assert agreement([outcome("x")]) is None
    assert skew([outcome("", started=1.0), outcome("", started=1.25)]) == 0.25
    assert skew([]) == 0
    assert not estimated([outcome("x"), Outcome(error="no")])
    assert estimated([Outcome("x", measurement=Measurement(0.1, 1.0, 5, None, False))])
