"""A streamed chat answer: its chunks as Deltas, thoughts apart from words, and whether it came to its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from metadata.outputs import Message, ToolCall

from .errors import InferenceFailure
from .reading import check_error, check_said
from .reply import Delta, Usage
from .transport import Exchange

_OPENING, _CLOSING = ("<think>", "<thinking>"), ("</think>", "</thinking>")
BROKE_OFF = "The answer broke off before its end."


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
        elif any(tag.startswith(start) for tag in _OPENING):
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
    """Tool calls that arrive in pieces: gathered by index."""

    def __init__(self) -> None:
        self.calls: dict[int, ToolCall] = {}

    def add(self, parts: Any) -> tuple[ToolCall, ...]:
        """All calls so far, when these pieces add to them."""
        for position, part in enumerate(parts or ()):
            index = field_of(part, "index")
            index = position if index is None else index
            function = field_of(part, "function")
            held = self.calls.get(index, ToolCall("", "", ""))
            self.calls[index] = ToolCall(
                held.id or str(field_of(part, "id") or ""),
                held.name or str(field_of(function, "name") or ""),
                held.arguments + str(field_of(function, "arguments") or ""),
            )
        return tuple(self.calls.values()) if parts else ()


class Answer:
    """A streamed answer in the making: its Deltas, and what is wrong with it when no more comes."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.splitter = ThoughtSplitter()
        self.calls = ToolCalls()
        self.finish_reason: str | None = None
        self.anything = False

    def take(self, chunk: Any) -> Iterator[Delta]:
        """The Deltas of a chunk of chat, or of a piece of generated text."""
        if isinstance(chunk, str):
            chunk = {"choices": [{"delta": {"content": chunk}}]}
        choices = field_of(chunk, "choices") or []
        delta = field_of(choices[0], "delta") if choices else None
        content, reasoning = _text(field_of(delta, "content")), _text(field_of(delta, "reasoning_content"))
        reasoning = reasoning or _text(field_of(delta, "reasoning"))
        if reasoning:
            self.splitter.plain()
        words, thoughts = self.splitter.feed(content) if content else ("", "")
        reason = field_of(choices[0], "finish_reason") if choices else None
        self.finish_reason = reason or self.finish_reason
        yield from self._told(
            Delta(words, reasoning + thoughts, self.calls.add(field_of(delta, "tool_calls")), reason,
                  usage_of(field_of(chunk, "usage")))
        )  # fmt: skip

    def end(self) -> Iterator[Delta]:
        """What was still waiting when the stream ended."""
        words, thoughts = self.splitter.end()
        if words or thoughts:
            yield from self._told(Delta(words, thoughts))

    def check(self) -> None:
        """Raises InferenceFailure where the stream ended without saying so, or said nothing."""
        if not self._ended():
            raise InferenceFailure(BROKE_OFF, "What came is kept. Run again.", retry=True)
        if not self.anything:
            check_said(Message("", finish_reason=self.finish_reason))

    def _told(self, delta: Delta) -> Iterator[Delta]:
        self.anything = self.anything or bool(delta.content.strip() or delta.reasoning or delta.tool_calls)
        yield delta

    def _ended(self) -> bool:
        """Whether the server said that this was all: a reason, `[DONE]`, or the whole text once more."""
        if self.finish_reason or not self.exchange.whole:
            return True
        last = bytes(self.exchange.body.rstrip()[-2_000_000:]).rpartition(b"data:")[2].strip()
        return last == b"[DONE]" or (b'"generated_text"' in last and _field_of_json(last, "generated_text") is not None)


def is_stream(exchange: Exchange) -> bool:
    """Whether server-sent events came; a server that can't stream answers with one object instead."""
    kind = next((value for name, value in exchange.headers if name.lower() == "content-type"), "")
    return "event-stream" in kind or bytes(exchange.body[:200].lstrip()).startswith((b"data:", b"event:", b":"))


def events(body: bytes) -> list[Any]:
    """The JSON of every server-sent event in the body of an answer, for the raw view; what is none is left out."""
    found = []
    for line in body.splitlines():
        if line.startswith(b"data:") and line[5:].strip() != b"[DONE]":
            try:
                found.append(json.loads(line[5:]))
            except (ValueError, RecursionError):
                continue
    return found


def check_event(exchange: Exchange, error: Exception) -> InferenceFailure:
    """What it means that an event is not JSON: cut off where the answer ends in it, else the server's own mistake."""
    if not exchange.body.endswith(b"\n"):
        return InferenceFailure(BROKE_OFF, "What came is kept. Run again.", retry=True, detail=str(error))
    for event in events(bytes(exchange.body))[-1:]:
        check_error(event)
    return InferenceFailure(
        "The server sent something in the middle of its answer that is not JSON.",
        "What came is kept. Run again, or choose another server.",
        retry=True,
        detail=str(error),
    )


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


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _field_of_json(text: bytes, name: str) -> Any:
    try:
        return field_of(json.loads(text), name)
    except (ValueError, RecursionError):
        return None
