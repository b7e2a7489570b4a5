"""Inputs to start with where a card has no examples: by language, then English; bundled samples for other media."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .case import DATA, table
from .examples import Example
from .media import Media
from .tasks import Task

SAMPLES = DATA / "samples"


def default_examples(row: Task, languages: Iterable[str] = ()) -> tuple[Example, ...]:
    """Examples to start with for a task, in the first language that has some, else in English."""
    texts: Mapping[str, Mapping[str, Any]] = table("default_inputs")["languages"]
    wanted = [language.split("-")[0].split("_")[0].lower() for language in languages if isinstance(language, str)]
    for language in (*wanted, "en"):
        found = texts.get(language, {}).get(row.id)
        if found:
            return tuple(_example(row, inputs, f"Example {n}") for n, inputs in enumerate(found, start=1))
    return ()


def _example(row: Task, inputs: Mapping[str, Any], title: str) -> Example:
    kinds = {field.name: field.kind for field in row.fields}
    read = {name: sample(value) if kinds.get(name) in ("image", "audio", "video") else value
            for name, value in inputs.items()}  # fmt: skip
    return Example(title, read)


@cache
def sample(name: str) -> Media:
    """A bundled sample by its file name."""
    path: Path = SAMPLES / name
    return Media.from_bytes(path.read_bytes(), name=name)
