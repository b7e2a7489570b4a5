"""Cells of strangers' texts: whatever stands in front of a formula, a spreadsheet does not compute it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcard.playground.core.spreadsheets import guarded

FRONT = st.text(
    st.characters(
        categories=["Cc", "Cf", "Co", "Cn", "Zs", "Zl", "Zp", "Mn", "Me", "Pi", "Pf"], exclude_characters="\0"
    )
    | st.sampled_from("\"'`;,:\u2800\u3164"),
    max_size=6,
)
FORMULA = st.sampled_from("=+-@|%＝＋－＠﹦﹢﹣﹫−")


@given(FRONT, FORMULA, st.text(max_size=5))
def test_what_may_stand_in_front_of_a_formula_does_not_hide_it(front: str, formula: str, rest: str) -> None:
    text = (front + formula + rest).encode("utf-8", "replace").decode().replace("\0", "")
    assert guarded(text) == f"'{text}"


@given(st.characters(categories=["Lu", "Ll", "Lt", "Nd"]), st.text(max_size=20))
def test_what_begins_with_a_letter_stays_as_it_is(first: str, rest: str) -> None:
    text = (first + rest).encode("utf-8", "replace").decode().replace("\0", "")
    assert guarded(text) == text


@pytest.mark.parametrize(
    "text",
    ["=1+1", "  =1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "\tplain", "\nplain", "＝1", "\u200b=1", "\ufeff=1",
     "\u202e=1", ";=1", '"=1', "\u00a0=1", "\u00ad=1", ",=1", "\u2066\u061c=1", "“=1", "\x01=1", "\U000e0020=1", "\x85=1"],
)  # fmt: skip
def test_formulas_are_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "\u200b", "“quoted”", "مرحبا = 1", "(=1)", "1;=2"])
def test_other_texts_are_left_alone(text: str) -> None:
    assert guarded(text) == text
