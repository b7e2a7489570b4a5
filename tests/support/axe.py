"""What axe finds on a page."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

# The rules that a theme can break; the others look at what is the same in both.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def serious(page: Page, only: dict[str, Any] | None = None) -> str:
    """The serious and the critical issues, a line each; empty where there are none. Waits until nothing moves: what
    fades in, or what Gradio shows pale while it waits for more, has another colour in the meantime."""
    expect(page.locator(".pending:visible")).to_have_count(0)
    page.evaluate(
        """() => Promise.all(
            document.getAnimations()
                .filter((moving) => moving.effect?.getComputedTiming().endTime < Infinity)
                .map((moving) => moving.finished.catch(() => null)),
        )"""
    )
    options = {"resultTypes": ["violations"], **({"runOnly": only} if only else {})}
    return "\n".join(
        f"{rule['id']}: {rule['help']}: " + "; ".join(node["html"][:160] for node in rule["nodes"][:4])
        for rule in Axe().run(page, options=options).response["violations"]
        if rule["impact"] in ("serious", "critical")
    )
