"""What axe finds on a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def serious(page: Page) -> str:
    """The serious and the critical issues, a line each; empty where there are none."""
    return "\n".join(
        f"{rule['id']}: {rule['help']}: " + "; ".join(node["html"][:160] for node in rule["nodes"][:4])
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in ("serious", "critical")
    )
