"""What the rules of task inference look at, and what a rule finds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .hints import Hints

DATA = Path(__file__).parent.parent / "data"


@cache
def table(name: str) -> Any:
    """A table of `metadata/data/`, read once."""
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Case:
    """A card's metadata, its tags, its library and what the files beside it tell."""

    data: Mapping[str, Any]
    tags: tuple[str, ...]
    library: str | None
    hints: Hints


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """What a rule saw, the task it gives (if any), why, and whether no later rule may be asked."""

    saw: str
    task: str | None
    why: str
    final: bool = False


def card_tags(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The card's tags as strings; a single string counts as one tag."""
    tags = data.get("tags")
    if isinstance(tags, str):
        tags = [tags]
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()


def make_case(data: Mapping[str, Any], hints: Hints) -> Case:
    """The case of a card."""
    tags = card_tags(data)
    return Case(data, tags, find_library(data, tags, hints), hints)


@cache
def _library_names() -> frozenset[str]:
    return frozenset(table("libraries")["names"])


def find_library(data: Mapping[str, Any], tags: tuple[str, ...], hints: Hints) -> str | None:
    """The library: stated, a library's name among the tags, or told by the files."""
    stated = data.get("library_name")
    if isinstance(stated, str) and stated.strip():
        return stated.strip()
    known = _library_names()
    for tag in tags:
        if tag in known:
            return tag
    if not hints.paths:
        return None
    libraries = table("libraries")
    for path, library in libraries["files"]:
        if path in hints.paths:
            return str(library)
    for ending, library in libraries["endings"]:
        if any(path.endswith(ending) for path in hints.paths):
            return str(library)
    if "sklearn" in hints.config:
        return "sklearn"
    return "transformers" if "config.json" in hints.paths else None
