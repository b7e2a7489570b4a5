"""Deep links in Chromium: opened, shared, opened again; they fill fields and run nothing."""

from __future__ import annotations

import json
import re
from urllib.parse import quote, urlsplit

from playwright.sync_api import Page, expect


def share(page: Page) -> str:
    """The link that Share copies."""
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.locator("#shared")).to_contain_text("Link copied.")
    expect(page.locator("#shared input")).to_have_value(re.compile("^http"))
    link: str = page.evaluate("navigator.clipboard.readText()")
    assert link == page.locator("#shared input").input_value()
    return link


def table_of(page: Page) -> object:
    return json.loads(page.locator("#in-table textarea[data-testid=textbox]").input_value())["rows"]


def test_the_hubs_links_fill_the_fields_and_run_nothing(page: Page) -> None:
    page.goto("/?model=showcard/question-answering&text=Who%20is%20it%3F&context=It%20is%20Ann.%20%F0%9F%98%80")
    expect(page.locator("#in-question textarea, #in-question input")).to_have_value("Who is it?")
    expect(page.locator("#in-context textarea")).to_have_value("It is Ann. 😀")
    expect(page.locator("#result")).to_contain_text("The output appears here.")
    expect(page.locator("#status")).not_to_contain_text("Running")
    table = quote(json.dumps({"Repo": ["a", "b"], "Stars": [1, 2.0]}))
    page.goto(f"/?model=showcard/table-question-answering&text=How%20many%3F&table={table}")
    expect(page.locator("#in-query textarea, #in-query input")).to_have_value("How many?")
    expect(page.locator("#in-table").get_by_label("Repo, row 2")).to_have_value("b")
    assert table_of(page) == [["sa", "j1"], ["sb", "j2.0"]]
    expect(page.locator("#result")).to_contain_text("The output appears here.")


def test_an_example_by_title_and_by_number(page: Page) -> None:
    page.goto("/?model=showcard/sentiment&example=2")
    expect(page.locator("#result .badge")).to_have_text("Recorded in the card")
    chosen = page.get_by_label("Examples", exact=True).input_value()
    second = page.locator("#in-text textarea").input_value()
    title = chosen.removesuffix(" (recorded output)").split(" · ")[-1]
    page.goto("/?model=showcard/sentiment")
    expect(page.locator("#in-text textarea")).not_to_have_value(second)
    page.goto(f"/?model=showcard/sentiment&example={quote(title)}")
    expect(page.locator("#in-text textarea")).to_have_value(second)


def test_the_code_in_the_language_of_the_link(page: Page) -> None:
    page.goto("/?model=showcard/sentiment&inference_api=true&language=js")
    expect(page.get_by_role("tab", name="Code", exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#code pre:visible").first).to_contain_text("const")


def test_what_is_shared_opens_again(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    page.locator("#in-text textarea").fill('She said "no" & left <b>')
    link = share(page)
    assert "?model=showcard" in link
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#in-text textarea")).to_have_value('She said "no" & left <b>')
    long = "Lovely weather. " * 400
    page.locator("#in-text textarea").fill(long)
    link = share(page)
    parts = urlsplit(link)
    assert len(link) - len(parts.fragment) < 300
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#in-text textarea")).to_have_value(long)
    expect(page.locator("#result")).to_contain_text("The output appears here.")


def test_a_pasted_card_is_shared_with_its_text_and_parameters(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    card = "---\npipeline_tag: zero-shot-classification\n---\n# Mine\n"
    page.locator("#source textarea").fill(card)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#body h1")).to_have_text("Mine")
    line = page.get_by_label("Add to candidate labels")
    line.fill('"red, white", blue,')
    page.locator("#in-text textarea").fill("A flag")
    link = share(page)
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#body h1")).to_have_text("Mine")
    expect(page.locator("#in-text textarea")).to_have_value("A flag")
    labels = page.locator("#in-candidate_labels textarea[data-testid=textbox]")
    expect(labels).to_have_value(re.compile("red, white"))


def test_a_broken_link_is_a_page_all_the_same(page: Page) -> None:
    page.goto("/?model=showcard/sentiment&text=ok&table=%7B&example=99&parameters=%5B#in=%21%21")
    expect(page.locator("#in-text textarea")).to_have_value("ok")


def test_a_reload_brings_back_the_card_and_what_was_typed(page: Page) -> None:
    page.goto("/?model=showcard/question-answering")
    text = page.locator("#in-context textarea")
    expect(text).not_to_have_value("")
    text.fill("Typed by hand")
    page.reload()
    expect(text).to_have_value("Typed by hand")
    expect(page.locator("#head h1")).to_have_text("showcard/question-answering")
    card = "---\npipeline_tag: zero-shot-classification\nwidget:\n- {text: A, candidate_labels: [a, b]}\n---\n# Mine\n"
    page.locator("#source textarea").fill(card)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#body h1")).to_have_text("Mine")
    expect(page.locator("#head h1")).to_have_text("Pasted card")
    expect(page.locator("#widget")).not_to_have_attribute("inert", "")
    page.get_by_label("Add to candidate labels").fill("typed, too,")
    expect(page.locator("#in-candidate_labels .tags li")).to_have_count(4)
    page.locator("#in-text textarea").fill("My own words")
    page.reload()
    expect(page.locator("#body h1")).to_have_text("Mine")
    expect(page.locator("#in-text textarea")).to_have_value("My own words")
    expect(page.locator("#in-candidate_labels .tags li")).to_have_count(4)
    expect(page.locator("#source textarea")).to_have_value(card)
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")


def test_a_reload_brings_back_parameters_and_small_files_but_no_key(page: Page, picture: bytes) -> None:
    page.goto("/?model=showcard/digits")
    image = page.locator("#in-image img")
    expect(image).to_be_visible()
    page.locator("#parameters .label-wrap").click()
    page.locator("#in-p-top_k input, #in-p-top_k textarea").first.fill("2")
    page.locator("#in-p-function_to_apply").get_by_label("sigmoid").check()
    other = page.locator("#in-p-other textarea")
    other.fill('{"upstream": {"apiKey": "abc"}}')
    file = page.locator("#in-image input[type=file]")
    file.set_input_files({"name": "my own.png", "mimeType": "image/png", "buffer": picture})
    expect(image).to_have_attribute("src", re.compile("own"))
    page.reload()
    expect(image).to_have_attribute("src", re.compile("own"))
    expect(page.locator("#in-p-top_k input, #in-p-top_k textarea").first).to_have_value("2")
    expect(page.locator("#in-p-function_to_apply").get_by_label("sigmoid")).to_be_checked()
    expect(other).to_have_value("")
    assert "abc" not in page.evaluate("sessionStorage['showcard-page']")
    page.get_by_role("tab", name="Code", exact=True).click()
    expect(page.locator("#code pre:visible")).to_contain_text("top_k=2")
    expect(page.locator("#code pre:visible")).to_contain_text("own.png")
    page.get_by_role("tab", name="Widget", exact=True).click()
    file.set_input_files({"name": "large.png", "mimeType": "image/png", "buffer": picture + bytes(2**20)})
    expect(image).to_have_attribute("src", re.compile("large"))
    page.reload()
    expect(page.locator("#widget")).to_contain_text("Choose large.png again")
    expect(page.locator("#in-p-top_k input, #in-p-top_k textarea").first).to_have_value("2")
