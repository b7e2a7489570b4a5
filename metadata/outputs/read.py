"""The output types, and the one function that reads any wire or card shape into them."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import find_task

from . import readers
from .raw import Unreadable
from .types import (
    Answer,
    Answers,
    Audio,
    Box,
    Boxes,
    Chunk,
    Clip,
    Entities,
    Entity,
    Image,
    Label,
    Labels,
    Mask,
    Masks,
    Mesh,
    Message,
    Output,
    Predictions,
    Similarities,
    TableAnswer,
    Text,
    ToolCall,
    Unknown,
    Vector,
    Video,
)

__all__ = [
    "Answer",
    "Answers",
    "Audio",
    "Box",
    "Boxes",
    "Chunk",
    "Clip",
    "Entities",
    "Entity",
    "Image",
    "Label",
    "Labels",
    "Mask",
    "Masks",
    "Mesh",
    "Message",
    "Output",
    "Predictions",
    "Similarities",
    "TableAnswer",
    "Text",
    "ToolCall",
    "Unknown",
    "Vector",
    "Video",
    "normalise",
    "to_json",
]

DEEPEST = 200  # levels of a raw value that are looked at
# Under these names other servers wrap what hf-inference answers bare.
WRAPPERS = ("results", "predictions", "outputs", "embeddings", "similarities", "output", "result", "data")
_FAILURES = (Unreadable, ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError)


def normalise(task_id: str, raw: Any) -> Output:
    """Any answer of a task, of a wire or a card, as its output type. Never raises: `Unknown` keeps what is left."""
    row = find_task(task_id)
    try:
        if row is None or row.output == "unknown":
            return readers.guess(raw) if row is None or not isinstance(raw, bytes) else Unknown(raw)
        return readers.READERS[row.output](raw)
    except _FAILURES:
        return _unwrapped(row.output, raw) if row is not None and isinstance(raw, Mapping) else Unknown(raw)


def _unwrapped(output: str, raw: Mapping[str, Any]) -> Output:
    """The output inside an object that another server puts around it."""
    for name in WRAPPERS:
        if isinstance(raw.get(name), list | Mapping):
            try:
                return readers.READERS[output](raw[name])
            except _FAILURES:
                continue
    return Unknown(raw)


def to_json(output: Output) -> dict[str, Any]:
    """An output as plain JSON data: `{"kind": ..., ...its fields}`; media as in `Media.to_json`."""
    return {"kind": output.kind, **plain(output)}


def plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON can hold it: numbers that are none become null, bytes base64, what is unknown its text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth > DEEPEST:
        return "…"
    if isinstance(value, Media):
        return value.to_json()
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name), depth + 1) for name in value.__dataclass_fields__ if name != "kind"}
    if isinstance(value, tuple | list):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, bytes | bytearray):
        return {"base64": base64.b64encode(value).decode("ascii")}
    return str(value)
