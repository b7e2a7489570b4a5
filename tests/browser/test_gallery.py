"""The gallery of a card in Chromium: pictures, sounds and videos with their prompts, which a click loads."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.view_cards import photo, tone

from .test_views import until

BAD = "<img src=x onerror=alert(1)>"


def open_card(page: Page, items: list[dict[str, object]], body: str, task: str = "text-to-image") -> None:
    if page.url == "about:blank":
        page.goto("/")
        expect(page.locator("#head h1")).to_have_text("showcard/sentiment")
    front = json.dumps({"pipeline_tag": task, "widget": items})
    page.locator("#source textarea").fill(f"---\n{front}\n---\n{body}")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#head h1")).to_have_text("Pasted card")


def test_a_click_loads_prompt_and_parameters(page: Page) -> None:
    items: list[dict[str, object]] = [
        {"text": "A house", "output": {"url": photo()}},
        {"text": "-", "output": {"url": photo()}},
        {"text": BAD, "output": {"url": photo()}, "parameters": {"guidance_scale": 0, "negative_prompt": "rain"}},
        {"text": "Never drawn"},
    ]
    open_card(page, items, "# Mine\n\n<Gallery />\n\nAfter it.\n")
    gallery = page.locator("#body ul.gallery")
    expect(gallery.locator("li")).to_have_count(3)
    expect(page.locator("#body h1 ~ ul.gallery ~ p")).to_have_text("After it.")
    expect(gallery.locator("li").nth(2)).to_contain_text(BAD)
    gallery.locator("button").nth(2).click()
    expect(page.locator("#in-text textarea")).to_have_value(BAD)
    expect(page.locator("#result img.shown")).to_be_visible()
    expect(page.get_by_label("Examples", exact=True)).to_have_value("Example 3 (recorded output)")
    page.get_by_role("button", name="Parameters").click()
    expect(page.locator("#in-p-guidance_scale textarea, #in-p-guidance_scale input").first).to_have_value("0")
    expect(page.locator("#in-p-negative_prompt textarea, #in-p-negative_prompt input")).to_have_value("rain")
    gallery.locator("button").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#in-text textarea")).to_have_value("")


def test_sounds_stand_in_it_too_and_without_the_tag_it_comes_first(page: Page) -> None:
    items: list[dict[str, object]] = [{"text": f"Tone {n}", "output": {"url": tone(0.2)}} for n in (1, 2)]
    open_card(page, items, "# Mine\n", "text-to-audio")
    expect(page.locator("#body ul.gallery audio")).to_have_count(2)
    page.locator("#body .gallery button").nth(1).click()
    expect(page.locator("#in-text textarea")).to_have_value("Tone 2")
    open_card(page, [{"text": "One", "output": {"url": photo()}}], "# Alone\n")
    expect(page.locator("#body h1")).to_have_text("Alone")
    expect(page.locator("#body ul.gallery")).to_have_count(0)


def test_videos_play_in_it_and_load_their_example(page: Page) -> None:
    films = Path(__file__).parents[2] / "examples" / "text-to-video"
    links = [
        f"data:video/mp4;base64,{base64.b64encode((films / n).read_bytes()).decode()}" for n in ("boat.mp4", "ball.mp4")
    ]
    items: list[dict[str, object]] = [{"text": f"Film {n}", "output": {"url": link}} for n, link in enumerate(links)]
    open_card(page, items, "# Films\n\n<Gallery />\n", "text-to-video")
    film = page.locator("#body .gallery video").first
    expect(film).to_have_attribute("aria-label", "Film 0")
    until(page, "document.querySelector('#body .gallery video').videoWidth > 0")
    film.evaluate("film => film.play()")
    until(page, "document.querySelector('#body .gallery video').currentTime > 0")
    page.locator("#body .gallery button.load").nth(1).click()
    expect(page.locator("#in-text textarea")).to_have_value("Film 1")
    expect(page.locator("#result video")).to_be_visible()


def test_pictures_that_it_is_written_around_stand_side_by_side(page: Page) -> None:
    written = "\n\n".join(f"![A house {n}]({photo(60, 40)})" for n in range(3))
    open_card(
        page,
        [{"text": "A"}],
        f"# Shots\n\n<Gallery>\n\n{written}\n\n</Gallery>\n\nAfter.\n\n<Gallery>\n\n- no picture\n\n</Gallery>\n",
    )
    shots = page.locator("#body .shots img")
    expect(shots).to_have_count(3)
    expect(page.locator("#body .shots ~ p").first).to_have_text("After.")
    tops = {round(shot.bounding_box()["y"]) for shot in shots.all()}  # type: ignore[index]
    assert len(tops) == 1
    expect(page.locator("#body li")).to_have_text("no picture")
