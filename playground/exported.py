"""A comparison as one file to take along: JSON that can be opened again, and a web page that only shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from wire.request import RequestError

from . import saving
from .state import Comparison, Settings

MOST_BYTES = 50_000_000
KEY_NAMES = frozenset(
    (
        "api_key",
        "apikey",
        "api-key",
        "x-api-key",
        "key",
        "token",
        "access_token",
        "hf_token",
        "secret",
        "password",
        "authorization",
    )
)
KEY_BEGINNINGS = ("hf_", "sk-", "Bearer ")


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


def without_keys(comparison: Comparison) -> Comparison:
    """The comparison without what looks like a key: in an endpoint's address, or among what is sent besides."""
    panes = [replace(pane, settings=_clean(pane.settings)) for pane in comparison.panes]
    return replace(comparison, panes=panes)


def _clean(settings: Settings) -> Settings:
    return replace(
        settings,
        base_url=_address(settings.base_url) if settings.base_url else settings.base_url,
        parameters=_bare(settings.parameters),
        extra=_bare(settings.extra),
    )


def _address(url: str) -> str:
    """An address without user, password and query, where keys may be."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _bare(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not _is_key(name, value)}


def _is_key(name: str, value: Any) -> bool:
    return name.lower() in KEY_NAMES or (isinstance(value, str) and value.startswith(KEY_BEGINNINGS))
