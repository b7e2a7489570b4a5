"""What axe finds on every page, in both themes: all of its rules in one, those of colours in the other."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import COLOURS, serious

LIGHT = pytest.param({"color_scheme": "light"}, None, id="light")
DARK = pytest.param({"color_scheme": "dark"}, COLOURS, id="dark")


SHOWN = {
    "/": "#result .badge",
    "/compare": "#pane-B",
    "/find": "#find-search",
    "/widgets": "#index a.tile",
    "/image-editor": "#pair img",
    "/meeting-notes": "#notes-run",
}


@pytest.mark.parametrize("path", SHOWN)
@pytest.mark.parametrize(("page", "only"), [LIGHT, DARK], indirect=["page"])
def test_axe_finds_nothing_serious(page: Page, only: Any, path: str) -> None:
    page.goto(path)
    expect(page.locator(SHOWN[path]).first).to_be_visible()
    assert serious(page, only) == ""


@pytest.mark.parametrize(("page", "only"), [LIGHT, DARK], indirect=["page"])
def test_axe_finds_nothing_serious_in_the_metadata(page: Page, only: Any) -> None:
    page.goto("/?model=showcard/tiny-chat-1m")
    expect(page.get_by_role("tab", name="Metadata", exact=True)).to_be_visible()
    page.get_by_role("tab", name="Metadata", exact=True).click()
    expect(page.locator("#metadata summary").first).to_be_visible()
    page.locator("#metadata summary").first.click()
    assert serious(page, only) == ""
