"""What the tests of the compare page do on it: begin a comparison of two models, ask, open a tool or a file."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from showcard.playground.core.exported import to_json
from showcard.playground.core.state import Comparison, Pane, Settings

MODELS = ("org/alpha", "org/beta")


def tool(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")


def begin(page: Page, url: str, **settings: Any) -> None:
    """A new comparison of both models at an endpoint, by way of a file."""
    panes = [Pane(Settings(model, base_url=url, **settings)) for model in MODELS]
    put(page, Comparison(panes, title="scripted"))


def put(page: Page, comparison: Comparison) -> None:
    """Open a comparison from a file, and wait until it is the one on the page."""
    open_file(page, to_json(comparison))
    expect(page.locator(f'#kept [data-id="{comparison.id}"]')).to_have_count(1)


def open_file(page: Page, data: bytes, *, refused: bool = False) -> None:
    """Open a comparison, and wait until it has taken the place of the one before, or is refused."""
    tool(page, "Export")
    shown = page.locator("[data-feed][data-id]")
    before = shown.get_attribute("data-id")
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Open a JSON file").click()
    chosen.value.set_files([{"name": "c.json", "mimeType": "application/json", "buffer": data}])
    if refused:
        expect(page.locator("#exported [role=alert]")).to_be_visible()
    else:  # what it says may stand there from the file before
        expect(shown).not_to_have_attribute("data-id", before or "")
        expect(page.locator("#exported .note")).to_be_visible()


def send(page: Page, text: str) -> None:
    """Ask, and do not wait."""
    page.locator("#question textarea").fill(text)
    page.keyboard.press("Control+Enter")


def ask(page: Page, text: str, panes: str = "AB", turns: int = 1) -> None:
    """Ask, and wait for the answers."""
    send(page, text)
    for letter in panes:
        expect(page.locator(f"#transcript-{letter} .turn.assistant")).to_have_count(turns)
    expect(page.locator("#send")).to_be_enabled()
