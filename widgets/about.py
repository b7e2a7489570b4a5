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
from showcard.metadata.tasks.table import find_task
from showcard.ui.markup.html import Child, Markup, code_text, div, element, join, p, short_text, span
from showcard.ui.markup.pieces import BESIDE, dim, strong

from .views.context import count
from .views.parts import fold, table

MAX_KEYS = 200
MAX_NOTES = 200
LONGEST = 300  # characters of a value that stand in its cell
LONGEST_FOLDED = 4_000


def task_of(model: Model) -> Markup:
    """The task whose widget this is, in a sentence."""
    row = model.guess.widget
    if row is None:
        code = element("code", "pipeline_tag")
        return p("No task was found. Set ", code, " in the card, or choose one here.")
    named = ["This is the widget for ", strong(row.name.lower()), ": ", row.description]
    return p(named, " ", row.documentation and element("a", "About this task", href=row.documentation, **BESIDE))


def about(model: Model, notes: tuple[Diagnostic, ...]) -> Markup:
    """The notes on the card, its fields with how each was read, and every rule that was tried to find the task."""
    found = [element("h3", "Notes on this card"), _notes(notes)] if notes else None
    fields = [element("h3", "What the card says"), _fields(model)]
    return join([found, fields, element("h3", "How the task was found"), _trace(model)])


def _trace(model: Model) -> Markup:
    steps = [
        element("li", step.rule, div(step.saw, " → ", step.verdict, class_="dim"), class_="won" if step.won else "")
        for step in model.guess.trace
    ]
    return element("ol", steps, class_="steps")


def _notes(notes: tuple[Diagnostic, ...]) -> Markup:
    """Diagnostics as a list, with their places."""
    rest = len(notes) - MAX_NOTES
    more = dim(f"and {rest:,} more") if rest > 0 else None
    return join([element("ul", map(_note, notes[:MAX_NOTES]), class_="steps"), more])


def _note(found: Diagnostic) -> Markup:
    severity = span(found.severity, class_=f"badge {found.severity}")
    place = f"line {found.line}, column {found.column} · " if found.line else None
    return element("li", severity, " ", found.message, " ", found.fix, div(place, found.code, class_="dim num"))


# -- fields ------------------------------------------------------------------------------------------------------------


def _fields(model: Model) -> Markup:
    data = model.card.data
    rows = [_row(model, key, value) for key, value in list(data.items())[:MAX_KEYS]]
    rows += [_elsewhere(name, value, said) for name, value, said in _found_elsewhere(model)]
    if not rows:
        return dim("The card has no metadata.")
    rest = len(data) - MAX_KEYS
    more = dim(f"{count(rest, 'field')} more are in the card.") if rest > 0 else None
    head = ("Field", "The card says, and how it is read")
    return div(table(head, rows, "The fields of the card"), more, class_="card-fields")


def _row(model: Model, key: Any, value: Any) -> Markup:
    line = div(f"line {model.card.marks.key((key,)).line}", class_="dim num")
    name = element("th", element("bdi", _breakable(key)), line, scope="row", dir="auto")
    return element("tr", name, element("td", div(_value(value), dir="auto"), div(_read(model, key), class_="dim")))


def _elsewhere(name: str, value: str, said: str) -> Markup:
    told = div("Not in the card: ", said, class_="dim")
    held = element("td", element("bdi", short_text(value)), told)
    return element("tr", element("th", _breakable(name), scope="row"), held)


def _breakable(name: Any) -> Markup:
    """A field's name, which breaks after its underscores before it breaks inside of a word."""
    return short_text(name).replace("_", join(["_", element("wbr")]))


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


def _value(value: Any) -> str | Markup:
    """A value as it was read: texts and numbers, short lists of them on a line, anything else folded."""
    items = value if isinstance(value, list) else [value]
    if len(items) <= LONGEST and all(item is None or isinstance(item, str | int | float) for item in items):
        said = ", ".join(_scalar(item) for item in items)
        if len(said) <= LONGEST:
            return said
    # No more of it is written than is shown; each piece is a character at least.
    pieces = json.JSONEncoder(ensure_ascii=False, indent=1, default=str).iterencode(plain(value))
    shown = "".join(islice(pieces, LONGEST_FOLDED + 1))
    cut = f"{shown[:LONGEST_FOLDED]}…" if len(shown) > LONGEST_FOLDED else shown
    what = count(len(value), "item" if isinstance(value, list) else "key") if isinstance(value, list | dict) else "text"
    return fold(what, element("pre", code_text(cut), tabindex=0))


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _read(model: Model, key: Any) -> Child:
    """What the page makes of a field."""
    if key in _READ:
        return ["Read as ", _READ[key](model)]
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
