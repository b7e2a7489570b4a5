"""The input fields in Chromium: what a card holds comes back as it was, whatever a person does beside it."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.support.view_cards import photo, tone

TABLE = """---
pipeline_tag: table-question-answering
widget:
- text: How many stars?
  table:
    Repository: [Transformers, "a\\tb", "<b>x</b>"]
    Stars: [36542, 4512.0, 12345678901234567890]
    Notes: ["651", "", "two\\nlines"]
---
"""
LABELS = """---
pipeline_tag: zero-shot-classification
widget:
- text: My phone broke
  candidate_labels: [phone, "red, white", urgent]
  multi_class: true
---
"""
SENTENCES = """---
pipeline_tag: sentence-similarity
widget:
- source_sentence: That is a happy person
  sentences: ["That is a happy dog", "Two\\nlines", "Today is sunny"]
---
"""


def show(page: Page, text: str) -> None:
    page.locator("#source textarea").fill(text)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#head h1")).to_have_text("Pasted card")


def start(page: Page, text: str) -> None:
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    show(page, text)


def value(page: Page, name: str) -> Any:
    return json.loads(page.locator(f"#in-{name} textarea[data-testid=textbox]").input_value())


def paste(target: Locator, text: str) -> None:
    target.evaluate(
        """(node, text) => {
          node.focus();
          const held = new DataTransfer();
          held.setData("text", text);
          const sent = new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true });
          if (node.dispatchEvent(sent)) document.execCommand("insertText", false, text);
        }""",
        text,
    )


def code(page: Page, text: str) -> Locator:
    """The code of what is on the screen, once it holds a text."""
    page.get_by_role("tab", name="Code", exact=True).click()
    shown = page.locator("#code pre").first
    expect(shown).to_contain_text(text)
    page.get_by_role("tab", name="Widget", exact=True).click()
    return shown


def test_a_table_keeps_what_nobody_touched(page: Page) -> None:
    start(page, TABLE)
    grid = page.locator("#in-table .grid")
    expect(grid.locator("tbody tr")).to_have_count(3)
    expect(grid.get_by_label("Stars, row 2")).to_have_value("4512.0")
    before = value(page, "table")
    grid.get_by_label("Repository, row 1").fill("Transformers 5")
    after = value(page, "table")
    assert after["rows"][0][0] == "sTransformers 5"
    after["rows"][0][0] = before["rows"][0][0]
    assert after == before
    shown = code(page, "Transformers 5").inner_text()
    assert "4512.0" in shown
    assert "12345678901234567890" in shown
    assert re.search(r"['\"]651['\"]", shown)


def test_a_table_grows_shrinks_and_is_renamed(page: Page) -> None:
    start(page, TABLE)
    table = page.locator("#in-table")
    expect(table.locator("tbody tr")).to_have_count(3)
    table.get_by_role("button", name="Add a row").click()
    expect(table.get_by_label("Repository, row 4")).to_be_focused()
    page.keyboard.type("New")
    table.get_by_label("Stars, row 4").fill("7")
    table.get_by_label("Notes, row 4").fill("7")
    assert value(page, "table")["rows"][3] == ["sNew", "j7", "s7"]
    table.get_by_role("button", name="Add a column").click()
    page.keyboard.type("!")
    table.get_by_label("Name of column 1").fill("Repo")
    table.get_by_role("button", name="Remove column Stars").click()
    table.get_by_role("button", name="Remove row 2").click()
    found = value(page, "table")
    assert found["names"] == ["Repo", "Notes", "!"]
    assert [row[0] for row in found["rows"]] == ["sTransformers", "s<b>x</b>", "sNew"]
    table.get_by_label("Name of column 2").fill("Repo")
    page.get_by_role("tab", name="Code", exact=True).click()
    expect(page.locator("#code")).to_contain_text("Two columns of the table are called “Repo”")


def test_cells_of_a_spreadsheet_are_pasted(page: Page) -> None:
    start(page, TABLE)
    table = page.locator("#in-table")
    expect(table.locator("tbody tr")).to_have_count(3)
    paste(table.get_by_label("Stars, row 3"), 'x\ty\r\n5\t"two\nlines"\r\n')
    assert value(page, "table")["rows"][2:] == [["s<b>x</b>", "sx", "sy"], [None, "s5", "stwo\nlines"]]
    paste(table.get_by_label("Name of column 1"), "a,b\n1,two\n3,\n")
    found = value(page, "table")
    assert (found["names"], found["rows"]) == (["a", "b"], [["j1", "stwo"], ["j3", None]])
    paste(table.get_by_label("b, row 2"), "one, two")
    assert value(page, "table")["rows"][1] == ["j3", "sone, two"]


def test_labels_are_chips_that_may_hold_commas(page: Page) -> None:
    start(page, LABELS)
    field = page.locator("#in-candidate_labels")
    expect(field.locator("li")).to_have_text(["phone×", "red, white×", "urgent×"])
    expect(page.get_by_label("Several labels may be true")).to_be_checked()
    line = field.get_by_label("Add to candidate labels")
    line.press_sequentially("tablet, ")
    expect(field.locator("li")).to_have_count(4)
    line.fill('"black, blue"')
    line.press("Enter")
    expect(field.locator("li").last).to_have_text("black, blue×")
    paste(line, "one, two")
    expect(field.locator("li")).to_have_count(7)
    field.get_by_role("button", name="Remove red, white").click()
    line.fill("not yet entered")
    assert value(page, "candidate_labels") == [
        "phone",
        "urgent",
        "tablet",
        "black, blue",
        "one",
        "two",
        "not yet entered",
    ]
    line.fill("")
    line.press("Backspace")
    expect(line).to_have_value("two")
    assert value(page, "candidate_labels")[-1] == "two"


def test_sentences_come_go_and_keep_their_line_ends(page: Page) -> None:
    start(page, SENTENCES)
    field = page.locator("#in-sentences")
    expect(field.locator("li")).to_have_count(3)
    field.locator("li textarea").first.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("A cat")
    assert value(page, "sentences") == ["That is a happy dog", "A cat", "Two\nlines", "Today is sunny"]
    field.get_by_role("button", name="Remove sentence 4").click()
    field.get_by_role("button", name="Add a sentence").click()
    paste(field.locator("li textarea").last, "one\ntwo\n")
    assert value(page, "sentences") == ["That is a happy dog", "A cat", "Two\nlines", "one", "two"]
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    expect(page.locator("#result .bars li")).to_have_count(5)


def test_a_mask_is_named_missed_and_inserted(page: Page) -> None:
    start(page, "---\npipeline_tag: fill-mask\nmask_token: '[MASK]'\nwidget:\n- text: Paris is <mask>.\n---\n")
    mask = page.locator("#mask")
    expect(mask).to_contain_text("Mask token: [MASK]")
    expect(mask).to_contain_text("the text has <mask>, which is another model's")
    text = page.locator("#in-text textarea")
    text.fill("Paris is ")
    expect(mask).to_contain_text("the text has no mask to fill")
    mask.get_by_role("button", name="Insert [MASK]").click()
    expect(text).to_have_value("Paris is [MASK]")
    expect(mask.locator(".warn")).to_have_count(0)


def test_an_address_is_opened_by_the_rules_and_nothing_is_lost(page: Page) -> None:
    start(page, f"---\npipeline_tag: image-classification\nwidget:\n- src: {photo()}\n---\n")
    expect(page.locator("#in-image img")).to_be_visible()
    line = page.locator("#url-image input, #url-image textarea")
    for address, said in (("http://127.0.0.1/x.png", "is not a public host"), ("file:///etc/passwd", "not an address")):
        line.fill(address)
        line.press("Enter")
        expect(page.locator("#url-note-image [role=alert]")).to_contain_text(said)
    expect(line).to_have_value("file:///etc/passwd")
    expect(page.locator("#in-image img")).to_be_visible()


def test_a_turned_photo_reaches_the_code_upright(page: Page) -> None:
    held = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 30), "navy").save(held, "JPEG", exif=exif)
    start(page, f"---\npipeline_tag: image-classification\nwidget:\n- src: {photo()}\n---\n")
    expect(page.locator("#in-image img")).to_be_visible()
    page.get_by_label("Remove Image").click()
    page.locator("#in-image input[type=file]").set_input_files(
        {"name": "turned.jpg", "mimeType": "image/jpeg", "buffer": held.getvalue()}
    )
    expect(page.locator("#in-image img")).to_be_visible()
    code(page, "turned.jpg")


def test_two_texts_go_as_a_pair(page: Page) -> None:
    start(
        page,
        "---\npipeline_tag: text-classification\nwidget:\n- text: A cat sleeps\n  text_pair: An animal rests\n---\n",
    )
    expect(page.locator("#in-text_pair textarea")).to_have_value("An animal rests")
    shown = code(page, "An animal rests")
    expect(shown).to_contain_text("text_pair")


def test_a_chat_that_sees_takes_images(page: Page) -> None:
    image = photo()
    start(
        page,
        "---\npipeline_tag: image-text-to-text\ntags: [conversational]\nwidget:\n- messages:\n  - role: user\n"
        f"    content:\n    - {{type: image, url: '{image}'}}\n    - {{type: text, text: What is this}}\n---\n",
    )
    field = page.locator("#in-messages")
    expect(field.locator("textarea")).to_have_value("What is this")
    expect(field.locator("img")).to_have_count(1)
    field.locator("textarea").fill("What is this?")
    shown = code(page, "What is this?")
    expect(shown).to_contain_text("image_url")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#result [role=alert]")).to_be_visible()  # no engine of this machine sees
    expect(field.locator("textarea")).to_have_value("What is this?")
    expect(field.locator("img")).to_have_count(1)
    show(
        page,
        "---\npipeline_tag: image-text-to-text\ntags: [conversational]\nwidget:\n"
        f"- text: What is this?\n  src: '{image}'\n  output: {{text: A house}}\n---\n",
    )
    expect(page.locator("#transcript .turn.assistant")).to_contain_text("A house")
    expect(page.locator("#transcript .turn.user img")).to_be_visible()


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}}], indirect=True, ids=["390 px"])
def test_the_fields_fit_a_phone(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    sound = f"---\npipeline_tag: automatic-speech-recognition\nwidget:\n- src: {tone(0.2)}\n---\n"
    for text, place in ((TABLE, "#in-table .grid"), (LABELS, "#in-candidate_labels li"), (sound, "#in-audio")):
        show(page, text)
        expect(page.locator(place).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
