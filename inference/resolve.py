"""Where a Request goes: the embedded engine, an endpoint of one's own, or an Inference Provider."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import httpx2

from showcard.inference.hub.offers import Offer, offers
from showcard.inference.processes.folder import FOLDER
from showcard.inference.transport.http import client, is_hub
from showcard.metadata.tasks.table import Task, find_task
from showcard.wire.call import CHAT_TASKS, HUB_KEY, helper_task
from showcard.wire.hub_private import own_address
from showcard.wire.request import Request, RequestError, ResolvedRequest

from .errors import InferenceFailure, explain
from .hub import providers
from .keys import ENDPOINT_KEY, hub_token, own_key_name

ROUTER_HOST = "router.huggingface.co"


@dataclass(frozen=True, slots=True)
class EngineModel:
    """A model that the embedded engine serves."""

    id: str
    task: Task


@dataclass(frozen=True, slots=True)
class EmbeddedEngine:
    """The embedded engine: its base URL, its models by id, and what waits until it listens, as after a restart,
    and tells what it waits for."""

    url: str
    models: Mapping[str, EngineModel] = field(default_factory=dict)
    ready: Callable[[Callable[[str], None]], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a Run can start, and the sentence that says where it goes or why it can't."""

    runs: bool
    sentence: str
    hint: str = ""


async def discover(url: str) -> EmbeddedEngine:
    """The models an embedded engine serves. Raises httpx2.HTTPError."""
    async with client() as session:
        answer = (await session.get(f"{url}/api/models")).raise_for_status().json()
    models = {}
    for entry in answer:
        chats = "conversational" in (entry.get("tags") or [])
        row = find_task("conversational" if chats else str(entry.get("pipeline_tag")))
        if row is not None:
            models[str(entry["id"])] = EngineModel(str(entry["id"]), row)
    return EmbeddedEngine(url.rstrip("/"), models)


async def answers(url: str) -> bool:
    """Whether an engine says that it is well."""
    try:
        async with client(timeout=2.0) as session:
            return (await session.get(f"{url}/health")).status_code == 200
    except httpx2.HTTPError:
        return False


async def resolve(
    request: Request,
    embedded: EmbeddedEngine | None = None,
    keys: Mapping[str, str] | None = None,
    trusted: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> ResolvedRequest:
    """Where a Request goes, asking the Hub which provider serves the model where that is needed.

    `trusted`: its endpoint gets the Hugging Face token, as the person said. `tell` hears what is waited for.
    Raises RequestError, InferenceFailure, or httpx2.HTTPError."""
    keys = keys or {}
    resolved = resolve_offline(request, None, embedded, keys, trusted)
    if resolved.provider == "embedded" and embedded and embedded.ready:
        await embedded.ready(tell)
    if resolved.route or resolved.provider == "openai" or _router_decides(resolved):
        return resolved
    request = resolved.request
    found = await providers.mappings(request.model, hub_token(keys))
    chosen = providers.choose(found, request.provider, request.task, request.model)
    if not chosen.known:  # of the library, but the router can be told its name
        return replace(_by_router(request, chosen.provider), adapter=chosen.adapter)
    return ResolvedRequest(
        request,
        chosen.provider,
        chosen.provider_model,
        chosen.adapter,
        "",
        *_host_and_key(chosen.provider, request, keys),
    )


def resolve_offline(
    request: Request,
    provider_model: str | None = None,
    embedded: EmbeddedEngine | None = None,
    keys: Mapping[str, str] | None = None,
    trusted: bool = False,
) -> ResolvedRequest:
    """Where a Request goes as far as can be told without a network; the model's own id stands in for the provider's.

    Raises RequestError."""
    if request.base_url:
        route = request.base_url.rstrip("/")
        return _to_endpoint(request, provider_model or request.model, route, keys, trusted)
    keys = keys or {}
    if embedded and request.model in embedded.models:
        path = "/v1" if request.task in CHAT_TASKS else f"/models/{request.model}"
        host = urlsplit(embedded.url).hostname or ""
        return ResolvedRequest(request, "embedded", request.model, None, embedded.url + path, host, None)
    name, choice = providers.split_model(request.model)
    policy = choice or (request.provider if request.provider in providers.POLICIES else "")
    if policy and request.task in CHAT_TASKS and provider_model is None:
        return _by_router(replace(request, model=name), policy)
    if policy in providers.POLICIES:
        raise RequestError(f"Only chat models are chosen by {policy}; name a provider.")
    host, key_name = _host_and_key(request.provider, request, keys)
    return ResolvedRequest(request, request.provider, provider_model or request.model, None, "", host, key_name)


def _by_router(request: Request, choice: str) -> ResolvedRequest:
    """To the router, which is told a policy or a provider behind the model's id."""
    asked = replace(request, model=f"{request.model}:{choice}", provider="auto")
    return ResolvedRequest(asked, "auto", asked.model, None, "", ROUTER_HOST, HUB_KEY)


def _router_decides(resolved: ResolvedRequest) -> bool:
    return resolved.provider == "auto" and resolved.request.task in CHAT_TASKS


def _host_and_key(provider: str, request: Request, keys: Mapping[str, str]) -> tuple[str, str]:
    """The router and the Hugging Face token; with a provider's own key among the keys, its own host and that key."""
    own = own_key_name(provider)
    address = own_address(provider, helper_task(request.task))
    if not address or provider == "hf-inference" or not (own in keys or provider == "openai"):
        return ROUTER_HOST, HUB_KEY
    return urlsplit(address).hostname or "", own


def _to_endpoint(
    request: Request, model: str, route: str, keys: Mapping[str, str] | None, trusted: bool
) -> ResolvedRequest:
    """To an endpoint of one's own: with a key if one was given, and where keys are not known if it is public."""
    try:
        parts = urlsplit(route)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or any(letter.isspace() for letter in route):
        raise RequestError(f"{route!r} is not a base URL; it should look like https://host/path.")
    if is_hub(route) or (trusted and HUB_KEY in (keys or {})):
        key_name: str | None = HUB_KEY
    else:
        given = not is_near(host) if keys is None else ENDPOINT_KEY in keys
        key_name = ENDPOINT_KEY if given else None
    provider = FOLDER if request.provider == FOLDER else "endpoint"
    return ResolvedRequest(request, provider, model, None, route, host, key_name)


def is_near(host: str) -> bool:
    """Whether a host is this machine or one of its own network, where servers seldom want a key."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".lan", ".home"))


def availability(request: Request, embedded: EmbeddedEngine | None, keys: Mapping[str, str]) -> Availability:
    """Whether a Request can run from here, in a sentence, as far as can be told without a network."""
    row = request.row
    if request.base_url and request.provider == FOLDER:
        return Availability(True, "Runs on your own weights, on this machine.")
    if request.base_url:
        host = urlsplit(request.base_url).hostname or request.base_url
        return Availability(True, f"Runs on your endpoint at {host}.")
    if embedded and request.model in embedded.models:
        return Availability(True, f"Runs on the embedded engine as {request.model}.")
    if not row.wire:
        return Availability(False, f"No service runs {row.name.lower()}; recorded outputs are shown.")
    if own_key_name(request.provider) in keys:
        return Availability(True, f"Runs on {request.provider}, with your own key.")
    if not hub_token(keys):
        return Availability(
            False,
            f"No engine on this machine serves {row.name.lower()}, and Inference Providers need a Hugging Face token.",
            "Add a token or give an endpoint under Runs on.",
        )
    return Availability(True, "Runs on Inference Providers.")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a model stands at Inference Providers: whether it runs, who serves it (None: not known), the prices."""

    availability: Availability
    served: tuple[providers.ProviderMapping, ...] | None = None
    offers: tuple[Offer, ...] = ()


async def standing(
    request: Request, embedded: EmbeddedEngine | None, keys: Mapping[str, str], fresh: bool = False
) -> Standing:
    """Whether a request can run, after asking the Hub who serves the model, in what state and at what price; `fresh`
    asks the Hub again. Never raises."""
    found = availability(request, embedded, keys)
    if request.base_url or (embedded and request.model in embedded.models) or not request.row.wire:
        return Standing(found)
    model, choice = providers.split_model(request.model)
    token = hub_token(keys)
    served: tuple[providers.ProviderMapping, ...] | None = None
    priced: tuple[Offer, ...] = ()
    try:
        served = await providers.mappings(model, token, fresh)
        if request.task in CHAT_TASKS:
            priced = (await offers(token, fresh)).get(model, ())
        wanted = choice or request.provider
        wanted = "auto" if wanted in providers.POLICIES else wanted
        chosen = providers.choose(served, wanted, request.task, model)
    except InferenceFailure as failure:
        return Standing(Availability(False, failure.reason, failure.hint), served, priced)
    except httpx2.HTTPError as error:
        if not found.runs:
            return Standing(found, served, priced)
        told = explain(error)
        sentence = f"{found.sentence} Who serves the model is not known now. {told.reason}"
        return Standing(Availability(True, sentence, told.hint), served, priced)
    if not found.runs:
        return Standing(found, served, priced)
    live = [offer for offer in priced if wanted in ("auto", offer.provider)]
    more = " ".join(f"{offer.sentence}." for offer in live[:3]) or chosen.sentence
    return Standing(Availability(True, f"{found.sentence} {more}"), served, priced)
