"""What can be done to a pane and to a comparison: pure functions, so that all of it is tested without a browser.

Functions on a pane give a new pane; those on a comparison change it in place. A message that is not there (any more) is
no error where nothing is asked for: the pane stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from showcard.metadata.media import Media
from showcard.wire.parameters import parameters_of
from showcard.wire.request import Request, RequestError, without_open_calls

from .state import LETTERS, MAX_PANES, ChatMessage, Comparison, Pane, Settings, Variant, new_id

MAX_TOOL_ROUNDS = 8
MAX_READ = 2_000  # characters of a question, for a title
# What "settings differ" and the locks speak of, beside the single parameters.
SETTINGS = tuple(item.name for item in fields(Settings) if item.name not in ("parameters", "extra"))
PARAMETERS = tuple(spec.name for spec in parameters_of("conversational"))
OTHER = "other"  # the lock of all parameters that have no control of their own
# The model has no lock, as it is what the panes compare; the keys need none, as they are the tab's.
LOCKABLE = frozenset({*SETTINGS, "extra", OTHER, *PARAMETERS}) - {"model"}


# What is sent


def request(pane: Pane, before: str = "") -> Request:
    """The Request that asks a pane's model, with its own history only: all of it, or what stands before a message."""
    settings = pane.settings
    system = [{"role": "system", "content": settings.system}] if settings.system.strip() else []
    said = [_on_the_wire(message) for message in until(pane, before) if not _is_empty(message)]
    return Request(
        task="conversational",
        model=settings.model,
        inputs={"messages": [*system, *without_open_calls(said)]},
        provider=settings.provider,
        parameters=settings.parameters,
        stream=True,
        base_url=settings.base_url,
        bill_to=settings.bill_to,
        tools=settings.tools,
        response_format=settings.response_format,
        extra=settings.extra,
        api=settings.api,
    )


def until(pane: Pane, before: str) -> tuple[ChatMessage, ...]:
    """The messages before one; all of them where none has this id."""
    place = _place(pane, before)
    return pane.messages if place is None else pane.messages[:place]


def _is_empty(message: ChatMessage) -> bool:
    """Whether an answer holds nothing, as one that was stopped before its first token."""
    return message.role == "assistant" and not (message.content or message.variant.tool_calls)


def _on_the_wire(message: ChatMessage) -> dict[str, Any]:
    """A message as it is sent: without the thoughts that led to it."""
    variant = message.variant
    sent: dict[str, Any] = {"role": message.role, "content": variant.content}
    if variant.images:
        texts = [{"type": "text", "text": variant.content}] if variant.content else []
        sent["content"] = texts + [{"type": "image_url", "image_url": {"url": image}} for image in variant.images]
    if variant.tool_calls:
        sent["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in variant.tool_calls
        ]
    if message.role == "tool":
        sent["tool_call_id"] = message.call_id
    return sent


# Turns


def asked(pane: Pane, text: str, images: Sequence[Media] = ()) -> Pane:
    """The pane with a question at its end."""
    return _with(pane, ChatMessage(new_id(), "user", (Variant(text, tuple(images)),)))


def answered(pane: Pane, answer: Variant, of: str = "") -> Pane:
    """The pane with an answer at its end, or as one more variant of the message it was asked for anew (`of`)."""
    held = pane.message(of)
    if held is None:
        return _with(pane, ChatMessage(new_id(), "assistant", (answer,)))
    return _put(pane, replace(held, variants=(*held.variants, answer), shown=len(held.variants)))


def shown(pane: Pane, message_id: str, step: int) -> Pane:
    """The pane with the variant before (-1) or after (1) the one that a message shows."""
    held = pane.message(message_id)
    if held is None:
        return pane
    return _put(pane, replace(held, shown=min(max(held.shown + step, 0), len(held.variants) - 1)))


def edited(pane: Pane, message_id: str, text: str) -> Pane:
    """The pane with another text in a message; an answer then is no longer what its model said, and says so."""
    held = pane.message(message_id)
    if held is None or held.content == text:
        return pane
    changed = replace(held.variant, content=text, edited=held.role == "assistant", record=None)
    variants = tuple(changed if place == held.shown else one for place, one in enumerate(held.variants))
    return _put(pane, replace(held, variants=variants))


def question_of(pane: Pane, message_id: str) -> ChatMessage | None:
    """The question that a message is or that it follows."""
    place = _place(pane, message_id)
    if place is None:
        return None
    return next((message for message in reversed(pane.messages[: place + 1]) if message.role == "user"), None)


def questions(pane: Pane) -> tuple[Variant, ...]:
    """What the person asked, in order: to ask another model the same."""
    return tuple(message.variant for message in pane.messages if message.role == "user")


# Deleting, and taking it back


@dataclass(frozen=True, slots=True)
class Deleted:
    """Messages that were taken out of a pane, and the place where they stood."""

    pane_id: str
    place: int
    messages: tuple[ChatMessage, ...]


def without(pane: Pane, message_id: str) -> tuple[Pane, Deleted | None]:
    """The pane without a message, and what was taken out; a question takes its answer along."""
    place = _place(pane, message_id)
    if place is None:
        return pane, None
    end = place + 1
    if pane.messages[place].role == "user" or pane.messages[place].variant.tool_calls:
        while end < len(pane.messages) and pane.messages[end].role not in _ends(pane.messages[place]):
            end += 1
    kept = pane.messages[:place] + pane.messages[end:]
    return replace(pane, messages=kept), Deleted(pane.id, place, pane.messages[place:end])


def _ends(message: ChatMessage) -> tuple[str, ...]:
    """The roles at which what belongs to a message ends: of a question all answers, of a call its results."""
    return ("user",) if message.role == "user" else ("user", "assistant")


def restored(pane: Pane, deleted: Deleted) -> Pane:
    """The pane with what was taken out in its place again."""
    place = min(deleted.place, len(pane.messages))
    return replace(pane, messages=(*pane.messages[:place], *deleted.messages, *pane.messages[place:]))


# Tools


def with_results(pane: Pane, message_id: str, results: Mapping[str, str]) -> Pane:
    """The pane with the results of the calls that its last message makes.

    Raises RequestError where it makes none, or where a model called tools too often since the question."""
    held = pane.answer
    if held is None or held.id != message_id or not held.variant.tool_calls:
        raise RequestError("The last answer calls no tool.")
    if tool_rounds(pane) > MAX_TOOL_ROUNDS:
        raise RequestError(
            f"The model called tools {MAX_TOOL_ROUNDS} times in a row for one question. Ask again to go on."
        )
    for call in held.variant.tool_calls:
        pane = _with(pane, ChatMessage(new_id(), "tool", (Variant(results.get(call.id, "")),), call_id=call.id))
    return pane


def tool_rounds(pane: Pane) -> int:
    """How often the model called tools since the last question."""
    rounds = 0
    for message in reversed(pane.messages):
        if message.role == "user":
            break
        rounds += message.role == "assistant" and bool(message.variant.tool_calls)
    return rounds


# Panes


def add_pane(comparison: Comparison, like: Pane | None = None, messages: bool = True) -> Pane | None:
    """One more pane at the end, with the settings (and messages) of another; None where there are as many as can be."""
    if len(comparison.panes) >= MAX_PANES:
        return None
    settings = like.settings if like else Settings()
    pane = Pane(settings, like.messages if like and messages else ())
    comparison.panes = [*comparison.panes, pane]
    comparison.revision += 1
    return pane


def remove_pane(comparison: Comparison, pane: Pane) -> None:
    """Take a pane away; the last one stays."""
    if len(comparison.panes) > 1:
        comparison.panes = [held for held in comparison.panes if held.id != pane.id]
        comparison.revision += 1


def swap(comparison: Comparison, pane: Pane) -> None:
    """Let a pane and its right neighbour change places; the last one with the first."""
    panes = comparison.panes
    place = [held.id for held in panes].index(pane.id)
    other = (place + 1) % len(panes)
    panes[place], panes[other] = panes[other], panes[place]
    comparison.revision += 1


def set_settings(comparison: Comparison, pane: Pane, settings: Settings) -> None:
    """Give a pane its settings; what is locked reaches the other panes too."""
    comparison.put(replace(pane, settings=settings))
    if not comparison.locked:
        return
    for other in comparison.panes:
        if other.id != pane.id:
            comparison.put(replace(other, settings=_linked(other.settings, settings, comparison.locked)))


def _linked(own: Settings, other: Settings, locked: frozenset[str]) -> Settings:
    """Settings with those of another where they are locked together."""
    same = {name: getattr(other, name) for name in SETTINGS if name in locked}
    kept = {name: value for name, value in own.parameters.items() if not _is_locked(name, locked)}
    taken = {name: value for name, value in other.parameters.items() if _is_locked(name, locked)}
    return replace(own, **same, parameters={**kept, **taken}, extra=other.extra if "extra" in locked else own.extra)


def _is_locked(parameter: str, locked: frozenset[str]) -> bool:
    return (parameter if parameter in PARAMETERS else OTHER) in locked


def values(settings: Settings) -> dict[str, Any]:
    """Settings as one flat mapping: what is set, by the name that people know."""
    named = {name: getattr(settings, name) for name in SETTINGS}
    flat = {**named, **settings.parameters, **settings.extra}
    return {name: value for name, value in flat.items() if value not in (None, "", (), {})}


def differing(comparison: Comparison) -> tuple[str, ...]:
    """The names of the settings that are not the same in all panes, the model aside."""
    held = [values(pane.settings) for pane in comparison.panes]
    names = dict.fromkeys(name for one in held for name in one)
    return tuple(name for name in names if name != "model" and any(one.get(name) != held[0].get(name) for one in held))


def emptied(comparison: Comparison) -> Comparison:
    """A new comparison with the same panes and settings, and nothing said yet."""
    panes = [Pane(pane.settings, id=pane.id) for pane in comparison.panes]
    return Comparison(panes, locked=comparison.locked, hidden=comparison.hidden)


def branched(comparison: Comparison, pane: Pane, message_id: str) -> Comparison:
    """A new comparison that goes on from a message: every pane up to the same turn."""
    place = _place(pane, message_id)
    turn = sum(message.role == "user" for message in pane.messages[: (place or 0) + 1])
    panes = []
    for held in comparison.panes:
        if held.id == pane.id:
            kept = held.messages[: (place if place is not None else len(held.messages)) + 1]
        else:
            kept = _turns(held, turn)
        panes.append(replace(held, messages=kept, id=new_id()))
    title = f"{title_of(comparison)} (branch)" if title_of(comparison) else ""
    return Comparison(panes, title=title[:200], locked=comparison.locked)


def _turns(pane: Pane, turns: int) -> tuple[ChatMessage, ...]:
    """The messages of the first turns."""
    seen = 0
    for place, message in enumerate(pane.messages):
        seen += message.role == "user"
        if seen > turns:
            return pane.messages[:place]
    return pane.messages


def title_of(comparison: Comparison) -> str:
    """Its title, or the first question that was asked in it."""
    first = (message.content for pane in comparison.panes for message in pane.messages if message.role == "user")
    return comparison.title or " ".join(next(first, "")[:MAX_READ].split())[:80]


def letters(comparison: Comparison) -> str:
    """The letters of its panes."""
    return LETTERS[: len(comparison.panes)]


def _with(pane: Pane, message: ChatMessage) -> Pane:
    return replace(pane, messages=(*pane.messages, message))


def _put(pane: Pane, message: ChatMessage) -> Pane:
    return replace(pane, messages=tuple(message if held.id == message.id else held for held in pane.messages))


def _place(pane: Pane, message_id: str) -> int | None:
    return next((place for place, held in enumerate(pane.messages) if held.id == message_id), None)
