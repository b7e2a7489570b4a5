"""Diffs of answers: nothing is lost, what is equal is equal, hostile and long texts stay affordable."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcard.playground.core import diff as module
from showcard.playground.core.diff import diff, fields, similarity

TEXTS = st.text(st.sampled_from("ab .\n!?é文。\t\"'(x1-"), max_size=60) | st.text(max_size=40)


def sides(first: str, second: str) -> tuple[str, str]:
    pieces = [piece for row in diff(first, second).rows for piece in row]
    return "".join(p.left for p in pieces), "".join(p.right for p in pieces)


@given(TEXTS, TEXTS)
def test_nothing_is_lost_on_either_side(first: str, second: str) -> None:
    assert sides(first, second) == (first, second)
    for row in diff(first, second).rows:
        for piece in row:
            assert (piece.left == "") == (piece.kind == "added")
            assert (piece.right == "") == (piece.kind == "removed")
            if piece.kind == "same":
                assert piece.left.split() == piece.right.split() or "".join(piece.left.split()) == "".join(
                    piece.right.split()
                )


@given(TEXTS, TEXTS)
def test_similarity_is_one_for_the_same(first: str, second: str) -> None:
    assert similarity(first, first) == 1.0
    assert diff(first, first).identical
    assert 0 <= similarity(first, second) <= 1
    assert diff(first, second).identical == (first == second)


def test_words_not_letters_and_sentences_beside_each_other() -> None:
    first = "Paris is the capital of France. It has two million people. I like it."
    second = "Paris is the capital city of France. Lyon is smaller. It has 2.1 million people."
    shown = [[(p.kind, (p.left or p.right).strip()) for p in row] for row in diff(first, second).rows]
    assert shown[0] == [("same", "Paris is the capital"), ("added", "city"), ("same", "of France.")]
    assert ("added", "Lyon is smaller.") in shown[1]
    assert [("removed", "I like it.")] in shown
    assert 0.5 < similarity(first, second) < 1


def test_one_word_of_a_hundred_is_not_a_hundred_percent() -> None:
    words = [f"w{n}" for n in range(1000)]
    assert diff(" ".join(words), " ".join([*words[:-1], "other"])).percent == "99 %"
    assert diff("a b", "a b").percent == "100 %"
    assert diff("", "").percent == "100 %"


def test_white_space_is_told_and_indentation_is_a_change() -> None:
    spaced = diff("a  b", "a b")
    assert spaced.similarity == 1
    assert not spaced.identical
    assert diff("if x:\n    y", "if x:\n  y").similarity < 1


def test_chinese_is_compared_by_character() -> None:
    assert similarity("我喜欢大熊猫。", "我喜欢小熊猫。") > 0.7


def ordinary(seed: int, words: int) -> str:
    chosen = random.Random(seed)
    vocabulary = [f"word{n}" for n in range(300)]
    return " ".join(chosen.choice(vocabulary) + ("." if chosen.random() < 0.08 else "") for _ in range(words))


HOSTILE = {
    "ordinary": (ordinary(1, 8000), ordinary(2, 8000)),
    "two words": ("a b " * 4000, "b a a " * 2700),
    "random pair": (
        " ".join(random.Random(1).choices("ab", k=8000)),
        " ".join(random.Random(2).choices("ab", k=8000)),
    ),
    "short sentences": ("a. b. " * 4000, "b. c. a. " * 2700),
    "dots": ("." * 8000, "!" * 8000),
    "lines": ("\n".join(map(str, range(8000))), "\n".join(map(str, reversed(range(8000))))),
}


QUICK = ("random pair", "dots", "lines")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name not in QUICK)) for name in HOSTILE]
)
def test_long_answers_take_bounded_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = HOSTILE[name]
    taken: list[int] = []
    compared = module.SequenceMatcher

    def counting(junk: None, a: list[str], b: list[str], autojunk: bool) -> object:
        taken.append(len(a) * len(b))
        return compared(junk, a, b, autojunk)

    monkeypatch.setattr(module, "SequenceMatcher", counting)
    assert sides(first, second) == (first, second)
    assert sum(taken) <= module.CELLS
    assert max(taken, default=0) <= module.MAX_CELLS_AT_ONCE


def test_what_is_too_long_to_be_compared_at_once_is_still_compared() -> None:
    first = ordinary(1, 8000)
    second = " ".join("other" if place % 10 == 3 else word for place, word in enumerate(first.split()))
    assert 0.85 < similarity(first, second) < 0.95
    found = diff(*HOSTILE["two words"])
    assert found.similarity > 0.5
    assert not found.exact
    assert diff("a b c", "a x c").exact


def test_an_edit_in_a_long_answer_is_found_where_it_is() -> None:
    first = ordinary(1, 8000)
    second = first.replace(" word7 ", " changed ", 1)
    changed = [p for row in diff(first, second).rows for p in row if p.kind != "same"]
    assert [(p.kind, (p.left or p.right).strip()) for p in changed] == [("removed", "word7"), ("added", "changed")]


def test_fields_of_json() -> None:
    first = '```json\n{"name": "Ada", "age": 36, "tags": ["x", "y"], "gone": null}\n```'
    second = '{"name": "Ada", "age": "36", "tags": ["x"], "a b": {"c": true}}'
    found = fields(first, second)
    assert found is not None
    assert {f.path: (f.kind, f.left, f.right) for f in found} == {
        "$.name": ("same", '"Ada"', '"Ada"'),
        "$.age": ("changed", "36", '"36"'),
        "$.tags[0]": ("same", '"x"', '"x"'),
        "$.tags[1]": ("removed", '"y"', None),
        "$.gone": ("removed", "null", None),
        '$["a b"].c': ("added", None, "true"),
    }


@pytest.mark.parametrize("text", ["", "42", '"text"', "no json", "[" * 100_000, '{"a": 1', "nan"])
def test_what_is_no_json_object_or_list_has_no_fields(text: str) -> None:
    assert fields(text, "{}") is None
    assert fields("[]", text) is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
                    max_leaves=12))  # fmt: skip
def test_a_value_has_no_fields_that_differ_from_itself(value: object) -> None:
    found = fields(json.dumps([value]), json.dumps([value], indent=3))
    assert found is not None
    assert all(field.kind == "same" for field in found)


def test_many_fields_are_cut() -> None:
    found = fields(json.dumps(list(range(9_999))), "[]")
    assert found is not None
    assert len(found) <= module.MAX_FIELDS + 1
