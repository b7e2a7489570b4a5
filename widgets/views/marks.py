"""Marks in a text: nested where spans nest, split where they cross."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from showcard.metadata.outputs.read import Entity
from showcard.ui.markup.html import Markup, div, element, join, opened, running_text
from showcard.ui.markup.prepared import prepared

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


def marked(text: str, spans: Iterable[Span], keys: Mapping[str, int]) -> tuple[Markup | None, list[Entity]]:
    """The text with its spans marked, and the entities that lie too deep to be. `keys` numbers the labels."""
    if not text:
        return None, [span.entity for span in spans]
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
        whole = inside == span.end
        writer.open(span if whole else Span(span.start, inside, span.entity, span.goes_on), whole)
        if not whole:  # it crosses the end of an outer one: the rest is marked on its own
            start = inside + len(text[inside : span.end]) - len(text[inside : span.end].lstrip())
            if start < span.end:
                number_of += 1
                heapq.heappush(queue, (start, -span.end, number_of, Span(start, span.end, span.entity, True)))
    return div(writer.finish(), class_="entities", dir="auto"), left


class _Writer:
    """Writes a text with marks that are opened and closed in order."""

    def __init__(self, text: str, keys: Mapping[str, int]) -> None:
        self.text = text
        self.keys = {label: str(key) for label, key in keys.items()}
        self.ends = {label: join([element("sub", _cut(label)), END]) for label in keys}
        self.titles = {label: _cut(label) for label in keys}
        self.styles = {label: f"background:{colour(label)}" for label in keys}
        self.written: list[Markup] = []
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
        label = span.entity.label
        title = f"{self.titles[label]}, score {number(span.entity.score)}"
        self.written.append(MARKS[span.goes_on, whole](self.keys[label], self.styles[label], title))
        self.opened.append((span, whole))

    def close_until(self, position: int) -> None:
        """End the marks that end at a position or before it."""
        while self.opened and self.opened[-1][0].end <= position:
            span, whole = self.opened.pop()
            self._write(span.end)
            self.written.append(self.ends[span.entity.label] if whole else END)

    def finish(self) -> list[Markup]:
        """What was written, with the rest of the text."""
        self.close_until(len(self.text))
        self._write(len(self.text))
        return self.written

    def _write(self, until: int) -> None:
        if until > self.place:
            self.written.append(running_text(self.text[self.place : until]))
            self.place = until


def _mark(classes: str | None) -> Callable[[str, str, str], Markup]:
    @prepared
    def draw(key: str, style: str, title: str) -> Markup:
        return opened("mark", class_=classes, data_key=key, style=style, title=title)

    return draw


END = Markup("</mark>")
# By whether a mark goes on from another one, and whether it is whole.
MARKS = {
    (False, True): _mark(None),
    (True, True): _mark("goes-on"),
    (False, False): _mark("is-cut"),
    (True, False): _mark("goes-on is-cut"),
}


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[:LONGEST_LABEL]}…"
