"""Cards opened one after another in Chromium: the last one asked for is shown, and no widget of another card is used."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .test_model_page import choose

CARDS = ("entities", "sentiment", "question-answering", "digits", "summarization") * 2
# Opens a card every 180 ms, and counts the frames in which the widget of another card than the head names is in reach.
QUICK = """async (cards) => {
  window.mixed = 0;
  const look = () => {
    const head = document.querySelector("#head h1")?.dataset.page, widget = document.querySelector("#widget");
    const own = widget.querySelector("#maximise [data-page]")?.dataset.page;
    if (head && own && head !== own && !widget.inert) window.mixed++;
    requestAnimationFrame(look);
  };
  look();
  for (const card of cards) {
    const line = document.querySelector("#source textarea, #source input");
    line.value = `showcard/${card}`;
    line.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => setTimeout(done, 30));
    document.querySelector("#open").click();
    await new Promise((done) => setTimeout(done, 150));
  }
}"""


def start(page: Page) -> list[int]:
    """Open the page; the failures of the server from then on."""
    failed: list[int] = []
    page.on("response", lambda answer: failed.append(answer.status) if answer.status >= 500 else None)
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    return failed


def test_ten_cards_in_two_seconds_end_with_the_last(page: Page) -> None:
    failed = start(page)
    page.evaluate(QUICK, CARDS)
    expect(page.locator("#head h1")).to_have_text(f"showcard/{CARDS[-1]}")
    expect(page.locator("#widget")).not_to_have_attribute("inert", "")
    expect(page.locator("#in-text textarea")).not_to_have_value("")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result .badge")).to_have_text("Live")
    expect(page.locator("#head h1")).to_have_text(f"showcard/{CARDS[-1]}")
    assert page.evaluate("window.mixed") == 0
    assert failed == []


def test_a_long_text_comes_although_the_next_card_does_not_open(page: Page) -> None:
    start(page)
    text = "---\npipeline_tag: text-classification\n---\n# Long\n\n" + "Some *words* and a [link](x).\n\n" * 3_000
    page.evaluate(
        """async ([text]) => {
          for (const source of [text, "no/such/card/anywhere"]) {
            const line = document.querySelector("#source textarea, #source input");
            line.value = source;
            line.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise((done) => setTimeout(done, 100));
            document.querySelector("#open").click();
            if (source !== text) return;
            while (document.querySelector("#head h1").textContent !== "Pasted card")
              await new Promise((done) => setTimeout(done, 20));
          }
        }""",
        [text],
    )
    expect(page.locator("#trouble [role=alert]")).to_contain_text("no/such/card/anywhere")
    expect(page.locator("#body h1")).to_have_text("Long")
    expect(page.locator("#card")).not_to_have_attribute("inert", "")


def test_the_text_of_the_last_card_comes_although_the_one_before_is_still_laid_out(page: Page) -> None:
    start(page)
    page.evaluate(
        """async ([slow, quick]) => {
          for (const [text, name] of [[slow, "Slow"], [quick, "Quick"]]) {
            const line = document.querySelector("#source textarea, #source input");
            line.value = text;
            line.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise((done) => setTimeout(done, 100));
            document.querySelector("#open").click();
            while (!document.querySelector("#head").textContent.includes(name))
              await new Promise((done) => setTimeout(done, 20));
          }
        }""",
        [
            f"---\npipeline_tag: text-classification\nlicense: Slow\n---\n# Slow\n\n{'[' * 4_000}",
            "---\npipeline_tag: fill-mask\nlicense: Quick\n---\n# Quick",
        ],
    )
    expect(page.locator("#body h1")).to_have_text("Quick")
    expect(page.locator("#card")).not_to_have_attribute("inert", "")


def test_a_quick_change_of_mind_is_heard(page: Page) -> None:
    failed = start(page)
    for option in ("Token classification", "Question answering", "Image classification", "Token classification"):
        choose(page, "Example cards", option)
    expect(page.locator("#head h1")).to_have_text("showcard/entities")
    expect(page.locator("#result mark").first).to_be_visible()
    assert failed == []


def test_a_field_that_is_empty_shows_nothing_of_the_card_before(page: Page) -> None:
    start(page)
    # Each card has no example of its own, so that Showcard's fills it, or one whose file is not there.
    lost = "widget:\n- src: lost.bin\n"
    for number, (task, field, more, filled) in enumerate(
        (
            ("image-classification", "#in-image", "", "img"),
            ("image-segmentation", "#in-image", lost, ""),
            ("audio-classification", "#in-audio", "", "audio"),
            ("automatic-speech-recognition", "#in-audio", lost, ""),
            ("image-to-3d", "#in-image", "", "img"),
            ("audio-to-audio", "#in-audio", lost, ""),
        )
    ):
        page.locator("#source textarea, #source input").fill(f"---\npipeline_tag: {task}\n{more}---\n# Card {number}\n")
        page.get_by_role("button", name="Open", exact=True).click()
        expect(page.locator("#body h1")).to_have_text(f"Card {number}")
        if filled:
            expect(page.locator(f"{field} {filled}").first).to_be_attached()
        else:
            expect(page.locator(field)).to_contain_text("Click to Upload")
