"""What the browser keeps of a comparison: through a reload, a restart of the server, and while models are hidden."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import process
from tests.support.chats import Chats, Talk, chats

from .comparing import MODELS, ask, begin, tool
from .conftest import guarded


def script(talk: Talk) -> None:
    talk.begin(x_inference_provider="novita")
    talk.say(f"A word on {talk.text}.")
    talk.end(usage={"prompt_tokens": 7, "completion_tokens": 21, "total_tokens": 28})


@pytest.fixture(scope="module")
def server() -> Iterator[Chats]:
    with chats(script) as held:
        yield held


def open_page(page: Page) -> None:
    page.goto("/compare")
    expect(page.locator("#head-B .pane-head")).to_be_visible()


def kept(page: Page, text: str) -> None:
    """Wait until the browser has kept a comparison that holds a text."""
    found = page.evaluate(
        """async (text) => {
            const asked = (request) => new Promise((done, fail) => {
                request.onsuccess = () => done(request.result);
                request.onerror = () => fail(request.error);
            });
            for (let left = 300; left; left--) {
                if ((await indexedDB.databases()).some((one) => one.name === "showcard")) {
                    const database = await asked(indexedDB.open("showcard", 1));
                    const all = await asked(database.transaction("comparisons").objectStore("comparisons").getAll());
                    database.close();
                    if (JSON.stringify(all).includes(text)) return true;
                }
                await new Promise((done) => setTimeout(done, 50));
            }
            return false;
        }""",
        text,
    )
    assert found, f"nothing that was kept says {text!r}"


def test_conversations_and_images_survive_a_restart_of_the_server(
    browser: Browser, server: Chats, picture: bytes
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = str(held.getsockname()[1])
    context = browser.new_context(base_url=f"http://127.0.0.1:{port}")
    page = context.new_page()
    page.set_default_timeout(15_000)
    with process("app.py", "--port", port, HF_ENDPOINT="http://127.0.0.1:10"):
        open_page(page)
        begin(page, server.url)
        chosen = {"name": "house.png", "mimeType": "image/png", "buffer": picture}
        page.locator("#question input[type=file]").set_input_files([chosen])
        expect(page.get_by_label("Remove file")).to_have_count(1)
        ask(page, "this house")
        kept(page, "A word on this house.")
    with process("app.py", "--port", port, HF_ENDPOINT="http://127.0.0.1:10"):
        page.reload()
        for letter in "AB":
            turn = page.locator(f"#transcript-{letter} .turn")
            expect(turn.nth(0).locator("img")).to_be_visible()
            expect(turn.nth(1)).to_contain_text("A word on this house.")
            expect(turn.nth(1).locator("[data-fact=by]")).to_have_text("by novita")
        raw = page.locator("#transcript-A .wire")
        raw.get_by_text("Raw").click()
        expect(raw).to_contain_text("HTTP 200")
        expect(raw).to_contain_text("x-inference-provider: novita")
        expect(raw.locator("svg")).to_be_visible()
        ask(page, "and this", turns=2)
        said = server.wait(MODELS[0], "and this").messages
        assert [part["type"] for part in said[0]["content"]] == ["text", "image_url"]
        assert said[1] == {"role": "assistant", "content": "A word on this house."}
    context.close()


def test_a_blind_chat_stays_blind_through_a_reload(browser: Browser, app_url: str, server: Chats) -> None:
    with guarded(browser, app_url) as page:
        open_page(page)
        begin(page, server.url, system="Secretly brief.")
        tool(page, "Votes")
        page.locator("#blind").click()
        expect(page.locator("#vote-row")).to_be_visible()
        ask(page, "blind")
        kept(page, "A word on blind.")
        page.reload()
        expect(page.locator("#transcript-A .turn.assistant")).to_contain_text("A word on blind.")
        expect(page.locator("#transcript-A")).to_contain_text("Model A")
        expect(page.locator("#vote-row")).to_be_visible()
        page.get_by_role("button", name="Earlier").click()
        expect(page.locator("#earlier li")).to_contain_text(["hidden until the vote"])
        page.locator("#earlier").get_by_role("button", name="Close").click()
        shown = page.content() + str(
            page.evaluate("[...document.querySelectorAll('input, textarea')].map(f => f.value)")
        )
        body = shown.partition("<body")[2]
        assert not [word for word in (*MODELS, "tok/s", "Secretly", server.url) if word in body]
        page.get_by_role("button", name="New chat").click()
        expect(page.locator("#transcript-A .turn")).to_have_count(0)
        expect(page.locator("#head-A")).to_contain_text("hidden until you vote")
        ask(page, "blind again")
        page.locator("#vote-3").click()
        expect(page.locator("#head-A .name")).to_contain_text("org/")
        kept(page, "A word on blind again.")
        page.reload()
        expect(page.locator("#head-A .name")).to_contain_text("org/")


def test_two_tabs_with_one_comparison_lose_nothing_and_a_draft_stays(
    browser: Browser, app_url: str, server: Chats
) -> None:
    with guarded(browser, app_url) as first:
        open_page(first)
        begin(first, server.url)
        ask(first, "one")
        kept(first, "A word on one.")
        second = first.context.new_page()
        open_page(second)
        second.get_by_role("button", name="Earlier").click()
        second.locator("#earlier li .open").click()
        expect(second.locator("#transcript-A .turn.assistant")).to_have_count(1)
        ask(first, "from the first tab", turns=2)
        kept(first, "A word on from the first tab.")
        ask(second, "from the second tab", turns=2)
        kept(second, "A word on from the second tab.")
        ask(second, "and on", turns=3)
        kept(second, "A word on and on.")
        second.locator("#question textarea").fill("half a question")
        for page, own, turns in ((first, "from the first tab", 2), (second, "from the second tab", 3)):
            page.reload()
            expect(page.locator("#transcript-A .turn.user")).to_have_count(turns)
            expect(page.locator("#transcript-A .turn.user").nth(1)).to_contain_text(own)
        expect(second.locator("#question textarea")).to_have_value("half a question")
        second.get_by_role("button", name="Earlier").click()
        titles = second.locator("#earlier li strong")
        expect(titles).to_have_count(2)
        assert sorted(titles.all_inner_texts()) == ["scripted", "scripted (copy)"]


def test_a_slow_page_does_not_take_its_own_empty_comparison_for_what_was_open(
    browser: Browser, app_url: str, server: Chats
) -> None:
    with guarded(browser, app_url) as page:
        open_page(page)
        begin(page, server.url)
        ask(page, "early")
        kept(page, "A word on early.")
        page.add_init_script(
            "{ const real = setInterval; window.setInterval = (work, ms = 0, ...more) => real(work, ms + 1500, ...more); }"
        )
        for _ in range(2):
            page.reload()
            expect(page.locator("#transcript-A .turn.assistant")).to_contain_text("A word on early.")
