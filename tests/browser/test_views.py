"""The views as they are seen and used: pointed at, slid, toggled, played, turned; and hostile text in each of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.view_cards import card, cards

CARDS = cards()
PHONE = {"viewport": {"width": 390, "height": 844}}


def start(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()


def show(page: Page, text: str, kind: str) -> Locator:
    """Paste a card and open it; its recorded output as the page shows it."""
    page.evaluate("document.querySelectorAll('#result .view').forEach((view) => { view.dataset.old = ''; })")
    page.locator("#source textarea").fill(text)
    page.get_by_role("button", name="Open", exact=True).click()
    view = page.locator(f"#result .view-{kind}:not([data-old])")
    expect(view).to_be_attached()
    page.get_by_role("tab", name="Widget", exact=True).click()
    expect(view).to_be_visible()
    return view


def copied(page: Page, view: Locator) -> str:
    view.locator("[data-copies]").click()
    expect(view.locator("[data-copies]")).to_have_text("Copied")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def saved(page: Page, view: Locator) -> Any:
    """What the download link saves."""
    with page.expect_download() as waiting:
        view.locator("a.file").click()
    return json.loads(waiting.value.path().read_text())


def until(page: Page, condition: str) -> None:
    """Wait for a condition. An expression would be evaluated inside the page, which its policy forbids; a function is not."""
    page.wait_for_function(f"() => {condition}")


def opacity(found: Locator) -> float:
    return float(found.evaluate("node => getComputedStyle(node).opacity"))


def test_bars_fold_copy_and_save(page: Page) -> None:
    start(page)
    view = show(page, CARDS["logits"], "labels")
    expect(view.locator("li:visible")).to_have_count(50)
    view.get_by_text("10 more").click()
    expect(view.locator("li:visible")).to_have_count(60)
    expect(view.locator(".scale")).to_contain_text("not probabilities")
    lines = copied(page, view).splitlines()
    assert len(lines) == 60
    assert lines[0] == "class 0\t8.000"
    assert saved(page, view)[1] == {"label": "class 1", "score": 7.75}
    view = show(page, CARDS["similarities"], "similarities")
    tops = lambda: [row.bounding_box()["y"] for row in view.locator("li").all()]  # type: ignore[index] # noqa: E731
    assert tops() == sorted(tops())
    view.get_by_label("Nearest first").check()
    first, second, third = tops()
    assert second < first < third


def test_entities_toggle_merge_and_list(page: Page) -> None:
    start(page)
    view = show(page, CARDS["entities"], "entities")
    expect(view.locator(".entities mark").first).to_contain_text("Marie Curie")
    key = view.get_by_role("button", name=re.compile("^LOC"))
    key.focus()
    page.keyboard.press("Enter")
    expect(key).to_have_attribute("aria-pressed", "false")
    expect(view.locator("mark.dimmed")).to_have_count(2)
    key.click()
    expect(view.locator("mark.dimmed")).to_have_count(0)
    view.get_by_text("List of 7 entities").click()
    expect(view.locator("details tbody tr")).to_have_count(7)
    view = show(page, CARDS["pieces"], "entities")
    expect(view.locator("mark:visible")).to_have_count(2)
    view.get_by_label("Merge B- and I- pieces").uncheck()
    expect(view.locator("mark:visible")).to_have_count(3)


def test_answers_scroll_to_where_they_stand(page: Page) -> None:
    start(page)
    view = show(page, CARDS["answers"], "answers")
    expect(view.locator(".context mark")).to_have_text("1887")
    view.locator(".context").scroll_into_view_if_needed()
    expect(view.locator(".context mark")).to_be_in_viewport()
    until(page, "document.querySelector('#result .context').scrollTop > 50")
    view = show(page, CARDS["table_answer"], "table_answer")
    expect(view.locator("td.hit")).to_have_text(["38", "30", "10"])
    view = show(page, CARDS["predictions"], "predictions")
    assert copied(page, view).splitlines()[1] == "1\tParis\t38\t2019\thigh"


def test_boxes_and_their_list_point_at_each_other(page: Page) -> None:
    start(page)
    view = show(page, CARDS["boxes"], "boxes")
    until(page, "document.querySelector('#result .stage img').naturalWidth === 480")
    row, box = view.locator("li[data-pair='1']"), view.locator("g.box[data-pair='1']")
    row.hover()
    expect(box).to_have_class("box on")
    expect(view.locator(".tag:visible")).to_have_text(["sun 0.910"])
    view.locator("g.box[data-pair='3']").hover()
    expect(view.locator("li[data-pair='3']")).to_have_class("on")
    expect(row).not_to_have_class("on")
    view.locator("li[data-pair='0']").focus()
    expect(view.locator("g.box[data-pair='0']")).to_have_class("box on")
    page.keyboard.press("ArrowDown")
    expect(row).to_be_focused()
    slider = view.get_by_label("Least score")
    slider.evaluate("node => { node.value = 0.5; node.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(view.locator("[role=status]")).to_have_text("2 of 4 boxes shown")
    expect(view.locator("g.box:visible")).to_have_count(2)
    expect(view.locator("li:visible")).to_have_count(2)
    slider.focus()
    page.keyboard.press("Home")
    expect(view.locator("[role=status]")).to_have_text("4 of 4 boxes shown")


def test_masks_fade_switch_off_and_are_found_under_the_pointer(page: Page) -> None:
    start(page)
    view = show(page, CARDS["masks"], "masks")
    stage = view.locator(".stage")
    first = view.locator(".mask[data-pair='0']")
    assert opacity(first) == pytest.approx(0.6)
    slider = view.get_by_label("Opacity")
    slider.evaluate("node => { node.value = 30; node.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(view.locator(".slide output")).to_have_text("30%")
    until(page, "getComputedStyle(document.querySelector('#result .mask')).opacity === '0.3'")
    stage.scroll_into_view_if_needed()
    place = stage.bounding_box()
    assert place
    row = view.locator("li[data-pair='0']")

    def at(x: float, y: float) -> None:
        page.mouse.move(place["x"] + x / 480 * place["width"], place["y"] + y / 320 * place["height"])

    at(190, 170)  # where the pointer rests while the masks are read
    expect(row).to_have_class("on")
    at(20, 40)
    expect(view.locator("li.on")).to_have_count(0)
    at(395, 60)
    expect(view.locator("li[data-pair='1']")).to_have_class("on")
    view.locator("li[data-pair='2']").hover()
    expect(view.locator(".mask[data-pair='2']")).to_have_class("mask on")
    view.get_by_label("Show house").uncheck()
    expect(first).to_be_hidden()
    view.get_by_label("Show house").check()
    expect(first).to_be_visible()


def test_sounds_seek_and_fill_their_waves(page: Page) -> None:
    start(page)
    view = show(page, CARDS["chunks"], "text")
    view.get_by_role("button", name="Play from 0.70 s").click()
    until(page, "document.querySelector('#result .timed audio').currentTime >= 0.7")
    expect(view.locator("[data-seek].on").first).to_be_visible()
    view = show(page, CARDS["audio"], "audio")
    wave = view.locator(".wave")
    box = wave.bounding_box()
    assert box
    until(page, "document.querySelector('#result audio').duration > 1.9")
    wave.click(position={"x": box["width"] / 2, "y": 20})
    until(page, "document.querySelector('#result audio').currentTime >= 0.9")
    until(page, "parseFloat(document.querySelector('#result .wave').style.getPropertyValue('--played')) > 40")
    view = show(page, CARDS["clips"], "audio")
    expect(view.locator("audio")).to_have_count(2)
    expect(view.locator("strong")).to_have_text(["voice", "noise"])


def test_a_3d_object_turns_by_drag_and_by_keys(page: Page) -> None:
    start(page)
    view = show(page, CARDS["mesh"], "mesh")
    mesh, drawn = view.locator("svg.mesh"), view.locator(".front")
    mesh.scroll_into_view_if_needed()

    def changes(act: Callable[[], None]) -> None:
        before = drawn.get_attribute("d")
        act()
        expect(drawn).not_to_have_attribute("d", before or "")

    place = mesh.bounding_box()
    assert place

    def drag() -> None:
        page.mouse.move(place["x"] + 100, place["y"] + 100)
        page.mouse.down()
        page.mouse.move(place["x"] + 180, place["y"] + 120, steps=4)
        page.mouse.up()

    # Drawn by the script as by the server: turned and turned back it is the same.
    first = drawn.get_attribute("d") or ""
    mesh.focus()
    changes(lambda: page.keyboard.press("ArrowLeft"))
    changes(lambda: page.keyboard.press("ArrowRight"))
    assert abs(len(drawn.get_attribute("d") or "") - len(first)) < len(first) * 0.02
    changes(drag)
    changes(lambda: page.keyboard.press("+"))


def test_other_views_are_drawn(page: Page) -> None:
    start(page)
    view = show(page, CARDS["vector"], "vector")
    until(page, "document.querySelector('#result img.heat').naturalWidth === 128")
    assert len(json.loads(copied(page, view))) == 768
    view = show(page, CARDS["image"], "image")
    until(page, "document.querySelector('#result img.shown').naturalWidth === 480")
    expect(view).to_contain_text("480 × 320")
    with page.context.expect_page() as opened:
        view.get_by_label("Open the image full size").click()
    opened.value.wait_for_url("**/media/**")  # a new tab is at about:blank first, which has loaded
    opened.value.close()
    view = show(page, CARDS["text"], "text")
    assert copied(page, view) == "A short text. It says the same in fewer words."
    view = show(page, card("text-to-image", {"url": "https://far.example/x.png"}, text="A far house"), "image")
    expect(view.locator("img")).to_have_count(0)
    expect(view.locator(".remote")).to_contain_text("far.example")
    view = show(page, CARDS["unknown"], "unknown")
    expect(view).to_contain_text('"deep"')


@pytest.mark.parametrize("page", [PHONE], indirect=True, ids=["390 px"])
def test_every_view_fits(page: Page) -> None:
    start(page)
    for name in ("entities", "boxes", "masks", "chunks", "mesh", "table_answer"):
        kind = "text" if name == "chunks" else name
        show(page, CARDS[name], kind)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
