"""Where a model can run, and whether it can: at the embedded engine, providers, an endpoint, or from its folder."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from showcard.inference.endpoint_models import listed_models
from showcard.inference.errors import InferenceFailure
from showcard.inference.hub.offers import Offer
from showcard.inference.hub.providers import ProviderMapping, split_model
from showcard.inference.keys import ENDPOINT_KEY
from showcard.inference.resolve import Availability, availability, resolve_offline, standing
from showcard.metadata.tasks.table import Task
from showcard.metadata.visible import visible
from showcard.wire.call import CHAT_TASKS, HUB_KEY, providers_of
from showcard.wire.hub_private import PROVIDERS as KNOWN
from showcard.wire.request import Request, RequestError

from .target import AUTO, EMBEDDED, ENDPOINT, FOLDER, PROVIDERS, Target

if TYPE_CHECKING:
    from .session import Session

OWN_KEYS = frozenset(name for name in KNOWN if name != "hf-inference")  # providers that can be asked with their own key
MAX_REMEMBERED = 20
LISTING_SECONDS = 3.0
OPTED_OUT = "The card opts out of inference (inference: false)."
POLICIES = {"fastest": "the fastest", "cheapest": "the cheapest"}


@dataclass(frozen=True, slots=True)
class TypedTarget:
    """What the controls of a place hold: the place, and the keys that were typed beside it."""

    place: Target
    hub_token: str = ""
    provider_key: str = ""
    endpoint_key: str = ""

    def keep(self, session: Session) -> None:
        """Hold the keys in the session's memory, each for its own host."""
        place = self.place
        session.keep_hub_token(self.hub_token)
        if place.choice == PROVIDERS:
            session.keep_provider_key(place.provider, self.provider_key)
        if place.endpoint:
            session.keep_endpoint_key(place.endpoint, self.endpoint_key)
            session.trust(place.endpoint, place.trusted)


def places(row: Task | None, model: str, session: Session, folder: str = "") -> list[tuple[str, str]]:
    """The places where a model may run, as (label, choice); the likeliest first. `folder`: the address that its own
    weights have on this machine."""
    embedded = session.site.embedded
    if row is None or not row.wire:
        return []
    if model in embedded.models:
        return [(f"{model}, on the embedded engine", EMBEDDED + model), ("An endpoint of mine", ENDPOINT)]
    stand_ins = [
        (f"{served.id}, an embedded engine (not this model)", EMBEDDED + served.id)
        for served in embedded.models.values()
        if served.task.id == row.id
    ]
    elsewhere = [("Inference Providers", PROVIDERS), ("An endpoint of mine", ENDPOINT)]
    others = [*elsewhere, *stand_ins] if HUB_KEY in session.keys_for() else [*stand_ins, *elsewhere]
    return [("Run it here: the weights in this folder", FOLDER + folder), *others] if folder else others


def first_place(row: Task | None, model: str, session: Session, name: str, folder: str = "") -> Target:
    """Where a widget or pane called `name` starts: what the browser remembers, what the app was started with, or the
    likeliest. A model of the embedded engine or of a folder starts there, with what is remembered at hand."""
    choices = [choice for _, choice in places(row, model, session, folder)]
    found = session.remembered.get(name) or session.site.place
    if found.choice in choices and model not in session.site.embedded.models and not folder:
        return found
    return replace(found, choice=choices[0] if choices else "")


def reachable(row: Task | None, model: str, session: Session, place: Target, opted_out: bool = False) -> Availability:
    """Whether a run can start, and the sentence about where it goes, without asking anyone."""
    refused = _refused(row, session, place, opted_out)
    if refused or row is None:
        return refused or Availability(False, "No task is known for this card.")
    probe = place.of(Request(row.id, model, {}))
    keys = session.keys_for(probe.base_url)
    try:
        resolve_offline(probe, None, session.site.embedded, keys)
    except RequestError as error:
        return Availability(False, str(error))
    found = availability(probe, session.site.embedded, keys)
    if place.choice.startswith(EMBEDDED) and probe.model != model:
        stands_in = f"Runs on {probe.model}, which comes with Showcard. It is not this model."
        return Availability(found.runs, f"{OPTED_OUT} {stands_in}" if opted_out else stands_in)
    return found


def _refused(row: Task | None, session: Session, place: Target, opted_out: bool) -> Availability | None:
    """Why a run can't start at a place, whatever is typed; None where nothing is against it."""
    if row is None:
        return Availability(False, "No task is known for this card.", "Set pipeline_tag, or choose a task.")
    if not row.wire:
        return Availability(False, f"No service runs {row.name.lower()}; recorded outputs are shown.")
    if place.choice == PROVIDERS and opted_out:
        return Availability(False, OPTED_OUT, "Its examples still show.")
    if place.choice == ENDPOINT and not place.endpoint:
        return Availability(False, "Give the base URL of your endpoint.")
    if place.folder:
        return _refused_folder(session, place.folder)
    if place.endpoint and not session.site.allows_endpoint(place.endpoint):
        return Availability(False, "This server calls only the endpoints that its owner listed.")
    return None


def _refused_folder(session: Session, address: str) -> Availability | None:
    """Why the model of a folder is not run; no other address passes than one that was given out here."""
    folders = session.site.folders
    if folders is None:
        return Availability(False, "Models of folders run only where one person uses the app.")
    failure = folders.refusal(address)
    return Availability(False, failure.reason, failure.hint) if failure else None


@dataclass(frozen=True, slots=True)
class AvailabilityCheck:
    """What is known of a place: whether it runs, the providers to choose from (label, name), whether the Hub says that
    nobody serves the model, and how the only model of an endpoint is called, where the card calls it otherwise."""

    availability: Availability
    choices: tuple[tuple[str, str], ...] = ()
    unserved: bool = False
    named: str = ""


async def look(
    row: Task | None, model: str, session: Session, place: Target, opted_out: bool = False, fresh: bool = False
) -> AvailabilityCheck:
    """Whether a model can run at a place, after asking the Hub who serves it, in what state and at what price, or a
    chat's endpoint which models it has. Never raises."""
    refused = _refused(row, session, place, opted_out)
    if refused or row is None or place.choice != PROVIDERS:
        there = refused or reachable(row, model, session, place, opted_out)
        asks = not refused and row is not None and row.id in CHAT_TASKS and place.choice == ENDPOINT and not place.named
        names = await _models_at(place.endpoint or "", session) if asks else []
        if len(names) > 1 and model not in names:
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            there = replace(there, sentence=f"{there.sentence} Name the model there: {', '.join(names[:5])}{more}.")
        only = names[0] if len(names) == 1 and model not in names else ""
        return AvailabilityCheck(there, provider_choices(row), named=only)
    request = place.of(Request(row.id, model, {}))
    found = await standing(request, session.site.embedded, session.keys_for(), fresh)
    return AvailabilityCheck(found.availability, provider_choices(row, found.served, found.offers), found.served == ())


async def _models_at(base_url: str, session: Session) -> list[str]:
    """The models of an endpoint, as far as it tells them soon."""
    try:
        async with asyncio.timeout(LISTING_SECONDS):
            return await listed_models(base_url, session.keys_for(base_url).get(ENDPOINT_KEY))
    except (InferenceFailure, TimeoutError):
        return []


def provider_choices(
    row: Task | None, served: Sequence[ProviderMapping] | None = None, offers: Sequence[Offer] = ()
) -> tuple[tuple[str, str], ...]:
    """The providers to choose from, as (label, name): who serves the model, in what state and at what price; where that
    is not known, all that can be asked for the task."""
    chats = row is not None and row.id in CHAT_TASKS
    policies = [(f"Automatic: {how}", name) for name, how in POLICIES.items() if chats]
    first = [("Automatic: by your order of preference", AUTO), *policies]
    if served is None:
        return (*first, *((name, name) for name in (providers_of(row.id) if row else ())))
    priced = {offer.provider: offer for offer in offers}
    return (*first, *((_provider_label(mapping, priced.get(mapping.provider)), mapping.provider) for mapping in served))


def _provider_label(mapping: ProviderMapping, offer: Offer | None) -> str:
    parts = [mapping.provider]
    if offer and offer.input_price is not None and offer.output_price is not None:
        parts.append(f"${offer.input_price:g} in, ${offer.output_price:g} out a million tokens")
    if offer and offer.context_length:
        parts.append(f"{offer.context_length:,} tokens of context")
    parts += [name for name, has in _ABLE if offer and getattr(offer, has)]
    parts += [] if mapping.status == "live" else [mapping.status]
    return visible(" · ".join(parts if mapping.known else [*parts, "not known to huggingface_hub"]))


_ABLE = (("tools", "tools"), ("JSON schemas", "structured_output"))


def remembered_by(session: Session) -> dict[str, Any]:
    """What the person's browser is to remember: places by widget or pane, never a key."""
    return {name: place.to_json() for name, place in session.remembered.items()}


def recall(session: Session, value: Any) -> None:
    """Take over what a browser remembered, as far as it is what we gave it."""
    for name, held in value.items() if isinstance(value, Mapping) else ():
        place = Target.from_json(held)
        if place and isinstance(name, str) and len(name) < 40 and len(session.remembered) < MAX_REMEMBERED:
            session.remembered.setdefault(name, place)


def support_address(model: str) -> str:
    """The page on the Hub where one asks for providers to serve a model."""
    return f"https://huggingface.co/{quote(split_model(model)[0], safe='/')}"
