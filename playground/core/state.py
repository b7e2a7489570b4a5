"""A comparison as plain data: its panes in order, and in each the settings and the messages that its model alone sees.

What this package builds on, for everything that works on a comparison:

- `state.py` holds the types and nothing that acts; `conversation.py` acts on them, without a browser and without a
  network; `measure.py` says what an answer took; `saving.py` writes a comparison as JSON and reads it again.
- `stream.py` asks one pane's model: `Asking` is a call under way, `ask()` waits for its end. It needs no page, so a
  list of prompts or N samples use it as the page does.
- `page.py` lays out and wires; the tools below the question box (`tools.py`) are built by functions that get a `Mount`
  (`mount.py`): the accessors of the session's comparison, a trigger that fires when a run has ended, and the way to
  draw the panes anew after the comparison was changed.

Types are frozen, so that a pane that a run started from never changes under it; `Comparison` alone is changed in place,
by replacing its panes. A pane is known by its `id`, which stays when panes are swapped; people see the letter of its
place (`Comparison.letter`)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import ToolCall

from .measure import Measurement

LETTERS = "ABCD"
MAX_PANES = len(LETTERS)


def new_id() -> str:
    """A name that nothing else has."""
    return secrets.token_urlsafe(6)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a pane's model is asked with; `parameters` holds only what was set, keys are never in here."""

    model: str = ""
    provider: str = "auto"
    base_url: str | None = None
    bill_to: str | None = None
    system: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[Mapping[str, Any], ...] = ()
    response_format: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    api: str = ""


@dataclass(frozen=True, slots=True)
class Raw:
    """What went over the wire for an answer: shown by the inspector, and kept in the browser; no file holds it.

    `sent` is the body as JSON text, without keys and with media shortened; `timeline` holds (seconds since the request,
    characters) of the pieces as they arrived."""

    method: str
    url: str
    sent: str
    status: int
    headers: tuple[tuple[str, str], ...]
    timeline: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """How an answer came about: which model at which provider, what it took, why it ended (`stopped`: by a person)."""

    model: str
    provider: str
    measurement: Measurement
    finish_reason: str | None = None
    raw: Raw | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One version of a message. `record` is there for what a model wrote and nobody edited."""

    content: str = ""
    images: tuple[Media, ...] = ()
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    record: Record | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message of a pane; `role` is user, assistant or tool (the result of the call `call_id`).

    Each retry adds a variant; the one at `shown` is the one that the model sees."""

    id: str
    role: str
    variants: tuple[Variant, ...]
    shown: int = 0
    call_id: str = ""

    @property
    def variant(self) -> Variant:
        """The version that is shown and sent."""
        return self.variants[self.shown]

    @property
    def content(self) -> str:
        """Its text."""
        return self.variant.content


@dataclass(frozen=True, slots=True)
class Pane:
    """One side of a comparison. `messages` are this model's own history, without the system prompt (a setting)."""

    settings: Settings = field(default_factory=Settings)
    messages: tuple[ChatMessage, ...] = ()
    id: str = field(default_factory=new_id)

    def message(self, message_id: str) -> ChatMessage | None:
        """The message of an id."""
        return next((message for message in self.messages if message.id == message_id), None)

    @property
    def last(self) -> ChatMessage | None:
        """The last message."""
        return self.messages[-1] if self.messages else None

    @property
    def answer(self) -> ChatMessage | None:
        """The last message, where it is an answer."""
        return self.last if self.last is not None and self.last.role == "assistant" else None


@dataclass(slots=True)
class Comparison:
    """Panes, left to right. `locked` names the settings that all panes have in common: of `temperature`, or `system`.

    `hidden`: who answers is not shown (blind mode). `revision` grows with every change, for those who watch."""

    panes: list[Pane] = field(default_factory=list)
    id: str = field(default_factory=new_id)
    title: str = ""
    locked: frozenset[str] = frozenset()
    hidden: bool = False
    revision: int = 0

    def pane(self, pane_id: str) -> Pane | None:
        """The pane of an id, None where it was removed."""
        return next((pane for pane in self.panes if pane.id == pane_id), None)

    def letter(self, pane: Pane) -> str:
        """The letter of a pane's place, by which people know it."""
        return next(letter for letter, held in zip(LETTERS, self.panes, strict=False) if held.id == pane.id)

    def put(self, pane: Pane) -> None:
        """Let a pane take the place of the one with its id; where that was removed, nothing happens."""
        self.panes = [pane if held.id == pane.id else held for held in self.panes]
        self.revision += 1
