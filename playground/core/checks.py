"""Checks on an answer: what it contains, its length, whether it is JSON, fits a schema, whether its code parses.

Patterns are RE2's (linear in time, whatever a pattern says; no look-around and no back-references)."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from showcard.inference.answers.patterns import PatternError, compiled, matches
from showcard.inference.answers.schema import judged_here
from showcard.inference.processes.workers import WorkerError, run_apart_here
from showcard.ui.session.typed_json import read_object
from showcard.wire.request import RequestError

MAX_CHARACTERS = 400_000
MAX_CODE = 100_000
SHORT = 10_000  # characters of an answer whose code is parsed here
PARSES = "code parses"

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`{]*)")
_PYTHON = frozenset(("python", "py", "python3", "py3"))
_JSON = frozenset(("json",))


@dataclass(frozen=True, slots=True)
class Checks:
    """What is asked of every answer; what is empty is not asked."""

    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    pattern: str = ""
    most_characters: int | None = None
    is_json: bool = False
    fits_schema: bool = False
    code_parses: bool = False
    schema: Mapping[str, Any] | None = None

    def __bool__(self) -> bool:
        asked = (self.contains, self.lacks, self.pattern, self.is_json, self.fits_schema, self.code_parses)
        return any(asked) or self.most_characters is not None


@dataclass(frozen=True, slots=True)
class CheckMark:
    """What a check says of an answer; `passed` is None where it could not be checked."""

    check: str
    passed: bool | None
    sentence: str


def read_checks(
    contains: str = "",
    lacks: str = "",
    pattern: str = "",
    most_characters: str = "",
    ticked: tuple[str, ...] = (),
    schema: str = "",
) -> Checks:
    """Checks as a person typed them: texts one a line, a number, a JSON schema. Raises RequestError."""
    return Checks(
        contains=_lines(contains),
        lacks=_lines(lacks),
        pattern=_pattern(pattern.strip()),
        most_characters=_number(most_characters.strip()),
        is_json="json" in ticked,
        fits_schema="schema" in ticked,
        code_parses="code" in ticked,
        schema=read_object("The schema", schema) or None,
    )


def run_checks(checks: Checks, answer: str, response_format: Mapping[str, Any] | None = None) -> tuple[CheckMark, ...]:
    """What each check says of an answer (without its reasoning). Where the checks name no schema, the one that the
    answer was asked with counts."""
    if len(answer) > MAX_CHARACTERS:
        return (CheckMark("length", None, f"Longer than {MAX_CHARACTERS:,} characters: not checked."),)
    marks = [_contains(text, answer) for text in checks.contains]
    marks += [_lacks(text, answer) for text in checks.lacks]
    if checks.pattern:
        marks.append(_matches(checks.pattern, answer))
    if checks.most_characters is not None:
        marks.append(_short(checks.most_characters, answer))
    if checks.is_json:
        marks.append(_is_json(answer))
    if checks.fits_schema:
        marks.append(_fits(checks.schema, response_format, answer))
    if checks.code_parses:
        marks.append(_parses(answer))
    return tuple(marks)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())[:50]


def _pattern(pattern: str) -> str:
    try:
        compiled(pattern)
    except PatternError as error:
        raise RequestError(str(error)) from None
    return pattern


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise RequestError(f"The longest length is a whole number of characters, not {text[:40]}.")
    return int(text)


def _quoted(text: str) -> str:
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"


def _contains(text: str, answer: str) -> CheckMark:
    found = text.casefold() in answer.casefold()
    return CheckMark(
        f"contains {_quoted(text)}", found, f"The answer {'contains' if found else 'does not contain'} {_quoted(text)}."
    )


def _lacks(text: str, answer: str) -> CheckMark:
    found = text.casefold() in answer.casefold()
    return CheckMark(
        f"without {_quoted(text)}",
        not found,
        f"The answer {'contains' if found else 'does not contain'} {_quoted(text)}.",
    )


def _matches(pattern: str, answer: str) -> CheckMark:
    name = f"matches {_quoted(pattern)}"
    try:
        fits = matches(pattern, answer)
    except PatternError as error:
        return CheckMark(name, None, str(error))
    return CheckMark(name, fits, "The pattern matches." if fits else "The pattern matches nowhere.")


def _short(most: int, answer: str) -> CheckMark:
    fits = len(answer) <= most
    return CheckMark(f"at most {most:,} characters", fits, f"The answer has {len(answer):,} characters.")


def _is_json(answer: str) -> CheckMark:
    try:
        json.loads(answer, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return CheckMark("valid JSON", False, f"The answer is not JSON: {error}.")
    return CheckMark("valid JSON", True, "The answer is JSON.")


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _fits(schema: Mapping[str, Any] | None, response_format: Mapping[str, Any] | None, answer: str) -> CheckMark:
    asked = {"type": "json_schema", "json_schema": {"schema": schema}} if schema else response_format
    found = judged_here(answer, asked)
    if found is None:
        return CheckMark("fits the schema", None, "No schema is given, here or in the pane's settings: not checked.")
    return CheckMark("fits the schema", found.fits, found.sentence)


def _parses(answer: str) -> CheckMark:
    """Whether every block of code that we can parse does; one that we can't is named. Much code is parsed in a worker
    process, as Python's own parser lets nothing else run."""
    return _parsed(answer) if len(answer) <= SHORT else _parsed_apart(answer)


@lru_cache(maxsize=100)
def _parsed_apart(answer: str) -> CheckMark:
    try:
        return run_apart_here(_parsed, answer)
    except WorkerError:
        return CheckMark(PARSES, None, "The code takes too long to parse: not checked.")


def _parsed(answer: str) -> CheckMark:
    name, blocks = PARSES, list(_blocks(answer))
    if not blocks:
        return CheckMark(name, False, "The answer has no block of code.")
    wrong, unknown, fine = [], [], 0
    for number, (language, code) in enumerate(blocks, 1):
        parse = _PARSERS.get(language)
        if parse is None or len(code) > MAX_CODE:
            unknown.append(language[:20] or "a block that names no language")
        elif problem := parse(code):
            wrong.append(f"Block {number} ({language}) does not parse: {problem}.")
        else:
            fine += 1
    rest = f" Not checked: {', '.join(dict.fromkeys(unknown))}." if unknown else ""
    if wrong:
        return CheckMark(name, False, wrong[0] + rest)
    if not fine:
        return CheckMark(name, None, rest.strip())
    return CheckMark(name, True, f"{fine} block{'s parse' if fine > 1 else ' parses'}.{rest}")


def _blocks(answer: str) -> Iterator[tuple[str, str]]:
    """The fenced blocks of code with their languages; one that was cut goes to the end."""
    fence, language = "", ""
    lines: list[str] = []
    for line in answer.splitlines():
        found = _FENCE.match(line)
        if not fence and found:
            fence, language, lines = found[1], found[2].lower(), []
        elif fence and found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
            yield language, "\n".join(lines)
            fence = ""
        elif fence:
            lines.append(line)
    if fence:
        yield language, "\n".join(lines)


def _python(code: str) -> str:
    """What is wrong with Python code; nothing of it runs."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except SyntaxError as error:
        return f"{error.msg}, line {error.lineno}"
    except (ValueError, RecursionError, MemoryError):
        return "it can't be read"
    return ""


def _json(code: str) -> str:
    try:
        json.loads(code)
    except (ValueError, RecursionError) as error:
        return str(error)
    return ""


_PARSERS: Mapping[str, Callable[[str], str]] = {**dict.fromkeys(_PYTHON, _python), **dict.fromkeys(_JSON, _json)}
