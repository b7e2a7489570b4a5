"""What the body of a task's request says: inputs and parameters."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from .engines.base import json_name
from .errors import Refusal

_SEEN = (
    "image-classification", "image-segmentation", "image-to-image", "object-detection", "depth-estimation",
    "image-to-text", "visual-question-answering", "zero-shot-image-classification", "zero-shot-object-detection",
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


def read_task(task: str, content_type: str, body: bytes) -> tuple[Any, dict[str, Any]]:
    """The inputs and parameters of a task. For an image the inputs are its bytes. Raises Refusal."""
    expected = _expected(task)
    if not body:
        raise Refusal(f"The body is empty. {expected}")
    media = task in _MEDIA_TASKS
    if media and "json" not in content_type and body.lstrip()[:1] != b"{":
        return body, {}
    data = json_of(body, expected)
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
    return (decoded(inputs) if media else inputs), beside | parameters


def _expected(task: str) -> str:
    if task in _MEDIA_TASKS:
        what = _MEDIA_TASKS[task]
        return f'Send the bytes of {what}, or JSON like {{"inputs": "<{what} as base64>"}}.'
    shape = _SHAPES.get(task, '{"inputs": "a text"}')
    return f"Send JSON like {shape}."


def json_of(body: bytes, expected: str) -> Any:
    """A body as JSON data. Raises Refusal, which names what was `expected`."""
    try:
        return json.loads(body, parse_constant=lambda name: name)
    except (ValueError, RecursionError):
        raise Refusal(f"The body is not JSON. {expected}") from None


def decoded(inputs: Any) -> bytes:
    """A file that was sent as base64, or as a data: address. Raises Refusal."""
    if not isinstance(inputs, str):
        raise Refusal(f'"inputs" must be a file as base64, but it is {json_name(inputs)}.')
    text = inputs.partition(",")[2] if inputs.startswith("data:") else inputs
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal('"inputs" is not base64.') from None
