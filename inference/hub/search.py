"""Models on the Hub: found by text, task, library and provider, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from showcard.inference.errors import InferenceFailure, explain, status_failure
from showcard.inference.transport.http import client, hub_endpoint
from showcard.wire.call import CHAT_TASKS

from .cached import cached_models, is_offline
from .offers import Offer, served_by
from .providers import ProviderMapping, read_mappings

PAGE = 20
MAX = 100
_SHOWN = ("pipeline_tag", "library_name", "downloads", "likes", "gated", "private", "inferenceProviderMapping")


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model as a list shows it; `gated`: its files need a consent first."""

    id: str
    task: str | None = None
    library: str | None = None
    downloads: int = 0
    likes: int = 0
    gated: bool = False
    private: bool = False
    providers: tuple[ProviderMapping, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Models in order, and the cursor that leads to the next page where there is one."""

    models: tuple[FoundModel, ...]
    next: str | None = None
    cached: bool = False  # they lie on this machine


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that a provider serves: how it stands, and the offer where the router names one."""

    model: str
    status: str
    offer: Offer | None


async def find_models(
    text: str = "",
    *,
    task: str = "",
    library: str = "",
    provider: str = "",
    token: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
    cached: bool = True,
) -> FoundPage:
    """A page of models, those first that are in fashion; offline, those in the cache (but for `cached`).

    `provider` may be `all`.

    Raises InferenceFailure."""
    if is_offline():
        if not cached:
            raise InferenceFailure("This server works offline, so the Hub can't be searched.")
        held = [model.id for model in await cached_models() if text.strip().lower() in model.id.lower()]
        return FoundPage(tuple(FoundModel(name) for name in dict.fromkeys(held)), cached=True)
    asked: list[tuple[str, str | int | float | bool | None]] = [
        ("limit", min(max(limit, 1), MAX)),
        ("sort", "trendingScore"),
    ]
    asked += [("expand", name) for name in _SHOWN]
    chats = task == "conversational"
    named = {"search": text.strip(), "pipeline_tag": "" if chats else task, "inference_provider": provider}
    asked += [(name, value) for name, value in named.items() if value]
    asked += [("filter", value) for value in (task if chats else "", library) if value]
    asked += [("cursor", cursor)] if cursor else []
    try:
        async with client(headers={"authorization": f"Bearer {token}"} if token else {}) as session:
            response = await session.get(f"{hub_endpoint()}/api/models", params=asked)
    except httpx2.HTTPError as error:
        told = explain(error)
        raise InferenceFailure(f"The Hub can't be searched. {told.reason}", told.hint) from None
    if response.status_code != 200:
        raise status_failure(response.status_code, response.content, response.headers.get("retry-after"))
    try:
        found = tuple(_model(row) for row in response.json())
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise InferenceFailure("The Hub's answer is no list of models.", "Check HF_ENDPOINT.") from None
    return FoundPage(found, _cursor(response.links.get("next", {}).get("url")))


async def provider_page(provider: str, token: str | None = None) -> dict[str, tuple[ServedModel, ...]]:
    """What a provider serves, by task, with prices where the router names them. Raises InferenceFailure."""
    page = await find_models(provider=provider, token=token, limit=MAX)
    try:
        priced = await served_by(provider, token)
    except (InferenceFailure, httpx2.HTTPError):
        priced = {}
    found: dict[str, list[ServedModel]] = defaultdict(list)
    for model in page.models:
        for mapping in model.providers:
            if mapping.provider == provider:
                offer = priced.get(model.id) if mapping.task in CHAT_TASKS else None
                found[mapping.task].append(ServedModel(model.id, mapping.status, offer))
    listed = {model.id for model in page.models}
    found["conversational"] += [ServedModel(m, offer.status, offer) for m, offer in priced.items() if m not in listed]
    return {task: tuple(served) for task, served in sorted(found.items()) if served}


def _model(row: Any) -> FoundModel:
    return FoundModel(
        str(row["id"]),
        _text(row.get("pipeline_tag")),
        _text(row.get("library_name")),
        int(row.get("downloads") or 0),
        int(row.get("likes") or 0),
        bool(row.get("gated")),
        bool(row.get("private")),
        read_mappings(row),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _cursor(url: str | None) -> str | None:
    """The cursor of the next page; the rest of the address is ours to write."""
    return next(iter(parse_qs(urlsplit(url or "").query).get("cursor", ())), None)
