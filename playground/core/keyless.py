"""A comparison without its keys, for everything that leaves the server's memory: files, and the browser's storage.

A key is told by its name, or by how it begins; endpoints' addresses lose user, password and query."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from showcard.wire.secrets import SAFE_HEADERS, address, is_key

from .state import Comparison, Settings


def without_keys(comparison: Comparison) -> Comparison:
    """The comparison without what is a key, or looks like one, in its settings."""
    return replace(comparison, panes=[replace(pane, settings=_settings(pane.settings)) for pane in comparison.panes])


def sent(body: str) -> str:
    """A body as it was sent, without keys; what people and models said stays as it is."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    said = {name: value[name] for name in ("messages", "input") if name in value} if isinstance(value, dict) else {}
    return json.dumps({**bare(value), **said} if said else bare(value), ensure_ascii=False)


def bare(value: Any) -> Any:
    """A JSON value without its keys, at any depth."""
    if isinstance(value, Mapping):
        return {name: _inside(name, held) for name, held in value.items() if not is_key(str(name), held)}
    if isinstance(value, list | tuple):
        return type(value)(bare(item) for item in value if not is_key("", item))
    return address(value, whole=False) if isinstance(value, str) and "://" in value[:12] else value


def _inside(name: object, value: Any) -> Any:
    """What stands under a name; of headers only those stay that carry no key."""
    if str(name).lower().endswith("headers") and isinstance(value, Mapping):
        return {header: held for header, held in value.items() if str(header).lower() in SAFE_HEADERS}
    return bare(value)


def _settings(settings: Settings) -> Settings:
    return replace(
        settings,
        base_url=address(settings.base_url) if settings.base_url else settings.base_url,
        parameters=bare(settings.parameters),
        extra=bare(settings.extra),
        tools=bare(settings.tools),
        response_format=bare(settings.response_format),
    )
