"""Which providers serve a model: the Hub's mapping, asked with the person's own token and forgotten after a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from showcard.inference.errors import InferenceFailure, status_failure
from showcard.inference.transport.http import client, hub_endpoint
from showcard.wire.call import CHAT_TASKS, helper_task
from showcard.wire.hub_private import PROVIDERS

from .cards import check_repo_id
from .ttl_cache import TTLCache

POLICIES = ("fastest", "cheapest", "preferred")
_USABLE = ("live", "staging", "error")  # the mapping's statuses, best first
_kept: TTLCache[tuple[ProviderMapping, ...]] = TTLCache()


@dataclass(frozen=True, slots=True)
class ProviderMapping:
    """A provider that serves a model: its own id for it, the task it serves, and the path of LoRA weights if any."""

    provider: str
    provider_model: str
    task: str
    status: str
    adapter: str | None = None

    @property
    def known(self) -> bool:
        """Whether huggingface_hub can ask this provider for this task."""
        return self.task in PROVIDERS.get(self.provider, ())

    @property
    def sentence(self) -> str:
        """What the mapping says, and what it means."""
        if self.provider not in PROVIDERS:
            return f"{self.provider} serves it for {self.task}; huggingface_hub does not know {self.provider} yet." + (
                " The router can be asked for it." if self.task == "conversational" else ""
            )
        return f"{self.provider} serves it for {self.task}{_STATUS.get(self.status, '')}."


_STATUS = {"staging": ", on trial", "error": ", but failed the Hub's last check"}


async def mappings(model: str, token: str | None, fresh: bool = False) -> tuple[ProviderMapping, ...]:
    """The providers of a model in the person's order of preference. Raises InferenceFailure or httpx2.HTTPError."""
    held = None if fresh else _kept.get(model, token)
    if held is not None:
        return held
    check_repo_id(model)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    url = f"{hub_endpoint()}/api/models/{quote(model)}?expand=inferenceProviderMapping"
    async with client(headers=headers) as session:
        response = await session.get(url)
    if response.status_code in (401, 404):
        hint = "Check the id." if token else "Check the id; a private or gated model needs a token that may see it."
        raise InferenceFailure(f"The Hub has no model {model} that can be seen here.", hint)
    if response.status_code != 200:
        raise status_failure(response.status_code, response.content, response.headers.get("retry-after"))
    try:
        found = read_mappings(response.json())
    except (ValueError, RecursionError):
        raise InferenceFailure("The Hub's answer is not JSON.", "Check HF_ENDPOINT.", retry=True) from None
    return _kept.put(model, token, found)


def forget() -> None:
    """Ask again next time."""
    _kept.clear()


def read_mappings(answer: Any) -> tuple[ProviderMapping, ...]:
    """The mappings in what the Hub says of a model, as an object by provider or as a list."""
    mapping = answer.get("inferenceProviderMapping") if isinstance(answer, dict) else None
    if isinstance(mapping, dict):
        mapping = [{"provider": name, **row} for name, row in mapping.items() if isinstance(row, dict)]
    rows = mapping if isinstance(mapping, list) else []
    return tuple(
        ProviderMapping(
            str(row["provider"]),
            str(row["providerId"]),
            str(row.get("task", "")),
            str(row.get("status", "live")),
            row["adapterWeightsPath"] if isinstance(row.get("adapterWeightsPath"), str) else None,
        )
        for row in rows
        if isinstance(row, dict) and "provider" in row and "providerId" in row
    )


def split_model(model: str) -> tuple[str, str]:
    """A model's id and what follows it: a policy or a provider, as in `org/model:fastest`."""
    name, _, choice = model.partition(":")
    return name, choice


def choose(found: tuple[ProviderMapping, ...], provider: str, task: str, model: str) -> ProviderMapping:
    """The mapping to use: the named provider's, or the best one that serves the task. Raises InferenceFailure."""
    task = helper_task(task)
    if not found:
        raise InferenceFailure(
            f"No Inference Provider serves {model}.", ask_for_support(model), ways=("support", "place")
        )
    named = [m for m in found if provider in ("auto", m.provider)]
    if not named:
        raise InferenceFailure(
            f"{provider} does not serve {model}.", f"It is served by {_names(found)}.", ways=("place",)
        )
    fitting = [m for m in named if m.task == task]
    if not fitting:
        raise InferenceFailure(
            f"{named[0].provider} serves {model} for {named[0].task}, not for {task}.", "Choose that task."
        )
    usable = [m for m in fitting if m.known]
    if not usable and task not in CHAT_TASKS:
        raise InferenceFailure(
            f"{_names(fitting)} serves {model}, but huggingface_hub does not know how to ask it.",
            "Choose another model, or give an endpoint of your own.",
            ways=("place",),
        )
    return min(usable or fitting, key=lambda m: _USABLE.index(m.status) if m.status in _USABLE else len(_USABLE))


def ask_for_support(model: str) -> str:
    """The way out for a model that nobody serves."""
    return (
        f"Ask for provider support at https://huggingface.co/{split_model(model)[0]}, or give an endpoint of your own."
    )


def _names(found: Iterable[ProviderMapping]) -> str:
    return ", ".join(dict.fromkeys(m.provider for m in found))
