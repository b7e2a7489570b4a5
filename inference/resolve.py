"""Where a Request goes: the embedded engine, an endpoint of one's own, or an Inference Provider."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from metadata.tasks import Task, find_task
from wire.request import Request, RequestError, ResolvedRequest

from . import providers
from .transport import client, is_hub

ROUTER_HOST = "router.huggingface.co"


@dataclass(frozen=True, slots=True)
class EngineModel:
    """A model that the embedded engine serves."""

    id: str
    task: Task


@dataclass(frozen=True, slots=True)
class Embedded:
    """The embedded engine: its base URL and its models by id."""

    url: str
    models: Mapping[str, EngineModel] = field(default_factory=dict)

    def serving(self, row: Task) -> EngineModel | None:
        """The first model that does a task, if one does."""
        return next((model for model in self.models.values() if model.task.id == row.id), None)


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a Run can start, and the sentence that says where it goes or why it can't."""

    runs: bool
    sentence: str
    way_out: str = ""


async def discover(url: str) -> Embedded:
    """The models an embedded engine serves. Raises httpx2.HTTPError."""
    async with client() as session:
        answer = (await session.get(f"{url}/api/models")).raise_for_status().json()
    models = {}
    for entry in answer:
        chats = "conversational" in (entry.get("tags") or [])
        row = find_task("conversational" if chats else str(entry.get("pipeline_tag")))
        if row is not None:
            models[str(entry["id"])] = EngineModel(str(entry["id"]), row)
    return Embedded(url.rstrip("/"), models)


async def resolve(
    request: Request, embedded: Embedded | None = None, keys: Mapping[str, str] | None = None
) -> ResolvedRequest:
    """Where a Request goes, asking the Hub which provider serves the model where that is needed.

    Raises RequestError, InferenceFailure, or httpx2.HTTPError."""
    keys = keys or {}
    resolved = resolve_offline(request, None, embedded, keys)
    if resolved.route or (request.task == "conversational" and resolved.provider == "auto"):
        return resolved
    found = await providers.mappings(request.model, keys.get("HF_TOKEN"))
    chosen = providers.choose(found, request.provider, request.task, request.model)
    return ResolvedRequest(
        request, chosen.provider, chosen.provider_model, chosen.adapter, "", ROUTER_HOST, resolved.key_name
    )


def resolve_offline(
    request: Request,
    provider_model: str | None = None,
    embedded: Embedded | None = None,
    keys: Mapping[str, str] | None = None,
) -> ResolvedRequest:
    """Where a Request goes as far as can be told without a network; the model's own id stands in for the provider's.

    Raises RequestError."""
    if request.base_url:
        return _to_endpoint(request, provider_model or request.model, request.base_url.rstrip("/"), keys or {})
    if embedded and request.model in embedded.models:
        path = "/v1" if request.task == "conversational" else f"/models/{request.model}"
        host = urlsplit(embedded.url).hostname or ""
        return ResolvedRequest(request, "embedded", request.model, None, embedded.url + path, host, None)
    return ResolvedRequest(
        request, request.provider, provider_model or request.model, None, "", ROUTER_HOST, "HF_TOKEN"
    )


def _to_endpoint(request: Request, model: str, route: str, keys: Mapping[str, str]) -> ResolvedRequest:
    try:
        parts = urlsplit(route)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https"):
        raise RequestError(f"{route!r} is not a base URL; it should look like https://host/path.")
    if is_hub(route):
        key_name: str | None = "HF_TOKEN"
    elif "API_TOKEN" in keys or not is_loopback(host):
        key_name = "API_TOKEN"
    else:
        key_name = None
    return ResolvedRequest(request, "endpoint", model, None, route, host, key_name)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def availability(request: Request, embedded: Embedded | None, keys: Mapping[str, str]) -> Availability:
    """Whether a Request can run from here, in a sentence."""
    row = request.row
    if request.base_url:
        host = urlsplit(request.base_url).hostname or request.base_url
        return Availability(True, f"Runs on your endpoint at {host}.")
    if embedded and request.model in embedded.models:
        return Availability(True, f"Runs on the embedded engine as {request.model}.")
    if not row.wire:
        return Availability(False, f"No service runs {row.name.lower()}; recorded outputs are shown.")
    if "HF_TOKEN" not in keys:
        return Availability(
            False,
            f"No engine on this machine serves {row.name.lower()}, and Inference Providers need a Hugging Face token.",
            "Add a token or give an endpoint under Runs on.",
        )
    return Availability(True, "Runs on Inference Providers.")


async def reachable(url: str) -> bool:
    """Whether something answers HTTP at an address."""
    try:
        async with client(timeout=httpx2.Timeout(2.0)) as session:
            await session.get(url)
    except httpx2.HTTPError:
        return False
    return True
