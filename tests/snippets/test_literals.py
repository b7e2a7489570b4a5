"""A literal, read by its own language, gives the value back."""

from __future__ import annotations

import ast
import json
import math
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from showcard.snippets import literals
from showcard.snippets.literals import SourceCode
from tests.support.hostile import LONG, TEXTS

TEXT = st.text(st.characters(exclude_categories=())) | st.sampled_from(TEXTS)
NUMBER = st.integers() | st.floats() | st.integers(-(2**63), 2**200)
VALUE = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=25,
)
CHECKED = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
SHELLS = [name for name in ("bash", "dash", "zsh") if shutil.which(name)]


def same(one: Any, other: Any) -> bool:
    """Equal in type too, and NaN equals NaN."""
    if isinstance(one, float) and isinstance(other, float):
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


@CHECKED
@given(VALUE, st.integers(0, 12))
def test_python_gives_the_value_back(value, indent):
    text = literals.python(value, indent)
    assert same(eval(text, {"float": float, "__builtins__": {}}), value)
    assert all(char.isprintable() or char == "\n" for char in text)


@CHECKED
@given(TEXT)
def test_python_strings_are_nothing_but_strings(text):
    written = literals.python_string(text)
    assert ast.literal_eval(written) == text
    assert "\n" not in written


@CHECKED
@given(st.dictionaries(TEXT, VALUE, max_size=4))
def test_python_calls_hand_over_every_argument(arguments):
    text = literals.python_call("dict", list(arguments.items()))
    assert same(eval(text, {"float": float, "dict": dict, "__builtins__": {}}), in_order(arguments))


def in_order(arguments):
    """Names that can't be written as keywords come last."""
    return dict(sorted(arguments.items(), key=lambda item: not literals.is_python_name(item[0])))


@CHECKED
@given(VALUE)
def test_json_is_json_and_prints(value):
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        with pytest.raises(ValueError):
            literals.json_text(value)
        return
    text = literals.json_text(value)
    assert same(json.loads(text), value)
    assert all(char.isprintable() or char == "\n" for char in text)
    text.encode("utf-8")


def in_batches(values: list[Any], size: int = 500) -> list[list[Any]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def sampled(strategy: st.SearchStrategy[Any], number: int) -> list[Any]:
    found: list[Any] = []

    @settings(
        max_examples=number, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(strategy)
    def gather(value):
        found.append(value)

    gather()
    return found


@pytest.mark.parametrize("shell", SHELLS)
def test_shell_words_are_one_word_as_they_were(shell):
    possible = [text for text in [*TEXTS, *LONG, *sampled(TEXT, 500)] if "\0" not in text and encodes(text)]
    words = [literals.shell_word(text) for text in possible]
    script = "".join(f"printf '%s\\0' {word}\n" for word in words)
    done = subprocess.run([shell], input=script.encode(), capture_output=True, check=True)
    assert done.stderr == b""
    assert done.stdout.decode().split("\0")[:-1] == possible


@pytest.mark.parametrize("shell", SHELLS)
def test_heredocs_end_where_the_text_ends(shell):
    possible = [text for text in TEXTS if "\0" not in text and encodes(text)]
    for text in possible:
        opening, rest = literals.heredoc(text)
        done = subprocess.run([shell], input=f"cat {opening}\n{rest}\n".encode(), capture_output=True, check=True)
        assert done.stdout.decode() == text + "\n"
        assert done.stderr == b""


def encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_what_no_word_can_hold(text):
    with pytest.raises(ValueError):
        literals.shell_word(text)


@pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")
def test_javascript_gives_the_value_back():
    values = [value for value in [list(TEXTS), *sampled(VALUE, 300)] if not has_big_integer(value)]
    lines = [f"show({literals.javascript(value)});" for value in values]
    # JSON can't say NaN, infinity and -0, so they are told apart before.
    show = """
const marked = (key, value) => typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
  ? { number: Object.is(value, -0) ? "-0" : String(value) } : value;
const show = (value) => console.log(JSON.stringify(value, marked));
"""
    done = subprocess.run(
        ["node", "--input-type=module"], input=(show + "\n".join(lines)).encode(), capture_output=True, check=True
    )
    answers = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    assert len(answers) == len(values)
    for answer, value in zip(answers, values, strict=True):
        assert equal_in_javascript(answer, value), value


def has_big_integer(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(has_big_integer, value.values()))
    if isinstance(value, list):
        return any(map(has_big_integer, value))
    return isinstance(value, int) and abs(value) > 2**53


def equal_in_javascript(answer: Any, value: Any) -> bool:
    if isinstance(value, float) and (not math.isfinite(value) or (value == 0 and math.copysign(1, value) < 0)):
        names = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN", "-0.0": "-0"}
        return answer == {"number": names[repr(value)]}
    if isinstance(value, dict):
        # Keys that look like numbers come first in JavaScript.
        return set(answer) == set(value) and all(equal_in_javascript(answer[key], value[key]) for key in value)
    if isinstance(value, list):
        return len(answer) == len(value) and all(map(equal_in_javascript, answer, value))
    if isinstance(value, float):
        return float(answer) == value
    return answer == value and isinstance(answer, bool) == isinstance(value, bool)


def test_layout_is_that_of_a_formatter():
    value = {"a": [1, 2.5, None, True], "b": {"c": "x" * 70, "d": []}}
    assert literals.python(value) == (
        '{\n    "a": [1, 2.5, None, True],\n    "b": {\n        "c": "' + "x" * 70 + '",\n        "d": [],\n    },\n}'
    )
    assert literals.json_text({"a": 1}) == '{"a": 1}'
    assert literals.javascript({"a": 1, "b-c": SourceCode("x")}) == '{ a: 1, "b-c": x }'
    assert literals.python_string('say "hi"') == "'say \"hi\"'"
    assert literals.shell_word("https://example.org/a?b") == "'https://example.org/a?b'"
    assert literals.shell_word("") == "''"
    assert (
        literals.python_call("f", [(None, 1), ("x", "y"), ("class", 2), ("ｆ", 3)])
        == 'f(1, x="y", **{"class": 2, "ｆ": 3})'
    )


def test_what_has_no_literal():
    for write in (literals.python, literals.javascript, literals.json_text):
        with pytest.raises(TypeError):
            write(b"bytes")
