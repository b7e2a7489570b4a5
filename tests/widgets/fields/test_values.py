"""Lists and tables in a text area: nothing changes on the way, and nothing odd gets through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcard.metadata.tasks.table import Field
from showcard.widgets.fields import components as fields
from showcard.widgets.fields.values import read_list, read_table, write_list, write_table
from showcard.wire.request import RequestError

cells = st.one_of(
    st.none(),
    st.text(),
    st.booleans(),
    st.integers(min_value=-(10**30), max_value=10**30),
    st.floats(allow_nan=False, allow_infinity=False),
)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[Any]]:
    names = draw(st.lists(st.text(), min_size=1, max_size=4, unique=True))
    height = draw(st.integers(1, 4))
    return {name: draw(st.lists(cells, min_size=height, max_size=height)) for name in names}


def is_blank(table: dict[str, list[Any]]) -> bool:
    return all(cell is None or cell == "" for column in table.values() for cell in column)


@given(tables())
def test_a_table_comes_back_as_it_was(table: dict[str, list[Any]]) -> None:
    found = read_table(write_table(table), "Table")
    assert found == (None if is_blank(table) else table)
    if found:
        assert [[type(c) for c in column] for column in found.values()] == [
            [type(c) for c in column] for column in table.values()
        ]


@given(st.lists(st.text()))
def test_texts_come_back_as_they_were(texts: list[str]) -> None:
    assert read_list(write_list(texts), "Sentences") == texts


def test_a_number_typed_into_texts_is_a_text() -> None:
    assert json.loads(write_table({"a": ["1", "2"]}))["fresh"] == "s"
    assert json.loads(write_table({"a": [1, "2"]}))["fresh"] == "j"
    assert json.loads(write_table(None))["fresh"] == "j"


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "3",
        '"x"',
        "{}",
        '{"names": "a", "rows": []}',
        '{"names": ["a"], "rows": [1]}',
        '{"names": [1], "rows": [[null]]}',
        '{"names": ["a"], "rows": [[1]]}',
        '{"names": ["a"], "rows": [["x"]]}',
        '{"names": ["a"], "rows": [["j[1]"]]}',
        '{"names": ["a"], "rows": [["jNaN"]]}',
        '{"names": ["a"], "rows": [["j{"]]}',
        "[" * 100_000,
    ],
)
def test_what_no_page_would_send_is_a_sentence(text: str) -> None:
    with pytest.raises(RequestError):
        read_table(text, "Table")


def test_two_columns_of_one_name_are_not_merged() -> None:
    with pytest.raises(RequestError, match="Two columns of the table are called “a”"):
        read_table('{"names": ["a", "a"], "rows": [["s1", "s2"]]}', "Table")


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '"a"'])
def test_a_list_of_anything_else_is_a_sentence(text: str) -> None:
    with pytest.raises(RequestError):
        read_list(text, "Candidate labels")


def test_labels_keep_their_commas_and_lose_only_blanks_and_doubles() -> None:
    field = Field("candidate_labels", "labels", "Candidate labels")
    assert fields.read(field, json.dumps(["red, white", " a ", "", "a"])) == ["red, white", "a"]
    with pytest.raises(RequestError, match="Candidate labels is empty"):
        fields.read(field, "[]")


def test_sentences_keep_their_line_ends_and_lose_blanks_at_the_end() -> None:
    field = Field("sentences", "sentences", "Sentences")
    assert fields.read(field, fields.show(field, ["one\ntwo", "", "three", " "])) == ["one\ntwo", "", "three"]


def test_a_message_with_images_has_parts() -> None:
    field = Field("messages", "messages", "Message")
    assert fields.read(field, {"text": "What is it?", "files": []}) == "What is it?"
    with pytest.raises(RequestError, match="Message is empty"):
        fields.read(field, {"text": " ", "files": []})
