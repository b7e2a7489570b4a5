"""Entities: aggregated or token by token, with B- and I- prefixes merged into spans."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .raw import Unreadable, first_of, integer, listed, score, text_or_blank
from .types import Entities, Entity

_PREFIX = re.compile(r"^([BIES])[-_](?=.)")


def read_entities(raw: Any) -> Entities:
    """`[{entity_group | entity, word, score, start, end}]`, also in a batch or below `entities`."""
    if isinstance(raw, Mapping):
        held = raw.get("entities")
        raw = held if isinstance(held, list) else [raw]
    raw = listed(raw)
    if raw and all(isinstance(item, list) for item in raw):
        raw = [item for batch in raw for item in batch]
    spans: list[_Span] = []
    found = [_span(item) for item in raw]
    for span in found:
        if spans and spans[-1].goes_on_with(span):
            spans[-1] = spans[-1].with_next(span)
        else:
            spans.append(span)
    pieces = tuple(span.piece() for span in found) if any(span.prefix for span in found) else ()
    return Entities(tuple(span.entity() for span in spans), pieces)


@dataclass(frozen=True, slots=True)
class _Span:
    label: str
    prefix: str
    mark: str  # what stands between the prefix and the label
    word: str
    scores: tuple[float, ...]
    start: int | None
    end: int | None
    index: int | None

    def goes_on_with(self, other: _Span) -> bool:
        """Whether the other token carries this span on: an I- of the same label that follows at once."""
        if other.prefix not in ("I", "E") or not self.prefix or self.label != other.label:
            return False
        if self.index is not None and other.index is not None:
            return other.index == self.index + 1
        if self.end is not None and other.start is not None:
            return 0 <= other.start - self.end <= 1
        return other.word.startswith("##")

    def with_next(self, other: _Span) -> _Span:
        """Both as one."""
        glued = other.word.startswith("##") or (self.end is not None and self.end == other.start)
        word = self.word + ("" if glued else " ") + other.word.removeprefix("##")
        return _Span(
            self.label, self.prefix, self.mark, word, self.scores + other.scores, self.start, other.end, other.index
        )

    def entity(self) -> Entity:
        """The span as an entity; its score is the mean of its tokens'."""
        mean = sum(self.scores) / len(self.scores) if self.scores else None
        return Entity(self.label, self.word, mean, self.start, self.end)

    def piece(self) -> Entity:
        """A token as it came."""
        return replace(self.entity(), label=f"{self.prefix}{self.mark}{self.label}")


def _span(raw: Any) -> _Span:
    if not isinstance(raw, Mapping):
        raise Unreadable
    name = first_of(raw, "entity_group", "entity", "label", "type", "class")
    word = first_of(raw, "word", "text", "span", "name")
    named = not {"entity_group", "entity"}.isdisjoint(raw)
    if (name is None and not named) or (word is None and raw.get("start") is None):
        raise Unreadable
    label, prefix, mark = text_or_blank(name), "", ""
    if raw.get("entity_group") is None:
        match = _PREFIX.match(label)
        if match and (match[1] in "BI" or raw.get("index") is not None):
            label, prefix, mark = label[2:], match[1], label[1]
    found = score(raw.get("score"))
    return _Span(
        label,
        prefix,
        mark,
        text_or_blank(word),
        () if found is None else (found,),
        integer(raw.get("start")),
        integer(raw.get("end")),
        integer(raw.get("index")),
    )
