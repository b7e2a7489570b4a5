"""A diff as HTML: side by side or as one text; what was left out is struck, what is new is underlined."""

from __future__ import annotations

from collections.abc import Sequence

from showcard.playground.core.diff import Diff, DiffField, DiffPiece, diff, fields
from showcard.ui.markup.html import escape, isolated, running_text

MAX_SHOWN = 200_000
MAX_VALUE = 300
_SAID = {"same": "same", "changed": "differs"}

Answers = Sequence[tuple[str, str]]  # a name, and the answer without its reasoning


def diffs_html(answers: Answers, unified: bool) -> str:
    """Every answer against the first."""
    (first, text), *others = answers
    return "".join(
        f'<section class="diff">{_one(first, text, name, other, unified)}</section>' for name, other in others
    )


def _one(first: str, left: str, second: str, right: str, unified: bool) -> str:
    title = f"<h3>{escape(first)} and {escape(second)}</h3>"
    if max(len(left), len(right)) > MAX_SHOWN:
        return f'{title}<p class="dim">Longer than {MAX_SHOWN:,} characters, which is too long to compare here.</p>'
    held = fields(left, right)
    found = diff(left, right)
    told = f'<p class="dim">{escape(_summary(found, first, second, held))}</p>'
    if found.identical:
        return title + told
    shown = _fields(held, first, second) if held is not None else _unified(found) if unified else _beside(found)
    return title + told + shown


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


def _beside(found: Diff) -> str:
    rows = []
    for row in found.rows:
        left = "".join(_piece(piece.kind, piece.left) for piece in row if piece.left)
        right = "".join(_piece(piece.kind, piece.right) for piece in row if piece.right)
        rows.append(f'<div class="cell" dir="auto">{left}</div><div class="cell" dir="auto">{right}</div>')
    return f'<div class="sides">{"".join(rows)}</div>'


def _unified(found: Diff) -> str:
    pieces: list[DiffPiece] = [piece for row in found.rows for piece in row]
    return f'<div class="cell unified" dir="auto">{"".join(_piece(p.kind, p.right or p.left) for p in pieces)}</div>'


def _piece(kind: str, text: str) -> str:
    """The text of a piece; white space around it stays unmarked."""
    name = {"removed": "del", "added": "ins"}.get(kind)
    inner = text.strip()
    if name is None or not inner:
        return running_text(text)
    at = text.index(inner)
    return f"{running_text(text[:at])}<{name}>{running_text(inner)}</{name}>{running_text(text[at + len(inner) :])}"


def _fields(held: Sequence[DiffField], first: str, second: str) -> str:
    rows = "".join(
        f'<tr class="{field.kind}"><th scope="row">{isolated(field.path)}</th>{_value(field.left, field, "del")}'
        f'{_value(field.right, field, "ins")}<td class="dim">{escape(_word(field, first, second))}</td></tr>'
        for field in held
    )
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("Field", first, second, "Result"))
    return f'<div class="table" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _value(value: str | None, field: DiffField, name: str) -> str:
    if value is None:
        return "<td></td>"
    cut = value if len(value) <= MAX_VALUE else f"{value[:MAX_VALUE]}…"
    said = isolated(cut)
    return f"<td>{said}</td>" if field.kind == "same" else f"<td><{name}>{said}</{name}></td>"


def _word(field: DiffField, first: str, second: str) -> str:
    only = {"removed": f"only in {first}", "added": f"only in {second}"}
    return _SAID.get(field.kind) or only[field.kind]
