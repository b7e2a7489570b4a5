"""The model page as a stranger uses it."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.chats import Talk, chats

PHONE = {"viewport": {"width": 390, "height": 844}}


def open_card(page: Page, model: str) -> None:
    page.goto(f"/?model={model}")
    expect(page.locator("#head h1")).to_have_text(model)
    expect(page.get_by_role("tab", name="Widget", exact=True)).to_be_visible()


def open_text(page: Page, text: str) -> None:
    page.locator("#source textarea").fill(text)
    page.get_by_role("button", name="Open", exact=True).click()


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option).first.click()


def test_the_first_page_is_a_model_page(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    expect(page.locator("#head")).to_contain_text("Text classification")
    expect(page.locator("#body h1").first).to_be_visible()
    expect(page.locator("#in-text textarea")).to_have_value(re.compile("restaurant"))
    expect(page.locator("#result .badge")).to_have_text("Recorded in the card")
    expect(page.locator("#result .bars li").first).to_contain_text("POSITIVE")
    assert page.title() == "Showcard"


def test_an_example_shows_its_recorded_output_without_a_call(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    before = page.locator("#in-text textarea").input_value()
    page.get_by_label("Examples", exact=True).click()
    option = page.get_by_role("option").nth(1)
    option.hover()
    expect(page.locator("#in-text textarea")).to_have_value(before)
    option.click()
    expect(page.locator("#in-text textarea")).not_to_have_value(before)
    expect(page.locator("#result .badge")).to_have_text("Recorded in the card")


def test_type_and_run(page: Page) -> None:
    page.goto("/")
    page.locator("#in-text textarea").fill("This is terrible, I hate it.")
    expect(page.locator("#result .result")).to_have_class(re.compile("stale"))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    expect(page.locator("#result .bars li").first).to_contain_text("NEGATIVE")
    expect(page.locator("#status")).to_contain_text("showcard/sentiment")
    expect(page.locator("#status .num")).to_have_text(re.compile(r"\d\.\d\d s"))
    page.get_by_role("tab", name="JSON").click()
    expect(page.locator("#json pre")).to_contain_text('"label": "NEGATIVE"')


def test_the_keyboard_runs(page: Page) -> None:
    page.goto("/")
    page.locator("#in-text textarea").fill("Wonderful, wonderful!")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result .badge")).to_have_text("Live")
    expect(page.locator("#result .bars li").first).to_contain_text("POSITIVE")


def test_an_empty_field_is_a_sentence_and_the_next_run_works(page: Page) -> None:
    page.goto("/")
    page.locator("#in-text textarea").fill("")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result [role=alert]")).to_contain_text("Text is empty.")
    page.locator("#in-text textarea").fill("Lovely")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")


def test_an_endpoint_that_does_not_answer_is_a_sentence(page: Page) -> None:
    page.goto("/")
    choose(page, "Runs on", "An endpoint of mine")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    page.get_by_label("Base URL").fill("http://127.0.0.1:9")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result [role=alert]")).to_contain_text("Nothing answers at this address.")
    expect(page.locator("#in-text textarea")).to_have_value(re.compile("restaurant"))


@pytest.mark.parametrize(
    ("model", "field", "text", "shown"),
    [
        ("showcard/entities", "in-text", "Marie Curie lived in Paris", "#result mark"),
        ("showcard/question-answering", "in-question", "Who founded the library?", "#result .answer"),
    ],
)
def test_other_text_tasks(page: Page, model: str, field: str, text: str, shown: str) -> None:
    open_card(page, model)
    expect(page.locator("#result .badge")).to_have_text("Recorded in the card")
    page.locator(f"#{field} textarea").fill(text)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    expect(page.locator(shown).first).to_be_visible()


def test_an_image_task_runs_on_its_example_and_on_an_upload(page: Page) -> None:
    open_card(page, "showcard/digits")
    expect(page.locator("#in-image img").first).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    expect(page.locator("#result .bars li").first).to_be_visible()
    folder = Path(__file__).parents[2] / "examples" / "digits"
    picture = sorted(folder.rglob("*.png"))[-1]
    page.get_by_label("Remove Image").click()
    page.locator("#in-image input[type=file]").set_input_files(picture)
    expect(page.locator("#in-image img").first).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    page.get_by_role("tab", name="Code").click()
    expect(page.locator("#code pre:visible")).to_contain_text(picture.name)


@pytest.mark.parametrize("task", ["text-to-image", "automatic-speech-recognition"])
def test_what_no_engine_serves_says_so_and_shows_what_is_recorded(page: Page, task: str) -> None:
    folder = next(
        path.parent
        for path in sorted((Path(__file__).parents[2] / "examples").glob("*/README.md"))
        if f"pipeline_tag: {task}" in path.read_text()
    )
    open_card(page, f"showcard/{folder.name}")
    expect(page.locator("#status")).to_contain_text("No engine on this machine serves")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    expect(page.locator("#result .badge")).to_have_text("Illustration")
    shown = page.locator("#result img.shown" if task == "text-to-image" else "#result .said")
    expect(shown).to_be_visible()
    if task == "text-to-image":
        page.wait_for_function("document.querySelector('#result img.shown').naturalWidth > 0")
    page.get_by_role("tab", name="Code").click()
    expect(page.locator("#code pre:visible")).to_contain_text("InferenceClient")


def open_chat_at(page: Page, model: str, url: str) -> None:
    """A chat's card, asked at an endpoint, so that a test says how far an answer has come."""
    open_card(page, model)
    choose(page, "Runs on", "An endpoint of mine")
    page.get_by_label("Base URL").fill(url)
    expect(page.locator("#status")).to_contain_text("Runs on your endpoint")


USED = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


def test_chat_streams_stops_and_goes_on(page: Page) -> None:
    def script(talk: Talk) -> None:
        talk.say("A first word")
        if "example" in talk.text:
            talk.until_left()
        else:
            talk.end(usage=USED)

    with chats(script) as server:
        open_chat_at(page, "showcard/card-helper", server.url)
        page.get_by_role("button", name="New chat").click()
        page.locator("#in-messages textarea").fill("How do I write a widget example?")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#result .live .text")).to_have_text("A first word")
        page.keyboard.press("Escape")
        expect(page.locator("#status")).to_contain_text("Stopped")
        expect(page.locator("#transcript .turn.assistant")).to_contain_text("Stopped here.")
        expect(page.locator("#in-messages textarea")).to_have_value("")
        page.locator("#in-messages textarea").fill("What is pipeline_tag?")
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#status")).to_contain_text("tokens")
        expect(page.locator("#transcript .turn.user")).to_have_count(2)
        expect(page.locator("#transcript .turn.assistant")).to_have_count(2)


def test_cards_by_picker_path_folder_and_paste(page: Page, tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(
        "---\npipeline_tag: text-classification\nlanguage: no\ntags: [mine]\n"
        "widget:\n- text: Hei\n  example_title: Greeting\n  output:\n  - {label: HELLO, score: 0.9}\n---\n# My model\n\n![far](https://far.example/x.png)\n"
    )
    page.goto("/")
    choose(page, "Example cards", "Chat")
    expect(page.locator("#head h1")).to_contain_text("showcard/")
    for source in (str(card), str(tmp_path), card.read_text()):
        open_text(page, source)
        expect(page.locator("#body h1")).to_have_text("My model")
        expect(page.locator("#in-text textarea")).to_have_value("Hei")
        expect(page.locator("#result")).to_contain_text("HELLO")
        expect(page.locator("#head")).to_contain_text("mine")
        expect(page.locator("#status")).to_contain_text("It is not this model.")
        expect(page.locator("#body .remote")).to_contain_text("far.example")
        open_text(page, "showcard/sentiment")
        expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    page.locator("#source textarea").fill("pipeline_tag: fill-mask\nlicense: mit")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#head")).to_contain_text("Fill-mask")


def test_a_hub_id_offline_is_a_sentence_and_the_page_stays(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    open_text(page, "org/model")
    expect(page.locator("#trouble")).to_contain_text("The Hub can't be reached, so org/model can't be opened.")
    expect(page.locator("#source textarea")).to_have_value("org/model")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")


def test_hostile_text_stays_text(page: Page) -> None:
    bad = "<img src=x onerror=alert(1)><script>alert(2)</script>${alert(3)}{{alert(4)}}"
    page.goto("/")
    open_text(
        page,
        f"---\npipeline_tag: text-classification\ntags: ['{bad}']\nlicense: '{bad}'\nwidget:\n- text: '{bad}'\n"
        f"  example_title: '{bad}'\n  output:\n  - {{label: '{bad}', score: 1}}\n"
        f"---\n{bad}\n\n[x](javascript:alert(5))\n",
    )
    expect(page.locator("#result .bars .name")).to_have_count(1)
    expect(page.locator("#result .bars .name")).to_have_text(bad)
    expect(page.locator("#head")).to_contain_text("<img src=x")
    page.get_by_role("tab", name="Metadata").click()
    page.get_by_role("tab", name="Code").click()
    expect(page.locator("#code pre:visible")).to_contain_text("onerror")
    assert page.locator("#body [onerror], #head [onerror], #result [onerror], #body script").count() == 0


def test_why_this_widget_and_an_override(page: Page) -> None:
    page.goto("/")
    page.get_by_role("tab", name="Metadata").click()
    expect(page.locator("#metadata-body")).to_contain_text("text classification")
    choose(page, "Show it as another task", "Token classification")
    expect(page.locator("#head")).to_contain_text("Token classification")


@pytest.mark.parametrize("page", [PHONE], indirect=True, ids=["390 px"])
def test_nothing_scrolls_sideways_on_a_phone(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    widget, card = page.locator("#widget").bounding_box(), page.locator("#card").bounding_box()
    assert widget
    assert card
    assert widget["y"] < card["y"]
    run = page.get_by_role("button", name="Run", exact=True).bounding_box()
    assert run
    assert run["height"] >= 44
    assert run["width"] > 300


def test_the_notes_on_a_card_name_their_lines(page: Page) -> None:
    page.goto("/")
    open_text(page, "---\npipeline_tag: text-clasification\nwidget:\n- text: x\n  outputs: {text: y}\n---\n# Mine\n")
    expect(page.locator("#body h1")).to_have_text("Mine")
    page.locator("#head .notes").click()
    expect(page.locator("#metadata")).to_contain_text("line 2, column")
    expect(page.locator("#metadata")).to_contain_text("line 5, column")


def test_a_card_without_examples_gets_some_to_start_with(page: Page) -> None:
    page.goto("/")
    open_text(page, "---\npipeline_tag: question-answering\nlanguage: fr\n---\n# Mine\n")
    expect(page.locator("#body h1")).to_have_text("Mine")
    expect(page.locator("#examples")).to_contain_text("the card has none")
    expect(page.locator("#in-question textarea")).not_to_have_value("")
    expect(page.locator("#result")).to_contain_text("The output appears here.")


def test_every_card_opened_later_shows_its_widget_too(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    choose(page, "Example cards", "Token classification")
    expect(page.locator("#head h1")).to_have_text("showcard/entities")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    expect(page.get_by_role("tab", name="Widget", exact=True)).to_have_attribute("aria-selected", "true")


def test_focus_that_passes_a_picker_changes_nothing(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    page.locator("#in-text textarea").fill("Something of mine")
    for label in ("Examples", "Example cards", "Runs on"):
        page.get_by_label(label, exact=True).focus()
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement !== document.body"), "the list took the focus, and lost it"
        page.get_by_label(label, exact=True).click()
        page.locator("#head h1").click()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    expect(page.locator("#in-text textarea")).to_have_value("Something of mine")


def test_an_example_chosen_by_the_keyboard(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    before = page.locator("#in-text textarea").input_value()
    picker = page.get_by_label("Examples", exact=True)
    expect(picker).to_be_visible()
    picker.focus()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#in-text textarea")).not_to_have_value(before)


def test_the_event_of_a_listener_that_is_gone_does_nothing(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    with page.expect_request("**/queue/join**") as sent:
        page.locator("#run").click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    status = page.evaluate(
        """async (body) => (await fetch("gradio_api/queue/join", {method: "POST", body: JSON.stringify(body),
            headers: {"content-type": "application/json"}})).status""",
        {**sent.value.post_data_json, "fn_index": 9_999},
    )
    assert status == 200
    page.locator("#run").click()
    expect(page.locator("#status")).to_contain_text("s")
    expect(page.locator(".toast-body")).to_have_count(0)


def test_a_new_chat_and_an_example_leave_a_running_answer_behind(page: Page) -> None:
    over = threading.Event()

    def script(talk: Talk) -> None:
        talk.say("Go on.")
        over.wait(60)  # it is still running when it is left

    with chats(script) as server:
        open_chat_at(page, "showcard/card-helper", server.url)
        for leave in ("New chat", "example"):
            page.locator("#in-messages textarea").fill("Is this one left behind?")
            page.keyboard.press("Control+Enter")
            expect(page.locator("#result .live .text")).to_have_text("Go on.")
            if leave == "New chat":
                page.get_by_role("button", name="New chat").click()
                expect(page.locator("#transcript")).to_contain_text("Type a message and press Send.")
            else:
                page.get_by_label("Examples", exact=True).click()
                page.get_by_role("option").last.click()
            expect(page.get_by_role("button", name="Send")).to_be_enabled()
            expect(page.locator("#transcript")).not_to_contain_text("Stopped here.")
            expect(page.locator("#transcript")).not_to_contain_text("Is this one left behind?")
        over.set()


def test_what_is_typed_while_an_answer_streams_stays(page: Page) -> None:
    go = threading.Event()

    def script(talk: Talk) -> None:
        talk.say("Go on.")
        go.wait(20)
        talk.end(usage=USED)

    with chats(script) as server:
        open_chat_at(page, "showcard/eliza", server.url)
        page.locator("#in-messages textarea").fill("I feel tired today")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#result .live .text")).to_have_text("Go on.")
        page.locator("#in-messages textarea").fill("My next message")
        go.set()
        expect(page.locator("#status")).to_contain_text("tokens")
        expect(page.locator("#in-messages textarea")).to_have_value("My next message")


def test_a_file_that_is_no_image_is_a_sentence(page: Page, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("not an image")
    open_card(page, "showcard/digits")
    expect(page.locator("#in-image img").first).to_be_visible()
    page.get_by_label("Remove Image").click()
    page.locator("#in-image input[type=file]").set_input_files(bad)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result [role=alert]")).to_contain_text("bad.png is not an image that opens.")
    expect(page.locator(".toast-body")).to_have_count(0)


def test_a_parameter_that_is_set_is_sent_and_shown(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Parameters").click()
    page.get_by_label("top_k").fill("1")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    expect(page.locator("#result .bars li")).to_have_count(1)
    page.get_by_label("top_k").fill("many")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result [role=alert]")).to_contain_text("top_k is not a whole number")


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}}], indirect=True, ids=["390 px"])
def test_on_a_phone_the_result_begins_below_run(page: Page) -> None:
    open_card(page, "showcard/sentiment")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    edges = "() => ['#run-row', '#result'].map(name => document.querySelector(name).getBoundingClientRect())"
    row, result = page.evaluate(edges)
    assert row["bottom"] <= result["top"]
    expect(page.locator("#result")).to_be_in_viewport()
