"""A comparison as one file to take along: JSON that can be opened again, and a web page that only shows it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from wire.request import RequestError

from . import saving
from .keyless import without_keys
from .state import Comparison

MOST_BYTES = 50_000_000


def to_json(comparison: Comparison) -> bytes:
    """The file: transcripts, settings, images and measurements; without keys."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    value = {**saving.to_json(without_keys(comparison)), "exported": now}
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def read(data: bytes) -> Comparison:
    """The comparison of a file, from wherever it comes. Raises RequestError with a sentence for a person."""
    if len(data) > MOST_BYTES:
        raise RequestError(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        value = json.loads(data.decode("utf-8-sig"), parse_constant=saving.no_constant)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"The file is not JSON: {error}.") from None
    return without_keys(saving.from_json(value))
