"""A chat Request as OpenAI's Responses API takes it: the same messages, tools and parameters under other names;
for a run and for code alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from showcard.metadata.media import Media

from .call import CHAT_TASKS, HUB_KEY
from .checks import check_header, check_headers, check_json, clean_url
from .http import HttpRequest, Key
from .media import EmbeddedMedia, media_type_of
from .request import RequestError, ResolvedRequest

ROUTER = "https://router.huggingface.co"
# What both have, under the name it has here; the rest can't be said.
_SAME = (
    "temperature top_p top_logprobs tool_choice parallel_tool_calls store user service_tier metadata include "
    "instructions previous_response_id truncation"
)
_NAMES = {
    **{name: name for name in _SAME.split()},
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "max_output_tokens": "max_output_tokens",
}


def responses_request(resolved: ResolvedRequest) -> tuple[HttpRequest, tuple[str, ...]]:
    """The request to `/v1/responses`, media as `EmbeddedMedia`, and the parameters that it has no name for.

    Raises RequestError."""
    request = resolved.request
    if request.task not in CHAT_TASKS or not isinstance(request.inputs.get("messages"), list | tuple):
        raise RequestError("The Responses API takes messages.")
    if not resolved.route and (resolved.provider != "auto" or resolved.key_name != HUB_KEY):
        raise RequestError("The Responses API is there at the router and at endpoints of one's own.")
    body: dict[str, Any] = {"model": resolved.provider_model or request.model}
    body["input"] = [item for message in request.inputs["messages"] for item in _items(message)]
    dropped = _add_parameters(body, {**request.parameters, **request.extra})
    if request.stream:
        body["stream"] = True
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.response_format:
        body["text"] = {"format": _format(request.response_format)}
    check_json(body)
    return HttpRequest(_url(resolved.route), _headers(resolved), json=body), tuple(dropped)


def _url(route: str) -> str:
    base = clean_url(route or ROUTER).rstrip("/")
    for end in ("/responses", "/chat/completions"):
        base = base.removesuffix(end)
    return f"{base}/responses" if base.endswith("/v1") else f"{base}/v1/responses"


def _headers(resolved: ResolvedRequest) -> tuple[tuple[str, str | Key], ...]:
    headers: list[tuple[str, str | Key]] = [("Content-Type", "application/json")]
    if resolved.key_name is not None:
        headers.append(("Authorization", Key(resolved.key_name)))
    if resolved.request.bill_to:
        headers.append(("X-HF-Bill-To", check_header("X-HF-Bill-To", resolved.request.bill_to)))
    return (*headers, *check_headers(resolved.request.headers).items())


def _add_parameters(body: dict[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    dropped = []
    for name, value in wanted.items():
        if value is None:
            continue
        if name == "reasoning_effort":
            body["reasoning"] = {"effort": value}
        elif name in _NAMES:
            body[_NAMES[name]] = value
        else:
            dropped.append(name)
    return dropped


def _items(message: Any) -> Iterator[dict[str, Any]]:
    """A message as items: its words, the calls it makes, or the result of one."""
    if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
        raise RequestError('Each message is an object with a "role".')
    role, content = message["role"], message.get("content")
    if role == "tool":
        yield {"type": "function_call_output", "call_id": message.get("tool_call_id"), "output": content or ""}
        return
    if content:
        yield {"role": role, "content": content if isinstance(content, str) else [_part(p, role) for p in content]}
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        yield {"type": "function_call", "call_id": call.get("id"), "name": function.get("name"),
               "arguments": function.get("arguments") or "{}"}  # fmt: skip


def _part(part: Any, role: str) -> Any:
    if not isinstance(part, Mapping):
        raise RequestError("A part of a message is an object.")
    if part.get("type") == "text":
        return {"type": "output_text" if role == "assistant" else "input_text", "text": part.get("text", "")}
    if part.get("type") == "image_url":
        image = part.get("image_url")
        url = image.get("url") if isinstance(image, Mapping) else image
        return {"type": "input_image", "image_url": _embedded(url) if isinstance(url, Media) else url}
    return dict(part)


def _embedded(media: Media) -> EmbeddedMedia:
    return EmbeddedMedia(media, f"data:{media_type_of(media)};base64,")


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    """A function without its wrapping; other tools, such as remote MCP servers, as they are."""
    function = tool.get("function")
    return {"type": "function", **function} if isinstance(function, Mapping) else dict(tool)


def _format(wanted: Mapping[str, Any]) -> dict[str, Any]:
    described = wanted.get("json_schema")
    return {"type": wanted.get("type"), **described} if isinstance(described, Mapping) else dict(wanted)
