"""A comparison as plain data: panes, their settings, and the turns that each model alone sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from metadata.outputs import Message
from wire.request import Request

WIRE_KEYS = ("role", "content")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a pane's model is asked with; `parameters` holds only what was set."""

    model: str
    system: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class Pane:
    """One side of a comparison. `turns` are this model's own history."""

    settings: Settings
    turns: tuple[dict[str, Any], ...] = ()

    def request(self, asked: str) -> Request:
        """The Request that asks this model, with its own history only."""
        settings = self.settings
        system = [{"role": "system", "content": settings.system}] if settings.system.strip() else []
        said = [{key: turn[key] for key in WIRE_KEYS} for turn in self.turns]
        return Request(
            task="conversational",
            model=settings.model,
            inputs={"messages": [*system, *said, {"role": "user", "content": asked}]},
            parameters=settings.parameters,
            stream=True,
            base_url=settings.base_url,
        )

    def answered(self, asked: str, message: Message, note: str) -> Pane:
        """The pane after a question and its answer; an answer without text leaves only the question's trace out."""
        if not message.content and not message.reasoning:
            return self
        question = {"role": "user", "content": asked}
        answer = {"role": "assistant", "content": message.content, "reasoning": message.reasoning, "note": note}
        return replace(self, turns=(*self.turns, question, answer))


@dataclass(slots=True)
class Comparison:
    """The panes by name, left to right. `turn` counts the new chats: an answer to an older one is dropped."""

    panes: dict[str, Pane] = field(default_factory=dict)
    turn: int = 0
