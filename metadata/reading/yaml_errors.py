"""What a YAML parser's error means, in a sentence, with a suggestion."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from showcard.metadata.codes import diagnose
from showcard.metadata.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class _Kind:
    problem: str  # a part of the parser's own words
    line: str  # what the line looks like
    message: str
    fix: str


UNSPACED = re.compile(r"\s*(?:- )?[\w-]+:(?!//)[^\s:]")  # `key:value`, which YAML reads as one text
_QUOTE = "Put the value in quotes."
_KINDS = (
    _Kind("mapping values are not allowed", r"^[^:]+:\s.*:(\s|$)", "A colon inside an unquoted value", _QUOTE),
    _Kind("mapping values are not allowed", UNSPACED.pattern, "No space after the colon", "Write “key: value”."),
    _Kind("could not find expected ':'", UNSPACED.pattern, "No space after the colon", "Write “key: value”."),
    _Kind(
        "mapping values are not allowed",
        "",
        "A key where none can stand",
        "Check the indentation of this line and the one above it.",
    ),
    _Kind(
        "could not find expected ':'",
        "",
        "A key without its colon",
        "Write “key: value”, with a space after the colon.",
    ),
    _Kind("cannot start any token", r"[@`%]", "An unquoted value can't start with @, ` or %", _QUOTE),
    _Kind("found character", "", "A character that can't stand here", _QUOTE),
    _Kind(
        "found unexpected end of stream",
        "",
        "A quote that is opened is never closed",
        "Close it, or double it where it is part of the text.",
    ),
    _Kind("unexpected end", "", "Something that is opened is never closed", "Close the quote or bracket."),
    _Kind(
        "expected ',' or",
        "",
        "A bracket that is opened is never closed, or a comma is missing",
        "Close the bracket, or put the value in quotes.",
    ),
    _Kind(
        "did not find expected '-' indicator",
        "",
        "A line that is no item stands among the items of a list",
        "Start it with “- ”, or indent it as the list's key.",
    ),
    _Kind(
        "did not find expected key",
        r"^\s*-",
        "A list item stands where a key is expected",
        "Check the indentation: items of one list start in the same column.",
    ),
    _Kind(
        "did not find expected key",
        "",
        "No key is found where one is expected",
        "Check quotes and indentation of this line and the one above it.",
    ),
    _Kind("undefined alias", "", "An unquoted value can't start with *", _QUOTE),
    _Kind(
        "unknown escape character",
        "",
        "A backslash in double quotes starts an escape that YAML does not know",
        "Use single quotes, or double the backslash.",
    ),
    _Kind("<document start>", "", "The YAML ends before this line", "Remove the line “...” or “---” above it."),
    _Kind("expected alphabetic or numeric", "", "An unquoted value can't start with * or &", _QUOTE),
)


def guilty_line(error: yaml.MarkedYAMLError, lines: list[str]) -> int:
    """The line to blame: where a quote, a key or a bracket was opened, if the parser went on past it."""
    return min(_guilty_mark(error, lines)[0], len(lines) - 1)


def _guilty_mark(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[int, int]:
    mark, context = error.problem_mark, error.context or ""
    opened = "quoted" in context or "simple key" in context
    if mark is not None and "mapping values" in str(error.problem):
        above = next((at for at in range(min(mark.line, len(lines)) - 1, -1, -1) if lines[at].strip()), None)
        if above is not None and UNSPACED.match(lines[above]):
            return above, 0
    if "flow" in context and mark is not None:
        line = lines[min(mark.line, len(lines) - 1)]
        opened = not line.strip() or line[0] not in " \t]}"  # the next key already: it was never closed
    if opened and error.context_mark is not None:
        mark = error.context_mark
    return (mark.line, mark.column) if mark is not None else (0, 0)


def describe(
    error: yaml.MarkedYAMLError, lines: list[str], first_line: int, left_out: tuple[int, int] | None
) -> Diagnostic:
    """The diagnostic of a syntax error: where it is, the line, what is left out, how to mend it."""
    at, column = guilty_line(error, lines), _guilty_mark(error, lines)[1] + 1
    line, problem = lines[at].strip()[:120], str(error.problem or error)
    kind = next((k for k in _KINDS if k.problem in problem and re.search(k.line, line)), None)
    message = kind.message if kind else f"The YAML can't be read here ({problem})"
    rest = ""
    if left_out:
        start, end = left_out[0] + first_line, left_out[1] + first_line - 1
        where = f"line {start} is" if end <= start else f"lines {start} to {end} are"
        rest = f" The Hub refuses the card; here {where} left out."
    fix = kind.fix if kind else "Put the value in quotes, or check the indentation."
    return diagnose("yaml-syntax", f"{message}: “{line}”.{rest}", at + first_line, column, fix=fix)
