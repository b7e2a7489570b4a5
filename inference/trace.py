"""Where a request goes and why, in sentences for a person."""

from __future__ import annotations

from showcard.inference.hub.providers import split_model
from showcard.inference.processes.folder import FOLDER
from showcard.wire.call import HUB_KEY, own_key
from showcard.wire.request import ResolvedRequest


def trace(resolved: ResolvedRequest) -> tuple[str, ...]:
    """The steps that led from a Request to where it goes; keys by name only."""
    return tuple(filter(None, (_place(resolved), _model(resolved), _key(resolved), _bill(resolved))))


def _place(resolved: ResolvedRequest) -> str:
    request = resolved.request
    if resolved.provider == "embedded":
        return f"The embedded engine serves {request.model}, so it runs on this machine: {resolved.route}."
    if resolved.provider == FOLDER:
        return f"It runs on your own weights, on this machine: {resolved.route}."
    if resolved.route:
        return f"It names a base URL, so it goes there: {resolved.route}."
    if resolved.provider == "auto":
        choice = split_model(request.model)[1]
        how = {"": "by your order of preference", "fastest": "the fastest", "cheapest": "the cheapest"}
        chosen = how.get(choice, f"{choice}, as the model's id asks for")
        return f"{resolved.host} chooses the provider: {chosen}."
    if own_key(resolved):
        return f"{resolved.provider}'s own key is there, so {resolved.host} is asked directly."
    return f"{resolved.provider} serves it; {resolved.host} passes the request on."


def _model(resolved: ResolvedRequest) -> str:
    asked, there = resolved.request.model, resolved.provider_model
    named = f"{asked} is called {there} there." if there and there != asked else ""
    return f"{named} It is {asked}'s weights {resolved.adapter} on a base model.".strip() if resolved.adapter else named


def _key(resolved: ResolvedRequest) -> str:
    if resolved.key_name is None:
        return "No key is sent."
    kind = "your Hugging Face token" if resolved.key_name == HUB_KEY else f"the key {resolved.key_name}"
    return f"It is sent with {kind}."


def _bill(resolved: ResolvedRequest) -> str:
    request = resolved.request
    if not request.bill_to:
        return ""
    if own_key(resolved):
        return f"{resolved.provider} bills the owner of its key, not {request.bill_to}."
    return f"{request.bill_to} is billed."
