"""The two flows as a stranger uses them: an image editor, and meeting notes."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def loaded(page: Page, selector: str) -> None:
    """An image is there, drawn."""
    image = page.locator(selector)
    expect(image).to_be_visible()
    page.wait_for_function("image => image.naturalWidth > 0", arg=image.element_handle())


def test_a_picture_is_edited_and_edited_again(page: Page) -> None:
    page.goto("/widgets")
    page.get_by_role("link", name="Image editor").click()
    expect(page.locator("#pair .badge")).to_have_text("Illustration")
    loaded(page, "#pair figure:last-child img")
    page.locator("#in-prompt textarea").fill("Invert the colours")
    page.locator("#edit-run").click()
    expect(page.locator("#pair .badge")).to_have_text("Live")
    expect(page.locator("#edit-status")).to_contain_text("embedded engine")
    loaded(page, "#pair figure:last-child img")
    before = page.locator("#in-image img").first.get_attribute("src")
    page.get_by_role("button", name="Go on with the picture after").click()
    expect(page.locator("#in-image img").first).not_to_have_attribute("src", before or "")
    page.get_by_role("button", name="Code").click()
    expect(page.locator("#edit-code pre:visible")).to_contain_text("image_to_image")
    expect(page.locator("#edit-code pre:visible")).to_contain_text("Invert the colours")


def test_an_editor_that_runs_nowhere_says_so_and_keeps_what_was_typed(page: Page) -> None:
    page.goto("/image-editor")
    page.locator("#in-prompt textarea").fill("Something of mine")
    page.get_by_label("Model", exact=True).click()
    page.get_by_role("option", name="Qwen/Qwen-Image-Edit").click()
    expect(page.locator("#edit-status")).to_contain_text("It is not this model.")
    page.get_by_label("Runs on", exact=True).click()
    page.get_by_role("option", name="An endpoint of mine").click()
    expect(page.locator("#edit-status")).to_contain_text("Give the base URL of your endpoint.")
    expect(page.locator("#edit-run")).to_be_disabled()
    page.get_by_label("Base URL").fill("http://127.0.0.1:9")
    expect(page.locator("#edit-run")).to_be_enabled()
    page.locator("#edit-run").click()
    expect(page.locator("#edit-trouble [role=alert]")).to_contain_text("Nothing answers at this address.")
    expect(page.locator("#in-prompt textarea")).to_have_value("Something of mine")
    expect(page.locator("#pair .badge")).to_have_text("Illustration")


def test_notes_are_written_from_a_transcript(page: Page) -> None:
    page.goto("/widgets")
    page.get_by_role("link", name="Meeting notes").click()
    expect(page.locator("#listen-status")).to_contain_text("No engine on this machine serves")
    expect(page.locator("#listen-run")).to_be_disabled()
    expect(page.locator("#origin")).to_contain_text("Illustration")
    expect(page.locator("#origin")).to_contain_text("no recording")
    page.locator("#notes-run").click()
    expect(page.locator("#notes .badge")).to_have_text("Live")
    expect(page.locator("#notes")).to_contain_text("showcard/summarization")
    expect(page.locator("#notes")).to_contain_text("desks")
    page.locator("#transcript-text textarea").press_sequentially("Dora: Goodbye. ")
    expect(page.locator("#origin")).to_contain_text("Edited")
    page.get_by_label("Model", exact=True).last.click()
    page.get_by_role("option", name="showcard/card-helper").click()
    expect(page.get_by_label("Model", exact=True).last).to_have_value("showcard/card-helper, runs here")
    page.locator("#notes-run").click()
    expect(page.locator("#notes .live")).to_be_visible()
    expect(page.locator("#notes .badge")).to_have_text("Live")
    expect(page.locator("#notes")).to_contain_text("showcard/card-helper")
    page.get_by_role("button", name="Code").last.click()
    expect(page.locator("#notes-code pre:visible")).to_contain_text("Dora: Goodbye.")
    page.locator("#transcript-text textarea").fill("")
    page.locator("#notes-run").click()
    expect(page.locator("#notes-trouble [role=alert]")).to_contain_text("The transcript is empty.")
