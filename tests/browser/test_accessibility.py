"""What axe finds on every page, in both themes."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

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
    found = Axe().run(page).response["violations"]
    serious = [
        f"{rule['id']}: {rule['help']}: " + "; ".join(node["html"][:160] for node in rule["nodes"][:4])
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]
    assert not serious, "\n".join(serious)
