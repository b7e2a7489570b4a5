"""What the app weighs, and what each open page adds: `python benchmarks/memory.py [PAGES]` (12).

Opens pages in Chromium, each in a context of its own as another person would have it, runs the first example, asks both
models of the comparison, and leaves the pages open. Memory is what the kernel counts as resident (VmRSS)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests.conftest import chromium, process  # noqa: E402


def resident(pid: int) -> float:
    """Megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def engine_of(app: int) -> int:
    """The process of the embedded engine."""
    told = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(app)], capture_output=True, text=True, check=True)
    return next(int(line.split()[0]) for line in told.stdout.splitlines() if "-m local " in line)


def use(browser: Browser, url: str) -> None:
    """Opens the two pages as a new person, and uses them."""
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
        other.locator(f"#transcript-{letter} .turn.assistant").wait_for()


def main() -> int:
    """Prints the figures."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    with process("app.py", "--port", "0", HF_ENDPOINT="http://127.0.0.1:10") as (app, url), sync_playwright() as driver:
        engine = engine_of(app.pid)
        print(f"as started: app {resident(app.pid):.0f} MB, engine {resident(engine):.0f} MB", flush=True)
        browser = driver.chromium.launch(executable_path=chromium(), args=["--headless", "--no-sandbox"])
        for _ in range(2):  # what the first visits load stays for all
            use(browser, url)
        warm = resident(app.pid)
        print(f"after two people: app {warm:.0f} MB, engine {resident(engine):.0f} MB", flush=True)
        for _ in range(people):
            use(browser, url)
        added = (resident(app.pid) - warm) / people
        print(f"after {people} more: app {resident(app.pid):.0f} MB, engine {resident(engine):.0f} MB")
        print(f"a person with two open pages adds {added:.2f} MB to the app")
        browser.close()
    return 0


if __name__ == "__main__":
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    sys.exit(main())
