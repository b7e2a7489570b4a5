"""The models that a pane may ask: the embedded chats, those of an endpoint of one's own, and the Hub's catalogue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import httpx2

from showcard.inference.endpoint_models import listed_models
from showcard.inference.errors import InferenceFailure
from showcard.inference.hub.cached import is_offline
from showcard.inference.hub.offers import Offer, offers
from showcard.inference.hub.providers import mappings, split_model
from showcard.inference.hub.search import MAX, find_models
from showcard.inference.keys import ENDPOINT_KEY, hub_token
from showcard.ui.session.session import Session
from showcard.wire.secrets import hidden

VISION = "image-text-to-text"
MAX_SHOWN = 40
LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class CatalogueFilters:
    """What is looked for; an empty filter lets everything through. Prices are US dollars a million output tokens."""

    text: str = ""
    provider: str = ""
    most_price: float | None = None
    least_context: int | None = None
    vision: bool = False
    tools: bool = False

    def fits(self, offer: Offer) -> bool:
        """Whether an offer is one of those looked for; what is not known does not fit."""
        return (
            (not self.provider or offer.provider == self.provider)
            and (self.most_price is None or (offer.output_price is not None and offer.output_price <= self.most_price))
            and (
                self.least_context is None
                or (offer.context_length is not None and offer.context_length >= self.least_context)
            )
            and (not self.tools or offer.tools is True)
        )

    @property
    def of_offers(self) -> bool:
        """Whether only offers that the router names can fit."""
        return self.most_price is not None or self.least_context is not None or self.tools


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A model that can be chosen: where it runs, its cheapest fitting offer, and a few words about it."""

    model: str
    where: str
    offer: Offer | None = None
    about: str = ""
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogueResult:
    """What was found, and what could not be looked at."""

    entries: tuple[CatalogueEntry, ...]
    trouble: str = ""


async def find(session: Session, filters: CatalogueFilters, base_url: str | None = None) -> CatalogueResult:
    """Models by text and filters, the nearest first. Never raises; what could not be asked is told."""
    embedded = [] if filters.provider or filters.of_offers or filters.vision else _embedded(session, filters.text)
    trouble = []
    own: list[CatalogueEntry] = []
    if base_url and session.site.allows_endpoint(base_url):
        keys = session.keys_for(base_url).values()
        try:
            own = [one for one in await of_endpoint(session, base_url) if _matches(filters.text, one.model)]
        except InferenceFailure as failure:
            trouble.append(f"The endpoint does not list its models: {hidden(failure.reason, keys)}")
    try:
        hub = await of_hub(session, filters)
    except InferenceFailure as failure:
        hub = []
        trouble.append(failure.reason)
    return CatalogueResult(tuple([*own, *embedded, *hub][:MAX_SHOWN]), " ".join(trouble))


async def of_hub(session: Session, filters: CatalogueFilters) -> list[CatalogueEntry]:
    """Chat models of the Hub that a provider serves. Raises InferenceFailure."""
    token = hub_token(session.keys_for())
    page = await find_models(
        filters.text,
        task=VISION if filters.vision else "conversational",
        provider=filters.provider or "all",
        token=token,
        limit=MAX,
    )
    priced = await _prices(token)
    entries = []
    for model in page.models:
        held = priced.get(model.id, ())
        fitting = [offer for offer in held if filters.fits(offer)]
        served = [mapping.provider for mapping in model.providers if mapping.status == "live"]
        if fitting:
            entries.append(CatalogueEntry(model.id, "Inference Providers", cheapest(fitting), _about(held)))
        elif not filters.of_offers and (not filters.provider or filters.provider in served):
            entries.append(CatalogueEntry(model.id, "Inference Providers", None, ", ".join(served[:4])))
    return entries


async def of_endpoint(session: Session, base_url: str) -> list[CatalogueEntry]:
    """The models that an OpenAI-compatible endpoint lists. Raises InferenceFailure."""
    keys = session.keys_for(base_url)
    names = await listed_models(base_url, keys.get(ENDPOINT_KEY))
    return [CatalogueEntry(hidden(name, keys.values()), "Your endpoint", base_url=base_url) for name in names]


async def offers_of(session: Session, model: str) -> tuple[Offer, ...]:
    """The published offers of a model; none where they can't be known."""
    return (await _prices(hub_token(session.keys_for()))).get(split_model(model)[0], ())


async def look_up(models: Iterable[str]) -> dict[str, tuple[Offer, ...]]:
    """The published offers of models that nobody chose by hand, as a link named them: no key is sent, and the router is
    asked only after the Hub has answered. None where they can't be known soon. Never raises."""
    found: dict[str, tuple[Offer, ...]] = dict.fromkeys(models, ())
    with suppress(InferenceFailure, httpx2.HTTPError, TimeoutError):
        async with asyncio.timeout(LOOK_SECONDS):
            for model in () if is_offline() else list(found):
                if await _is_known(split_model(model)[0]):
                    found[model] = (await offers()).get(split_model(model)[0], ())
    return found


async def _is_known(model: str) -> bool:
    """Whether the Hub has a model that somebody serves. Raises httpx2.HTTPError where the Hub is out of reach."""
    try:
        return bool(await mappings(model, None))
    except InferenceFailure:
        return False


def cheapest(found: Iterable[Offer]) -> Offer:
    """The offer with the lowest output price; those without one come last."""
    return min(found, key=lambda offer: (offer.output_price is None, offer.output_price or 0.0))


async def _prices(token: str | None) -> Mapping[str, tuple[Offer, ...]]:
    try:
        return await offers(token)
    except (InferenceFailure, httpx2.HTTPError):
        return {}


def _about(found: Sequence[Offer]) -> str:
    names = list(dict.fromkeys(offer.provider for offer in found))
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _embedded(session: Session, text: str) -> list[CatalogueEntry]:
    rows = session.site.embedded.models.values()
    return [
        CatalogueEntry(row.id, "Embedded", about="runs on this machine, no charge")
        for row in rows
        if row.task.id == "conversational" and _matches(text, row.id)
    ]


def _matches(text: str, name: str) -> bool:
    return all(word in name.lower() for word in text.lower().split())
