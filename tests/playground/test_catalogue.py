"""Models are found by filters, at an endpoint too; what can't be asked is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from showcard.inference.hub import offers as offers_module
from showcard.inference.hub import providers
from showcard.inference.hub.offers import Offer
from showcard.inference.resolve import EmbeddedEngine, EngineModel
from showcard.metadata.tasks.table import task
from showcard.playground import catalogue
from showcard.playground.catalogue import CatalogueFilters
from showcard.playground.catalogue_panel import CataloguePanel, found_html
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from tests.support.scripted import Talk, scripted

CHEAP = Offer("novita", "live", 8_000, 0.1, 0.4, False)
LARGE = Offer("groq", "live", 128_000, 0.5, 2.0, True)


@pytest.mark.parametrize(
    ("filters", "cheap", "large"),
    [
        (CatalogueFilters(), True, True),
        (CatalogueFilters(provider="groq"), False, True),
        (CatalogueFilters(most_price=1.0), True, False),
        (CatalogueFilters(least_context=32_000), False, True),
        (CatalogueFilters(tools=True), False, True),
    ],
)
def test_filters(filters: CatalogueFilters, cheap: bool, large: bool) -> None:
    assert (filters.fits(CHEAP), filters.fits(LARGE)) == (cheap, large)
    assert filters.fits(Offer("x", "live")) == (filters == CatalogueFilters())


def test_numbers_are_read_as_people_write_them() -> None:
    assert CataloguePanel.read(("q", "any provider", "$0.5", "32k", True, None)) == CatalogueFilters(
        "q", "", 0.5, 32_000, True, False
    )
    assert CataloguePanel.read((None, "groq", "cheap", "-1", False, True)) == CatalogueFilters(
        provider="groq", tools=True
    )


async def test_the_hub_an_endpoint_and_the_embedded_chats_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"id": "org/one", "inferenceProviderMapping": {"novita": {"providerId": "one", "task": "conversational"}}},
        {"id": "org/two", "inferenceProviderMapping": {"groq": {"providerId": "two", "task": "conversational"}}},
    ]

    async def script(talk: Talk) -> None:
        if "/v1/models" in talk.head:
            await talk.answer("200 OK", json.dumps({"data": [{"id": "mine"}, {"id": '"><b>hostile'}]}))
        else:
            await talk.answer("200 OK", json.dumps(rows))

    async def priced(token: Any = None, fresh: bool = False) -> dict[str, tuple[Offer, ...]]:
        return {"org/one": (CHEAP,), "org/two": (LARGE,)}

    monkeypatch.setattr(catalogue, "offers", priced)
    model = EngineModel("showcard/eliza", task("conversational"))
    session = Session(Site(EmbeddedEngine("http://127.0.0.1:1", {"showcard/eliza": model}), MediaStore()))
    async with scripted(script) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        found = await catalogue.find(session, CatalogueFilters(), f"{server.url}/v1")
        assert [entry.model for entry in found.entries] == [
            "mine", '"><b>hostile', "showcard/eliza", "org/one", "org/two",
        ]  # fmt: skip
        assert "<b>hostile" not in found_html(found)
        assert "from $0.1 / $0.4" in found_html(found)
        tools = await catalogue.find(session, CatalogueFilters(tools=True))
        assert [entry.model for entry in tools.entries] == ["org/two"]
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    alone = await catalogue.find(session, CatalogueFilters("ELI"))
    assert [entry.model for entry in alone.entries] == ["showcard/eliza"]
    assert "can't be searched" in alone.trouble
    offers_module.forget()


async def test_a_model_of_a_link_is_looked_up_without_a_key_and_the_router_asked_only_behind_the_hub(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    router = []

    async def priced(token: Any = None, fresh: bool = False) -> dict[str, tuple[Offer, ...]]:
        router.append(token)
        return {"org/one": (CHEAP,), "org/unseen": (LARGE,)}

    async def script(talk: Talk) -> None:
        known = {"inferenceProviderMapping": {"novita": {"providerId": "one", "task": "conversational"}}}
        found = "/org/one?" in talk.head
        await talk.answer("200 OK" if found else "404 Not Found", json.dumps(known if found else {}))

    monkeypatch.setattr(catalogue, "offers", priced)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert await catalogue.look_up(["org/one"]) == {"org/one": ()}
    async with scripted(script) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        assert await catalogue.look_up(["org/one"]) == {"org/one": ()}
        assert (router, server.heads) == ([], [])
        monkeypatch.delenv("HF_HUB_OFFLINE")
        wanted = ["org/one:cheapest", "org/unseen", "no id"]
        assert await catalogue.look_up(wanted) == {"org/one:cheapest": (CHEAP,), "org/unseen": (), "no id": ()}
        assert router == [None]
        assert not any("authorization" in head.lower() for head in server.heads)
    providers.forget()
