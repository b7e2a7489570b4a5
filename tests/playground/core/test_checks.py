"""Checks: each one passes, fails, or says that it did not check; hostile patterns and answers end."""

from __future__ import annotations

from typing import Any

import pytest

from showcard.inference.processes import workers
from showcard.playground.core import checks as checks_module
from showcard.playground.core.checks import Checks, read_checks, run_checks
from showcard.wire.request import RequestError

SCHEMA = '{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}'
PYTHON = "Here:\n```python\nprint('hi')\n```\nand\n```js\nlet x = ;\n```"


@pytest.mark.parametrize(
    ("typed", "answer", "passed"),
    [
        ({"contains": "Paris\n Seine "}, "paris on the seine", [True, True]),
        ({"contains": "Paris"}, "London", [False]),
        ({"lacks": "sorry"}, "I am Sorry", [False]),
        ({"lacks": "sorry"}, "Gladly", [True]),
        ({"pattern": r"\b\d{4}\b"}, "in 1999", [True]),
        ({"pattern": r"(?i)^paris$"}, "London", [False]),
        ({"most_characters": "5"}, "12345", [True]),
        ({"most_characters": " 4 "}, "12345", [False]),
        ({"most_characters": "0"}, "", [True]),
        ({"ticked": ("json",)}, '{"a": 1}', [True]),
        ({"ticked": ("json",)}, "NaN", [False]),
        ({"ticked": ("json",)}, "[" * 100_000, [False]),
        ({"ticked": ("schema",), "schema": SCHEMA}, '{"name": "Ada"}', [True]),
        ({"ticked": ("schema",), "schema": SCHEMA}, '{"name": 1}', [False]),
        ({"ticked": ("schema",)}, "{}", [None]),
        ({"ticked": ("code",)}, PYTHON, [True]),
        ({"ticked": ("code",)}, "```py\nprint(\n```", [False]),
        ({"ticked": ("code",)}, "~~~json\n{}\n~~~", [True]),
        ({"ticked": ("code",)}, "```json\n{'a': 1}\n```", [False]),
        ({"ticked": ("code",)}, "```rust\nfn\n```", [None]),
        ({"ticked": ("code",)}, "```\nx\n```", [None]),
        ({"ticked": ("code",)}, "no code", [False]),
        ({"ticked": ("code",)}, "````python\n'''\n```\n'''\n````", [True]),
        ({"ticked": ("code",)}, "```python\n" + "(" * 5_000, [False]),
        ({"ticked": ("code",)}, "```python\nx = '\0'", [False]),
    ],
)
def test_a_check(typed: dict[str, object], answer: str, passed: list[bool | None]) -> None:
    marks = run_checks(read_checks(**typed), answer)  # type: ignore[arg-type]
    assert [mark.passed for mark in marks] == passed
    assert all(mark.sentence and mark.check for mark in marks)


def test_what_was_not_checked_is_named() -> None:
    (mark,) = run_checks(Checks(code_parses=True), PYTHON)
    assert mark.sentence == "1 block parses. Not checked: js."
    (mark,) = run_checks(Checks(code_parses=True), "```python\nif\n```")
    assert "Block 1 (python) does not parse" in mark.sentence
    assert "line 1" in mark.sentence


def test_the_schema_of_the_pane_counts_where_none_is_given() -> None:
    pane = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "array"}}}
    (mark,) = run_checks(Checks(fits_schema=True), "{}", pane)
    assert mark.passed is False
    assert run_checks(Checks(fits_schema=True, schema={"type": "object"}), "{}", pane)[0].passed


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){12}b", "(x+x+)+y", r"(\w+\s?)*!"])
def test_a_hostile_pattern_ends(pattern: str) -> None:
    # Python's re would need longer than the world has for these; RE2's steps are bounded by text times pattern.
    assert run_checks(read_checks(pattern=pattern), "a" * 50_000 + " " + "x" * 50_000)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"pattern": "["}, "The pattern can't be read: missing ]"),
        ({"pattern": "(?!no)"}, "Look-around is not supported"),
        ({"pattern": "((a{100}){100}){100}"}, "The pattern can't be read"),
        ({"pattern": "a" * 2_000}, "longer than 1,000"),
        ({"pattern": "\ud800"}, "The pattern can't be read"),
        ({"most_characters": "-1"}, "whole number"),
        ({"most_characters": "9" * 5_000}, "whole number"),
        ({"schema": "{"}, "The schema: not JSON"),
        ({"schema": "[]"}, "not a JSON object"),
        ({"schema": "[" * 100_000}, "The schema: not JSON"),
    ],
)
def test_what_can_not_be_checked_is_a_sentence(typed: dict[str, str], said: str) -> None:
    with pytest.raises(RequestError, match=said.replace("(", r"\(").replace("]", r"\]")):
        read_checks(**typed)  # type: ignore[arg-type]


def test_a_lone_surrogate_and_a_long_answer() -> None:
    assert run_checks(read_checks(pattern="x"), "\ud800x")[0].passed
    (mark,) = run_checks(read_checks(contains="x"), "x" * 500_000)
    assert mark.passed is None


def test_nothing_asked_is_nothing_said() -> None:
    assert not read_checks()
    assert read_checks(most_characters="0")
    assert run_checks(read_checks(), "x") == ()


@pytest.mark.parametrize(("lines", "apart"), [(5, False), (9_000, True)])
def test_much_code_is_parsed_apart_from_the_app(lines: int, apart: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def noted(*given: Any) -> Any:
        asked.append(given[0])
        return workers.run_apart_here(*given)

    monkeypatch.setattr(checks_module, "run_apart_here", noted)
    answer = "```python\n" + "x = 1\n" * lines + "```"
    for _ in range(2):
        (mark,) = run_checks(Checks(code_parses=True), answer)
        assert (mark.passed, mark.sentence) == (True, "1 block parses.")
    assert asked == ([checks_module._parsed] if apart else [])


def test_code_that_takes_too_long_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: Any) -> Any:
        raise workers.TooSlow

    monkeypatch.setattr(checks_module, "run_apart_here", late)
    (mark,) = run_checks(Checks(code_parses=True), "```python\n" + "y = 1\n" * 9_000 + "```")
    assert mark.passed is None
    assert "too long" in mark.sentence
