"""What axe finds on every page, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import serious

LIGHT = {"color_scheme": "light"}
DARK = {"color_scheme": "dark"}


SHOWN = {
    "/": "#result .badge",
    "/compare": "#pane-B",
    "/find": "#find-search",
    "/widgets": "#index a.tile",
    "/image-editor": "#pair img",
    "/meeting-notes": "#notes-run",
}


@pytest.mark.parametrize("path", SHOWN)
@pytest.mark.parametrize("page", [LIGHT, DARK], indirect=True, ids=["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator(SHOWN[path]).first).to_be_visible()
    assert serious(page) == ""


@pytest.mark.parametrize("page", [LIGHT, DARK], indirect=True, ids=["light", "dark"])
def test_axe_finds_nothing_serious_in_the_metadata(page: Page) -> None:
    page.goto("/?model=showcard/tiny-chat-1m")
    expect(page.get_by_role("tab", name="Metadata", exact=True)).to_be_visible()
    page.get_by_role("tab", name="Metadata", exact=True).click()
    expect(page.locator("#metadata summary").first).to_be_visible()
    page.locator("#metadata summary").first.click()
    assert serious(page) == ""
