"""What the app weighs, and what each open page adds: `python benchmarks/memory.py [PAGES]` (12).

Opens pages in Chromium, each in a context of its own as another person would have it, runs the first example, asks both
models of the comparison, and leaves the pages open; what each answered is looked at. Memory is what the kernel counts
as resident (VmRSS). A person more may add 2 % of what the app weighs after its first two."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Browser, sync_playwright

from benchmarks.support.report import Report, app, children, parser, resident, run
from tests.browser.conftest import FLAGS
from tests.conftest import chromium

MOST = 0.02


def engine_of(app_id: int) -> int:
    """The process of the embedded engine: the first that the app starts with it, as the other stands by."""
    return min(one for one, command in children(app_id).items() if "showcard.local" in command)


def use(browser: Browser, url: str) -> bool:
    """Opens the two pages as a new person, and uses them; whether both answered."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(url)
    page.locator("#result .badge").wait_for()
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator("#result .badge", has_text="Live").wait_for()
    other = context.new_page()
    other.set_default_timeout(60_000)
    other.goto(f"{url}/compare")
    other.locator("#ask textarea").first.fill("Tell me a story about a fox.")
    other.get_by_role("button", name="Send").click()
    for letter in "AB":
        other.locator(f"#transcript-{letter} .turn.assistant .stats").wait_for()
    said = [other.locator(f"#transcript-{letter} .turn.assistant").inner_text() for letter in "AB"]
    return "POSITIVE" in page.locator("#result").inner_text() and all(map(str.strip, said))


def main() -> int:
    """Prints the figures; 1 where one does not hold."""
    options = parser(__doc__)
    options.add_argument("pages", type=int, nargs="?", default=12, help="how many people")
    asked = options.parse_args()
    report, people = Report(asked.small), 1 if asked.small else asked.pages
    with app() as (process_id, url), sync_playwright() as driver:
        engine = engine_of(process_id)
        report.figure("the app as started", resident(process_id), "MB")
        report.figure("the engine as started", resident(engine), "MB")
        browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        answered = [use(browser, url) for _ in range(0 if asked.small else 2)]  # what first visits load stays for all
        warm = resident(process_id)
        report.figure("the app after its first people", warm, "MB")
        report.figure("the engine after its first people", resident(engine), "MB")
        answered += [use(browser, url) for _ in range(people)]
        report.proof(f"both pages answered each of {len(answered)} people", all(answered))
        added = (resident(process_id) - warm) / people
        report.figure(f"a person more, of {people}", added, "MB")
        report.ratio("a person with two open pages adds, of what the app weighs", added, warm, most=MOST)
        browser.close()
    return report.end()


if __name__ == "__main__":
    run(main)
