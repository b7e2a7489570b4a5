"""Everything worth saying about a model's card, and how it is printed."""

from __future__ import annotations

import json

from showcard.metadata.diagnostics import Diagnostic
from showcard.metadata.model import Model
from showcard.metadata.reading.card import normal_lines

from .example_rules import RULES

FORMATS = ("text", "json", "github")
_GITHUB = {"error": "error", "warning": "warning", "info": "notice"}
_WIDEST = 120


def lint(model: Model) -> tuple[Diagnostic, ...]:
    """All diagnostics of a model, of reading and of the rules, in the order of the file."""
    found = list(model.diagnostics)
    for rule in RULES:
        found.extend(rule(model))
    return tuple(sorted(dict.fromkeys(found), key=lambda d: (d.line, d.column)))


def has_errors(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Whether a finding is an error, for the exit code."""
    return any(found.severity == "error" for found in diagnostics)


def render(source: str, text: str, diagnostics: tuple[Diagnostic, ...], format: str) -> str:
    """The findings as text with carets, as one JSON object a line, or as commands of GitHub's runners."""
    if format == "json":
        return "\n".join(json.dumps({"source": source, **d.to_json()}, ensure_ascii=False) for d in diagnostics)
    if format == "github":
        return "\n".join(_github(source, d) for d in diagnostics)
    if format != "text":
        raise ValueError(f"{format!r} is no format; use {', '.join(FORMATS)}.")
    if not diagnostics:
        return f"{source}: nothing to complain about"
    lines = normal_lines(text).split("\n")
    return "\n".join(_text(source, lines, d) for d in diagnostics)


def _text(source: str, lines: list[str], found: Diagnostic) -> str:
    where = f"{source}:{found.line}:{found.column}" if found.line else source
    said = [f"{where}: {found.severity}: {_clean(found.message)} [{found.code}]"]
    if 0 < found.line <= len(lines):
        start = max(0, found.column - 1 - _WIDEST // 2) if found.column > _WIDEST else 0
        line = lines[found.line - 1][start : start + _WIDEST]
        said.append(f"    {_clean(line)}")
        said.append(f"    {' ' * min(max(found.column - 1 - start, 0), len(line))}^")
    if found.fix:
        said.append(f"    fix: {_clean(found.fix)}")
    return "\n".join(said)


def _clean(text: str) -> str:
    """The text without what would move a terminal's cursor or change its colours."""
    return "".join(c if c.isprintable() or c == " " else " " if c in "\t\n" else "�" for c in text)


def _github(source: str, found: Diagnostic) -> str:
    place = f",line={found.line},col={found.column}" if found.line else ""
    text = f"{found.message} {found.fix}".strip()
    return f"::{_GITHUB[found.severity]} file={_property(source)}{place},title={_property(found.code)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
