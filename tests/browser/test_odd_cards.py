"""Cards as they come, pasted in Chromium: large, from right to left, without a task, broken, with other line ends."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.support.view_cards import photo

from .test_model_page import choose, open_card

PARAGRAPHS = "".join(f"Paragraph {n}, **bold**, a [link](https://x.example/{n}) and `code`.\n\n" for n in range(4_000))
EXAMPLES = "".join(f'- text: "Example number {n}, with some words"\n  example_title: "T {n}"\n' for n in range(11_000))
HEBREW = "שלום עולם, זה מבחן"
BROKEN = (
    "license: mit\npipeline_tag: text-classification\nwidget:\n- text: One\n- text: [two\n  title: : x\nlanguage: en\n"
)


def paste(page: Page, text: str, head: str = "Pasted card") -> None:
    """Put a text on the clipboard, into the source line, and open it. (`fill` types line by line in Chromium.)"""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    line = page.locator("#source textarea")
    line.evaluate("line => { line.focus(); line.select(); }")
    page.keyboard.press("Control+v")
    expect(line).not_to_have_value("")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#head h1")).to_have_text(head)
    expect(page.locator("#widget")).not_to_have_attribute("inert", "")
    expect(page.locator("#card")).not_to_have_attribute("inert", "")


def test_large_cards_open_and_the_page_stays_quick(page: Page) -> None:
    open_card(page, "showcard/entities")
    card = f"---\npipeline_tag: text-classification\n---\n# Large\n\n{PARAGRAPHS}"
    assert len(card) > 280_000
    paste(page, card)
    expect(page.locator("#body h1")).to_have_text("Large")
    expect(page.locator("#body p")).to_have_count(4_000)
    line = page.locator("#source textarea")
    line.press("Control+End")
    line.press_sequentially("abc")
    expect(line).to_have_value(re.compile("abc$"))
    card = f"---\npipeline_tag: text-classification\nwidget:\n{EXAMPLES}---\n# Examples\n"
    assert len(card) > 750_000
    paste(page, card)
    expect(page.locator("#body h1")).to_have_text("Examples")
    expect(page.locator("#in-text textarea")).to_have_value("Example number 0, with some words")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")


def test_right_to_left(page: Page) -> None:
    open_card(page, "showcard/sentiment")
    widget = f"widget:\n- text: {HEBREW}\n  output: [{{label: {HEBREW}, score: 1}}]"
    paste(page, f"---\npipeline_tag: text-classification\nlanguage: he\n{widget}\n---\n# {HEBREW}\n\n{HEBREW}\n")
    for place in ("#in-text textarea", "#body h1", "#body p", "#result .name bdi"):
        shown = page.locator(place).first
        expect(shown).to_be_visible()
        assert shown.evaluate("node => getComputedStyle(node).direction") == "rtl", place


def test_what_an_example_lacks_is_said_of_that_example(page: Page) -> None:
    open_card(page, "showcard/sentiment")
    items = [{"src": "absent.png", "output": [{"label": "SHOWN", "score": 1}]}, {"src": photo(20, 20)}]
    paste(page, f"---\n{json.dumps({'pipeline_tag': 'image-classification', 'widget': items})}\n---\n# Two\n")
    result = page.locator("#result")
    expect(result.locator("[role=alert]")).to_contain_text("absent.png")
    expect(result.locator(".bars")).to_contain_text("SHOWN")
    choose(page, "Examples", "Example 2")
    expect(page.locator("#in-image img")).to_be_visible()
    expect(page.locator("[role=alert]")).to_have_count(0)
    choose(page, "Examples", "Example 1")
    expect(result.locator("[role=alert]")).to_contain_text("absent.png")
    expect(result.locator(".bars")).to_contain_text("SHOWN")


def test_a_link_that_is_refused_looks_like_text(page: Page) -> None:
    open_card(page, "showcard/sentiment")
    paste(
        page,
        "---\npipeline_tag: text-classification\n---\n# Links\n\n[bad](javascript:alert(1)) [good](https://x.example)\n",
    )
    style = "node => [getComputedStyle(node).textDecorationLine, getComputedStyle(node).color]"
    line, bad, good = (page.locator("#body p", has_text="bad"), page.get_by_text("bad"), page.get_by_text("good"))
    _, colour = line.evaluate(style)
    assert bad.last.evaluate(style) == ["none", colour]
    assert good.last.evaluate(style)[1] != colour


def test_what_is_wrong_with_a_card_is_said_and_the_rest_is_shown(page: Page) -> None:
    open_card(page, "showcard/sentiment")
    cards = [
        (f"---\n{BROKEN}---\n# Broken\n", "Broken", "lines 6 to 7 are left out"),
        ("---\nlicense: mit\n---\n# Untold\n", "Untold", "No task was found."),
        ("# No metadata at all\n", "No metadata at all", "The card has no metadata."),
        ("---\r\npipeline_tag: text-classification\r\nlicence: x\r\n---\r\n# Returns\r\n", "Returns", "line 3"),
        ("\ufeff---\npipeline_tag: text-classification\nlicence: x\n---\n# Marked\n", "Marked", "line 3"),
        ("---\npipeline_tag: text-classification\n# Never closed\n", "Never closed", "never closed"),
    ]
    for text, heading, said in cards:
        paste(page, text)
        expect(page.locator("#body h1")).to_have_text(heading)
        page.get_by_role("tab", name="Metadata", exact=True).click()
        expect(page.locator("#metadata-body")).to_contain_text(said)
