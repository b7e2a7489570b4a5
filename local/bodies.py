"""What a request's body says: inputs and parameters of a task, or a conversation."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .engines.base import Turn, count_of, flag_of, json_name
from .errors import Refusal

_SEEN = (
    "image-classification", "image-segmentation", "image-to-image", "object-detection", "depth-estimation",
    "image-to-text", "mask-generation", "visual-question-answering", "zero-shot-image-classification",
    "zero-shot-object-detection",
)  # fmt: skip
_HEARD = ("audio-classification", "automatic-speech-recognition")
# What a task takes as the bytes of a file, or as base64 in JSON.
_MEDIA_TASKS = {**dict.fromkeys(_SEEN, "an image"), **dict.fromkeys(_HEARD, "a sound")}
_SHAPES = {
    "question-answering": '{"inputs": {"question": "...", "context": "..."}}',
    "table-question-answering": '{"inputs": {"query": "...", "table": {"column": ["cell"]}}}',
    "sentence-similarity": '{"inputs": {"source_sentence": "...", "sentences": ["..."]}}',
    "tabular-classification": '{"inputs": {"data": {"column": ["cell"]}}}',
}
_NO_PARAMETERS = {"inputs", "parameters", "options", "model", "stream", "table"}
_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_MAX_STOPS = 16


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat request: the conversation, and what was asked of the answer."""

    turns: tuple[Turn, ...]
    stream: bool = False
    include_usage: bool = False
    max_tokens: int | None = None
    stops: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)


def read_task(task: str, content_type: str, body: bytes) -> tuple[Any, dict[str, Any]]:
    """The inputs and parameters of a task. For an image the inputs are its bytes. Raises Refusal."""
    expected = _expected(task)
    if not body:
        raise Refusal(f"The body is empty. {expected}")
    media = task in _MEDIA_TASKS
    if media and "json" not in content_type and body.lstrip()[:1] != b"{":
        return body, {}
    data = _json(body, expected)
    if not isinstance(data, dict):
        raise Refusal(f"The body is {json_name(data)}. {expected}")
    parameters = data.get("parameters")
    if parameters is None:
        parameters = {}
    if not isinstance(parameters, dict):
        raise Refusal(f'"parameters" must be an object, but it is {json_name(parameters)}.')
    # Some clients put a task's parameters beside `inputs`.
    beside = {name: value for name, value in data.items() if name not in _NO_PARAMETERS}
    inputs = data.get("inputs", {"table": data["table"]} if "table" in data else None)
    if inputs is None:
        raise Refusal(f'The body has no "inputs". {expected}')
    return (_decoded(inputs) if media else inputs), beside | parameters


def read_chat(body: bytes, sees: bool = False) -> tuple[str | None, Chat]:
    """The model a chat request names, and what it asks; images only where the model `sees`. Raises Refusal."""
    data = _json(body, 'Send JSON like {"model": "...", "messages": [{"role": "user", "content": "..."}]}.')
    if not isinstance(data, dict):
        raise Refusal(f"The body must be an object, but it is {json_name(data)}.")
    model = data.get("model")
    if model is not None and not isinstance(model, str):
        raise Refusal(f'"model" must be a string, but it is {json_name(model)}.')
    if count_of(data, "n", 1) != 1:
        raise Refusal('"n" must be 1: this server gives one answer a request.')
    options = data.get("stream_options") or {}
    if not isinstance(options, dict):
        raise Refusal(f'"stream_options" must be an object, but it is {json_name(options)}.')
    limit = "max_tokens" if data.get("max_completion_tokens") is None else "max_completion_tokens"
    return model, Chat(
        turns=_turns(data.get("messages"), sees),
        stream=flag_of(data, "stream"),
        include_usage=flag_of(options, "include_usage"),
        max_tokens=count_of(data, limit, 0) or None,
        stops=_stops(data.get("stop")),
        parameters=_sampling(data),
    )


def _expected(task: str) -> str:
    if task in _MEDIA_TASKS:
        what = _MEDIA_TASKS[task]
        return f'Send the bytes of {what}, or JSON like {{"inputs": "<{what} as base64>"}}.'
    shape = _SHAPES.get(task, '{"inputs": "a text"}')
    return f"Send JSON like {shape}."


def _json(body: bytes, expected: str) -> Any:
    try:
        return json.loads(body, parse_constant=lambda name: name)
    except (ValueError, RecursionError):
        raise Refusal(f"The body is not JSON. {expected}") from None


def _decoded(inputs: Any) -> bytes:
    if not isinstance(inputs, str):
        raise Refusal(f'"inputs" must be a file as base64, but it is {json_name(inputs)}.')
    text = inputs.partition(",")[2] if inputs.startswith("data:") else inputs
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal('"inputs" is not base64.') from None


def _turns(messages: Any, sees: bool) -> tuple[Turn, ...]:
    if not isinstance(messages, list) or not messages:
        raise Refusal(f'"messages" must be a list of at least one message, but it is {json_name(messages)}.')
    turns = []
    for number, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            raise Refusal(f'"messages[{number}]" must be an object with a "role" of {", ".join(_ROLES)}.')
        turns.append(Turn(message["role"], *_content(message.get("content"), number, sees)))
    return tuple(turns)


def _content(content: Any, number: int, sees: bool) -> tuple[str, tuple[bytes, ...]]:
    """The text of a message, and its images."""
    if content is None or isinstance(content, str):
        return content or "", ()
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise Refusal(f'"messages[{number}].content" must be a string or a list of parts.')
    texts, images = [], []
    for part in content:
        address = part.get("image_url")
        if part.get("type") == "text" and isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif sees and part.get("type") == "image_url" and isinstance(address, dict):
            images.append(_data(address.get("url"), number))
        else:
            raise Refusal(f"This model reads text only; messages[{number}] holds something else.")
    return "\n".join(texts), tuple(images)


def _data(url: Any, number: int) -> bytes:
    if not isinstance(url, str) or not url.startswith("data:"):
        raise Refusal(f"messages[{number}] names an image by its address; send it as a data: address.")
    return _decoded(url)


def _stops(stop: Any) -> tuple[str, ...]:
    listed = [] if stop is None else stop if isinstance(stop, list) else [stop]
    if len(listed) > _MAX_STOPS or not all(isinstance(item, str) for item in listed):
        raise Refusal(f'"stop" must be a string or a list of at most {_MAX_STOPS} strings.')
    return tuple(item for item in listed if item)


def _sampling(data: Mapping[str, Any]) -> dict[str, Any]:
    seed = data.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise Refusal(f'"seed" must be a whole number, but it is {json_name(seed)}.')
    found: dict[str, Any] = {"seed": seed}
    for name, highest in (("temperature", 2.0), ("top_p", 1.0)):
        value = data.get(name)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest
        ):
            raise Refusal(f'"{name}" must be a number from 0 to {highest:g}, but it is {json_name(value)}.')
        found[name] = value
    return found
