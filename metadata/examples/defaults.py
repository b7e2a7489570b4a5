"""Inputs to start with where a card has no examples: by language, then English; bundled samples for other media."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from showcard.metadata.media import Media
from showcard.metadata.tasks.case import DATA, table
from showcard.metadata.tasks.table import Task

from .read import Example

SAMPLES = DATA / "samples"
MASK = "<mask>"  # stands for the mask in the phrases


def default_examples(row: Task, languages: Iterable[str] = (), mask_token: str | None = None) -> tuple[Example, ...]:
    """Examples to start with for a task, in the first language that has some, else in English.

    `mask_token` takes the place of `<mask>`."""
    tables = table("default_inputs")
    fixed = tables["any_language"].get(row.id)
    if fixed:
        return _examples(row, fixed)
    wanted = tables["tasks"].get(row.id, ())
    for language in (*_codes(languages), "en"):
        phrases = tables["phrases"].get(language)
        if phrases:
            try:
                return _examples(row, [_filled(inputs, phrases, mask_token) for inputs in wanted])
            except KeyError:  # the language lacks a phrase that this task needs
                continue
    return ()


def _codes(languages: Iterable[str]) -> list[str]:
    given = [languages] if isinstance(languages, str) else list(languages)
    return [language.replace("_", "-").split("-")[0].strip().lower() for language in given if isinstance(language, str)]


def _filled(value: Any, phrases: Mapping[str, Any], mask_token: str | None) -> Any:
    """Phrases in the place of their names. Raises KeyError."""
    if isinstance(value, dict):
        return {name: _filled(inner, phrases, mask_token) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, phrases, mask_token) for inner in value]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    found = phrases[value[1:]]
    if isinstance(found, str):
        return found.replace(MASK, mask_token) if mask_token else found
    return list(found)


def _examples(row: Task, inputs: list[Mapping[str, Any]]) -> tuple[Example, ...]:
    media = {field.name for field in row.fields if field.kind in ("image", "audio", "video")}
    return tuple(
        Example(f"Example {number}", {name: sample(value) if name in media else value for name, value in given.items()})
        for number, given in enumerate(inputs, start=1)
    )


@cache
def sample(name: str) -> Media:
    """A bundled sample by its file name."""
    return Media.from_bytes((SAMPLES / name).read_bytes(), name=name)
