"""The search for a model on the compare page, with a scripted Hub and router: text, filters, and what a choice does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import process
from tests.support.answering import Answering, answering

from .conftest import guarded


def offer(provider: str, price: float, context: int, tools: bool) -> dict[str, Any]:
    pricing = {"input": price / 2, "output": price}
    return {"provider": provider, "status": "live", "pricing": pricing, "context_length": context,
            "supports_tools": tools}  # fmt: skip


# id: what it takes, and its offers
MODELS: dict[str, tuple[list[str], list[dict[str, Any]]]] = {
    "org/cheap": (["text"], [offer("novita", 0.4, 8_000, False)]),
    "org/large": (["text"], [offer("novita", 4.0, 200_000, True), offer("groq", 3.0, 100_000, True)]),
    "org/seeing": (["text", "image"], [offer("groq", 1.0, 32_000, True)]),
}


class Hub(Answering):
    """The Hub's list of models, and the router's."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/v1/models":
            rows = [
                {"id": name, "architecture": {"input_modalities": takes}, "providers": offers}
                for name, (takes, offers) in MODELS.items()
            ]
            self.answer({"data": rows})
        elif parts.path == "/api/models":
            self.answer([self._row(name) for name in MODELS if self._fits(name, asked)])
        else:
            name = parts.path.removeprefix("/api/models/")
            self.answer(self._row(name) if name in MODELS else {"error": "not found"}, 200 if name in MODELS else 404)

    @staticmethod
    def _row(name: str) -> dict[str, Any]:
        served = {one["provider"]: {"providerId": name, "task": "conversational", "status": "live"}
                  for one in MODELS[name][1]}  # fmt: skip
        return {"id": name, "pipeline_tag": "text-generation", "inferenceProviderMapping": served}

    @staticmethod
    def _fits(name: str, asked: dict[str, str]) -> bool:
        takes, offers = MODELS[name]
        provider = asked.get("inference_provider", "all")
        return (
            asked.get("search", "") in name
            and ("image" in takes or asked.get("pipeline_tag") != "image-text-to-text")
            and (provider == "all" or any(one["provider"] == provider for one in offers))
        )


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """The compare page of an app whose Hub and router are on loopback, with the search open."""
    with (
        answering(Hub) as hub,
        process("-m", "tests.support.routed", hub, "--port", "0", HF_ENDPOINT=hub) as (_, address),
        guarded(browser, address) as opened,
    ):
        open_search(opened)
        yield opened


def open_search(page: Page) -> None:
    page.goto("/compare")
    page.locator("#head-A .name").click()
    page.get_by_role("button", name="Find a model").click()
    expect(page.locator("#find-go")).to_be_visible()


def found(page: Page, *names: str) -> None:
    """Search, and see exactly these."""
    page.locator("#find-go").click()
    expect(page.locator("#found .open strong")).to_have_text([*names])


def test_a_model_of_a_link_shows_its_price_and_context_by_itself(page: Page) -> None:
    page.goto("/compare?a=org/large&b=org/seeing:groq&c=org/nowhere&d=showcard/eliza&q=Hi")
    for letter, told in (
        ("A", "auto, from $1.5 / $3 a million tokens, 100,000 to 200,000 context"),
        ("B", "groq, $0.5 / $1 a million tokens, 32,000 context"),
        ("C", "auto, price unknown"),
        ("D", "embedded, no charge"),
    ):
        expect(page.locator(f"#head-{letter} .where")).to_have_text(told)
    expect(page.locator("#drawer")).to_be_hidden()
    open_search(page)


def test_filters_narrow_what_is_found(page: Page) -> None:
    everything = ["org/cheap", "org/large", "org/seeing"]
    page.locator("#find-text input, #find-text textarea").fill("org/")
    found(page, *everything)
    expect(page.locator("#found .open").nth(1)).to_contain_text(
        "novita, groq · from $1.5 / $3 · 100,000 context · tools"
    )
    for field, value, left in (("price", "1", ["org/cheap", "org/seeing"]), ("context", "32k", everything[1:])):
        page.locator(f"#find-{field} input, #find-{field} textarea").fill(value)
        found(page, *left)
        page.locator(f"#find-{field} input, #find-{field} textarea").fill("")
    for name, left in (("Takes images", ["org/seeing"]), ("Calls tools", everything[1:])):
        page.get_by_label(name).check()
        found(page, *left)
        page.get_by_label(name).uncheck()
    for provider, left in (("groq", everything[1:]), ("any provider", everything)):
        page.locator("#find-provider input").click()
        page.get_by_role("option", name=provider).click()
        found(page, *left)
    page.locator("#find-text input, #find-text textarea").fill("nowhere")
    page.locator("#find-go").click()
    expect(page.locator("#found")).to_contain_text("No model fits.")
    # The embedded chats and the Hub's stand in one list; a choice fills the pane, with its prices.
    page.locator("#find-text input, #find-text textarea").fill("")
    page.locator("#find-go").click()
    expect(page.locator("#found .open strong", has_text="showcard/eliza")).to_be_visible()
    page.locator("#found .open", has_text="org/large").click()
    expect(page.locator("#head-A .name")).to_have_text("org/large")
    expect(page.locator("#head-A .where")).to_contain_text("auto, from $1.5 / $3 a million tokens")
    expect(page.locator("#head-A .no-images")).to_have_count(1)
