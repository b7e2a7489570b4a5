"""Remakes docs/screenshots from the running app: `make screenshots`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import chromium, process

HERE = Path(__file__).parent / "screenshots"
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
QUESTION = "What is a pipeline tag?"


def model(page: Page) -> None:
    """The first page, with a live answer."""
    page.goto("/")
    page.locator("#result .badge").wait_for()
    page.locator("#in-text textarea").fill("The staff were friendly, but the soup was cold.")
    page.keyboard.press("Control+Enter")
    page.locator("#result .badge.live").wait_for()


def compare(page: Page) -> None:
    """Two answers, both finished."""
    page.goto("/compare")
    page.locator("#pane-B").wait_for()
    page.locator("#ask textarea").fill(QUESTION)
    page.keyboard.press("Control+Enter")
    for name in "AB":
        page.locator(f"#transcript-{name} .stats").wait_for()


def main() -> None:
    """Every page in light, dark and on a phone."""
    HERE.mkdir(exist_ok=True)
    with process("app.py", "--port", "0") as (_, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--headless", "--no-sandbox"])
        for name, show in {"model": model, "compare": compare}.items():
            for kind, viewport, scheme in (("light", WIDE, "light"), ("dark", WIDE, "dark"), ("phone", PHONE, "light")):
                context = browser.new_context(base_url=address, viewport=viewport, color_scheme=scheme)
                page = context.new_page()
                show(page)
                page.screenshot(path=HERE / f"{name}-{kind}.png")
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
