"""Entities, marked in their text."""

from __future__ import annotations

from collections.abc import Iterable

from showcard.metadata.outputs.read import Entities, Entity
from showcard.ui.markup.html import running_text, short_text

from .context import Context, colour, count, empty, number, short
from .marks import marked
from .parts import actions, copy_button, fold, save_json, table
from .spans import merged, place

MAX_LISTED = 500
MAX_MARKED = 1_000
FIRST_KEYS = 40


def render(output: Entities, context: Context) -> str:
    """The text with its entities marked, a legend that lights and dims a label, and the list."""
    text = str(context.inputs.get("text") or "")
    if not output.items:
        shown = f'<div class="entities" dir="auto">{running_text(text)}</div>' if text else ""
        return shown + empty("No entities were found.")
    pieces = (output.pieces or output.items)[:MAX_MARKED]
    whole = output.items[:MAX_MARKED] if output.pieces else merged(pieces, text)
    if whole == pieces:
        drawn = _drawn(whole, text)
    else:
        drawn = (
            '<div class="either"><label class="tick"><input type="checkbox" checked> Merge B- and I- pieces</label>'
            f'<div class="ticked">{_drawn(whole, text)}</div>'
            f'<div class="unticked">{_drawn(pieces, text)}</div></div>'
        )
    return (
        drawn
        + _unmarked(output.items)
        + _listed(output.items)
        + actions(copy_button("file", "Copy JSON"), save_json(output.items, "entities.json", context))
    )


def _unmarked(items: tuple[Entity, ...]) -> str:
    said = f"The first {MAX_MARKED:,} of {len(items):,} entities are marked."
    return f'<p class="dim">{said}</p>' if len(items) > MAX_MARKED else ""


def _drawn(items: tuple[Entity, ...], text: str) -> str:
    keys = {label: n for n, label in enumerate(dict.fromkeys(item.label for item in items))}
    spans, loose = place(items, text)
    html, left = marked(text, spans, keys)
    loose = [*loose, *left]
    apart = _apart(loose, bool(text)) if loose else ""
    return f'<div class="lit">{html}{_legend(items, keys)}</div>{apart}'


def _legend(items: Iterable[Entity], keys: dict[str, int]) -> str:
    counts = dict.fromkeys(keys, 0)
    for item in items:
        counts[item.label] += 1
    shown = [
        f'<button type="button" class="key" data-key="{keys[label]}" aria-pressed="true" '
        f'style="background:{colour(label)}"><bdi dir="auto">{short_text(short(label)) or "no label"}</bdi> '
        f'<span class="num">{many:,}</span></button>'
        for label, many in counts.items()
    ]
    rest = shown[FIRST_KEYS:MAX_LISTED]
    more = fold(f"{len(rest):,} more labels", f'<div class="legend">{"".join(rest)}</div>') if rest else ""
    return f'<div class="legend" role="group" aria-label="Labels">{"".join(shown[:FIRST_KEYS])}</div>{more}'


def _apart(loose: list[Entity], has_text: bool) -> str:
    said = "Not marked in the text:" if has_text else "There is no text to mark them in:"
    return f'<p class="dim">{said}</p>{_table(loose)}'


def _listed(items: tuple[Entity, ...]) -> str:
    return fold(f"List of {count(len(items), 'entity', 'entities')}", _table(items))


def _table(items: Iterable[Entity]) -> str:
    held = list(items)
    rows = [
        f'<tr><td dir="auto">{short_text(short(item.word))}</td><td dir="auto">{short_text(short(item.label))}</td>'
        f'<td class="num">{number(item.score)}</td><td class="num">{_where(item)}</td></tr>'
        for item in held[:MAX_LISTED]
    ]
    rest = len(held) - MAX_LISTED
    more = f'<p class="dim">{rest:,} more in the download.</p>' if rest > 0 else ""
    return table(["Words", "Label", "Score", "Characters"], rows, "Entities") + more


def _where(item: Entity) -> str:
    if item.start is None and item.end is None:
        return "–"
    return f"{'?' if item.start is None else item.start}–{'?' if item.end is None else item.end}"
