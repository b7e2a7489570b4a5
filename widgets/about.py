"""The Metadata tab: what the card's YAML says, how it was read, why it is this widget, and the notes on the card."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from showcard.metadata.diagnostics import Diagnostic
from showcard.metadata.model import Model
from showcard.metadata.outputs.read import plain
from showcard.metadata.reading.card import KNOWN_KEYS
from showcard.metadata.tasks.table import Task, find_task
from showcard.ui.markup.html import attribute, code_text, escape, short_text

from .views.context import count
from .views.parts import fold, table

MAX_KEYS = 200
MAX_NOTES = 200
LONGEST = 300  # characters of a value that stand in its cell
LONGEST_FOLDED = 4_000


def task_of(model: Model) -> str:
    """The task whose widget this is, in a sentence."""
    row = model.guess.widget
    if row is None:
        return "<p>No task was found. Set <code>pipeline_tag</code> in the card, or choose one here.</p>"
    said = f"This is the widget for <strong>{escape(row.name.lower())}</strong>: {escape(row.description)}"
    return f"<p>{said} {_documentation(row)}</p>"


def _documentation(row: Task) -> str:
    if not row.documentation:
        return ""
    return f'<a href="{attribute(row.documentation)}" target="_blank" rel="noopener noreferrer">About this task</a>'


def about(model: Model, notes: tuple[Diagnostic, ...]) -> str:
    """The notes on the card, its fields with how each was read, and every rule that was tried to find the task."""
    found = f"<h3>Notes on this card</h3>{_notes(notes)}" if notes else ""
    return f"{found}<h3>What the card says</h3>{_fields(model)}<h3>How the task was found</h3>{_trace(model)}"


def _trace(model: Model) -> str:
    steps = "".join(
        f'<li class="{"won" if step.won else ""}">{escape(step.rule)}'
        f'<div class="dim">{escape(step.saw)} → {escape(step.verdict)}</div></li>'
        for step in model.guess.trace
    )
    return f"<ol class='steps'>{steps}</ol>"


def _notes(notes: tuple[Diagnostic, ...]) -> str:
    """Diagnostics as a list, with their places."""
    items = "".join(
        f'<li><span class="badge {d.severity}">{escape(d.severity)}</span> {escape(d.message)} {escape(d.fix)}'
        f'<div class="dim num">{f"line {d.line}, column {d.column} · " if d.line else ""}{escape(d.code)}</div></li>'
        for d in notes[:MAX_NOTES]
    )
    rest = len(notes) - MAX_NOTES
    more = f'<p class="dim">and {rest:,} more</p>' if rest > 0 else ""
    return f'<ul class="steps">{items}</ul>{more}'


# -- fields ------------------------------------------------------------------------------------------------------------


def _fields(model: Model) -> str:
    data = model.card.data
    rows = [_row(model, key, value) for key, value in list(data.items())[:MAX_KEYS]]
    rows += [_elsewhere(name, value, said) for name, value, said in _found_elsewhere(model)]
    if not rows:
        return '<p class="dim">The card has no metadata.</p>'
    rest = len(data) - MAX_KEYS
    more = f'<p class="dim">{count(rest, "field")} more are in the card.</p>' if rest > 0 else ""
    head = ("Field", "The card says, and how it is read")
    return f'<div class="card-fields">{table(head, rows, "The fields of the card")}{more}</div>'


def _row(model: Model, key: Any, value: Any) -> str:
    line = model.card.marks.key((key,)).line
    name = f'<th scope="row" dir="auto"><bdi>{_breakable(key)}</bdi><div class="dim num">line {line}</div></th>'
    return f'<tr>{name}<td><div dir="auto">{_value(value)}</div><div class="dim">{_read(model, key)}</div></td></tr>'


def _elsewhere(name: str, value: str, said: str) -> str:
    told = f'<bdi>{short_text(value)}</bdi><div class="dim">Not in the card: {escape(said)}</div>'
    return f'<tr><th scope="row">{_breakable(name)}</th><td>{told}</td></tr>'


def _breakable(name: Any) -> str:
    """A field's name, which breaks after its underscores before it breaks inside of a word."""
    return str(short_text(name)).replace("_", "_<wbr>")


def _found_elsewhere(model: Model) -> list[tuple[str, str, str]]:
    """What the widget needs that the card does not say: the field, what was found, and where."""
    data, guess = model.card.data, model.guess
    found = []
    if "pipeline_tag" not in data and guess.widget:
        found.append(("pipeline_tag", guess.widget.id, f"by the rule “{guess.rule}”"))
    if "library_name" not in data and model.library:
        found.append(("library_name", model.library, "from its tags or its files"))
    if "mask_token" not in data and model.mask_token:
        found.append(("mask_token", model.mask_token, "from its files or its library"))
    return found


def _value(value: Any) -> str:
    """A value as it was read: texts and numbers, short lists of them on a line, anything else folded."""
    items = value if isinstance(value, list) else [value]
    if len(items) <= LONGEST and all(item is None or isinstance(item, str | int | float) for item in items):
        said = ", ".join(_scalar(item) for item in items)
        if len(said) <= LONGEST:
            return escape(said)
    # No more of it is written than is shown; each piece is a character at least.
    pieces = json.JSONEncoder(ensure_ascii=False, indent=1, default=str).iterencode(plain(value))
    shown = "".join(islice(pieces, LONGEST_FOLDED + 1))
    cut = f"{shown[:LONGEST_FOLDED]}…" if len(shown) > LONGEST_FOLDED else shown
    what = count(len(value), "item" if isinstance(value, list) else "key") if isinstance(value, list | dict) else "text"
    return fold(what, f'<pre tabindex="0">{code_text(cut)}</pre>')


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _read(model: Model, key: Any) -> str:
    """What the page makes of a field."""
    if key in _READ:
        return f"Read as {escape(_READ[key](model))}"
    if key in KNOWN_KEYS:
        return "For the Hub; the widget does without it"
    return "Not a field that the Hub knows"


def _read_task(model: Model) -> str:
    stated = model.card.data.get("pipeline_tag")
    row = find_task(stated) if isinstance(stated, str) else None
    widget = model.guess.widget
    if row is None:
        return "no task of the Hub"
    return row.name if widget is None or widget.id == row.id else f"{row.name}; the widget is {widget.name.lower()}"


def _read_inference(model: Model) -> str:
    if model.opted_out:
        return "opted out: Inference Providers don't run it"
    return f"{count(len(model.parameters), 'parameter')} for every run" if model.parameters else "allowed"


def _tags_of(model: Model) -> str:
    tags = model.card.data.get("tags")
    return count(len(tags), "tag") if isinstance(tags, list) else "a tag"


_READ: Mapping[Any, Callable[[Model], str]] = {
    "pipeline_tag": _read_task,
    "widget": lambda model: count(len(model.examples), "example"),
    "inference": _read_inference,
    "library_name": lambda model: f"the library {model.library}" if model.library else "no library",
    "mask_token": lambda model: f"the mask token {model.mask_token}" if model.mask_token else "not needed by this task",
    "tags": _tags_of,
    "license": lambda _: "the licence",
    "license_name": lambda _: "the licence's name",
    "language": lambda _: "the languages of the model",
    "base_model": lambda _: "the model that it is based on",
}
