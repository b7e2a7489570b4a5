"""The same question several times: how long the answers take, and how far they agree."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations, product
from math import ceil
from statistics import median

from showcard.wire.request import Request

from .jobs import run_jobs
from .outcome import Ask, Outcome

MAX_SAMPLES = 20


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and the 95th percentile (nearest rank) of a few values."""

    median: float
    p95: float
    count: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far answers agree, each 0 to 1: the share that is the most frequent answer, white space aside, and the mean
    share of words that two of them have in common."""

    exact: float
    similar: float


@dataclass(slots=True)
class Samples:
    """The outcomes by pane, in the order they ended; `wanted` of each."""

    wanted: int
    by_pane: dict[str, list[Outcome]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many have ended."""
        return sum(map(len, self.by_pane.values()))


async def sample(
    requests: Mapping[str, Request], count: int, ask: Ask, parallel: bool, stop: asyncio.Event | None = None
) -> AsyncGenerator[Samples, None]:
    """Ask each pane's Request `count` times: all at once, or one after the other. Yields the samples as they grow, the
    same object each time, at least every 200 ms."""
    count = min(max(count, 1), MAX_SAMPLES)
    samples = Samples(count, {name: [] for name in requests})
    jobs = {(n, name): partial(ask, request) for n in range(count) for name, request in requests.items()}
    async with aclosing(run_jobs(jobs, len(jobs) if parallel else 1, stop)) as ended:
        async for batch in ended:
            for done in batch:
                samples.by_pane[done.key[1]].append(done.result)
            yield samples


def spread(values: Sequence[float | None]) -> Spread | None:
    """The spread of the values that are known, None where none is."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    return Spread(median(known), known[ceil(0.95 * len(known)) - 1], len(known))


def first_token(outcomes: Sequence[Outcome]) -> Spread | None:
    """The spread of the time to first token, in seconds."""
    return spread([one.measurement.time_to_first_token for one in outcomes if one.measurement])


def speed(outcomes: Sequence[Outcome]) -> Spread | None:
    """The spread of the speed, in tokens per second; its p95 is the slow end: 95 % are at least as fast."""
    found = spread([-s for one in outcomes if one.measurement and (s := one.measurement.tokens_per_second)])
    return Spread(-found.median, -found.p95, found.count) if found else None


def estimated(outcomes: Sequence[Outcome]) -> bool:
    """Whether any token count, and so the speed, is an estimate."""
    return any(one.measurement and not one.measurement.reported for one in outcomes)


def skew(outcomes: Sequence[Outcome]) -> float:
    """The seconds between the first start and the last one."""
    starts = [one.started for one in outcomes]
    return max(starts) - min(starts) if starts else 0.0


def agreement(outcomes: Sequence[Outcome]) -> Agreement | None:
    """How far the answers agree, None where there are less than two."""
    texts = _texts(outcomes)
    if len(texts) < 2:
        return None
    pairs = [in_common(a, b) for a, b in combinations(map(_words, texts), 2)]
    return Agreement(Counter(texts).most_common(1)[0][1] / len(texts), sum(pairs) / len(pairs))


def between(some: Sequence[Outcome], others: Sequence[Outcome]) -> Agreement | None:
    """How far the answers of two panes agree: the share of pairs that are the same, and the mean of their words in
    common. None where a pane has no answer."""
    pairs = list(product(_texts(some), _texts(others)))
    if not pairs:
        return None
    common = [in_common(_words(a), _words(b)) for a, b in pairs]
    return Agreement(sum(a == b for a, b in pairs) / len(pairs), sum(common) / len(pairs))


def _texts(outcomes: Sequence[Outcome]) -> list[str]:
    return [" ".join(one.content.split()) for one in outcomes if not one.error]


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+|[^\w\s]", text))


def in_common(a: Counter[str], b: Counter[str]) -> float:
    """The share of words that two texts have in common, in any order."""
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 1.0
