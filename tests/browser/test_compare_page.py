"""The compare page as a stranger uses it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

QUESTION = "How do I write a widget example?"


def ask(page: Page, text: str) -> None:
    page.locator("#ask textarea").fill(text)
    page.keyboard.press("Control+Enter")


def choose(page: Page, letter: str, model: str) -> None:
    """Types a model's id into the picker of a pane."""
    page.get_by_label(f"Model {letter}").fill(model)
    page.keyboard.press("Enter")


def test_both_models_stream_at_the_same_time(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("#pane-A")).to_be_visible()
    assert page.get_by_label("Model A").input_value() == "showcard/tiny-chat-1m"
    assert page.get_by_label("Model B").input_value() == "showcard/tiny-chat-380k"
    # These two are done before an eye could see them stream; the scripted ones speak at the pace of a person.
    choose(page, "A", "showcard/card-helper")
    choose(page, "B", "showcard/eliza")
    page.evaluate(
        """() => {
            window.both = false;
            new MutationObserver(() => {
                const live = [...document.querySelectorAll("#live-A .live .text, #live-B .live .text")];
                window.both ||= live.length === 2 && live.every((found) => found.textContent);
            }).observe(document.body, {childList: true, subtree: true, characterData: true});
        }"""
    )
    ask(page, QUESTION)
    for name in "AB":
        expect(page.locator(f"#transcript-{name} .turn.user")).to_have_text(f"You{QUESTION}")
        expect(page.locator(f"#transcript-{name} .stats")).to_contain_text("s to first")
    assert page.evaluate("window.both"), "the two answers were never streaming together"
    assert (
        page.locator("#transcript-A .text").last.inner_text() != page.locator("#transcript-B .text").last.inner_text()
    )


def test_stopping_one_keeps_it_and_the_other_finishes(page: Page) -> None:
    page.goto("/compare")
    choose(page, "A", "showcard/card-helper")
    ask(page, QUESTION)
    expect(page.locator("#live-A .live .text")).not_to_be_empty()
    page.get_by_role("button", name="Stop A", exact=True).click()
    expect(page.locator("#transcript-A .stats")).to_contain_text("stopped")
    expect(page.locator("#transcript-B .stats")).to_contain_text("s to first")
    expect(page.locator("#transcript-B .stats")).not_to_contain_text("stopped")
    stopped, finished = (page.locator(f"#transcript-{name} .md.text").inner_text() for name in "AB")
    assert 0 < len(stopped) < len(finished)
    expect(page.get_by_role("button", name="Send")).to_be_enabled()


def test_a_model_that_nobody_serves_is_a_sentence_and_the_other_answers(page: Page) -> None:
    page.goto("/compare")
    choose(page, "A", "org/nowhere")
    ask(page, "Hello")
    expect(page.locator("#live-A [role=alert]")).to_contain_text("needs a key")
    expect(page.locator("#transcript-B .turn.assistant")).to_be_visible()


def test_histories_go_on_and_a_new_chat_empties_them(page: Page) -> None:
    page.goto("/compare")
    for count, text in enumerate(["Hello", "I feel tired"], 1):
        ask(page, text)
        for name in "AB":
            expect(page.locator(f"#transcript-{name} .turn.assistant")).to_have_count(count)
        expect(page.get_by_role("button", name="Send")).to_be_enabled()
    page.get_by_role("button", name="New chat").click()
    expect(page.locator("#transcript-A .turn")).to_have_count(0)
    expect(page.locator("#transcript-B")).to_contain_text("Ask something below")


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}}], indirect=True, ids=["390 px"])
def test_on_a_phone(page: Page) -> None:
    page.goto("/compare")
    expect(page.locator("#pane-A")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ask(page, "Hello")
    expect(page.locator("#transcript-A .turn.assistant")).to_be_visible()
    box = page.locator("#ask textarea").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 844, "the question box left the screen"


def test_settings_are_sent_and_what_is_not_set_is_not(page: Page) -> None:
    page.goto("/compare")
    page.locator("#pane-A").get_by_role("button", name="Settings").click()
    page.locator("#pane-A").get_by_label("System prompt").fill("Be brief.")
    page.locator("#pane-A").get_by_role("button", name="Parameters").click()
    page.locator("#p-A-max_tokens input").fill("3")
    ask(page, QUESTION)
    expect(page.locator("#transcript-A .stats")).to_contain_text("3 out")
    expect(page.locator("#transcript-B .stats")).to_contain_text("s to first")
    page.locator("#p-A-temperature input").fill("9")
    ask(page, "Hello")
    expect(page.locator("#live-A [role=alert]")).to_contain_text("temperature can't be 9: it goes from 0 to 2.")
    expect(page.locator("#transcript-B .turn.assistant")).to_have_count(2)


def test_a_model_that_does_not_chat_is_a_sentence(page: Page) -> None:
    page.goto("/compare")
    choose(page, "A", "showcard/sentiment")
    ask(page, "Hello")
    expect(page.locator("#live-A [role=alert]")).to_contain_text("it does not chat")
    expect(page.locator("#transcript-B .turn.assistant")).to_be_visible()


def test_a_new_chat_while_answers_stream_stays_empty(page: Page) -> None:
    page.goto("/compare")
    choose(page, "B", "showcard/card-helper")
    ask(page, QUESTION)
    expect(page.locator("#live-B .live .text")).not_to_be_empty()
    page.get_by_role("button", name="New chat").click()
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    expect(page.locator("#transcript-B .turn")).to_have_count(0)
    expect(page.locator("#live-B")).not_to_contain_text("widget")
