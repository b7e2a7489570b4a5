"""Deep links: what is written is read again, what is read is never more than fields."""

from __future__ import annotations

import base64
import zlib
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcard.metadata.examples.inputs import read_given
from showcard.metadata.media import Media
from showcard.metadata.tasks.table import TASKS, task
from showcard.wire.links import LONG, LONGEST_QUERY, MAX_DATA, Link, is_long, link_fields, read_link, write_link

numbers = st.one_of(st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False))
cells = st.one_of(st.none(), st.text(), numbers, st.booleans())
labels = st.lists(st.text(min_size=1), min_size=1, max_size=4)
items = st.fixed_dictionaries(
    {},
    optional={
        "text": st.text(),
        "context": st.text(),
        "candidate_labels": labels,
        "multi_class": st.booleans(),
        "table": st.dictionaries(st.text(), st.lists(cells, max_size=3), max_size=3),
        "structured_data": st.dictionaries(st.text(), st.lists(cells, max_size=3), max_size=3),
        "sentences": st.lists(st.text(), max_size=3),
        "source_sentence": st.text(),
    },
)
links = st.builds(
    Link,
    source=st.text(),
    card=st.text(),
    task=st.text(),
    example=st.text(),
    fields=items,
    parameters=st.dictionaries(st.text(), st.one_of(cells, st.lists(cells, max_size=2)), max_size=3),
    provider=st.text(),
    language=st.text(),
    code=st.booleans(),
)


def back(written: str) -> Link:
    query, _, fragment = written.partition("#")
    return read_link(query, fragment)


def plainly(link: Link) -> Link:
    """Names that a link joins with commas come back as the text that cards write, which means the same."""
    held = link.fields.get("candidate_labels")
    if isinstance(held, str):
        return replace(link, fields={**link.fields, "candidate_labels": [part.strip() for part in held.split(",")]})
    return link


@given(links)
def test_what_is_written_is_read(link: Link) -> None:
    assert plainly(back(write_link(link))) == link


@given(links, st.integers(2_000, 30_000))
def test_long_values_survive_behind_the_hash(link: Link, many: int) -> None:
    long = replace(link, fields={**link.fields, "text": "ä" * many})
    written = write_link(long)
    assert len(written.partition("#")[0]) <= LONGEST_QUERY
    assert "#in=" in written
    assert plainly(back(written)) == long


@given(st.text(), st.text())
def test_nothing_that_is_read_fails(query: str, fragment: str) -> None:
    assert isinstance(read_link(query, fragment), Link)
    assert isinstance(read_link(query, f"in={fragment}"), Link)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?model=org/m&text=Hi%20there", Link("org/m", fields={"text": "Hi there"})),
        ("text=a&text=b", Link(fields={"text": "a"})),
        ("candidate_labels=a,%20b&multi_class=false", Link(fields={"candidate_labels": "a, b", "multi_class": False})),
        ("structured_data=%7B%22a%22%3A%5B1%5D%7D", Link(fields={"structured_data": {"a": [1]}})),
        ("table=%7Bbroken", Link()),
        ("inference_api=true&inference_provider=groq&language=js", Link(provider="groq", language="js", code=True)),
        ("parameters=%5B1%5D&token=hf_x&base_url=http%3A%2F%2Fevil", Link()),
    ],
)
def test_the_hubs_own_names(query: str, wanted: Link) -> None:
    assert read_link(query) == wanted


def test_a_link_has_no_place_for_keys_or_addresses() -> None:
    names = {field.name for field in fields(Link)}
    assert names == {"source", "card", "task", "example", "fields", "parameters", "provider", "language", "code"}


def test_what_swells_when_unpacked_is_left_out() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b"text=" + b"a" * 40_000_000, 9)).decode()
    assert read_link("", f"in={bomb}") == Link()


def packed(query: str) -> str:
    return f"in={base64.urlsafe_b64encode(zlib.compress(query.encode(), 9)).decode().rstrip('=')}"


def test_what_is_long_when_unpacked_is_known_before_it_is_read() -> None:
    assert is_long("text=" + "a" * LONG)
    assert is_long("", packed("text=" + "%41" * LONG))
    assert not is_long("?model=org/m", f"#{packed('text=' + 'a' * 9_000)}")
    assert not is_long("", "in=" + "?" * 100)


def test_a_table_that_holds_more_than_a_page_shows_is_left_out() -> None:
    def table(cells: int) -> str:
        return packed(f"text=x&table=[{','.join(['[]'] * cells)}]")

    assert read_link("", table(MAX_DATA)).fields == {"text": "x"}
    assert len(read_link("", table(9)).fields["table"]) == 9


INPUTS: dict[str, Any] = {
    "text": "A text",
    "text_pair": "Another",
    "question": "Who?",
    "query": "How many?",
    "context": "In a text",
    "candidate_labels": ["a", "b, c"],
    "multi_label": True,
    "source_sentence": "One",
    "sentences": ["Two\nlines", "Three"],
    "messages": [{"role": "user", "content": "Hello"}],
    "prompt": "Do it",
    "table": {"a": [1, "1"], "b": [None, 0.5]},
    "image": Media(data=b"x"),
    "audio": Media(data=b"x"),
    "video": Media(data=b"x"),
}


@pytest.mark.parametrize("row", TASKS, ids=lambda row: row.id)
def test_the_fields_of_every_task_come_back(row: Any) -> None:
    inputs = {spec.name: INPUTS[spec.name] for spec in row.fields}
    link = back(write_link(Link("org/m", fields=link_fields(row, inputs))))
    found, problems = read_given(link.fields, row)
    assert not problems
    assert found == {name: value for name, value in inputs.items() if not isinstance(value, Media)}


def test_the_text_of_a_message_with_an_image_comes_along() -> None:
    parts = [{"type": "image_url", "image_url": {"url": Media(data=b"x")}}, {"type": "text", "text": "What?"}]
    found = link_fields(task("conversational"), {"messages": [{"role": "user", "content": parts}]})
    assert found == {"text": "What?"}
