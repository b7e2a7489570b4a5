"""How soon a call ends when nobody waits for it any more: `python benchmarks/leaving.py [--times 10]`.

In Chromium, against a server that never ends its answer: from the moment the tab is closed, leads elsewhere, or Stop is
clicked, until that server sees its connection end. For a plain call and a stream on the model page, and for two panes
of the compare page, whose later connection counts. The peer is what the browser takes to lead an idle tab elsewhere, to
the end of that (`page.goto("/health")`), of which the slowest counts too."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, sleep

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.support.report import Report, app, parser
from benchmarks.support.report import run as to_its_end
from tests.browser.conftest import FLAGS
from tests.browser.test_leaving import ask_both, on_the_model_page, run
from tests.browser.test_model_page import open_text
from tests.browser.test_where_it_runs import CHAT
from tests.conftest import chromium
from tests.support.patient import Patient, patient

MOST = 3.0  # times as long as the slowest of the peer
SETTLED = 0.5  # seconds that a call runs before it is left


def plain(page: Page, upstream: Patient) -> None:
    """A plain call on the model page."""
    on_the_model_page(page, upstream)
    run(page, upstream)


def stream(page: Page, upstream: Patient) -> None:
    """A stream on the model page."""
    on_the_model_page(page, upstream)
    open_text(page, CHAT)
    expect(page.get_by_role("button", name="Tools and structured output")).to_be_visible()
    expect(page.locator("#status")).to_contain_text("Runs on your endpoint")
    page.locator("#in-messages textarea").fill("Hello")
    run(page, upstream, "Send")
    expect(page.locator("#result")).to_contain_text("word")


def close(page: Page) -> None:
    """The tab is closed."""
    page.close()


def leave(page: Page) -> None:
    """The tab leads elsewhere."""
    page.goto("/health")


def stop(page: Page) -> None:
    """Stop is clicked."""
    stopping = page.locator("#stop, #stop-all").locator("visible=true")
    stopping.dispatch_event("click")  # without what Playwright waits for before a click of its own


def main() -> int:
    """The table; 1 when a figure is above the limit."""
    options = parser(__doc__)
    options.add_argument("--times", type=int, default=10)
    asked = options.parse_args()
    report, times = Report(asked.small), 1 if asked.small else asked.times
    pairs = [(begin, end) for begin in (plain, stream, ask_both) for end in (close, leave, stop)]
    with app() as (_, address), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)

        def taken(begin: Callable[[Page, Patient], None], end: Callable[[Page], None]) -> float:
            with patient() as upstream:
                context = browser.new_context(base_url=address)
                page = context.new_page()
                page.set_default_timeout(30_000)
                begin(page, upstream)
                sleep(SETTLED)
                started = perf_counter()
                end(page)
                ended = [upstream.left.get(timeout=30) for _ in range(2 if begin is ask_both else 1)]
                context.close()
                return 1000 * (max(ended) - started)

        def elsewhere() -> float:
            page = browser.new_page(base_url=address)
            page.goto("/")
            expect(page.locator("#head h1")).to_be_visible()
            started = perf_counter()
            page.goto("/health")
            found = 1000 * (perf_counter() - started)
            page.close()
            return found

        peer = max(elsewhere() for _ in range(times))
        report.figure(f"the browser leads elsewhere, the slowest of {times}", peer, "ms")
        for begin, end in pairs[:1] if asked.small else pairs:
            found = sorted(taken(begin, end) for _ in range(times))
            name = f"{(begin.__doc__ or '').rstrip('.')}; {(end.__doc__ or '').rstrip('.').lower()}"
            report.proof(f"{name}: the server saw {len(found)} connections end", len(found) == times)
            report.figure(f"{name}: median", statistics.median(found), "ms")
            report.ratio(f"{name}: the slowest, of that", found[-1], peer, most=MOST)
        browser.close()
    return report.end()


if __name__ == "__main__":
    to_its_end(main)
