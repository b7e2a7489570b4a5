"""The compare page as a stranger uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

QUESTION = "How do I write a widget example?"
SLOW = "?a=showcard/eliza&b=showcard/card-helper"


def ask(page: Page, text: str) -> None:
    page.locator("#ask textarea").fill(text)
    page.keyboard.press("Control+Enter")


def begin(page: Page, query: str = "") -> None:
    """Open the page, and wait until its panes are drawn."""
    page.goto(f"/compare{query}")
    expect(page.locator("#head-B .pane-head")).to_be_visible()


def answers(page: Page, letter: str, count: int) -> None:
    expect(page.locator(f"#transcript-{letter} .turn.assistant .stats")).to_have_count(count)


def idle(page: Page) -> None:
    expect(page.locator("[data-live]")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop all")).to_be_hidden()


def test_both_models_stream_at_the_same_time(page: Page) -> None:
    begin(page, SLOW)  # the tiny models are done before an eye could see them stream
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
        expect(page.locator(f"#transcript-{name} .turn.user .text")).to_have_text(QUESTION)
        expect(page.locator(f"#transcript-{name} .stats")).to_contain_text("s to first")
    assert page.evaluate("window.both"), "the two answers were never streaming together"
    texts = [page.locator(f"#transcript-{name} .assistant .text").inner_text() for name in "AB"]
    assert texts[0] != texts[1]
    idle(page)
    # Reload: the conversation is there again, and goes on.
    page.reload()
    for name in "AB":
        expect(page.locator(f"#transcript-{name} .turn.user .text")).to_have_text(QUESTION)
    ask(page, "Hello")
    answers(page, "A", 2)
    answers(page, "B", 2)
    page.get_by_role("button", name="New chat").click()
    expect(page.locator("#transcript-A .turn")).to_have_count(0)
    expect(page.locator("#transcript-B")).to_contain_text("Ask something below")
    page.get_by_role("button", name="Earlier").click()
    expect(page.locator("#earlier li")).to_have_count(1)
    page.locator("#earlier li .open").click()
    answers(page, "A", 2)


def test_stopping_one_keeps_it_and_the_other_finishes(page: Page) -> None:
    begin(page, "?a=showcard/card-helper&b=showcard/card-helper")
    ask(page, QUESTION)
    expect(page.locator("#live-A .live .text")).not_to_be_empty()
    page.get_by_role("button", name="Stop A", exact=True).click()
    expect(page.locator("#transcript-A .stats")).to_contain_text("stopped")
    expect(page.locator("#transcript-B .stats")).to_contain_text("s to first")
    expect(page.locator("#transcript-B .stats")).not_to_contain_text("stopped")
    stopped, finished = (page.locator(f"#transcript-{name} .md.text").inner_text() for name in "AB")
    assert 0 < len(stopped) < len(finished)
    idle(page)
    # Escape stops all.
    ask(page, QUESTION)
    expect(page.locator("#live-A .live .text")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator("#transcript-A .stats").last).to_contain_text("stopped")
    idle(page)


def test_a_model_that_nobody_serves_is_a_card_and_the_other_answers(page: Page) -> None:
    begin(page, "?a=org/nowhere&b=showcard/eliza&q=Hello")
    expect(page.locator("#ask textarea")).to_have_value("Hello")
    expect(page.locator("#head-A .where")).to_have_text("auto, price unknown")  # the Hub is out of reach
    expect(page.locator("#transcript-B .turn")).to_have_count(0)  # a link never runs
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#live-A [role=alert]")).to_contain_text("needs a key")
    answers(page, "B", 1)
    page.locator("#live-A").get_by_role("button", name="Other provider or model").click()
    page.locator("#s-model input").fill("showcard/eliza")
    page.keyboard.press("Enter")
    page.locator("#drawer").get_by_role("button", name="Done").click()
    expect(page.locator("#head-A .name")).to_have_text("showcard/eliza")
    page.locator("#live-A").get_by_role("button", name="Retry this pane").click()
    answers(page, "A", 1)
    expect(page.locator("#live-A [role=alert]")).to_have_count(0)


def test_a_message_is_edited_retried_deleted_and_brought_back(page: Page) -> None:
    begin(page, SLOW)
    ask(page, "I feel tired")
    answers(page, "A", 1)
    answers(page, "B", 1)
    idle(page)
    a = page.locator("#transcript-A")
    a.locator(".assistant").hover()
    a.get_by_role("button", name="Ask again, and keep this answer").click()
    expect(a.locator(".variants")).to_contain_text("2 of 2")
    a.get_by_role("button", name="The answer before").click()
    expect(a.locator(".variants")).to_contain_text("1 of 2")
    a.get_by_role("toolbar", name="You").get_by_role("button", name="Edit").click()
    expect(a.locator(".editing textarea")).to_be_focused()
    a.locator(".editing textarea").fill("I feel happy")
    page.keyboard.press("Control+Enter")
    expect(a.locator(".user .text")).to_have_text("I feel happy")
    expect(a.locator(".variants")).to_contain_text("3 of 3")
    expect(page.locator("#transcript-B .user .text")).to_have_text("I feel tired")
    a.get_by_role("toolbar", name="You").get_by_role("button", name="Delete").click()
    expect(a.locator(".turn")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(a.locator(".variants")).to_contain_text("3 of 3")
    a.get_by_role("toolbar", name="You").get_by_role("button", name="Copy").click()
    expect(page.locator("#said-now")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "I feel happy"
    a.get_by_text("Raw").click()
    expect(a.locator(".wire")).to_contain_text('"content": "I feel happy"')
    expect(a.locator(".wire svg")).to_be_visible()


def test_settings_are_sent_and_differences_are_shown(page: Page) -> None:
    begin(page, "?a=showcard/card-helper&b=showcard/card-helper")
    page.locator("#head-A .name").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("System prompt").first.fill("Be brief.")
    drawer.get_by_role("button", name="Parameters").click()
    page.locator("#p-max_tokens textarea, #p-max_tokens input").first.fill("3")
    ask(page, QUESTION)
    expect(page.locator("#transcript-A .stats")).to_contain_text("3 out")
    expect(page.locator("#transcript-A .turn.system .text")).to_have_text("Be brief.")
    expect(page.locator("#transcript-B .stats")).to_contain_text("s to first")
    expect(page.locator("#head-A .badge")).to_contain_text(["system Be brief.", "max_tokens 3"])
    expect(page.locator("#head-B .badge")).to_contain_text(["system not set", "max_tokens not set"])
    page.locator("#p-temperature textarea, #p-temperature input").first.fill("9")
    ask(page, "Hello")
    expect(page.locator("#live-A [role=alert]")).to_contain_text("temperature can't be 9: it goes from 0 to 2.")
    answers(page, "B", 2)


def test_panes_are_added_duplicated_swapped_and_removed(page: Page) -> None:
    begin(page, SLOW)
    ask(page, "Hello")
    answers(page, "A", 1)
    idle(page)
    page.get_by_role("button", name="Duplicate pane A").click()
    expect(page.locator("#transcript-C .turn")).to_have_count(2)
    page.get_by_role("button", name="Swap pane A with the next").click()
    expect(page.locator("#head-A .name")).to_have_text("showcard/card-helper")
    page.get_by_role("button", name="Add pane").click()
    expect(page.locator("#pane-D")).to_be_visible()
    expect(page.locator("#drawer")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#pane-D").get_by_role("button", name="Ask the 1 question of A here").click()
    answers(page, "D", 1)
    page.get_by_role("button", name="Remove pane C").click()
    expect(page.locator("#pane-D")).to_be_hidden()
    expect(page.locator("#transcript-C .turn.user .text")).to_have_text("Hello")


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}}], indirect=True, ids=["390 px"])
def test_on_a_phone(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("#head-A .name")).to_have_text("showcard/tiny-chat-1m")
    expect(page.locator("#pane-A")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ask(page, "Hello")
    answers(page, "A", 1)
    box = page.locator("#ask textarea").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 844, "the question box left the screen"
    page.get_by_role("tab", name="B ·").click()
    expect(page.locator("#pane-B .turn.user")).to_be_in_viewport()
    expect(page.locator("#pane-A .turn.user")).not_to_be_in_viewport()


def test_a_model_that_does_not_chat_is_a_sentence(page: Page) -> None:
    begin(page, "?a=showcard/sentiment&b=showcard/eliza")
    ask(page, "Hello")
    expect(page.locator("#live-A [role=alert]")).to_contain_text("it does not chat")
    answers(page, "B", 1)


def test_a_new_chat_while_answers_stream_stays_empty(page: Page) -> None:
    begin(page, SLOW)
    ask(page, QUESTION)
    expect(page.locator("#live-B .live .text")).not_to_be_empty()
    page.get_by_role("button", name="New chat").click()
    idle(page)
    expect(page.locator("#transcript-B .turn")).to_have_count(0)
    expect(page.locator("#live-B")).not_to_contain_text("widget")


def test_a_broken_image_is_a_sentence_and_nothing_is_lost(page: Page, tmp_path: Path) -> None:
    begin(page)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    page.locator("#question input[type=file]").set_input_files(broken)
    expect(page.get_by_label("Remove file")).to_have_count(1)
    ask(page, "What is in it?")
    expect(page.locator("#notice")).to_contain_text("broken.png is not an image that opens.")
    expect(page.locator("#ask textarea")).to_have_value("What is in it?")
