"""A tab that is left ends its calls, because its page says so; one that comes back goes on."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from showcard.playground.core.exported import to_json
from showcard.playground.core.state import Comparison, Pane, Settings
from tests.conftest import chromium
from tests.support.patient import Patient, patient

from .conftest import FLAGS, guarded
from .test_model_page import choose, open_text
from .test_where_it_runs import CHAT

# What a browser tells a page that is left, told while it stays: nothing else can end its calls then.
LEAVE = "() => dispatchEvent(new PageTransitionEvent('pagehide'))"
SAYS = {
    "pageshow": "() => { dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })); }",
    "visibilitychange": "() => { document.dispatchEvent(new Event('visibilitychange')); }",
}

# Keeps what a page says by beacon as it goes, which a driver of browsers is not told.
TELLS = """{
  const send = navigator.sendBeacon.bind(navigator);
  navigator.sendBeacon = (address, ...rest) => { localStorage.told = address; return send(address, ...rest); };
}"""


@pytest.fixture
def upstream() -> Iterator[Patient]:
    with patient() as server:
        yield server


def at(page: Page, upstream: Patient) -> None:
    choose(page, "Runs on", "An endpoint of mine")
    page.get_by_label("Base URL").fill(f"{upstream.url}/v1")


def on_the_model_page(page: Page, upstream: Patient) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    at(page, upstream)
    expect(page.locator("#status")).to_contain_text("Runs on your endpoint")


def run(page: Page, upstream: Patient, name: str = "Run") -> None:
    page.get_by_role("button", name=name, exact=True).click()
    upstream.begun.get(timeout=15)


def comparison(upstream: Patient) -> str:
    pane = Pane(Settings("org/model", base_url=f"{upstream.url}/v1"))
    return to_json(Comparison([pane, Pane(pane.settings)])).decode()


RESTORE = """async (text) => {
    const posting = await import(document.querySelector("link[href$='compare/posting.js']").href);
    posting.post(text, "#restore", "#restore-go");
}"""


def on_compare(page: Page, upstream: Patient) -> None:
    page.goto("/compare")
    expect(page.locator("#head-B .pane-head")).to_be_visible()
    page.evaluate(RESTORE, comparison(upstream))
    expect(page.locator("#head-B")).to_contain_text("org/model")


def test_a_plain_call_and_a_stream_on_the_model_page(page: Page, upstream: Patient) -> None:
    on_the_model_page(page, upstream)
    for _ in range(2):  # the next run works, and ends the same
        run(page, upstream)
        expect(page.locator("#status")).to_contain_text("Running")  # no longer what the run before left
        page.evaluate(LEAVE)
        upstream.left.get(timeout=15)
        expect(page.locator("#status")).to_contain_text("Stopped")
    open_text(page, CHAT)
    expect(page.get_by_role("button", name="Tools and structured output")).to_be_visible()
    expect(page.locator("#status")).to_contain_text("Runs on your endpoint")
    page.locator("#in-messages textarea").fill("Hello")
    run(page, upstream, "Send")
    expect(page.locator("#result")).to_contain_text("word")
    page.evaluate(LEAVE)
    upstream.left.get(timeout=15)
    expect(page.locator("#transcript")).to_contain_text("word")
    expect(page.locator("#status")).to_contain_text("Stopped")


def test_a_page_that_is_gone_from_says_so(page: Page, upstream: Patient) -> None:
    page.add_init_script(TELLS)
    on_the_model_page(page, upstream)
    run(page, upstream)
    name = page.locator("[data-feed]").first.get_attribute("data-feed")
    page.goto("/widgets")
    upstream.left.get(timeout=15)
    assert page.evaluate("localStorage.told") == f"/left/{name}"


def ask_both(page: Page, upstream: Patient) -> None:
    """Two streams on the compare page."""
    on_compare(page, upstream)
    page.locator("#ask textarea").fill("Hello")
    page.keyboard.press("Control+Enter")
    for _ in "AB":
        upstream.begun.get(timeout=15)
    expect(page.locator("#live-B .live .text")).to_contain_text("word")


def test_streams_and_samples_on_compare(page: Page, upstream: Patient) -> None:
    ask_both(page, upstream)
    page.evaluate(LEAVE)
    for letter in "AB":
        upstream.left.get(timeout=15)
        expect(page.locator(f"#transcript-{letter} .stats")).to_contain_text("stopped")
    page.get_by_role("tab", name="Samples").click()
    run(page, upstream, "Sample")
    page.evaluate(LEAVE)
    upstream.left.get(timeout=15)
    expect(page.locator("#samples")).to_contain_text("0 of 10 answers · stopped")


def test_a_flow(page: Page, upstream: Patient) -> None:
    page.goto("/meeting-notes")
    expect(page.locator("#notes-status")).to_contain_text("embedded engine")
    page.get_by_label("Runs on", exact=True).last.click()
    page.get_by_role("option", name="An endpoint of mine").first.click()
    page.locator("#notes-base-url input, #notes-base-url textarea").fill(upstream.url)
    expect(page.locator("#notes-status")).to_contain_text("your endpoint")
    page.locator("#notes-run").click()
    upstream.begun.get(timeout=15)
    page.evaluate(LEAVE)
    upstream.left.get(timeout=15)
    expect(page.locator("#notes-status")).to_contain_text("Stopped")


def test_another_site_stops_nobody(page: Page, upstream: Patient, app_url: str) -> None:
    on_the_model_page(page, upstream)
    run(page, upstream)
    name = page.locator("[data-feed]").first.get_attribute("data-feed")
    for headers, status in [({"origin": "http://evil.example"}, 403), ({"host": "evil.example"}, 421)]:
        assert httpx2.post(f"{app_url}/left/{name}", headers=headers).status_code == status
    assert httpx2.post(f"{app_url}/left/{'x' * 24}").status_code == 204  # which says nothing
    expect(page.locator("#status")).to_contain_text("Running")
    assert upstream.left.empty()
    page.get_by_role("button", name="Stop", exact=True).click()
    upstream.left.get(timeout=15)


@pytest.fixture
def keeping(browser: Browser) -> Iterator[Browser]:
    """A browser that keeps a page it goes away from, as people's browsers do."""
    if browser.browser_type.name != "chromium":
        pytest.skip("only Chromium can be told to keep a page")
    off = ["--disable-back-forward-cache"]
    started = browser.browser_type.launch(executable_path=chromium(), args=FLAGS, ignore_default_args=off)
    yield started
    started.close()


def settled(page: Page) -> None:
    """Until no event is under way: Gradio itself loads a page anew that was left in the middle of one."""
    page.evaluate(
        """async () => {
            const quiet = () => performance.getEntriesByType("resource").filter((one) => one.name.includes("/queue/")).length;
            for (let before = -1, now = quiet(); before !== now; before = now, now = quiet())
                await new Promise((go) => setTimeout(go, 400));
        }"""
    )


def test_a_tab_that_comes_back_goes_on(keeping: Browser, app_url: str, upstream: Patient) -> None:
    with guarded(keeping, app_url) as page:
        page.add_init_script("addEventListener('pageshow', (event) => { window.kept = event.persisted; })")
        on_the_model_page(page, upstream)
        run(page, upstream)
        page.evaluate(LEAVE)
        upstream.left.get(timeout=15)
        expect(page.locator("#status")).to_contain_text("Stopped")
        settled(page)
        page.goto("/health")
        page.evaluate("history.back()")
        # The driver's own waiting is for pages that load.
        page.wait_for_function("() => document.querySelector('#status')?.textContent.includes('Stopped')")
        assert page.evaluate("window.kept"), "the browser did not keep the page"
        page.evaluate("document.querySelector('#run').click()")
        upstream.begun.get(timeout=15)
        page.wait_for_function("() => document.querySelector('#stop')?.offsetParent")
        page.evaluate("document.querySelector('#stop').click()")
        upstream.left.get(timeout=15)


@pytest.mark.parametrize(
    ("path", "event", "anew"),
    [("/", "pageshow", True), ("/", "visibilitychange", False), ("/compare", "visibilitychange", True)],
)
def test_a_tab_that_the_server_forgot(page: Page, path: str, event: str, anew: bool) -> None:
    page.goto(path)
    expect(page.locator("#result .badge, #head-B .pane-head").first).to_be_visible()
    page.evaluate("window.before = true")
    page.evaluate("for (const found of document.querySelectorAll('[data-feed]')) found.dataset.feed = 'gone'")
    with page.expect_response("**/back/gone"):
        page.evaluate(SAYS[event])
    if anew:
        page.wait_for_function("() => !window.before")
    else:
        page.evaluate("async () => { await (await fetch('/back/gone')).json(); }")  # what was to follow has, by then
    assert page.evaluate("window.before ?? false") is not anew
