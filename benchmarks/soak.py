"""Whether the app grows while it is used: 500 card switches and 500 chats, 20 at a time, through the page's own events;
then 100 live sockets and 100 half requests that are left, and 100 tabs that come and go, three times.
`python -m benchmarks.soak [ROUNDS]`; `--small` has two tabs and one round, and leaves three of each.

Each half is 260 and 260. What the app holds after the second half is compared with what it held after the first: memory
(VmRSS), open files, threads, and files in its temporary folder; so is what it holds after the last time that sockets
and tabs were left with the time before. Of threads it says how many there were at most meanwhile, too: a page that is
laid out has one of its own as long as that takes."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
import websockets

from benchmarks.support.report import Report, app, parser, run
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
ROUNDS = 26
MAX_GROWTH = 1.025  # what it weighs after the second half, of what it weighed after the first
# A connection may be kept for the next request, and a worker be new; threads are there from the start.
MAX_MORE = {"open files": 8, "threads": 0, "temporary files": 0}
LOOK = 0.05  # seconds
HEADERS = b"host: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"
HALF = b"POST /gradio_api/queue/join HTTP/1.1\r\n" + HEADERS
# A tab that was left may come back for minutes; here it is a second.
APP = """import sys
from showcard.ui.session import session
session.SECONDS_AWAY = session.SECONDS_LOST = 1.0
import app
sys.exit(app.main(sys.argv[1:]))"""


@dataclass(frozen=True)
class Size:
    """How many tabs there are, how many sockets, requests and tabs are left, how often, and seconds to settle."""

    tabs: int = 20
    left: int = 100
    times: int = 3
    settled: float = 4.0


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
        return cls(int(found[1]) / 1024, dict(zip(MAX_MORE, (*counts, files), strict=True)))

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


def threads_of(process_id: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{process_id}/task").iterdir()))


@asynccontextmanager
async def most_threads(process_id: int) -> AsyncIterator[list[int]]:
    """The most threads that there were in this block, as one number in a list."""
    most = [0]

    async def look() -> None:
        while True:
            most[0] = max(most[0], threads_of(process_id))
            await asyncio.sleep(LOOK)

    looking = asyncio.create_task(look())
    try:
        yield most
    finally:
        looking.cancel()


async def settled(process_id: int, folder: str, seconds: float) -> Held:
    """What a process holds a while later; of threads the more of two looks."""
    before = threads_of(process_id)
    await asyncio.sleep(seconds)
    held = Held.of(process_id, folder)
    return replace(held, counts=held.counts | {"threads": max(before, held.counts["threads"])})


async def leave_sockets(tabs: list[Tab], address: str, left: int) -> None:
    """Live sockets, and requests whose rest never comes, all open at once and left."""
    port = int(address.rsplit(":", 1)[1])
    with ExitStack() as stack:
        for number in range(left):
            opened = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            opened.sendall(HALF[: len(HALF) - number])
        feeds = [feed_of(tab) for tab in tabs]
        to = address.replace("http", "ws", 1)
        live = [websockets.connect(f"{to}/live/{feeds[number % len(feeds)]}") for number in range(left)]
        for one in await asyncio.gather(*live):
            one.transport.abort()  # as a tab that crashes: nothing is said


def feed_of(tab: Tab) -> str:
    """What names a tab to its page's script."""
    values = (value for value in tab.values.values() if isinstance(value, str))
    return next(found[1] for value in values if (found := re.search(r'data-feed="([^"]+)"', value)))


async def come_and_go(client: httpx.AsyncClient, address: str, size: Size) -> None:
    """Tabs that hold what a page holds open, and are left."""
    gate = asyncio.Semaphore(size.tabs)

    async def visit() -> None:
        async with gate:
            tab = await Tab.arrive(client, address)
            async with client.stream("GET", f"{address}/gradio_api/heartbeat/{tab.hash}") as beats:
                async for _ in beats.aiter_lines():
                    break

    await asyncio.gather(*(visit() for _ in range(size.left)))


async def measure(address: str, process_id: int, folder: str, rounds: int, size: Size) -> dict[str, Held]:
    """What the app holds when it is warm, after each half, and after each time that sockets and tabs were left."""
    held: dict[str, Held] = {}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=300, limits=limits) as client:
        tabs = await asyncio.gather(*(Tab.arrive(client, address) for _ in range(size.tabs)))
        for what, each in (("warm", min(2, rounds)), ("the first half", rounds), ("the second half", rounds)):
            async with most_threads(process_id) as most:
                await half(tabs, each)
            held[what] = await settled(process_id, folder, size.settled)
            print(f"after {what}: {held[what]}, {most[0]} at most", flush=True)
        for what in ("sockets", "tabs"):
            for time in range(size.times):
                if what == "sockets":
                    await leave_sockets(tabs, address, size.left)
                else:
                    await come_and_go(client, address, size)
                held[f"{what} {time}"] = await settled(process_id, folder, size.settled)
                print(f"after {size.left} {what} were left: {held[f'{what} {time}']}", flush=True)
    return held


@contextmanager
def started(folder: str, small: bool) -> Iterator[tuple[int, str]]:
    """The process id and the address of an app whose files are in a folder; any app will do for a small run."""
    if small:
        with app() as found:
            yield found
    else:
        with process("-c", APP, "--port", "0", HF_ENDPOINT="http://127.0.0.1:10", TMPDIR=folder) as (made, address):
            yield made.pid, address


def main() -> int:
    """Print the figures; 1 where one misses its limit. Each switch and each chat is looked at as it is made."""
    options = parser(__doc__)
    options.add_argument("rounds", type=int, nargs="?", default=ROUNDS)
    asked = options.parse_args()
    report, size = Report(asked.small), Size(2, 3, 2, 0.2) if asked.small else Size()
    rounds = 1 if asked.small else asked.rounds // 2
    with tempfile.TemporaryDirectory() as folder, started(folder, asked.small) as (process_id, address):
        held = asyncio.run(measure(address, process_id, folder, rounds, size))
    made = size.tabs * rounds
    for what, first, second in (
        (f"{made} switches and {made} chats", "the first half", "the second half"),
        (f"{size.left} sockets and half requests", f"sockets {size.times - 2}", f"sockets {size.times - 1}"),
        (f"{size.left} tabs", f"tabs {size.times - 2}", f"tabs {size.times - 1}"),
    ):
        grown = f"memory after {what} more, of before"
        report.ratio(grown, held[second].memory, held[first].memory, most=MAX_GROWTH)
        more = {one: held[second].counts[one] - held[first].counts[one] for one in MAX_MORE}
        counts = ", ".join(f"{more[one]:+d} {one} ({most})" for one, most in MAX_MORE.items())
        kept = asked.small or all(more[one] <= most for one, most in MAX_MORE.items())
        report.proof(f"{what} more: {counts}", kept)
    return report.end()


if __name__ == "__main__":
    run(main)
