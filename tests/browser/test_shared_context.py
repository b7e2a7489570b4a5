"""What one test leaves in the browser context that all share, the next does not find."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Error

from .conftest import SharedContext

STORE = """async () => {
  localStorage.kept = "1";
  document.cookie = "kept=1";
  await new Promise((done) => { indexedDB.open("kept").onsuccess = done; });
  open("/health");
}"""
STORED = "async () => [{ ...localStorage }, document.cookie, (await indexedDB.databases()).map((one) => one.name)]"


def test_nothing_stored_and_no_tab_is_left_to_the_next(shared_context: SharedContext, app_url: str) -> None:
    with shared_context.page(app_url) as page:
        page.goto("/health")
        with page.context.expect_page():
            page.evaluate(STORE)
        assert page.evaluate(STORED) == [{"kept": "1"}, "kept=1", ["kept"]]
    with shared_context.page(app_url) as page:
        page.goto("/health")
        assert page.evaluate(STORED) == [{}, "", []]
        assert len(page.context.pages) == 2  # this one, and the one that keeps the renderer


def crash(shared: SharedContext, app_url: str) -> None:
    """Use a page whose renderer ends."""
    with shared.page(app_url) as page, pytest.raises(Error):
        page.context.pages[0].goto("chrome://crash", timeout=5_000)


def test_a_renderer_that_crashed_is_left_to_nobody(browser: Browser, app_url: str) -> None:
    shared = SharedContext(browser)
    with pytest.raises(Error, match="crashed"):
        crash(shared, app_url)
    with shared.page(app_url) as page:
        page.goto("/health")
        assert page.evaluate("1 + 1") == 2
    shared.close()
