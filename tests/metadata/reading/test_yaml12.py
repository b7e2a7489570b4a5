import json
import math
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from showcard.metadata.reading import yaml12
from showcard.metadata.reading.document import read_document
from showcard.metadata.reading.yaml12 import (
    MAX_COMPOSED,
    Builder,
    LargeMarks,
    Mark,
    Marks,
    TooDeep,
    compose,
    expanded_size,
    make_marks,
    plain,
)


def load(text):
    return Builder(1).build(compose(text))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("2020-01-01", "2020-01-01"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("９", "９"),
        ("-", "-"),
        ("=", "="),
        ("1e-9", 1e-9),
        ("1.", 1.0),
        (".5", 0.5),
        ("+1", 1),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("-.INF", -math.inf),
        ("true", True),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("False", False),
        ("~", None),
        ("Null", None),
        ("", None),
    ],
)
def test_a_plain_scalar_is_read_by_the_core_schema_of_1_2(written, value):
    found = plain(written)
    assert (found, type(found)) == (value, type(value))


def test_nan_is_a_number():
    assert math.isnan(plain(".nan"))


def test_an_integer_of_any_length_is_read_without_complaint():
    assert plain("9" * 300) == int("9" * 300)
    assert plain("9" * 5000) == math.inf


def test_quoted_and_tagged_scalars_are_what_they_say():
    text = "a: '1'\nb: \"true\"\nc: !!str 3\nd: !!int '4'\nf: |\n  6\n"
    assert load(text) == {"a": "1", "b": "true", "c": "3", "d": 4, "f": "6\n"}


def test_unknown_tags_are_data_and_diagnosed():
    builder = Builder(1)
    assert builder.build(compose("a: !!python/object/apply:os.system ['x']\nb: !mine 1\n")) == {"a": ["x"], "b": "1"}
    assert [(d.code, d.line) for d in builder.diagnostics] == [("yaml-tag", 1), ("yaml-tag", 2)]


def test_keys_are_texts_as_in_json():
    text = "1: a\nno: b\ntrue: c\n{x}: d\n[p, q]: e\n? |\n  long\n: f\n"
    assert load(text) == {"1": "a", "no": "b", "true": "c", "{x: }": "d", "[p, q]": "e", "long\n": "f"}


def test_the_last_of_two_keys_counts_and_the_second_is_named():
    builder = Builder(first_line=5)
    assert builder.build(compose("a: 1\nb: {c: 1, c: 2}\na: 3\n")) == {"a": 3, "b": {"c": 2}}
    assert [(d.code, d.line, d.column) for d in builder.diagnostics] == [
        ("yaml-duplicate-key", 6, 11),
        ("yaml-duplicate-key", 7, 1),
    ]


def test_merge_keys_fill_in_what_is_missing():
    assert load("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\nz:\n  <<: [*x, {c: 4}]\n")["y"] == {"b": 3, "a": 1}
    assert load("x: &x {a: 1}\nz:\n  <<: [*x, {c: 4}]\n")["z"] == {"a": 1, "c": 4}
    assert load("a:\n  '<<': 1\n") == {"a": {"<<": 1}}


def test_marks_find_values_keys_and_the_nearest_parent():
    marks = Marks(compose("a: 1\nw:\n- text: x\n  n: {deep: [1, two]}\n"), first_line=10)
    assert marks.at(("a",)) == Mark(10, 4)
    assert marks.key(("a",)) == Mark(10, 1)
    assert marks.at(("w", 0)) == Mark(12, 3)
    assert marks.at(("w", 0, "n", "deep", 1)) == Mark(13, 17)
    assert marks.at(("w", 0, "missing", "x")) == Mark(12, 3)
    assert marks.at(("w", 9)) == Mark(12, 1)
    assert marks.at(()) == Mark(10, 1)
    assert Marks().at(("a", 1)) == Mark(1, 1)


def test_the_marks_of_a_large_document_are_those_of_its_tree():
    text = "a: 1\n" + "".join(f"k{n}:\n- x: {n}\n  y: [p, q]\n" for n in range(4000)) + "last: &z\n  v: 1\nalias: *z\n"
    root = compose(text)
    large, small = make_marks(root, text, 7), Marks(root, 7)
    assert isinstance(large, LargeMarks)
    for path in ((), ("a",), ("k17", 0, "y", 1), ("k3999", 0, "x"), ("last", "v"), ("nowhere",), ("k5", 3)):
        assert large.at(path) == small.at(path), path
        assert large.key(path) == small.key(path), path
    assert large.at(("alias", "v")).line == text.count("\n") + 6  # an alias into another part: the part's own start


def test_of_a_part_that_is_huge_the_lines_at_its_beginning_are_found(monkeypatch):
    text = "a: 1\nwidget:\n" + "- text: x\n  n: 1\n" * 50_000 + "b: 2\n"
    composed = []
    large = make_marks(compose(text), text, 1)
    monkeypatch.setattr(yaml12, "compose", lambda part: composed.append(len(part)) or compose(part))
    assert large.at(("widget", 1_000, "n")) == Mark(2 + 2 * 1_000 + 2, 6)
    assert large.at(("widget", 40_000, "n")) == large.at(("widget",))
    assert large.at(("b",)) == Mark(100_003, 4)
    assert len(composed) == 2
    assert max(composed) <= MAX_COMPOSED  # a tree of all of it would hold the process for seconds


def test_an_alias_is_counted_each_time_it_is_used():
    assert expanded_size(compose("a: &a [xxxxxxxxxx]\nb: [*a, *a, *a]\n")) > 40
    assert expanded_size(compose("a: &a [*a]\n")) == math.inf


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 500, "- " * 5000 + "a", "? " * 5000 + "a"])
def test_nesting_is_bounded_before_it_exhausts_the_stack(text):
    with pytest.raises(TooDeep):
        compose(text)


def test_nesting_within_the_bound_is_read_and_beyond_it_not():
    def nested(depth):
        return "".join(" " * level + "a:\n" for level in range(depth))

    assert load(nested(90))
    with pytest.raises(TooDeep):
        load(nested(120))


WITHOUT_C = """
import json, sys
sys.modules["yaml._yaml"] = None
from showcard.metadata.reading.card import parse_card
from showcard.metadata.reading.yaml12 import _Parser
assert "CParser" not in [base.__name__ for base in _Parser.__mro__]
cards = [parse_card(text) for text in json.loads(sys.stdin.read())]
print(json.dumps([[card.data, [[d.code, d.line] for d in card.diagnostics]] for card in cards]))
"""
CARDS = [
    "---\na: no\nb: 1e-9\nc: [x, {y: 12:30}]\nd: |\n  t\n---\n",
    "---\na: &a {x: 1}\nb: *a\nc: {<<: *a}\n---\n",
    "---\na: b: c\nlicense: mit\n---\n",
    f"---\na: {'[' * 300}\n---\n",
    "---\na: 1\na: é 🚀\n---\n",
]


def test_without_the_c_parser_everything_is_the_same():
    from showcard.metadata.reading.card import parse_card

    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_C], input=json.dumps(CARDS), capture_output=True, text=True, check=True,
        cwd=Path(__file__).resolve().parents[3],
    )  # fmt: skip
    cards = [parse_card(text) for text in CARDS]
    assert json.loads(done.stdout) == [[c.data, [[d.code, d.line] for d in c.diagnostics]] for c in cards]


@pytest.mark.parametrize(
    "text", ["a: 1\nb:\n  c: 2\n", "{a: 1,\n b: {c: 2}}\n", "a: 1\nb:\n  c: 2\n" + "d: 1\n" * 20_000]
)
def test_the_places_of_keys_are_known_in_another_process_too(text: str) -> None:
    here = read_document(text, 7).marks
    assert b"yaml.nodes" not in pickle.dumps(here)  # the tree weighs twenty times its text
    there = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(here))))
    for path in (("a",), ("b",), ("none",), ()):
        assert (there.key(path), there.at(path)) == (here.key(path), here.at(path))
    assert there.key(("b", "c")).line in (here.key(("b", "c")).line, here.at(("b",)).line)
