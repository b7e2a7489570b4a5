"""A chat answer in every shape: OpenAI's, a message, older pipelines', a plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .raw import Unreadable, first_of, text_of
from .types import Message, ToolCall

_THINKING = re.compile(r"\s*<think(?:ing)?>(.*?)</think(?:ing)?>\s*", re.DOTALL)


def read_message(raw: Any) -> Message:
    """The last answer in a value: `{choices}`, `{role, content}`, `{generated_text}`, `{text}`, a list, a text."""
    if isinstance(raw, str):
        return _message(raw, {})
    if isinstance(raw, list):
        return _last(raw)
    if not isinstance(raw, Mapping):
        raise Unreadable
    choices = raw.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], Mapping):
        return _choice(choices[0])
    if isinstance(raw.get("message"), Mapping | str):
        return read_message(raw["message"])
    if "content" in raw or "tool_calls" in raw or "function_call" in raw:
        return _message(_content(raw.get("content")) or _content(raw.get("refusal")), raw)
    if isinstance(raw.get("messages"), list):
        return _last(raw["messages"])
    said = first_of(raw, "text", "generated_text", "output_text", "answer", "response")
    if said is None:
        raise Unreadable
    return read_message(said) if isinstance(said, list | Mapping) else _message(text_of(said), raw)


def _last(raw: list[Any]) -> Message:
    answers = [m for m in raw if isinstance(m, Mapping) and m.get("role", "assistant") == "assistant"]
    if not raw:
        raise Unreadable
    return read_message(answers[-1] if answers else raw[0] if len(raw) == 1 else raw[-1])


def _choice(choice: Mapping[str, Any]) -> Message:
    said = first_of(choice, "message", "delta", "text")
    if said is None:
        raise Unreadable
    found = read_message(said)
    reason = choice.get("finish_reason")
    return Message(found.content, found.role, found.reasoning, found.tool_calls,
                   reason if isinstance(reason, str) else None)  # fmt: skip


def _message(content: str, raw: Mapping[str, Any]) -> Message:
    reasoning = first_of(raw, "reasoning_content", "reasoning", "thinking") or _thoughts(raw.get("content"))
    thought = _THINKING.match(content)
    if thought and not isinstance(reasoning, str):
        reasoning, content = thought[1].strip(), content[thought.end() :]
    role, reason = raw.get("role"), raw.get("finish_reason")
    return Message(
        content,
        role if isinstance(role, str) else "assistant",
        reasoning if isinstance(reasoning, str) else "",
        tuple(_tool_calls(raw)),
        reason if isinstance(reason, str) else None,
    )


def _content(raw: Any) -> str:
    """The text of a message; of its parts, the texts."""
    if raw is None:
        return ""
    if isinstance(raw, list):
        parts = [part if isinstance(part, str) else part.get("text") for part in raw if isinstance(part, str | Mapping)]
        return "\n".join(part for part in parts if isinstance(part, str))
    if isinstance(raw, Mapping):
        return text_of(first_of(raw, "text", "content"))
    return text_of(raw)


def _thoughts(content: Any) -> str | None:
    """The thoughts among the parts of a content, as Mistral writes them."""
    parts = (
        [part["thinking"] for part in content if isinstance(part, Mapping) and part.get("thinking")]
        if isinstance(content, list)
        else []
    )
    return "\n".join(map(_content, parts)) or None


def _tool_calls(raw: Mapping[str, Any]) -> list[ToolCall]:
    calls = raw.get("tool_calls")
    if not isinstance(calls, list):
        calls = [{"function": raw["function_call"]}] if isinstance(raw.get("function_call"), Mapping) else []
    found = []
    for call in calls:
        if isinstance(call, Mapping):
            part = call.get("function")
            part = part if isinstance(part, Mapping) else call
            arguments = part.get("arguments")
            written = (
                arguments
                if isinstance(arguments, str)
                else json.dumps(arguments or {}, ensure_ascii=False, default=str)
            )
            found.append(ToolCall(str(call.get("id") or ""), str(part.get("name") or ""), written))
    return found
