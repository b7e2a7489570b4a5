"""JSON as a person types it into a field. What it is called starts the sentence where it is none."""

from __future__ import annotations

import json
from typing import Any

from showcard.wire.request import RequestError


def read_json(name: str, text: str) -> Any:
    """The value of a JSON text. Raises RequestError."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"{name}: not JSON: {error}.") from None


def read_object(name: str, text: str) -> dict[str, Any]:
    """The JSON object that was typed; where nothing was, an empty one. Raises RequestError."""
    value = read_json(name, text) if text.strip() else {}
    if not isinstance(value, dict):
        raise RequestError(f"{name} is not a JSON object.")
    return value
