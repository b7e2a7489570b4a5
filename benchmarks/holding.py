"""Whether one person can hold the others up: `python benchmarks/holding.py [--only NAME] [--verbose]`.

While one person opens a bomb after another (`support/bombs.py`), another one's `/health` and a streaming answer are
timed. Limits: their worst delay at most 100 ms above that of some seconds without bombs in the same run; every bomb
ends in an answer or a sentence within 10 s."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
import websockets

from benchmarks.support.visitors import Page, Visit, Visitor
from tests.conftest import process

QUIET_SECONDS = 30.0
MORE_MS, MAX_SECONDS = 100.0, 10.0
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

    def __init__(self, app: str, paced: str) -> None:
        self.app, self.paced = app, paced
        self.delays = Delays()
        self.answers = 0

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


async def bombed(app: str, server: str, only: str, other: Other, verbose: bool) -> list[dict[str, object]]:
    """Open the bombs, in a process of their own; how each ended, and the worst delay while it was open."""
    command = [sys.executable, "benchmarks/support/bombing.py", app, server, only]
    opening = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, limit=2**24)
    assert opening.stdout is not None
    ended: list[dict[str, object]] = []
    seen = Delays()
    async for line in opening.stdout:
        found = json.loads(line)
        ended.append(found)
        found["held"] = other.delays.since(seen)
        late = found["seconds"] > MAX_SECONDS or not found["said"] or found["said"].startswith("!!")
        if verbose or late:
            print(
                f"  {found['kind']:<8} {found['name']:<44} {found['seconds']:6.2f} s  {found['said'][:150]}", flush=True
            )
        found["late"] = late
    await opening.wait()
    return ended


async def measure(app: str, server: str, paced: str, only: str, verbose: bool) -> bool:
    """The figures; whether a limit was missed."""
    other = Other(app, paced)
    async with other.there():
        await asyncio.sleep(3)
        quiet = other.delays = Delays()
        await asyncio.sleep(QUIET_SECONDS)
        under = other.delays = Delays()
        ended = await bombed(app, server, only, other, verbose)
        other.delays = Delays()
    print(f"  without bombs: {quiet.said()}")
    print(f"  while {len(ended)} bombs were opened: {under.said()}; {other.answers} answers came whole")
    missed = False
    for name in ("health", "updates"):
        more = max(getattr(under, name)) - max(getattr(quiet, name))
        missed |= more > MORE_MS
        print(
            f"  worst delay more, {name:<8} {more:8.0f} ms   limit {MORE_MS:g}{'   MISSED' if more > MORE_MS else ''}"
        )
    late = [found for found in ended if found["late"]]
    slowest = max(ended, key=lambda found: found["seconds"])  # type: ignore[arg-type,return-value]
    print(f"  bombs without an end in {MAX_SECONDS:g} s: {len(late)} of {len(ended)}")
    print(f"  slowest {slowest['seconds']:.1f} s: {slowest['name']}")
    for found in sorted(ended, key=lambda found: -float(str(found["held"])))[:5]:
        print(f"  held the others up most: {found['held']:6.0f} ms  {found['name']}")
    return missed or bool(late) or not ended


def main() -> int:
    """The table; 1 when a figure is above its limit."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--only", default="", metavar="NAME", help="the bombs whose names hold this")
    parser.add_argument("--verbose", action="store_true", help="say how each bomb ended")
    asked = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}")
    with (
        process("app.py", "--port", "0", HF_ENDPOINT="http://127.0.0.1:10") as (_, app),
        process("benchmarks/support/bombing.py", "server") as (_, server),
        process("benchmarks/support/paced.py") as (_, paced),
    ):
        missed = asyncio.run(measure(app, server, paced, asked.only, asked.verbose))
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
