"""Entities, marked in their text."""

from dataclasses import dataclass

from metadata.outputs import Entities, Entity
from ui.markup import escape

from .context import Context, colour, empty, number


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    entity: Entity


def render(output: Entities, context: Context) -> str:
    """The text with its entities marked (one inside another too), and a legend."""
    text = str(context.inputs.get("text") or "")
    if not output.items:
        return f'<div class="entities" dir="auto">{escape(text)}</div>' + empty("No entities were found.")
    spans, loose = _place(output.items, text)
    legend = "".join(
        f'<span style="background:{colour(label)}">{escape(label)} {count}</span>' for label, count in _count(output)
    )
    rest = "".join(
        f'<li dir="auto">{escape(e.word)} <strong>{escape(e.label)}</strong> {number(e.score)}</li>' for e in loose
    )
    apart = f'<p class="dim">Not found in the text:</p><ul>{rest}</ul>' if rest else ""
    return f'<div class="entities" dir="auto">{_mark(text, spans)}</div><div class="legend">{legend}</div>{apart}'


def _place(items: tuple[Entity, ...], text: str) -> tuple[list[_Span], list[Entity]]:
    """Where the entities stand: by their offsets, else by searching the text onwards; and those not found."""
    spans: list[_Span] = []
    loose: list[Entity] = []
    searched = 0
    for item in items:
        start, end = item.start, item.end
        if start is None or end is None or not 0 <= start < end <= len(text):
            word = item.word.strip().removeprefix("##").replace("▁", "")
            start = text.find(word, searched) if word else -1
            if start < 0:
                loose.append(item)
                continue
            end = start + len(word)
            searched = end
        while start < end and text[start].isspace():
            start += 1
        spans.append(_Span(start, end, item))
    return sorted(spans, key=lambda span: (span.start, -span.end)), loose


def _mark(text: str, spans: list[_Span]) -> str:
    """The text with marks opened and closed in order; a span that crosses the end of an outer one is cut there."""
    out: list[str] = []
    open_spans: list[_Span] = []
    place = 0

    def close_until(position: int) -> None:
        nonlocal place
        while open_spans and open_spans[-1].end <= position:
            done = open_spans.pop()
            out.append(f"{escape(text[place : done.end])}<sub>{escape(done.entity.label)}</sub></mark>")
            place = max(place, done.end)

    for span in spans:
        close_until(span.start)
        end = min(span.end, open_spans[-1].end) if open_spans else span.end
        if end <= span.start:
            continue
        out.append(escape(text[place : span.start]))
        place = max(place, span.start)
        title = f"{span.entity.label}, score {number(span.entity.score)}"
        out.append(f'<mark style="background:{colour(span.entity.label)}" title="{escape(title)}">')
        open_spans.append(_Span(span.start, end, span.entity))
    close_until(len(text))
    out.append(escape(text[place:]))
    return "".join(out)


def _count(output: Entities) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for item in output.items:
        counts[item.label] = counts.get(item.label, 0) + 1
    return list(counts.items())
