"""A diff as HTML: side by side or as one text; what was left out is struck, what is new is underlined."""

from __future__ import annotations

from collections.abc import Sequence

from showcard.playground.core.diff import Diff, DiffField, DiffPiece, diff, fields
from showcard.ui.markup.html import Child, Markup, div, element, isolated, join, p, running_text

from .base import table_html

MAX_SHOWN = 200_000
MAX_VALUE = 300
_SAID = {"same": "same", "changed": "differs"}

Answers = Sequence[tuple[str, str]]  # a name, and the answer without its reasoning


def diffs_html(answers: Answers, unified: bool) -> Markup:
    """Every answer against the first."""
    (first, text), *others = answers
    return join(element("section", _one(first, text, name, other, unified), class_="diff") for name, other in others)


def _one(first: str, left: str, second: str, right: str, unified: bool) -> list[Markup]:
    title = element("h3", first, " and ", second)
    if max(len(left), len(right)) > MAX_SHOWN:
        return [title, p(f"Longer than {MAX_SHOWN:,} characters, which is too long to compare here.", class_="dim")]
    held = fields(left, right)
    found = diff(left, right)
    told = p(_summary(found, first, second, held), class_="dim")
    if found.identical:
        return [title, told]
    shown = _fields(held, first, second) if held is not None else _unified(found) if unified else _beside(found)
    return [title, told, shown]


def _summary(found: Diff, first: str, second: str, held: Sequence[DiffField] | None) -> str:
    if found.identical:
        return "The answers are identical."
    if held is not None:
        differing = sum(field.kind != "same" for field in held)
        if not differing:
            return "The same JSON, written in another way."
        return f"Both are JSON: {differing} of {len(held)} {'field' if len(held) == 1 else 'fields'} differ."
    pieces = [piece for row in found.rows for piece in row]
    if all(piece.kind == "same" for piece in pieces):
        return "The same words; only white space differs."
    ours, theirs = (
        sum(len((p.left or p.right).split()) for p in pieces if p.kind == kind) for kind in ("removed", "added")
    )
    least = "" if found.exact else "At least "
    words = "word" if ours == 1 else "words"
    return f"{least}{found.percent} alike · {ours} {words} only in {first} · {theirs} only in {second}"


def _beside(found: Diff) -> Markup:
    cells = []
    for row in found.rows:
        left = [_piece(piece.kind, piece.left) for piece in row if piece.left]
        right = [_piece(piece.kind, piece.right) for piece in row if piece.right]
        cells += [div(left, class_="cell", dir="auto"), div(right, class_="cell", dir="auto")]
    return div(cells, class_="sides")


def _unified(found: Diff) -> Markup:
    pieces: list[DiffPiece] = [piece for row in found.rows for piece in row]
    return div([_piece(one.kind, one.right or one.left) for one in pieces], class_="cell unified", dir="auto")


def _piece(kind: str, text: str) -> Child:
    """The text of a piece; white space around it stays unmarked."""
    name = {"removed": "del", "added": "ins"}.get(kind)
    inner = text.strip()
    if name is None or not inner:
        return running_text(text)
    at = text.index(inner)
    return [text[:at], element(name, running_text(inner)), text[at + len(inner) :]]


def _fields(held: Sequence[DiffField], first: str, second: str) -> Markup:
    rows = [
        element(
            "tr", element("th", isolated(field.path), scope="row"),
            _value(field.left, field, "del"), _value(field.right, field, "ins"),
            element("td", _word(field, first, second), class_="dim"), class_=field.kind,
        )
        for field in held
    ]  # fmt: skip
    return table_html(("Field", first, second, "Result"), rows)


def _value(value: str | None, field: DiffField, name: str) -> Markup:
    if value is None:
        return element("td")
    said = isolated(value if len(value) <= MAX_VALUE else f"{value[:MAX_VALUE]}…")
    return element("td", said if field.kind == "same" else element(name, said))


def _word(field: DiffField, first: str, second: str) -> str:
    only = {"removed": f"only in {first}", "added": f"only in {second}"}
    return _SAID.get(field.kind) or only[field.kind]
