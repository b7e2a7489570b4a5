"""The gallery of a card in Chromium: pictures, sounds and videos with their prompts, which a click loads."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from tests.support.view_cards import photo, tone

BAD = "<img src=x onerror=alert(1)>"


def open_card(page: Page, items: list[dict[str, object]], body: str, task: str = "text-to-image") -> None:
    if page.url == "about:blank":
        page.goto("/")
        expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    front = json.dumps({"pipeline_tag": task, "widget": items})
    page.locator("#source textarea").fill(f"---\n{front}\n---\n{body}")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#head h1")).to_have_text("Pasted card")


def test_a_click_loads_prompt_and_parameters(page: Page) -> None:
    items: list[dict[str, object]] = [
        {"text": "A house", "output": {"url": photo()}},
        {"text": "-", "output": {"url": photo()}},
        {"text": BAD, "output": {"url": photo()}, "parameters": {"guidance_scale": 0, "negative_prompt": "rain"}},
        {"text": "Never drawn"},
    ]
    open_card(page, items, "# Mine\n\n<Gallery />\n\nAfter it.\n")
    gallery = page.locator("#body ul.gallery")
    expect(gallery.locator("li")).to_have_count(3)
    expect(page.locator("#body h1 ~ ul.gallery ~ p")).to_have_text("After it.")
    expect(gallery.locator("li").nth(2)).to_contain_text(BAD)
    gallery.locator("button").nth(2).click()
    expect(page.locator("#in-text textarea")).to_have_value(BAD)
    expect(page.locator("#result img.shown")).to_be_visible()
    expect(page.get_by_label("Examples", exact=True)).to_have_value("Example 3 (recorded output)")
    page.get_by_role("button", name="Parameters").click()
    expect(page.locator("#in-p-guidance_scale textarea, #in-p-guidance_scale input")).to_have_value("0")
    expect(page.locator("#in-p-negative_prompt textarea, #in-p-negative_prompt input")).to_have_value("rain")
    gallery.locator("button").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#in-text textarea")).to_have_value("")


def test_sounds_stand_in_it_too_and_without_the_tag_it_comes_first(page: Page) -> None:
    items: list[dict[str, object]] = [{"text": f"Tone {n}", "output": {"url": tone(0.2)}} for n in (1, 2)]
    open_card(page, items, "# Mine\n", "text-to-audio")
    expect(page.locator("#body ul.gallery audio")).to_have_count(2)
    page.locator("#body .gallery button").nth(1).click()
    expect(page.locator("#in-text textarea")).to_have_value("Tone 2")
    open_card(page, [{"text": "One", "output": {"url": photo()}}], "# Alone\n")
    expect(page.locator("#body h1")).to_have_text("Alone")
    expect(page.locator("#body ul.gallery")).to_have_count(0)
