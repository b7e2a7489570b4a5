"""Entities, marked in their text."""

from __future__ import annotations

from collections.abc import Iterable

from showcard.metadata.outputs.read import Entities, Entity
from showcard.ui.markup.html import Markup, div, element, join, running_text, short_text
from showcard.ui.markup.pieces import dim, num
from showcard.ui.markup.prepared import prepared

from .context import Context, colour, count, empty, number, short
from .marks import marked
from .parts import actions, copy_button, fold, save_json, table, tick
from .spans import merged, place

MAX_LISTED = 500
MAX_MARKED = 1_000
FIRST_KEYS = 40


def render(output: Entities, context: Context) -> Markup:
    """The text with its entities marked, a legend that lights and dims a label, and the list."""
    text = str(context.inputs.get("text") or "")
    if not output.items:
        shown = text and div(running_text(text), class_="entities", dir="auto")
        return join([shown, empty("No entities were found.")])
    pieces = (output.pieces or output.items)[:MAX_MARKED]
    whole = output.items[:MAX_MARKED] if output.pieces else merged(pieces, text)
    if whole == pieces:
        drawn = _drawn(whole, text)
    else:
        drawn = div(
            tick(" Merge B- and I- pieces", checked=True),
            div(_drawn(whole, text), class_="ticked"),
            div(_drawn(pieces, text), class_="unticked"),
            class_="either",
        )
    return join(
        [
            drawn,
            _unmarked(output.items),
            _listed(output.items),
            actions(copy_button("file", "Copy JSON"), save_json(output.items, "entities.json", context)),
        ]
    )


def _unmarked(items: tuple[Entity, ...]) -> Markup | None:
    said = f"The first {MAX_MARKED:,} of {len(items):,} entities are marked."
    return dim(said) if len(items) > MAX_MARKED else None


def _drawn(items: tuple[Entity, ...], text: str) -> Markup:
    keys = {label: n for n, label in enumerate(dict.fromkeys(item.label for item in items))}
    spans, loose = place(items, text)
    html, left = marked(text, spans, keys)
    loose = [*loose, *left]
    apart = _apart(loose, bool(text)) if loose else None
    return join([div(html, _legend(items, keys), class_="lit"), apart])


def _legend(items: Iterable[Entity], keys: dict[str, int]) -> Markup:
    counts = dict.fromkeys(keys, 0)
    for item in items:
        counts[item.label] += 1
    shown = [_key(label, keys[label], many) for label, many in counts.items()]
    rest = shown[FIRST_KEYS:MAX_LISTED]
    more = rest and fold(f"{len(rest):,} more labels", div(rest, class_="legend"))
    return join([div(shown[:FIRST_KEYS], class_="legend", role="group", aria_label="Labels"), more])


def _key(label: str, number_of: int, many: int) -> Markup:
    """A label of the legend, and how often it is."""
    return element(
        "button",
        *(element("bdi", short_text(short(label)) or "no label", dir="auto"), " ", num(f"{many:,}")),
        type="button",
        class_="key",
        data_key=number_of,
        aria_pressed="true",
        style=f"background:{colour(label)}",
    )


def _apart(loose: list[Entity], has_text: bool) -> Markup:
    said = "Not marked in the text:" if has_text else "There is no text to mark them in:"
    return join([dim(said), _table(loose)])


def _listed(items: tuple[Entity, ...]) -> Markup:
    return fold(f"List of {count(len(items), 'entity', 'entities')}", _table(items))


def _table(items: Iterable[Entity]) -> Markup:
    held = list(items)
    rows = [_row(short(item.word), short(item.label), number(item.score), _where(item)) for item in held[:MAX_LISTED]]
    rest = len(held) - MAX_LISTED
    more = dim(f"{rest:,} more in the download.") if rest > 0 else None
    return join([table(["Words", "Label", "Score", "Characters"], rows, "Entities"), more])


@prepared
def _row(word: str, label: str, score: str, place: str) -> Markup:
    texts = [element("td", said, dir="auto") for said in (word, label)]
    return element("tr", texts, [element("td", said, class_="num") for said in (score, place)])


def _where(item: Entity) -> str:
    if item.start is None and item.end is None:
        return "–"
    return f"{'?' if item.start is None else item.start}–{'?' if item.end is None else item.end}"
