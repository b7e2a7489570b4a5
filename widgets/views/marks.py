"""Marks in a text: nested where spans nest, split where they cross."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from showcard.metadata.outputs.read import Entity
from showcard.ui.markup.html import attribute, escape, running_text

from .context import colour, number

DEEPEST = 12  # marks within marks; browsers give up far below a hundred
MAX_PIECES = 20_000
LONGEST_LABEL = 60  # characters of a label at its mark; the legend and the list have it whole


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text and what it is; `goes_on` where it is a later piece of a span that was split."""

    start: int
    end: int
    entity: Entity
    goes_on: bool = False


def marked(text: str, spans: Iterable[Span], keys: Mapping[str, int]) -> tuple[str, list[Entity]]:
    """The text with its spans marked, and the entities that lie too deep to be. `keys` numbers the labels."""
    if not text:
        return "", [span.entity for span in spans]
    writer = _Writer(text, keys)
    queue = [(span.start, -span.end, n, span) for n, span in enumerate(spans)]
    heapq.heapify(queue)
    number_of = len(queue)
    left: list[Entity] = []
    while queue:
        span = heapq.heappop(queue)[3]
        writer.close_until(span.start)
        inside = writer.room(span)
        if inside is None or number_of > MAX_PIECES:
            if not span.goes_on:
                left.append(span.entity)
            continue
        writer.open(Span(span.start, inside, span.entity, span.goes_on), whole=inside == span.end)
        if inside < span.end:  # it crosses the end of an outer one: the rest is marked on its own
            start = inside + len(text[inside : span.end]) - len(text[inside : span.end].lstrip())
            if start < span.end:
                number_of += 1
                heapq.heappush(queue, (start, -span.end, number_of, Span(start, span.end, span.entity, True)))
    return f'<div class="entities" dir="auto">{writer.finish()}</div>', left


class _Writer:
    """Writes a text with marks that are opened and closed in order."""

    def __init__(self, text: str, keys: Mapping[str, int]) -> None:
        self.text = text
        self.keys = keys
        self.labels = {label: escape(_cut(label)) for label in keys}
        self.titles = {label: attribute(_cut(label)) for label in keys}
        self.colours = {label: colour(label) for label in keys}
        self.out: list[str] = []
        self.opened: list[tuple[Span, bool]] = []
        self.place = 0

    def room(self, span: Span) -> int | None:
        """How far a span can be marked here; None where it lies too deep."""
        if len(self.opened) >= DEEPEST:
            return None
        return min(span.end, self.opened[-1][0].end) if self.opened else span.end

    def open(self, span: Span, whole: bool) -> None:
        """Begin a mark; its label is written at its end, once where the span was split."""
        self._write(span.start)
        classes = ("goes-on " if span.goes_on else "") + ("" if whole else "is-cut")
        written = f' class="{classes.strip()}"' if classes else ""
        entity = span.entity
        self.out.append(
            f'<mark{written} data-key="{self.keys[entity.label]}" style="background:{self.colours[entity.label]}" '
            f'title="{self.titles[entity.label]}, score {number(entity.score)}">'
        )
        self.opened.append((span, whole))

    def close_until(self, position: int) -> None:
        """End the marks that end at a position or before it."""
        while self.opened and self.opened[-1][0].end <= position:
            span, whole = self.opened.pop()
            self._write(span.end)
            self.out.append(f"<sub>{self.labels[span.entity.label]}</sub></mark>" if whole else "</mark>")

    def finish(self) -> str:
        """What was written, with the rest of the text."""
        self.close_until(len(self.text))
        self._write(len(self.text))
        return "".join(self.out)

    def _write(self, until: int) -> None:
        if until > self.place:
            self.out.append(running_text(self.text[self.place : until]))
            self.place = until


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[:LONGEST_LABEL]}…"
