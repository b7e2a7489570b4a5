"""A comparison from outside: from the browser's memory, or as a link describes it. Nothing of it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from showcard.playground.core import conversation
from showcard.playground.core.exported import MAX_BYTES, read_apart
from showcard.playground.core.state import LETTERS, Comparison, Pane, Settings
from showcard.playground.session import CompareSession
from showcard.wire.request import RequestError

MAX_IN_LINK = 20_000


async def from_text(text: Any, whose: str) -> Comparison:
    """A comparison from its JSON text; `whose` is the session's id. Raises RequestError."""
    if not isinstance(text, str) or len(text) > MAX_BYTES:
        raise RequestError("This comparison is too large.")
    return await read_apart(text, whose)


def from_link(compare: CompareSession, query: Mapping[str, Any]) -> str:
    """Fill the panes, where nothing was asked yet, from `?a=model&b=model`; gives the question of `q`.

    A model may be followed by a provider or policy, as in `org/model:fastest`. Nothing runs."""
    asked = {name: _short(query.get(name)) for name in (*LETTERS.lower(), "q")}
    comparison = compare.comparison
    if any(pane.messages for pane in comparison.panes):
        return ""
    for place, letter in enumerate(LETTERS.lower()):
        if not asked[letter]:
            continue
        while len(comparison.panes) <= place:
            if conversation.add_pane(comparison) is None:
                break
        pane: Pane = comparison.panes[place]
        comparison.put(replace(pane, settings=_settings(pane.settings, asked[letter])))
    return asked["q"]


def _settings(settings: Settings, wanted: str) -> Settings:
    model, _, choice = wanted.partition(":")
    return replace(settings, model=model, provider=choice or "auto", base_url=None)


def _short(value: Any) -> str:
    return value.strip()[:MAX_IN_LINK] if isinstance(value, str) else ""
