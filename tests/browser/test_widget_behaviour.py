"""What a person does with a widget, in Chromium: pickers by key, the widget alone, edits while a run is under way."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.endpoint import Endpoint

from .test_model_page import choose
from .test_views import until


def start(page: Page, path: str = "/") -> None:
    page.goto(path)
    expect(page.locator("#result .badge")).to_have_text("Recorded in the card")


def test_a_picker_that_escape_closed_opens_again(page: Page) -> None:
    start(page)
    line = page.get_by_label("Examples", exact=True)
    line.click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    expect(line).to_be_focused()


def test_the_widget_alone_and_back(page: Page) -> None:
    start(page)
    page.get_by_role("button", name="Maximise").click()
    expect(page.locator("#card")).to_be_hidden()
    narrow = 700
    assert (page.locator("#widget").bounding_box() or {})["width"] > narrow
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("#card")).to_be_visible()


# The words of names that stand on more than one line: each is a text of its own.
_BROKEN = """(names) => names.flatMap((name) => [...name.childNodes]).filter((text) => {
  const range = document.createRange();
  range.selectNodeContents(text);
  return range.getClientRects().length > 1;
}).map((text) => text.textContent)"""


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}}], indirect=True, ids=["390 px"])
def test_all_tabs_are_there_on_a_phone(page: Page) -> None:
    start(page)
    for name in ("Widget", "Code", "JSON", "Metadata"):
        expect(page.get_by_role("tab", name=name, exact=True)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 280, "height": 700})
    page.get_by_role("tab", name="Metadata", exact=True).click()
    expect(page.locator("#metadata .card-fields")).to_contain_text("pipeline_tag")
    page.set_viewport_size({"width": 390, "height": 844})
    names = page.locator("#metadata .card-fields th[scope=row] bdi")
    assert names.evaluate_all(_BROKEN) == [], "a name breaks inside of a word"
    page.get_by_role("tab", name="Widget", exact=True).click()
    expect(page.locator("#in-text textarea")).to_be_visible()


def test_what_an_example_replaced_comes_back(page: Page) -> None:
    start(page)
    text = page.locator("#in-text textarea")
    text.fill("My own words, typed with care")
    expect(page.locator("#undo")).to_be_hidden()
    page.get_by_label("Examples", exact=True).click()
    page.get_by_role("option").nth(1).click()
    expect(text).not_to_have_value("My own words, typed with care")
    page.locator("#undo").click()
    expect(text).to_have_value("My own words, typed with care")
    expect(page.locator("#undo")).to_be_hidden()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")


TWO = """---
pipeline_tag: text-classification
widget:
- {text: First, output: [{label: RECORDED ONE, score: 1}]}
- {text: Second, output: [{label: RECORDED TWO, score: 1}]}
---
# Two
"""


def answered_by(page: Page, endpoint: Endpoint) -> None:
    start(page)
    page.locator("#source textarea").fill(TWO)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#result .bars")).to_contain_text("RECORDED ONE")
    choose(page, "Runs on", "An endpoint of mine")
    page.get_by_label("Base URL").fill(endpoint.url)
    expect(page.locator("#status")).to_contain_text("Runs on your endpoint")


def test_an_answer_of_a_stand_in_is_said_to_be_none_of_this_model(page: Page) -> None:
    start(page)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    expect(page.locator("#result .what")).not_to_contain_text("not this model")
    page.locator("#source textarea").fill(
        "---\npipeline_tag: text-classification\nwidget:\n- output: [{label: SHOWN, score: 1}]\n---\n# B"
    )
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#result .bars")).to_contain_text("SHOWN")  # also without an input
    page.locator("#in-text textarea").fill("Lovely")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .what")).to_contain_text("of showcard/sentiment, not this model")


def test_a_late_answer_changes_nothing(page: Page, endpoint: Endpoint) -> None:
    answered_by(page, endpoint)
    endpoint.open.clear()
    endpoint.answers += [(200, [{"label": "LATE", "score": 1}]), (200, [{"label": "NEW", "score": 1}])]
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#status .num")).to_have_text(re.compile(r"\d\.\d s"))  # what has elapsed
    choose(page, "Examples", "Example 2")
    expect(page.locator("#result .bars")).to_contain_text("RECORDED TWO")
    page.evaluate("""new MutationObserver(() => {
      window.late ||= document.querySelector("#result").textContent.includes("LATE");
    }).observe(document.body, { childList: true, subtree: true })""")
    endpoint.open.set()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    expect(page.locator("#stop")).to_be_hidden()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .bars")).to_contain_text("NEW")
    assert not page.evaluate("window.late")


def test_an_edit_makes_the_answer_an_old_one_also_while_it_comes(page: Page, endpoint: Endpoint) -> None:
    answered_by(page, endpoint)
    result, text = page.locator("#result .result"), page.locator("#in-text textarea")
    endpoint.open.clear()
    endpoint.answers.append((200, [{"label": "ASKED BEFORE", "score": 1}]))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#status")).to_contain_text("Running")
    with page.expect_response(lambda answer: "queue/join" in answer.url):
        text.fill("First, but edited")  # the app is told of it before the answer comes
    endpoint.open.set()
    expect(result).to_contain_text("ASKED BEFORE")
    expect(result).to_have_class(re.compile("stale"))
    text.fill("First")
    expect(result).not_to_have_class(re.compile("stale"))


def test_parameters_say_who_set_them_and_go_back(page: Page) -> None:
    start(page)
    front = {
        "pipeline_tag": "text-to-image",
        "inference": {"parameters": {"guidance_scale": 7, "seed": 1}},
        "widget": [{"text": "A", "parameters": {"seed": 2}}, {"text": "B"}],
    }
    page.locator("#source textarea").fill(f"---\n{json.dumps(front)}\n---\n# Mine\n")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#body h1")).to_have_text("Mine")
    panel = page.get_by_role("button", name=re.compile("^Parameters"))
    expect(panel).to_contain_text("1 set by the card, 1 by the example")
    panel.click()
    seed, scale = page.locator("#in-p-seed"), page.locator("#in-p-guidance_scale")
    expect(scale).to_contain_text("The card sets 7.")
    expect(seed).to_contain_text("The example sets 2.")
    line = seed.locator("input, textarea")
    line.fill("5")
    page.locator("#reset-parameters").click()
    expect(line).to_have_value("2")
    page.get_by_label("Examples", exact=True).click()
    page.get_by_role("option").nth(1).click()
    expect(line).to_have_value("1")
    expect(seed).to_contain_text("The card sets 1.")
    expect(panel).to_contain_text("2 set by the card")


@pytest.mark.parametrize(
    "page", [{}, {"viewport": {"width": 390, "height": 844}}], indirect=True, ids=["wide", "390 px"]
)
def test_a_number_is_typed_stepped_or_slid_and_left_unset(page: Page) -> None:
    start(page)
    page.locator("#source textarea").fill("---\npipeline_tag: text-generation\n---\n# Mine\n")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#body h1")).to_have_text("Mine")
    page.get_by_role("button", name=re.compile("^Parameters")).click()
    field = page.locator("#in-p-top_p")
    line, slider = field.locator("textarea, input:not([type=range])"), field.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "not set")
    expect(line).to_have_value("")
    page.locator("#in-text textarea").fill("Hello")
    line.press("ArrowUp")
    expect(line).to_have_value("0")
    line.press("Shift+ArrowUp")
    expect(line).to_have_value("0.1")
    line.press("ArrowUp")
    expect(line).to_have_value("0.11")
    expect(slider).to_have_value("0.11")
    expect(slider).to_have_attribute("aria-valuetext", "0.11")
    slider.press("End")
    expect(line).to_have_value("1")
    line.press("ArrowUp")
    expect(line).to_have_value("1")
    page.get_by_role("tab", name="Code", exact=True).click()
    expect(page.locator("#code pre").first).to_contain_text("top_p=1")
    expect(page.locator("#code pre").first).not_to_contain_text("temperature")
    page.get_by_role("tab", name="Widget", exact=True).click()
    field.get_by_role("button", name="Unset top_p").click()
    expect(slider).to_have_attribute("aria-valuetext", "not set")
    expect(line).to_be_focused()
    page.get_by_role("tab", name="Code", exact=True).click()
    expect(page.locator("#code pre").first).not_to_contain_text("top_p")
    page.get_by_role("tab", name="Widget", exact=True).click()
    slider.press("ArrowRight")
    expect(line).to_have_value("0.51")
    page.locator("#reset-parameters").click()
    expect(slider).to_have_attribute("aria-valuetext", "not set")
    tokens = page.locator("#in-p-max_new_tokens")
    expect(tokens.get_by_role("slider")).to_have_count(0)  # it has no upper bound
    tokens.locator("textarea, input:not([type=range])").press("ArrowUp")
    expect(tokens.locator("textarea, input:not([type=range])")).to_have_value("0")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_browsers_own_parts_follow_the_theme(page: Page) -> None:
    start(page)
    scheme = "getComputedStyle(document.documentElement).colorScheme"
    before = page.evaluate(scheme)
    page.get_by_role("button", name="Switch between light and dark").click()
    until(page, f"{scheme} !== '{before}'")
    after = page.evaluate(scheme)
    assert {before, after} == {"light", "dark"}
    page.reload()
    until(page, f"{scheme} === '{after}'")
