"""What the router says of its chat models: who serves them at what price, with what context, tools and schemas."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from showcard.inference.errors import InferenceFailure, status_failure
from showcard.inference.transport.http import ROUTER, client

from .ttl_cache import TTLCache

_kept: TTLCache[dict[str, tuple[Offer, ...]]] = TTLCache(most=50)


@dataclass(frozen=True, slots=True)
class Offer:
    """A model at a provider. Prices are US dollars a million tokens; None is what the router does not say."""

    provider: str
    status: str
    context_length: int | None = None
    input_price: float | None = None
    output_price: float | None = None
    tools: bool | None = None
    structured_output: bool | None = None
    time_to_first_token: float | None = None
    tokens_per_second: float | None = None
    images: bool | None = None

    @property
    def sentence(self) -> str:
        """The offer in a few words."""
        name = self.provider if self.status == "live" else f"{self.provider} ({self.status})"
        return f"{name}, {self.facts}" if self.facts else name

    @property
    def facts(self) -> str:
        """Price, context and what it can, in a few words."""
        parts = []
        if self.input_price is not None and self.output_price is not None:
            parts.append(f"${self.input_price:g} in, ${self.output_price:g} out a million tokens")
        if self.context_length:
            parts.append(f"{self.context_length:,} tokens of context")
        parts += [name for name, has in (("tools", self.tools), ("JSON schemas", self.structured_output)) if has]
        return ", ".join(parts)


async def offers(token: str | None = None, fresh: bool = False) -> dict[str, tuple[Offer, ...]]:
    """The offers of every chat model by its id, at most five minutes old.

    Raises InferenceFailure or httpx2.HTTPError."""
    held = None if fresh else _kept.get("models", token)
    if held is not None:
        return held
    async with client(headers={"authorization": f"Bearer {token}"} if token else {}) as session:
        response = await session.get(f"{ROUTER}/v1/models")
    if response.status_code != 200:
        raise status_failure(response.status_code, response.content, response.headers.get("retry-after"))
    try:
        rows = response.json()["data"]
        found = {str(row["id"]): tuple(_offer(each, _sees(row)) for each in row.get("providers") or []) for row in rows}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise InferenceFailure("The router's list of models can't be read.", "Try again later.", retry=True) from None
    return _kept.put("models", token, found)


async def served_by(provider: str, token: str | None = None) -> dict[str, Offer]:
    """The chat models of one provider with their offers. Raises InferenceFailure or httpx2.HTTPError."""
    return {
        model: offer for model, found in (await offers(token)).items() for offer in found if offer.provider == provider
    }


def forget() -> None:
    """Ask again next time."""
    _kept.clear()


def _sees(row: Any) -> bool | None:
    """Whether a model takes images, None where the router does not say."""
    taken = (row.get("architecture") or {}).get("input_modalities")
    return "image" in taken if isinstance(taken, list) else None


def _offer(row: Any, images: bool | None = None) -> Offer:
    pricing = row.get("pricing") or {}
    latency = _number(row.get("first_token_latency_ms"))
    context = _number(row.get("context_length"))
    return Offer(
        str(row["provider"]),
        str(row.get("status", "live")),
        int(context) if context is not None else None,
        _number(pricing.get("input")),
        _number(pricing.get("output")),
        _truth(row.get("supports_tools")),
        _truth(row.get("supports_structured_output")),
        latency / 1000 if latency is not None else None,
        _number(row.get("throughput")),
        images,
    )


def _number(value: Any) -> float | None:
    """A number that can be a price, a length or a time, also one written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) and number >= 0 else None


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
