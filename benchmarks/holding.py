"""Whether one person can hold the others up: `python benchmarks/holding.py [--only NAME] [--verbose]`.

While one person opens a bomb after another (`support/bombs.py`), another one's `/health` and a streaming answer are
timed. The peer is the same person opening as many ordinary cards in the same run: the other's worst delay is at most
three times as long with bombs. Every bomb ends in an answer or a sentence, within sixty times what an ordinary card
takes, and each of the other's answers comes whole."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
import websockets

from benchmarks.support.report import Report, app, parser, run
from benchmarks.support.visitors import Page, Visit, Visitor
from tests.conftest import process

ORDINARY = 60  # cards that are opened beside
MORE, LONGER = 3.0, 60.0
SMALLEST = "tabs before a key"
PAUSE = 0.05  # seconds between two looks at /health
RATE, LENGTH = 40, 100  # tokens a second of the other person's answer, and how many before the next question


@dataclass
class Delays:
    """Milliseconds: of each look at /health, and between two updates of an answer."""

    health: list[float] = field(default_factory=list)
    updates: list[float] = field(default_factory=list)

    def since(self, seen: Delays) -> float:
        """The worst of what is new since a last look, which `seen` takes note of."""
        new = [*self.health[len(seen.health) :], *self.updates[len(seen.updates) :]]
        seen.health, seen.updates = list(self.health), list(self.updates)
        return max(new, default=0.0)

    def said(self) -> str:
        """The worst of each, and the 99th percentile."""
        said = []
        for name, found in (("/health", self.health), ("updates", self.updates)):
            high = sorted(found)[int(0.99 * len(found))]
            said.append(f"{name} worst {max(found):.0f} ms, 99th percentile {high:.0f} of {len(found)}")
        return "; ".join(said)


class Watched(Visitor):
    """A person who reads answers, and notes when each update comes."""

    def __init__(self, client: httpx.AsyncClient, page: Page, delays: Callable[[], Delays]) -> None:
        super().__init__(client, page)
        self.delays = delays

    async def _read(self, feed: str, started: float, visit: Visit) -> list[str]:
        address, last, open_ = self.page.address.replace("http", "ws", 1), 0.0, 2
        async with websockets.connect(f"{address}/live/{feed}", compression=None, max_size=None) as socket:
            async for line in socket:
                now = perf_counter()
                if last:
                    self.delays().updates.append(1000 * (now - last))
                last = now
                open_ -= "e" in json.loads(line)
                if not open_:
                    break
        kept = (await self.client.get(f"{self.page.address}/kept/{feed}/comparison")).json()
        return [pane["messages"][-1]["variants"][-1]["content"] for pane in kept["panes"]]


class Other:
    """The other person, at the app all the time; `delays` is where the figures of now go."""

    def __init__(self, address: str, paced: str) -> None:
        self.app, self.paced = address, paced
        self.delays = Delays()
        self.answers = 0
        self.answered = asyncio.Event()

    @contextlib.asynccontextmanager
    async def there(self) -> AsyncIterator[None]:
        async with httpx.AsyncClient(timeout=120) as client:
            watched = Watched(client, await Page.open(client, self.app, "/compare"), lambda: self.delays)
            await watched.lay_out(f"paced-{RATE}-{LENGTH}", self.paced)
            tasks = [asyncio.create_task(self._health(client)), asyncio.create_task(self._ask(watched))]
            try:
                yield
                for task in tasks:
                    if task.done():
                        task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _health(self, client: httpx.AsyncClient) -> None:
        while True:
            began = perf_counter()
            (await client.get(f"{self.app}/health")).raise_for_status()
            self.delays.health.append(1000 * (perf_counter() - began))
            await asyncio.sleep(PAUSE)

    async def _ask(self, watched: Watched) -> None:
        while True:
            visit = await watched.ask()
            assert len(set(visit.answers)) == 1
            assert len(visit.answers[0]) > LENGTH
            self.answers += 1
            self.answered.set()


async def opened(address: str, server: str, what: list[str], other: Other, verbose: bool) -> list[dict[str, Any]]:
    """Open bombs or ordinary cards, in a process of their own; how each ended, and the worst delay meanwhile."""
    command = [sys.executable, "benchmarks/support/bombing.py", address, server, *what]
    opening = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, limit=2**24)
    assert opening.stdout is not None
    ended: list[dict[str, Any]] = []
    seen = Delays()
    async for line in opening.stdout:
        found = json.loads(line)
        ended.append(found)
        found["held"] = other.delays.since(seen)
        found["lost"] = not found["said"] or found["said"].startswith("!!")
        if verbose or found["lost"]:
            print(
                f"  {found['kind']:<8} {found['name']:<44} {found['seconds']:6.2f} s  {found['said'][:150]}", flush=True
            )
    await opening.wait()
    return ended


async def measure(address: str, server: str, paced: str, asked: Namespace, report: Report) -> None:
    """The figures."""
    other = Other(address, paced)
    async with other.there():
        await asyncio.sleep(1 if report.small else 3)
        quiet = other.delays = Delays()
        count = 2 if report.small else ORDINARY
        ordinary = await opened(address, server, ["--plain", str(count)], other, False)
        under = other.delays = Delays()
        bombs = await opened(address, server, [asked.only], other, asked.verbose)
        await other.answered.wait()  # small runs are over before the first
        other.delays = Delays()
    print(f"  beside {len(ordinary)} ordinary cards: {quiet.said()}")
    print(f"  beside {len(bombs)} bombs: {under.said()}")
    for found in sorted(bombs, key=lambda found: -found["held"])[:5]:
        print(f"  held the others up most: {found['held']:6.0f} ms  {found['name']}")
    lost = [found["name"] for found in (*ordinary, *bombs) if found["lost"]]
    report.proof(
        f"{len(ordinary)} cards and {len(bombs)} bombs ended in an answer or a sentence", bool(bombs) and not lost
    )
    report.proof(f"{other.answers} answers of the other person came whole", other.answers > 0)
    report.ratio("worst look at /health beside bombs, of beside cards", max(under.health), max(quiet.health), most=MORE)
    report.ratio("worst update beside bombs, of beside cards", max(under.updates), max(quiet.updates), most=MORE)
    slowest = max(bombs, key=lambda found: found["seconds"])
    usual = statistics.median(found["seconds"] for found in ordinary)
    report.ratio(f"slowest bomb ({slowest['name']}), of an ordinary card", slowest["seconds"], usual, most=LONGER)


def main() -> int:
    """The table; 1 when a figure is above its limit."""
    options = parser(__doc__)
    options.add_argument("--only", default="", metavar="NAME", help="the bombs whose names hold this")
    options.add_argument("--verbose", action="store_true", help="say how each bomb ended")
    asked = options.parse_args()
    if asked.small:
        asked.only = asked.only or SMALLEST
    report = Report(asked.small)
    print(f"load {os.getloadavg()[0]:.1f}")
    with (
        app() as (_, address),
        process("benchmarks/support/bombing.py", "server") as (_, server),
        process("benchmarks/support/paced.py") as (_, paced),
    ):
        asyncio.run(measure(address, server, paced, asked, report))
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    return report.end()


if __name__ == "__main__":
    run(main)
