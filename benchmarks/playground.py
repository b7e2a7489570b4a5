"""How fast the compare page is, beside a plain pair of gr.Chatbot: `python benchmarks/playground.py [--short]`.

In Chromium: two panes at 100 tokens/s over 40 messages of 2 KB, the cost of an update, and the browser's work for
answers of 2,000 and 8,000 tokens. Without one: 20 sessions end to end, 100 from a source within the process, and what
a first session costs a second one. Everything of one run on one machine; each line ends with its limit."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
from playwright.sync_api import Page as Tab
from playwright.sync_api import Playwright, sync_playwright

from benchmarks.support.paced import DOCUMENT, tokens
from benchmarks.support.visitors import Page, Visit, Visitor
from tests.browser.conftest import FLAGS
from tests.conftest import chromium, clean_environment

ROOT = Path(__file__).resolve().parents[1]
TURNS, MESSAGE = 20, 2_000
SPREAD = 3.0  # seconds within which 100 sessions begin: asking costs this script more than it costs the app
failed: list[str] = []


def told(what: str, value: float, unit: str, limit: float | None = None) -> None:
    """Print a figure with its limit."""
    good = limit is None or value <= limit
    if not good:
        failed.append(what)
    ends = "" if limit is None else f"   limit {limit:g} {unit}{'' if good else '   MISSED'}"
    print(f"  {what:<66} {value:8.2f} {unit}{ends}", flush=True)


@contextmanager
def process(*command: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of ours, and the address it prints; it ends with the block."""
    started = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=clean_environment(PYTHONPATH=str(ROOT), HF_ENDPOINT="http://127.0.0.1:10", **environment),
    )  # fmt: skip
    assert started.stdout is not None
    try:
        yield started, next(word for word in started.stdout.readline().split() if word.startswith("http"))
    finally:
        started.terminate()
        started.wait(20)


def served(kind: str, *more: str, **environment: str) -> Any:
    """A server of `support/served.py`."""
    return process("benchmarks/support/served.py", kind, *more, **environment)


def cpu(server: subprocess.Popen[str]) -> float:
    """The seconds of CPU that a process has used."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# In Chromium


def comparison(base_url: str, model: str, turns: int) -> str:
    """Two panes that talked already, as the browser keeps them."""
    text = (DOCUMENT * 8)[:MESSAGE]
    turn = [{"role": role, "variants": [{"content": text}]} for role in ("user", "assistant")]
    pane = {"settings": {"model": model, "base_url": base_url}, "messages": turn * turns}
    return json.dumps({"showcard": "comparison", "version": 1, "panes": [pane, pane], "media": {}})


WATCH = """(selector) => {
    window.changed = 0;
    for (const found of document.querySelectorAll(selector))
        new MutationObserver(() => { window.changed = performance.timeOrigin + performance.now(); })
            .observe(found, {childList: true, subtree: true, characterData: true});
}"""


class Watched:
    """A tab with its costs: bytes that came by socket or by event stream, updates, seconds of the main thread."""

    def __init__(self, tab: Tab, server: subprocess.Popen[str] | None = None) -> None:
        self.tab = tab
        self.sizes: list[int] = []
        self.server = server
        self.used = 0.0  # seconds of the server's CPU, from the question to the end of the answers
        self.tools = tab.context.new_cdp_session(tab)
        self.tools.send("Network.enable")
        self.tools.send("Performance.enable")
        self.tools.on("Network.webSocketFrameReceived", lambda e: self.sizes.append(len(e["response"]["payloadData"])))

    def busy(self) -> float:
        """Seconds of tasks on the main thread so far."""
        metrics = self.tools.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def ask_ours(watched: Watched, address: str, base_url: str, model: str, turns: int) -> tuple[float, float]:
    """Ask both panes of the compare page; when the browser was done (epoch), and its main thread's seconds."""
    tab = watched.tab
    tab.goto(f"{address}/compare")
    tab.wait_for_selector("#head-B .pane-head")
    tab.evaluate(
        "async (text) => (await import(document.querySelector(`link[href$='compare/posting.js']`).href))"
        ".post(text, '#restore', '#restore-go')",
        comparison(base_url, model, turns),
    )
    tab.wait_for_function("(name) => document.querySelector('#head-B')?.textContent.includes(name)", arg=model)
    if turns:
        tab.wait_for_function(f"document.querySelectorAll('#transcript-B .turn').length === {2 * turns}")
    tab.evaluate(WATCH, "#panes")
    watched.sizes.clear()
    before, used = watched.busy(), cpu(watched.server) if watched.server else 0.0
    tab.locator("#ask textarea").fill("Go")
    tab.keyboard.press("Control+Enter")
    for letter in "AB":
        tab.wait_for_selector(f"#transcript-{letter} .turn:nth-of-type({2 * turns + 2}) .stats", timeout=240_000)
    tab.wait_for_function("document.querySelector('#send:not([disabled])')")
    tab.wait_for_timeout(300)
    watched.used = cpu(watched.server) - used if watched.server else 0.0
    return tab.evaluate("window.changed") / 1000, watched.busy() - before


def ask_plain(watched: Watched, address: str, model: str) -> tuple[float, float]:
    """The same of the plain pair."""
    tab = watched.tab
    tab.goto(address)
    tab.wait_for_selector("#text textarea")
    tab.wait_for_timeout(1_000)
    tab.evaluate(WATCH, "#left, #right")
    before = watched.busy()
    tab.locator("#text textarea").fill(model)
    with tab.expect_response(lambda answer: "queue/join" in answer.url):
        tab.locator("#send").click()
    quiet = "window.changed && performance.timeOrigin + performance.now() - window.changed > 2500"
    tab.wait_for_function(quiet, timeout=240_000, polling=250)
    return tab.evaluate("window.changed") / 1000, watched.busy() - before


def in_the_browser(playwright: Playwright, source: str, count: int) -> None:
    """The figures that a browser shows."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    model = f"paced-100-{count}"
    history = json.dumps(
        [{"role": role, "content": (DOCUMENT * 8)[:MESSAGE]} for _ in range(TURNS) for role in ("user", "assistant")]
    )
    print(f"Two panes at 100 tokens/s for {count / 100:g} s, over {2 * TURNS} messages of 2 KB in each", flush=True)
    with served("ours") as (server, address):
        watched = Watched(browser.new_page(), server)
        done, busy = ask_ours(watched, address, source, model, TURNS)
        over = max(httpx.get(f"{source}/ended").json())
        told("the browser finishes after the server", done - over, "s", 1)
        told("bytes an update", statistics.mean(watched.sizes), "B", 400)
        told("server CPU an update, with reading the models", 1000 * watched.used / len(watched.sizes), "ms", 3)
        told("main thread of the browser", busy, "s")
        lengths = (500, 2_000) if count < 600 else (2_000, 8_000)
        taken = []
        for length in lengths:
            watched = Watched(browser.new_page())
            taken.append(ask_ours(watched, address, source, f"paced-400-{length}", 0)[1])
            told(f"main thread for two answers of {length:,} tokens at 400 tokens/s", taken[-1], "s")
        told("four times the tokens cost so many times the main thread", taken[1] / taken[0], "x", 4.5)
    with served("plain", source, HISTORY=history) as (_, address):
        httpx.get(f"{source}/ended")
        done, busy = ask_plain(Watched(browser.new_page()), address, model)
        over = max(httpx.get(f"{source}/ended").json())
        told("plain gr.Chatbot pair: the browser finishes after the server", done - over, "s")
        told("plain gr.Chatbot pair: main thread of the browser", busy, "s")
    browser.close()


# Without a browser


async def after(seconds: float, visit: Awaitable[Visit]) -> Visit:
    """A visit that begins later."""
    await asyncio.sleep(seconds)
    return await visit


async def visits(address: str, sessions: int, model: str, source: str | None, spread: float) -> list[Visit]:
    """Sessions that begin within `spread` seconds; with `source`, of the compare page, else of the plain pair."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(timeout=300, limits=limits) as client:
        page = await Page.open(client, address, "/compare" if source else "/")
        tabs = [Visitor(client, page) for _ in range(sessions)]
        if source is None:
            return list(
                await asyncio.gather(*(after(spread * n / sessions, tab.of_plain(model)) for n, tab in enumerate(tabs)))
            )
        await asyncio.gather(*(tab.lay_out(model, source) for tab in tabs))
        return list(await asyncio.gather(*(after(spread * n / sessions, tab.ask()) for n, tab in enumerate(tabs))))


def many(kind: str, source: str, sessions: int, seconds: float, limits: bool, spread: float = 0.0) -> None:
    """So many sessions with two panes at 50 tokens/s, from the source or from within the process."""
    count = int(50 * seconds)
    model, text = f"paced-50-{count}", "".join(tokens(count)).strip()
    more = () if kind in ("ours", "synthetic") else (source,)
    with served(kind if not more else "plain", *more) as (_, address):
        found = asyncio.run(visits(address, sessions, model, None if more else source or "http://127.0.0.1:9", spread))
    lost = sum(answer.strip() != text for visit in found for answer in visit.answers)
    lost += 2 * sessions - sum(len(visit.answers) for visit in found)
    name = "plain gr.Chatbot pair: " if more else ""
    slowest = max(visit.total for visit in found) / seconds
    first = statistics.quantiles([visit.first for visit in found], n=20)[-1] if sessions > 1 else found[0].first
    told(f"{name}answers that are not whole", lost, "of all", 0 if limits else None)
    told(f"{name}slowest session, as a share of the ideal time", slowest, "x", 1.05 if limits else None)
    told(f"{name}first token, 95th percentile", 1000 * first, "ms", 300 if limits else None)


def beside_another(source: str, times: int) -> None:
    """What a first session that streams costs the first token of a second one."""

    async def measure(address: str) -> tuple[float, float]:
        async with httpx.AsyncClient(timeout=300) as client:
            page = await Page.open(client, address, "/compare")
            second, busy = Visitor(client, page), Visitor(client, page)
            await second.lay_out("paced-100-20", source)
            await busy.lay_out(f"paced-100-{150 * times}", source)
            await second.ask()
            alone = [(await second.ask()).first for _ in range(times)]
            streaming = asyncio.create_task(busy.ask())
            await asyncio.sleep(0.5)
            beside = [(await second.ask()).first for _ in range(times)]
            streaming.cancel()
            await asyncio.gather(streaming, return_exceptions=True)
            return statistics.median(alone), statistics.median(beside)

    with served("ours") as (_, address):
        alone, beside = asyncio.run(measure(address))
    told("first token of a session alone", 1000 * alone, "ms")
    told("later beside another session that streams two panes", 1000 * (beside - alone), "ms", 50)


def main() -> int:
    """Everything, printed; 1 when a limit was missed."""
    parser = argparse.ArgumentParser(description="How fast the compare page is.")
    parser.add_argument("--short", action="store_true", help="smaller numbers, to see that it runs")
    parser.add_argument("--only", choices=("browser", "sessions"), help="one half of it")
    options = parser.parse_args()
    seconds, few, lot = (3.0, 5, 20) if options.short else (10.0, 20, 100)
    with ExitStack() as stack:
        _, source = stack.enter_context(process("benchmarks/support/paced.py"))
        if options.only != "sessions":
            playwright = stack.enter_context(sync_playwright())
            in_the_browser(playwright, source, 300 if options.short else 600)
            stack.close()
    if options.only == "browser":
        return _end()
    with process("benchmarks/support/paced.py") as (_, source):
        print("A second session beside a first", flush=True)
        beside_another(source, 3 if options.short else 7)
        print(f"{few} sessions that begin at once, two panes at 50 tokens/s each, end to end", flush=True)
        many("ours", source, few, seconds, True)
        many("plain", source, few, seconds, False)
    for spread, limits in ((SPREAD, True), (0.0, False)):
        begin = f"within {spread:g} s" if spread else "at once"
        print(f"{lot} sessions that begin {begin}, the same from a source within the process", flush=True)
        many("synthetic", "", lot, seconds, limits, spread)
        many("plain", "-", lot, seconds, False, spread)
    return _end()


def _end() -> int:
    print(f"missed: {', '.join(failed)}" if failed else "every limit is kept")
    return int(bool(failed))


if __name__ == "__main__":
    started = time.perf_counter()
    code = main()
    print(f"took {time.perf_counter() - started:.0f} s")
    sys.exit(code)
