"""What is asked: a Request, and what it became: a ResolvedRequest; with their JSON encoding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import takewhile
from typing import Any

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import Task, find_task, task

MEDIA_INPUTS = ("image", "audio", "video")
RESPONSES = "responses"  # OpenAI's Responses API instead of chat completions

_KINDS: dict[str, tuple[type, ...]] = {
    "task": (str,),
    "model": (str,),
    "provider": (str,),
    "inputs": (Mapping,),
    "parameters": (Mapping,),
    "stream": (bool,),
    "base_url": (str, type(None)),
    "bill_to": (str, type(None)),
    "tools": (list, tuple),
    "response_format": (Mapping, type(None)),
    "extra": (Mapping,),
    "headers": (Mapping,),
    "api": (str,),
}


class RequestError(ValueError):
    """A Request that can't be read or written; its text is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks of a model.

    `task` is a row of the task table (`conversational` for chat), `inputs` holds its fields, `parameters` only what
    was set; media among the inputs are `Media`. `base_url` names an endpoint of one's own instead of a provider.
    `api` is empty, or `responses` where a chat is asked by OpenAI's Responses API.
    """

    task: str
    model: str
    inputs: Mapping[str, Any]
    provider: str = "auto"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    stream: bool = False
    base_url: str | None = None
    bill_to: str | None = None
    tools: tuple[Mapping[str, Any], ...] = ()
    response_format: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    api: str = ""

    @property
    def row(self) -> Task:
        """The task's row in the table."""
        return task(self.task)

    def to_json(self) -> dict[str, Any]:
        """The request as plain JSON data; what is not set is left out."""
        value: dict[str, Any] = {}
        for item in fields(self):
            held = getattr(self, item.name)
            if item.name in ("task", "model", "inputs") or held not in (None, {}, (), False, "auto", ""):
                value[item.name] = _encode(held)
        return value

    @classmethod
    def from_json(cls, value: Any) -> Request:
        """The inverse of `to_json`; fields that are no part of a Request are ignored. Raises RequestError."""
        if not isinstance(value, Mapping):
            raise RequestError("A request is a JSON object.")
        known: dict[str, Any] = {}
        for name, kinds in _KINDS.items():
            if name not in value or (value[name] is None and type(None) not in kinds and name != "inputs"):
                continue
            if not isinstance(value[name], kinds):
                raise RequestError(f'"{name}" can\'t be {_json_name(value[name])}.')
            known[name] = value[name]
        for name in ("task", "model", "inputs"):
            if name not in known:
                raise RequestError(f'"{name}" is missing.')
        row = find_task(known["task"])
        if row is None:
            raise RequestError(f"{known['task']!r} is not a task.")
        known["task"] = row.id
        if known.get("api", "") not in ("", RESPONSES):
            raise RequestError(f'"api" is {RESPONSES!r} or left out.')
        known["inputs"] = _decode_inputs(known["inputs"])
        known["tools"] = tuple(known.get("tools", ()))
        return cls(**known)


@dataclass(frozen=True, slots=True)
class ResolvedRequest:
    """A Request and where it goes. Keys are never in it, only the name of the key that is needed.

    `provider_model` is the model's id at the provider. `adapter` is the path of LoRA weights in the repo, if any.
    `route` is the base URL of an endpoint (empty: the provider's own). `key_name` is the environment variable that
    holds the key, None where no key is sent."""

    request: Request
    provider: str
    provider_model: str
    adapter: str | None
    route: str
    host: str
    key_name: str | None


def _encode(value: Any) -> Any:
    if isinstance(value, Media):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(key): _encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encode(item) for item in value]
    return value


def _decode_inputs(inputs: Mapping[str, Any]) -> dict[str, Any]:
    decoded = {name: _decode_parts(value) if name == "messages" else value for name, value in inputs.items()}
    for name in MEDIA_INPUTS:
        if decoded.get(name) is not None:
            try:
                decoded[name] = Media.from_json(decoded[name])
            except ValueError as error:
                raise RequestError(f'"inputs.{name}": {error}') from None
    return decoded


def _decode_parts(value: Any) -> Any:
    """Messages whose parts hold media as `{"url": {"base64": ...}}`, with `Media` there."""
    if isinstance(value, list | tuple):
        return [_decode_parts(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    url = value.get("url")
    if isinstance(url, Mapping) and ("base64" in url or "src" in url):
        try:
            return {**value, "url": Media.from_json(dict(url))}
        except ValueError as error:
            raise RequestError(f'"inputs.messages": {error}') from None
    return {key: _decode_parts(item) for key, item in value.items()}


def _json_name(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}
    return "null" if value is None else names.get(type(value), "an object")


def without_open_calls(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The messages without the calls that got no result, as when a person asked something else instead: servers refuse
    a call that nothing answers."""
    kept = []
    for place, message in enumerate(messages):
        rest = {name: value for name, value in message.items() if name != "tool_calls"}
        results = [later.get("tool_call_id") for later in takewhile(_is_result, messages[place + 1 :])]
        given = message.get("tool_calls")
        calls = given if isinstance(given, list) else []
        calls = [call for call in calls if isinstance(call, Mapping) and call.get("id") in results]
        if calls or rest.get("content") or "tool_calls" not in message:
            kept.append({**rest, "tool_calls": calls} if calls else rest)
    return kept


def _is_result(message: Mapping[str, Any]) -> bool:
    return message.get("role") == "tool"
