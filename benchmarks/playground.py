"""How fast the compare page is, beside a plain pair of gr.Chatbot: `python benchmarks/playground.py [--short]`.

In Chromium: two panes at 100 tokens/s over 40 messages of 2 KB, the cost of an update, and the browser's work for
answers of 2,000 and 8,000 tokens. Without one: 20 sessions end to end, 100 from a source within the process, and what
a first session costs a second one. The peer is that pair, with the same source in the same run. Every answer has to
come whole. `--small` is a few short sessions, without a browser."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
from playwright.sync_api import Page as Tab
from playwright.sync_api import Playwright, sync_playwright

from benchmarks.support.paced import DOCUMENT, tokens
from benchmarks.support.report import Report, app, parser, processor
from benchmarks.support.report import run as to_its_end
from benchmarks.support.visitors import Page, Visit, Visitor
from tests.browser.conftest import FLAGS
from tests.conftest import chromium, clean_environment

ROOT = Path(__file__).resolve().parents[1]
TURNS, MESSAGE = 20, 2_000
SPREAD = 3.0  # seconds within which 100 sessions begin: asking costs this script more than it costs the app


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
    before, used = watched.busy(), processor(watched.server.pid) if watched.server else 0.0
    tab.locator("#ask textarea").fill("Go")
    tab.keyboard.press("Control+Enter")
    for letter in "AB":
        tab.wait_for_selector(f"#transcript-{letter} .turn:nth-of-type({2 * turns + 2}) .stats", timeout=240_000)
    tab.wait_for_function("document.querySelector('#send:not([disabled])')")
    tab.wait_for_timeout(300)
    watched.used = processor(watched.server.pid) - used if watched.server else 0.0
    return tab.evaluate("window.changed") / 1000, watched.busy() - before


def ask_plain(watched: Watched, address: str, model: str) -> tuple[float, float]:
    """What the plain pair of calls takes."""
    tab = watched.tab
    tab.goto(address)
    tab.wait_for_selector("#text textarea")
    tab.wait_for_timeout(1_000)
    tab.evaluate(WATCH, "#left, #right")
    before, used = watched.busy(), processor(watched.server.pid) if watched.server else 0.0
    tab.locator("#text textarea").fill(model)
    with tab.expect_response(lambda answer: "queue/join" in answer.url):
        tab.locator("#send").click()
    quiet = "window.changed && performance.timeOrigin + performance.now() - window.changed > 2500"
    tab.wait_for_function(quiet, timeout=240_000, polling=250)
    watched.used = processor(watched.server.pid) - used if watched.server else 0.0
    return tab.evaluate("window.changed") / 1000, watched.busy() - before


def in_the_browser(playwright: Playwright, source: str, count: int, report: Report) -> None:
    """The figures that a browser shows."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    model, text = f"paced-100-{count}", "".join(tokens(count))
    history = json.dumps(
        [{"role": role, "content": (DOCUMENT * 8)[:MESSAGE]} for _ in range(TURNS) for role in ("user", "assistant")]
    )
    print(f"Two panes at 100 tokens/s for {count / 100:g} s, over {2 * TURNS} messages of 2 KB in each", flush=True)
    with served("plain", source, HISTORY=history) as (server, address):
        watched = Watched(browser.new_page(), server)
        done, plain_busy = ask_plain(watched, address, model)
        plain_late, plain_used = done - max(httpx.get(f"{source}/ended").json()), watched.used
        said = [watched.tab.locator(f"#{side} .message").last.inner_text() for side in ("left", "right")]
        report.proof("the plain pair shows both answers", all("tide()" in one for one in said))
    with served("ours") as (server, address):
        watched = Watched(browser.new_page(), server)
        done, busy = ask_ours(watched, address, source, model, TURNS)
        late = done - max(httpx.get(f"{source}/ended").json())
        said = [watched.tab.locator(f"#transcript-{letter} .turn").last.inner_text() for letter in "AB"]
        whole = text.count("tells: see")
        report.proof("ours shows both answers, whole", all(one.count("tells: see") == whole for one in said))
        report.figure("the browser finishes after the server", late, "s")
        report.ratio("the same, of the plain pair", max(late, 0.0), plain_late, most=1)
        report.ratio("bytes an update, of a whole answer", statistics.mean(watched.sizes), len(text), most=0.2)
        report.ratio("processor of the server, of the plain pair's", watched.used, plain_used, most=1)
        report.ratio("main thread of the browser, of the plain pair's", busy, plain_busy, most=1)
        lengths = (500, 2_000) if count < 600 else (2_000, 8_000)
        taken = []
        for length in lengths:
            watched = Watched(browser.new_page())
            taken.append(ask_ours(watched, address, source, f"paced-400-{length}", 0)[1])
            report.figure(f"main thread for two answers of {length:,} tokens at 400 tokens/s", taken[-1], "s")
        report.ratio("four times the tokens, of the main thread for one time", taken[1], taken[0], most=4.5)
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


@dataclass(frozen=True)
class Seen:
    """What sessions saw: answers that are not whole, the slowest of them in seconds, and the first token's 95th
    percentile in seconds."""

    lost: int
    slowest: float
    first: float


def many(kind: str, source: str, sessions: int, seconds: float, spread: float = 0.0) -> Seen:
    """So many sessions with two panes at 50 tokens/s, from the source or from within the process."""
    count = int(50 * seconds)
    model, text = f"paced-50-{count}", "".join(tokens(count)).strip()
    more = () if kind in ("ours", "shared", "synthetic") else (source,)
    with app() if kind == "shared" else served("plain" if more else kind, *more) as (_, address):
        found = asyncio.run(visits(address, sessions, model, None if more else source or "http://127.0.0.1:9", spread))
    lost = sum(answer.strip() != text for visit in found for answer in visit.answers)
    lost += 2 * sessions - sum(len(visit.answers) for visit in found)
    firsts = [visit.first for visit in found]
    first = statistics.quantiles(firsts, n=20)[-1] if sessions > 1 else firsts[0]
    return Seen(lost, max(visit.total for visit in found), first)


def against(ours: Seen, plain: Seen, sessions: int, seconds: float, report: Report) -> None:
    """Sessions of ours beside those of the plain pair."""
    report.proof(f"{2 * sessions} answers came whole ({plain.lost} of the plain pair's did not)", not ours.lost)
    report.figure("slowest session, of the ideal time", ours.slowest / seconds, "times")
    report.ratio("slowest session, of the plain pair's", ours.slowest, plain.slowest, most=1.02)
    report.figure("first token, 95th percentile", 1000 * ours.first, "ms")
    report.ratio("the same, of the plain pair's", ours.first, plain.first, most=1)


def beside_another(source: str, times: int, report: Report) -> None:
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
    report.figure("first token of a session alone", 1000 * alone, "ms")
    report.ratio("later beside another session that streams two panes, of alone", beside, alone, most=2)


def main() -> int:
    """Everything, printed; 1 when a limit was missed."""
    options = parser(__doc__)
    options.add_argument("--short", action="store_true", help="smaller numbers, to see that it runs")
    options.add_argument("--only", choices=("browser", "sessions"), help="one half of it")
    asked = options.parse_args()
    report = Report(asked.small)
    if asked.small:
        with process("benchmarks/support/paced.py") as (_, source):
            report.proof("2 sessions have whole answers", not many("shared", source, 2, 0.5).lost)
        return report.end()
    seconds, few, lot = (3.0, 5, 20) if asked.short else (10.0, 20, 100)
    if asked.only != "sessions":
        with process("benchmarks/support/paced.py") as (_, source), sync_playwright() as playwright:
            in_the_browser(playwright, source, 300 if asked.short else 600, report)
    if asked.only == "browser":
        return report.end()
    with process("benchmarks/support/paced.py") as (_, source):
        print("A second session beside a first", flush=True)
        beside_another(source, 3 if asked.short else 7, report)
        print(f"{few} sessions that begin at once, two panes at 50 tokens/s each, end to end", flush=True)
        ours, plain = many("ours", source, few, seconds), many("plain", source, few, seconds)
        against(ours, plain, few, seconds, report)
    print(f"{lot} sessions that begin within {SPREAD:g} s, the same from a source within the process", flush=True)
    ours, plain = many("synthetic", "", lot, seconds, SPREAD), many("plain", "-", lot, seconds, SPREAD)
    against(ours, plain, lot, seconds, report)
    return report.end()


if __name__ == "__main__":
    to_its_end(main)
