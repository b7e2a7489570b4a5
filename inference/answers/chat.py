"""A streamed chat answer: its chunks as Deltas, thoughts apart from words, and whether it came to its end.

A stream has ended when the server says so (`finish_reason`, `[DONE]`). Else it broke off: what came stays, and the
failure says so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from showcard.inference.errors import InferenceFailure
from showcard.inference.reply import Delta, Usage
from showcard.inference.transport.events import BROKE_OFF, KEPT
from showcard.metadata.outputs.long_answers import MAX_CHARACTERS
from showcard.metadata.outputs.read import Message, ToolCall

from .reading import check_said

MAX_CALLS = 128
MAX_BLANK = 1_000  # characters before the first word, behind which no thoughts are looked for
_OFTEN = 20_000  # characters of calls up to which each piece is told
_OPENING, _CLOSING = ("<think>", "<thinking>"), ("</think>", "</thinking>")


class ThoughtSplitter:
    """Parts `<think>...</think>` at the beginning of a streamed text from the rest; tags may be cut across pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._state = "start"  # start, thinking, after (blank space behind the thoughts), saying

    def feed(self, text: str) -> tuple[str, str]:
        """What a piece adds to the words and to the thoughts; what may be the beginning of a tag waits."""
        words, thoughts = "", ""
        self._held += text
        if self._state == "start" and not self._started():
            return "", ""
        if self._state == "thinking":
            thoughts = self._until_closing()
        if self._state == "after":
            self._held = self._held.lstrip()
            self._state = "saying" if self._held else "after"
        if self._state == "saying":
            words, self._held = self._held, ""
        return words, thoughts

    def end(self) -> tuple[str, str]:
        """What was still waiting."""
        held, self._held = self._held, ""
        return ("", held) if self._state == "thinking" else (held, "")

    def plain(self) -> None:
        """The thoughts come apart already: nothing of the text is one."""
        if self._state == "start":
            self._state = "saying"

    def _started(self) -> bool:
        """Whether it is known by now what the text begins with."""
        start = self._held.lstrip()
        found = next((tag for tag in _OPENING if start.startswith(tag)), None)
        if found:
            self._held, self._state = start[len(found) :], "thinking"
        elif any(tag.startswith(start) for tag in _OPENING) and len(self._held) < MAX_BLANK:
            return False
        else:
            self._state = "saying"
        return True

    def _until_closing(self) -> str:
        """The thoughts so far, up to the closing tag."""
        places = [(place, tag) for tag in _CLOSING if (place := self._held.find(tag)) >= 0]
        if places:
            place, tag = min(places)
            thoughts, self._held = self._held[:place], self._held[place + len(tag) :]
            self._state = "after"
            return thoughts
        cut = self._held.rfind("<", max(0, len(self._held) - len(_CLOSING[1])))
        if cut < 0 or not any(tag.startswith(self._held[cut:]) for tag in _CLOSING):
            cut = len(self._held)
        thoughts, self._held = self._held[:cut], self._held[cut:]
        return thoughts


class ToolCalls:
    """Tool calls that arrive in pieces: gathered by index, and where servers give none or always the same, by id."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._places: dict[str, int] = {}
        self._size = self._told = 0  # characters of the arguments, and those that were handed out

    def add(self, parts: Any) -> tuple[ToolCall, ...]:
        """All calls so far, when these pieces add to them; of long ones not at each piece, and `rest` has the end.

        Raises InferenceFailure for too many."""
        for position, part in enumerate(parts if isinstance(parts, list) else ()):
            index = field_of(part, "index")
            self._add(str(position if index is None else index), part)
        often = self._size < _OFTEN or self._size - self._told > self._told // 16
        return self.rest() if parts and often else ()

    def rest(self) -> tuple[ToolCall, ...]:
        """All calls as they are."""
        self._told = self._size
        return tuple(ToolCall(call.id, call.name, call.joined()) for call in self._calls)

    @property
    def waiting(self) -> bool:
        """Whether there is more of them than was handed out."""
        return self._told < self._size

    def _add(self, index: str, part: Any) -> None:
        function = field_of(part, "function")
        call_id, name = str(field_of(part, "id") or ""), str(field_of(function, "name") or "")
        place = self._places.get(index)
        # Some servers give each piece of one call an id of its own, but the name only once.
        if place is None or (call_id and name and self._calls[place].id not in ("", call_id)):
            if len(self._calls) == MAX_CALLS:
                raise InferenceFailure(f"The answer calls more than {MAX_CALLS} tools and was cut off.", KEPT)
            place = self._places[index] = len(self._calls)
            self._calls.append(_Call())
        held, arguments = self._calls[place], field_of(function, "arguments")
        held.id, held.name = held.id or call_id, held.name or name
        held.arguments.append(arguments if isinstance(arguments, str) else json.dumps(arguments) if arguments else "")
        self._size += len(held.arguments[-1])


@dataclass(slots=True)
class _Call:
    """A call in the making; its arguments are joined when they are asked for."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def joined(self) -> str:
        """The arguments so far."""
        self.arguments = ["".join(self.arguments)]
        return self.arguments[0]


class StreamBound:
    """Ends an answer that does not end: a page holds MAX_CHARACTERS of one."""

    def __init__(self) -> None:
        self._said = 0

    def within(self, deltas: Iterable[Delta]) -> Iterator[Delta]:
        """The Deltas up to the bound, the last of them cut there. Raises InferenceFailure when what fits was given."""
        for delta in deltas:
            self._said += len(delta.content) + len(delta.reasoning)
            called = sum(len(call.name) + len(call.arguments) for call in delta.tool_calls)
            over = self._said + called - MAX_CHARACTERS
            if over <= 0:
                yield delta
                continue
            thoughts = delta.reasoning[: max(0, len(delta.reasoning) - over)]
            over -= len(delta.reasoning) - len(thoughts)
            yield replace(
                delta,
                reasoning=thoughts,
                content=delta.content[: max(0, len(delta.content) - over)],
                tool_calls=() if called > MAX_CHARACTERS else delta.tool_calls,
            )
            raise InferenceFailure(
                f"The answer is longer than {MAX_CHARACTERS:,} characters and was cut off.",
                "What came is kept. Ask for less.",
            )


class ChatAnswer:
    """A streamed answer in the making: its Deltas, and what is wrong with it when no more comes."""

    def __init__(self) -> None:
        self.splitter = ThoughtSplitter()
        self.calls = ToolCalls()
        self.finish_reason: str | None = None
        self.anything = False
        self.whole = False  # a generated text came once more as a whole, which is its end

    def take(self, chunk: Any) -> Iterator[Delta]:
        """The Deltas of a chunk of chat, or of a token of generated text."""
        if token := field_of(chunk, "token"):
            self.whole = field_of(chunk, "generated_text") is not None
            chunk = {"choices": [{"delta": {"content": field_of(token, "text")}}]}
        choices = field_of(chunk, "choices")
        first = (one for one in (choices if isinstance(choices, list) else ()) if field_of(one, "index") in (None, 0))
        choice = next(first, None)  # of several answers to one question, one is shown
        delta = field_of(choice, "delta")
        content, reasoning = _parts(field_of(delta, "content"))
        content = content or _text(field_of(delta, "refusal"))
        reasoning += _text(field_of(delta, "reasoning_content")) or _text(field_of(delta, "reasoning"))
        if reasoning:
            self.splitter.plain()
        words, thoughts = self.splitter.feed(content) if content else ("", "")
        reason = field_of(choice, "finish_reason")
        self.finish_reason = reason or self.finish_reason
        calls = self.calls.add(field_of(delta, "tool_calls"))
        yield from self._told(Delta(words, reasoning + thoughts, calls, reason, usage_of(field_of(chunk, "usage"))))

    def end(self) -> Iterator[Delta]:
        """What was still waiting when the stream ended."""
        words, thoughts = self.splitter.end()
        calls = self.calls.rest() if self.calls.waiting else ()
        if words or thoughts or calls:
            yield from self._told(Delta(words, thoughts, calls))

    def check(self, done: bool) -> None:
        """Raises InferenceFailure where the stream ended without saying so (`done`: it did), or said nothing."""
        if not (done or self.whole or self.finish_reason):
            raise InferenceFailure(BROKE_OFF, KEPT, retry=True)
        if not self.anything:
            check_said(Message("", finish_reason=self.finish_reason))

    def _told(self, delta: Delta) -> Iterator[Delta]:
        self.anything = self.anything or bool(delta.content.strip() or delta.reasoning or delta.tool_calls)
        yield delta


def usage_of(value: Any) -> Usage | None:
    """The token counts that a provider reports, where both are there."""
    prompt, completion = field_of(value, "prompt_tokens"), field_of(value, "completion_tokens")
    if not isinstance(prompt, int) or not isinstance(completion, int):
        return None
    reasoning = field_of(field_of(value, "completion_tokens_details"), "reasoning_tokens")
    return Usage(prompt, completion, reasoning if isinstance(reasoning, int) else None)


def field_of(value: Any, name: str) -> Any:
    """A field of an object of the client's or of plain JSON, None where it has none."""
    # The client's objects are dictionaries too, but those lack what the specification does not name.
    return value.get(name) if type(value) is dict else getattr(value, name, None)


def _parts(content: Any) -> tuple[str, str]:
    """The words and the thoughts of a content, which may be a list of parts."""
    if not isinstance(content, list):
        return _text(content), ""
    words = "".join(_text(field_of(part, "text")) for part in content)
    return words, "".join(_parts(field_of(part, "thinking"))[0] for part in content)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
