"""Finding models, looking at a provider, and checking a place, in Chromium, on a scripted Hub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import process
from tests.support.answering import Answering, answering

from .test_model_page import choose, open_text
from .test_where_it_runs import CHAT

MAPPING = {"novita": {"providerId": "n", "task": "conversational", "status": "live"}}


class Hub(Answering):
    """Lists models named after what is asked for, in two pages."""

    asked: ClassVar[list[dict[str, list[str]]]] = []
    serving: ClassVar[dict[str, object]] = {}

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        if parts.path == "/api/models/org/m":
            self.answer({"id": "org/m", "inferenceProviderMapping": self.serving}, 200)
            return
        if parts.path != "/api/models":
            self.answer({"error": "Repository not found"}, 404)
            return
        self.asked.append(asked)
        second = "cursor" in asked
        rows = [{"id": f"org/<b>{'second' if second else 'first'}", "pipeline_tag": "text-generation", "likes": 7,
                 "downloads": 1234, "library_name": "transformers", "gated": "auto", "inferenceProviderMapping": MAPPING}]  # fmt: skip
        more = [] if second else [("link", '<http://127.0.0.1/api/models?cursor=abc>; rel="next"')]
        self.answer(rows, 200, *more)


@pytest.fixture(scope="module")
def with_hub() -> Iterator[str]:
    """The app, with a Hub on loopback."""
    with answering(Hub) as hub, process("app.py", "--port", "0", HF_ENDPOINT=hub) as (_, address):
        yield address


def test_search_pages_and_a_provider(browser: Browser, with_hub: str) -> None:
    context = browser.new_context(base_url=with_hub)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/find")
    page.get_by_label("Text", exact=True).fill("llama")
    choose(page, "Task", "Text generation")
    choose(page, "Served by", "Any provider")
    page.get_by_label("Library").fill("transformers")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#found li")).to_have_count(1)
    expect(page.locator("#found")).to_contain_text("org/<b>first")
    expect(page.locator("#found")).to_contain_text("1,234 downloads · 7 likes · gated · served by novita")
    asked = Hub.asked[-1]
    assert (asked["search"], asked["pipeline_tag"], asked["inference_provider"], asked["filter"]) == (
        ["llama"], ["text-generation"], ["all"], ["transformers"],
    )  # fmt: skip
    page.get_by_role("button", name="More").click()
    expect(page.locator("#found li")).to_have_count(2)
    expect(page.get_by_role("button", name="More")).to_be_hidden()
    choose(page, "Provider", "novita")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#serves")).to_contain_text("Chat (1)")
    expect(page.locator("#serves td").first).to_have_text("org/<b>first")
    choose(page, "Provider", "sambanova")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#serves")).to_contain_text("huggingface_hub does not know sambanova yet")
    page.locator("#found a").first.click()
    expect(page.locator("#trouble")).to_contain_text("not a Hub id")
    context.close()


def test_who_serves_a_model_is_asked_anew(browser: Browser, with_hub: str) -> None:
    context = browser.new_context(base_url=with_hub)
    page = context.new_page()
    page.set_default_timeout(15_000)
    Hub.serving = {"hf-inference": {"providerId": "org/m", "task": "text-classification", "status": "live"}}
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    expect(page.get_by_role("button", name="Refresh")).to_be_hidden()  # nothing to ask of the embedded engine
    open_text(page, "---\npipeline_tag: text-classification\n---\n# Mine")
    expect(page.locator("#body h1")).to_have_text("Mine")
    choose(page, "Runs on", "Inference Providers")
    page.get_by_label("Hugging Face token").fill("hf_nobody")
    page.get_by_label("Model id to send").fill("org/m")
    expect(page.locator("#status")).to_contain_text("Runs on")
    Hub.serving = {}
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#status")).to_contain_text("No Inference Provider serves org/m")
    expect(page.locator("#status a")).to_have_text("Ask for provider support")
    expect(page.get_by_role("button", name="Refresh")).to_be_enabled()
    context.close()


def test_a_place_is_checked(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#report")).to_contain_text("Every promise is kept.")
    expect(page.locator("#report tr").nth(1)).to_contain_text("reachable")
    open_text(page, CHAT)
    expect(page.get_by_role("button", name="Tools and structured output")).to_be_visible()
    choose(page, "Runs on", "An endpoint of mine")
    page.get_by_label("Base URL").fill("http://127.0.0.1:9")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#report")).to_contain_text("Not every promise is kept.")
    expect(page.locator("#report")).to_contain_text("Nothing answers at this address.")
