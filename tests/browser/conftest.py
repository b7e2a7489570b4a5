"""A browser on the running app (Chromium, or what SHOWCARD_BROWSER names: firefox, webkit); a console error or a request to
another host fails the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.conftest import chromium, process
from tests.support.endpoint import endpoint

__all__ = ["endpoint"]  # a fixture of these tests too

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # the tabs of one context share a renderer, whose scripts are compiled already
    # Chromium draws the popup of its address bar for every new window: two pages that cost as much as one of ours. The
    # others are what the driver turns off by an option of its own, which this one takes the place of.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,"
    "LensOverlay,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,"
    "TcpPortRandomizationWin,ThirdPartyStoragePartitioning",
]
ENGINE = os.environ.get("SHOWCARD_BROWSER", "chromium")
VIEWPORT = {"width": 1280, "height": 900}
ARTIFACTS = Path(__file__).parent.parent / "artifacts"

expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path).replace("\\", "/"):
            item.add_marker(pytest.mark.browser)
            # Until three whole runs in a row needed none of it; the summary says "rerun".
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="package")
def app_url() -> Iterator[str]:
    """The address of the app, started as `make run` starts it, on a free port, with the Hub out of reach."""
    with process("app.py", "--port", "0", HF_ENDPOINT="http://127.0.0.1:10") as (_, address):
        yield address


def launch(playwright: Playwright) -> Browser:
    """The browser: Chromium is the one that this machine has, the others are those that Playwright installs."""
    if ENGINE == "chromium":
        return playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    return {"firefox": playwright.firefox, "webkit": playwright.webkit}[ENGINE].launch()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


class SharedContext:
    """A browser context that a worker's tests use one after another, and its renderer: a page then costs half as much.

    A test finds no cookie, no stored value and no tab of the one before; what is left to it is the cache of files."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.address = ""
        self.context: BrowserContext | None = None

    @contextmanager
    def page(self, app_url: str, viewport: Any = VIEWPORT, color_scheme: Any = None) -> Iterator[Page]:
        """A page of an app, in a tab of its own; watched as `guarded` watches."""
        context = self.context if self.address == app_url else None
        if context is None:
            self.close()
            context = self.context = new_context(self.browser, app_url)
            self.address = app_url
            context.new_page().goto("/health")  # keeps the renderer between two tests
        opened = context.new_page()
        opened.set_viewport_size(viewport)
        opened.emulate_media(color_scheme=color_scheme)
        trouble = watched(opened, app_url)
        yield opened
        if self.context is context:
            try:
                self._clear(context)
            except Error:  # a renderer that crashed is the fault of this test alone
                self.close()
                raise
        judge(trouble)

    def _clear(self, context: BrowserContext) -> None:
        kept, *left = context.pages
        for tab in left:
            tab.close()
        kept.evaluate(FORGET)
        context.clear_cookies()

    def close(self) -> None:
        """End it, with whatever a test left in it."""
        if self.context:
            self.context.close()
        self.context = None


FORGET = """async () => {
  localStorage.clear();
  for (const { name } of await indexedDB.databases())
    await new Promise((done) => Object.assign(indexedDB.deleteDatabase(name), { onsuccess: done, onerror: done }));
}"""


@pytest.fixture(scope="package")
def shared_context(browser: Browser) -> Iterator[SharedContext]:
    shared = SharedContext(browser)
    yield shared
    shared.close()


@pytest.fixture
def page(shared_context: SharedContext, app_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page with nothing stored. Parametrize it indirectly with a `viewport` or a `color_scheme`."""
    request.node.stash[FAILED] = False  # what an attempt before this one did is over
    with shared_context.page(app_url, **getattr(request, "param", {})) as opened:
        yield opened
        if request.node.stash.get(FAILED, False):
            ARTIFACTS.mkdir(exist_ok=True)
            opened.screenshot(path=ARTIFACTS / f"{request.node.name[:80].replace('/', '_')}.png")
            shared_context.close()  # whatever it left is nobody else's


@contextmanager
def guarded(browser: Browser, app_url: str, **more: Any) -> Iterator[Page]:
    """A page of a browser context of its own; at its end a console error or a request elsewhere is a failure."""
    context = new_context(browser, app_url, **more)
    opened = context.new_page()
    trouble = watched(opened, app_url)
    try:
        yield opened
    finally:
        context.close()
    judge(trouble)


def new_context(browser: Browser, app_url: str, **more: Any) -> BrowserContext:
    """A browser context at an app."""
    context = browser.new_context(**{"viewport": VIEWPORT, "base_url": app_url, **more})
    if ENGINE == "chromium":  # the others ask for none
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app_url)
    context.set_default_timeout(15_000)
    return context


def watched(opened: Page, app_url: str) -> list[str]:
    """What goes wrong on a page from now on."""
    trouble: list[str] = []
    opened.on("console", lambda message: trouble.append(message.text) if _is_error(message) else None)
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("request", lambda sent: trouble.append(f"asked {sent.url}") if _is_foreign(sent, app_url) else None)
    opened.on("dialog", lambda dialog: (trouble.append(f"dialog {dialog.message}"), dialog.dismiss()))
    return trouble


def judge(trouble: list[str]) -> None:
    """Fail where something went wrong."""
    left = _of_a_page_left(trouble)
    assert not left, "\n".join(left)


def _of_a_page_left(trouble: list[str]) -> list[str]:
    """The trouble without what Gradio says when a page is left while it listens for an event's end."""
    if not any(said.startswith("AbortError") for said in trouble):
        return trouble
    return [said for said in trouble if not said.startswith("AbortError") and "Connection errored out" not in said]


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def _is_error(message: ConsoleMessage) -> bool:
    return message.type == "error"


def _is_foreign(sent: Request, app_url: str) -> bool:
    parts = urlsplit(sent.url)
    return parts.scheme not in ("data", "blob", "about") and parts.netloc != urlsplit(app_url).netloc


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A small PNG."""
    return (Path(__file__).parents[2] / "examples" / "image-to-text" / "house.png").read_bytes()
