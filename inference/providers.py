"""Which providers serve a model: the Hub's mapping, asked with the person's own token and forgotten after a while."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import quote

from .errors import InferenceFailure, status_failure
from .transport import client, hub_endpoint

SECONDS_KEPT = 300.0
_kept: dict[tuple[str, str], tuple[float, tuple[ProviderMapping, ...]]] = {}
MOST_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class ProviderMapping:
    """A provider that serves a model: its own id for it, the task it serves, and the path of LoRA weights if any."""

    provider: str
    provider_model: str
    task: str
    status: str
    adapter: str | None = None


async def mappings(model: str, token: str | None) -> tuple[ProviderMapping, ...]:
    """The providers of a model in the person's order of preference. Raises InferenceFailure or httpx2.HTTPError."""
    key = (model, hashlib.sha256((token or "").encode()).hexdigest())
    held = _kept.get(key)
    if held and monotonic() - held[0] < SECONDS_KEPT:
        return held[1]
    headers = {"authorization": f"Bearer {token}"} if token else {}
    url = f"{hub_endpoint()}/api/models/{quote(model)}?expand=inferenceProviderMapping"
    async with client(headers=headers) as session:
        response = await session.get(url)
    if response.status_code != 200:
        raise status_failure(response.status_code, response.content, response.headers.get("retry-after"))
    found = _read(response.json())
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (monotonic(), found)
    return found


def _read(answer: Any) -> tuple[ProviderMapping, ...]:
    mapping = answer.get("inferenceProviderMapping") if isinstance(answer, dict) else None
    rows = [{"provider": name, **row} for name, row in mapping.items()] if isinstance(mapping, dict) else mapping or []
    return tuple(
        ProviderMapping(
            str(row["provider"]),
            str(row["providerId"]),
            str(row.get("task", "")),
            str(row.get("status", "live")),
            row.get("adapterWeightsPath"),
        )
        for row in rows
        if isinstance(row, dict) and "provider" in row and "providerId" in row
    )


def choose(found: tuple[ProviderMapping, ...], provider: str, task: str, model: str) -> ProviderMapping:
    """The mapping to use: the named provider's, or the first live one that serves the task. Raises InferenceFailure."""
    if not found:
        raise InferenceFailure(
            f"No Inference Provider serves {model}.", "Give an endpoint of your own, or choose another model."
        )
    named = [m for m in found if provider in ("auto", m.provider)]
    if not named:
        raise InferenceFailure(
            f"{provider} does not serve {model}.", "It is served by " + ", ".join(m.provider for m in found) + "."
        )
    fitting = [m for m in named if m.task == task]
    if not fitting:
        raise InferenceFailure(
            f"{named[0].provider} serves {model} for {named[0].task}, not for {task}.", "Choose that task."
        )
    return next((m for m in fitting if m.status == "live"), fitting[0])
