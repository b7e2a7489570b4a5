"""A chat as OpenAI's Responses API takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wire.request import RequestError

_SAME = frozenset(
    {"model", "stream", "temperature", "top_p", "parallel_tool_calls", "user", "metadata", "store", "service_tier"}
    | {"top_logprobs"}
)
_LIMITS = ("max_tokens", "max_completion_tokens")


def responses_body(chat: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `/responses` for one of `/chat/completions`. Raises RequestError for what it can't say."""
    body: dict[str, Any] = {}
    for name, value in chat.items():
        if name == "messages":
            body["input"] = [item for message in value for item in _items(message)]
        elif name in _SAME:
            body[name] = value
        elif name in _LIMITS:
            body["max_output_tokens"] = value
        elif name == "tools":
            body["tools"] = [_flat(tool) for tool in value]
        elif name == "tool_choice":
            body[name] = _flat(value)
        elif name == "response_format":
            body["text"] = {"format": _flat(value, "json_schema")}
        elif name == "reasoning_effort":
            body["reasoning"] = {"effort": value}
        elif name != "stream_options":  # the usage comes unasked
            raise RequestError(f"The Responses API has no {name[:80]!r}.")
    return body


def _items(message: Any) -> Iterator[dict[str, Any]]:
    role, content = message["role"], message.get("content")
    if role == "tool":
        yield {"type": "function_call_output", "call_id": message.get("tool_call_id"), "output": content}
        return
    if isinstance(content, list):
        yield {"role": role, "content": [_part(role, part) for part in content]}
    elif content is not None:
        yield {"role": role, "content": content}
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        named = {"name": function.get("name"), "arguments": function.get("arguments", "{}")}
        yield {"type": "function_call", "call_id": call.get("id"), **named}


def _part(role: str, part: Any) -> dict[str, Any]:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind == "text":
        return {"type": "output_text" if role == "assistant" else "input_text", "text": part.get("text")}
    if kind == "image_url" and isinstance(part.get("image_url"), Mapping):
        image = part["image_url"]
        return {"type": "input_image", "image_url": image.get("url"), "detail": image.get("detail", "auto")}
    raise RequestError("The Responses API takes texts and images only.")


def _flat(value: Any, key: str = "function") -> Any:
    """`{"type": "function", "function": {...}}` without the inner object."""
    inner = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(inner, Mapping):
        return value
    return {**{name: item for name, item in value.items() if name != key}, **inner}
