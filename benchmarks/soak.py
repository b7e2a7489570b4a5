"""Whether the app grows while it is used: 500 card switches and 500 chats, 20 at a time, through the page's own events;
then 100 tabs that come and go. `python -m benchmarks.soak [ROUNDS]`.

Each half is 250 and 250. What the app holds after the second half is compared with what it held after the first: memory
(VmRSS), open files, threads, and files in its temporary folder."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx

from benchmarks.support.tabs import Tab
from tests.conftest import process

CARDS = (
    "sentiment",
    "entities",
    "question-answering",
    "digits",
    "fill-mask",
    "summarization",
    "table-question-answering",
)
CHAT = "eliza"
TABS, ROUNDS, VISITS = 20, 25, 100
MOST_GROWTH = 5.0  # MB, in the second half
MOST_MORE = {"open files": 8, "threads": 2, "temporary files": 0}  # a thread of a pool, a connection kept for the next


@dataclass(frozen=True)
class Held:
    """What a process holds: memory in MB, and counts."""

    memory: float
    counts: dict[str, int]

    @classmethod
    def of(cls, process_id: int, folder: str) -> Held:
        """What it holds now."""
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process_id}/status").read_text())
        assert found is not None
        counts = [len(list(Path(f"/proc/{process_id}/{what}").iterdir())) for what in ("fd", "task")]
        files = sum(path.is_file() for path in Path(folder).rglob("*"))
        return cls(int(found[1]) / 1024, dict(zip(MOST_MORE, (*counts, files), strict=True)))

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        return f"VmRSS {self.memory:.1f} MB, {counts}"


async def switch(tab: Tab, card: str) -> None:
    """Open a card of the embedded engine."""
    tab.put(source=f"showcard/{card}")
    await tab.fire("open")
    assert card in str(tab.shown("head")), f"{card} did not open"


async def chat(tab: Tab, number: int) -> None:
    """Ask, and begin anew."""
    tab.put(in_messages=f"Hello for the time {number}")
    await tab.fire("run")
    assert "Hello for the time" in str(tab.shown("transcript"))
    await tab.fire("reset")


async def half(tabs: list[Tab], rounds: int) -> None:
    """Every tab switches `rounds` cards, then chats as often; all at once."""

    async def one(tab: Tab, place: int) -> None:
        for number in range(rounds):
            await switch(tab, CARDS[(place + number) % len(CARDS)])
        await switch(tab, CHAT)
        for number in range(rounds):
            await chat(tab, number)

    await asyncio.gather(*(one(tab, place) for place, tab in enumerate(tabs)))


async def come_and_go(client: httpx.AsyncClient, address: str) -> None:
    """Tabs that hold what a page holds open, and are left."""
    gate = asyncio.Semaphore(TABS)

    async def visit() -> None:
        async with gate:
            tab = await Tab.arrive(client, address)
            async with client.stream("GET", f"{address}/gradio_api/heartbeat/{tab.hash}") as beats:
                async for _ in beats.aiter_lines():
                    break

    await asyncio.gather(*(visit() for _ in range(VISITS)))


async def measure(address: str, process_id: int, folder: str, rounds: int) -> list[Held]:
    """What the app holds when it is warm, after each half, and after the visits."""
    held = []
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=300, limits=limits) as client:
        tabs = await asyncio.gather(*(Tab.arrive(client, address) for _ in range(TABS)))
        await half(tabs, 2)
        held.append(Held.of(process_id, folder))
        for _ in range(2):
            await half(tabs, rounds)
            held.append(Held.of(process_id, folder))
        await come_and_go(client, address)
    await asyncio.sleep(2)  # for the app to see that they are left
    return [*held, Held.of(process_id, folder)]


def main() -> int:
    """Print the figures; 1 where one misses its limit."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with (
        tempfile.TemporaryDirectory() as folder,
        process("app.py", "--port", "0", HF_ENDPOINT="http://127.0.0.1:10", TMPDIR=folder) as (app, address),
    ):
        warm, first, second, left = asyncio.run(measure(address, app.pid, folder, (rounds + 1) // 2))
    each = TABS * ((rounds + 1) // 2)
    for what, one in (("warm", warm), ("after the first half", first), ("after the second", second)):
        print(f"{what}: {one}")
    print(f"after {VISITS} more tabs came and went: {left}")
    grown = second.memory - first.memory
    print(f"{each} switches and {each} chats of the second half: {grown:+.1f} MB (limit {MOST_GROWTH:g})")
    more = {what: held.counts[what] - first.counts[what] for held in (second, left) for what in MOST_MORE}
    missed = [what for what, most in MOST_MORE.items() if more[what] > most]
    for what in missed:
        print(f"{what}: {more[what]:+d} (limit {MOST_MORE[what]})")
    return int(grown > MOST_GROWTH or bool(missed))


if __name__ == "__main__":
    sys.exit(main())
