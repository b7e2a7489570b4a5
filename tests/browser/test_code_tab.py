"""The Code tab as a stranger uses it: turn, copy, download, paste, run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.support.axe import serious
from tests.support.execute import environment


def open_code(page: Page, model: str) -> Locator:
    page.goto(f"/?model={model}")
    expect(page.locator("#head h1")).to_have_text(model)
    page.get_by_role("tab", name="Code", exact=True).click()
    source = page.locator("#code pre:visible")
    expect(source).to_be_visible()
    return source


def test_turn_copy_download_and_run(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    page.locator("#in-text textarea").fill('She said "no"; it\'s $HOME')
    page.get_by_role("tab", name="Code", exact=True).click()
    source = page.locator("#code pre:visible")
    expect(source).to_contain_text("InferenceClient")
    expect(source).to_contain_text("$HOME")
    page.get_by_role("button", name="Copy", exact=True).locator("visible=true").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == source.text_content()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").locator("visible=true").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    assert file.name == "text_classification.py"
    assert file.read_text() == copied
    ran = subprocess.run([sys.executable, file], capture_output=True, text=True, env=environment(tmp_path), check=True)
    assert re.search(r"(POSITIVE|NEGATIVE|NEUTRAL) [\d.]+", ran.stdout)

    page.get_by_role("tab", name="curl").click()
    expect(source).to_contain_text("curl ")
    page.get_by_role("button", name="Copy for a terminal").locator("visible=true").click()
    pasted = page.evaluate("navigator.clipboard.readText()")
    shell = subprocess.run(
        ["sh"], input=pasted, capture_output=True, text=True, cwd=tmp_path, env=environment(tmp_path), check=True
    )
    assert "label" in shell.stdout
    assert (tmp_path / "text_classification.sh").read_text() == source.text_content()


def test_the_choice_is_remembered_and_the_keyboard_turns(page: Page) -> None:
    source = open_code(page, "showcard/sentiment")
    page.get_by_role("tab", name="JavaScript").click()
    page.get_by_role("tab", name="fetch").click()
    expect(source).to_contain_text("await fetch(")
    source = open_code(page, "showcard/eliza")
    expect(source).to_contain_text("await fetch(")
    expect(page.get_by_role("tab", name="fetch")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="fetch").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="openai").locator("visible=true")).to_be_focused()
    expect(source).to_contain_text('from "openai"')
    assert page.evaluate("JSON.parse(localStorage['showcard-code'])") == {"language": "js", "js": "openai"}
    page.get_by_label("asyncio").check()
    page.get_by_role("tab", name="Python").click()
    expect(source).to_contain_text("asyncio.run(main())")
    page.get_by_label("Stream", exact=True).uncheck()
    expect(page.locator("#code .differs:visible")).to_contain_text("Run asks for a stream; this code does not.")
    expect(source).not_to_contain_text("stream=True")
    assert serious(page) == ""


def test_a_client_that_can_not_says_why_and_a_library_shows_its_own(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    card = "pipeline_tag: translation\nlibrary_name: transformers\nwidget:\n- text: 'It was \"late\".'\n"
    page.locator("#source textarea").fill(f"---\n{card}---\nx")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#head")).to_contain_text("Translation")
    page.get_by_role("tab", name="Code", exact=True).click()
    expect(page.locator("#code pre:visible")).to_contain_text("your-name/your-model")
    expect(page.locator("#code .differs:visible")).to_contain_text("The card has no id on the Hub yet")
    page.get_by_role("tab", name="openai").locator("visible=true").click()
    expect(page.locator("#code [role=note]:visible")).to_contain_text(
        "OpenAI's client has no method for translation here."
    )
    page.get_by_role("tab", name="On your machine").click()
    expect(page.locator("#code pre:visible")).to_contain_text("from transformers import AutoModelForSeq2SeqLM")
    expect(page.locator("#code pre:visible")).to_contain_text("It was")
