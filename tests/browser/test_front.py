"""What a page loads of our scripts and styles: little at first, nothing the second time."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import guarded

LOADED = """() => performance.getEntriesByType("resource").filter((one) => one.name.includes("/front/"))
    .map((one) => [one.name.replace(/.*front\\/[^/]*\\//, ""), one.encodedBodySize, one.transferSize])"""


def loaded(page: Page) -> dict[str, tuple[int, int]]:
    """Each file of ours that a page has loaded: its bytes as they came, and those that went over the wire for it."""
    found: list[Any] = page.evaluate(LOADED)
    return {name: (size, sent) for name, size, sent in found}


def test_the_first_page_loads_little_and_the_second_time_nothing(browser: Browser, app_url: str) -> None:
    with guarded(browser, app_url) as page:
        page.goto("/")
        expect(page.locator("#result .badge")).to_be_visible()
        first = loaded(page)
        assert sum(size for size, _ in first.values()) <= 25_000
        assert all(sent for _, sent in first.values())
        assert not [name for name in first if name.startswith(("compare/", "index/", "flows/"))]
        page.goto("/widgets")  # what both pages use is there already
        expect(page.locator(".tiles li").first).to_be_visible()
        assert {name for name, (_, sent) in loaded(page).items() if sent} == {"pages/index.js", "index/index.css"}
        page.goto("/")
        expect(page.locator("#result .badge")).to_be_visible()
        assert loaded(page).keys() == first.keys()
        assert sum(sent for _, sent in loaded(page).values()) == 0


def test_an_editor_is_loaded_where_there_is_one(page: Page) -> None:
    page.goto("/?model=showcard/zero-shot-classification")
    expect(page.locator(".editor").first).to_be_visible()
    assert "fields/table.js" in loaded(page)


def test_what_marks_characters_that_hide_is_loaded_with_the_first_of_them(page: Page) -> None:
    page.goto("/find")
    title = page.locator("h1").first
    expect(title).to_be_visible()
    assert "shared/marking.js" not in loaded(page)
    title.evaluate("node => { node.append(' \\u202ea'); node.title = '\\u200b'; }")
    expect(title).to_contain_text(" [U+202E]a")
    expect(title).to_have_attribute("title", "[U+200B]")
    assert "shared/marking.js" in loaded(page)
    title.evaluate("node => node.append('\\u202eb')")
    expect(title).to_contain_text(" [U+202E]a[U+202E]b")


def test_a_script_that_came_in_does_not_run(browser: Browser, app_url: str) -> None:
    context = browser.new_context(base_url=app_url)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    assert refused == []  # Gradio's own have run
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.cameIn = 1";
        document.body.append(script);
        const image = document.createElement("div");
        image.innerHTML = "<img src='data:,' onerror='window.cameIn = 2'>";
        document.body.append(image);
    }""")
    expect(page.locator("img[src='data:,']")).to_have_count(1)
    assert page.evaluate("() => new Promise((done) => setTimeout(() => done(window.cameIn), 200))") is None
    assert any("Content Security Policy" in said for said in refused)
    context.close()
