"""Example cards, opened from the page of all widgets: their fields are filled and their output is drawn.

Those here have every kind of field and of output together. Each card's page is seen without a browser in
tests/widgets/test_opening.py; the slow tests open every card here too."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from playwright.sync_api import Page, expect

from showcard.metadata.model import Model
from showcard.ui.markup.panels import ILLUSTRATION, RECORDED
from showcard.widgets.index import MODALITIES, example_models
from tests.support.covering import covering


def parts(folder: str) -> set[Hashable]:
    """The kinds of fields that an example card fills, and of its output; and whether a task's example stands in."""
    model = example_models()[folder]
    row, example = model.guess.widget, model.examples[0]
    assert row is not None
    filled = {spec.kind for spec in row.fields if example.inputs.get(spec.name) is not None}
    return {*filled, f"view-{example.output.kind}" if example.output else None, model.illustrated}


FEW = covering(example_models(), parts)
FAMILIES = sorted({row.modality for folder in FEW if (row := example_models()[folder].guess.widget)})
PHONE = {"viewport": {"width": 390, "height": 844}}


def opened(page: Page, folder: str, model: Model) -> None:
    """The card is on the screen, with its first example."""
    expect(page.locator("#head h1")).to_have_text(f"showcard/{folder}")
    expect(page.locator("#body h1").first).to_be_visible()
    row, example = model.guess.widget, model.examples[0]
    assert row is not None
    filled(page, model)
    said = ILLUSTRATION if model.illustrated else RECORDED
    if example.output is None:
        return
    if row.output == "message":
        expect(page.locator("#transcript .turn.assistant .badge").first).to_have_text(said[0])
        return
    expect(page.locator("#result .badge").first).to_have_text(said[0])
    expect(page.locator("#result .what")).to_contain_text(said[1])
    drawn = page.locator("#result .view")
    expect(drawn).to_have_class(f"view view-{example.output.kind}")
    for kind in ("img", "video"):
        for shown in drawn.locator(kind).all():
            size = "naturalWidth" if kind == "img" else "videoWidth"
            page.wait_for_function(f"shown => shown.{size} > 0", arg=shown.element_handle())


def filled(page: Page, model: Model) -> None:
    """Every field of the task holds what the example gives it."""
    row, example = model.guess.widget, model.examples[0]
    assert row is not None
    for field in row.fields:
        value = example.inputs.get(field.name)
        box = page.locator(f"#in-{field.name}")
        if field.kind == "messages" or value is None:
            continue
        expect(box).to_be_visible()
        if field.kind in ("text", "line"):
            expect(box.locator("textarea, input").first).to_have_value(value)
        elif field.kind == "image":
            expect(box.locator("img").first).to_be_visible()
        elif field.kind == "video":
            expect(box.locator("video").first).to_be_visible()
        elif field.kind == "audio":
            expect(box.get_by_label("Play", exact=True).first).to_be_visible()


@pytest.mark.parametrize(
    ("modality", "few"),
    [(name, True) for name in FAMILIES] + [pytest.param(name, False, marks=pytest.mark.slow) for name in MODALITIES],
)
def test_an_example_card_opens_from_the_index(page: Page, modality: str, few: bool) -> None:
    page.goto("/widgets")
    tiles = page.locator(f"section:has(#w-{modality}) a.tile")
    expect(tiles.first).to_be_visible()
    links = [str(tile.get_attribute("href")) for tile in tiles.all()]
    for link in links:
        folder = link.removeprefix("/?model=showcard/")
        if few and folder not in FEW:
            continue
        if page.url.endswith("/widgets"):
            tiles.nth(links.index(link)).click()
        else:
            page.goto(link)  # as a click does, without drawing the index again
        opened(page, folder, example_models()[folder])


@pytest.mark.parametrize("page", [PHONE], indirect=True, ids=["390 px"])
def test_the_index_fits_a_phone_and_the_keyboard_gets_through_it(page: Page) -> None:
    page.goto("/widgets")
    expect(page.locator("#index a.tile").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    heights = page.locator(".bar nav a").evaluate_all("links => links.map(link => link.getBoundingClientRect().height)")
    assert max(heights) < 60
    page.locator("#index .jump a").last.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('a.tile')")
    page.keyboard.press("Enter")
    expect(page.locator("#head h1")).to_be_visible()


def test_a_link_of_a_body_leads_to_its_heading_and_a_formula_is_drawn(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    text = (
        "# Mine\n\n[to the end](#the-end)\n\n" + "A line.\n\n" * 80 + "$$\\frac{a}{b}$$\n\n## The end\n\n- [x] done\n"
    )
    page.locator("#source textarea").fill(f"---\npipeline_tag: text-classification\n---\n{text}")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#body h1")).to_have_text("Mine")
    expect(page.locator("#body h2")).not_to_be_in_viewport()
    page.get_by_role("link", name="to the end").click()
    expect(page.locator("#body h2")).to_be_in_viewport()
    expect(page.locator("#body math mfrac")).to_be_visible()
    expect(page.locator("#body input[type=checkbox]")).to_be_checked()
    expect(page.locator("#head h1")).to_have_text("Pasted card")
