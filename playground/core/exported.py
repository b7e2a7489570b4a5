"""A comparison as one file to take along: JSON that can be opened again, and a web page that only shows it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from showcard.inference.processes.workers import WorkerError, run_apart
from showcard.wire.request import RequestError

from . import saving
from .keyless import without_keys
from .state import Comparison

MAX_BYTES = 50_000_000
TOO_LARGE = f"The file is larger than {MAX_BYTES // 1_000_000} MB."
MAX_RETURNED = 60_000_000  # bytes of what was read
LARGE = 250_000  # bytes; what is larger is read apart from the app


def to_json(comparison: Comparison) -> bytes:
    """The file: transcripts, settings, images and measurements; without keys."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    value = saving.to_json(without_keys(comparison))
    media = value.pop("media")
    written = json.JSONEncoder(ensure_ascii=False, indent=1).iterencode({**value, "exported": now})
    text = b"".join(piece.encode("utf-8", "replace") for piece in written).removesuffix(b"\n}")
    return b"".join([text, b',\n "media": ', *saving.pieces(media), b"\n}"])


def read(data: bytes) -> Comparison:
    """The comparison of a file, from wherever it comes. Raises RequestError with a sentence for a person."""
    if len(data) > MAX_BYTES:
        raise RequestError(TOO_LARGE)
    try:
        value = json.loads(data.decode("utf-8-sig"), parse_constant=saving.no_constant)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"The file is not JSON: {error}.") from None
    return without_keys(saving.from_json(value))


async def read_apart(given: Path | str, whose: str) -> Comparison:
    """The comparison of a file, or of the text that a browser has kept; a large one is read in a worker process.

    `whose` is the session's id. Raises RequestError."""
    size = _size(given)
    if size > MAX_BYTES:
        raise RequestError(TOO_LARGE)
    if size <= LARGE:
        return _read(given)
    try:
        return await run_apart(_read, given, most=MAX_RETURNED, whose=whose)
    except WorkerError:
        raise RequestError("The comparison is too large to be opened here.") from None


def _size(given: Path | str) -> int:
    """Its bytes, or characters. Raises RequestError."""
    if isinstance(given, str):
        return len(given)
    if not given.is_file():
        raise RequestError("The file is no longer here. Choose it again.")
    return given.stat().st_size


def _read(given: Path | str) -> Comparison:
    return saving.from_text(given) if isinstance(given, str) else read(given.read_bytes())
