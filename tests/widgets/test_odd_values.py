"""Every view meets answers with odd values in any place of them: it keeps the other items, and its HTML stays whole."""

from __future__ import annotations

import copy
import json
import math
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from showcard.inference.resolve import resolve
from showcard.inference.run import run
from showcard.inference.transport.assets import load
from showcard.inference.transport.http import close
from showcard.metadata.media import Media
from showcard.metadata.model import read_model
from showcard.metadata.outputs.read import normalise, to_json
from showcard.metadata.tasks.table import TASKS, task
from showcard.widgets.views import Context, render
from showcard.wire.request import Request
from tests.support.scripted import Talk, scripted
from tests.support.task_cards import OUTPUTS, task_card
from tests.support.view_cards import CHUNKS, TEXT, mask, photo, tone

VOID = {"img", "input", "br", "hr", "rect", "path"}
KINDS = {row.output: row.id for row in reversed(TASKS)}
# What an answer has in it beside the plain ones, a few items of each kind.
ANSWERS: dict[str, Any] = {
    **OUTPUTS,
    "labels": [{"label": "A", "score": 0.5}, {"label": "A", "score": -3}, {"label": "B", "score": 7.5}],
    "text": {"text": "What hath God wrought", "chunks": CHUNKS},
    "answers": [{"answer": "Curie", "score": 0.9, "start": 6, "end": 11}, {"answer": "Paris", "score": 0.1}],
    "table_answer": {"answer": "38", "coordinates": [[0, 1], [9, 9]], "cells": ["38", "x"], "aggregator": "SUM"},
    "entities": [
        {"entity": "B-PER", "word": "Marie", "score": 0.9, "start": 0, "end": 5, "index": 1},
        {"entity": "I-PER", "word": "Curie", "score": 0.9, "start": 6, "end": 11, "index": 2},
        {"entity_group": "LOC", "word": "Paris", "score": 0.5, "start": None, "end": None},
    ],
    "masks": [{"label": "a", "score": 1, "mask": mask((1, 1, 9, 9))}, {"label": "b", "score": 0, "mask": photo(9, 7)}],
    "vector": [[0.5, -0.25, 1e30], [3, 4, 5]],
    "message": {
        "role": "assistant",
        "content": "**Good** day\n\n```python\nx\n```",
        "reasoning_content": "Hm",
        "tool_calls": [{"id": "1", "function": {"name": "look", "arguments": '{"a": 1}'}}],
    },
}
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 10**30, -(10**400), 0.5, -0.0, 1e308, -1e308, 5e-324, math.nan, math.inf, -math.inf),
    *("", " ", "x", "\0", "<b a='\"'>", "&amp;", "\ud800", "\u202eabc", "a\r\nb\tc", "😀" * 3, "0.5", "nan", "x" * 5000),
    *([], {}, [[]], [None], {"a": None}, [1, "a"], {"label": []}, "data:image/png;base64,AAAA", "https://far.example/x"),
    *("../x.png", b"", b"\x89PNG\r\n"),
]  # fmt: skip


NUMBERS = [number for number in ODD if isinstance(number, int | float)] + [1.7e308, 1.0001, 300, 9007199254740993]


class Whole(HTMLParser):
    """Fails where an element is not closed in order, or an attribute holds what a browser can't take."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.feed(html)
        self.close()
        assert not self.opened, self.opened

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        assert tag not in ("script", "iframe", "object", "style"), tag
        assert not [name for name in held if name.startswith("on")], held
        for name in ("style", "x", "y", "width", "height", "viewbox", "d", "min", "max", "data-seek", "data-score"):
            assert not re.search(r"\b(nan|inf)\b", held.get(name) or "", re.IGNORECASE), (tag, name, held[name])
        assert float(held.get("width") or 0) >= 0, held
        if tag == "img":
            assert held.get("alt"), held
        if tag in ("audio", "video") or held.get("role") in ("img", "group", "region"):
            assert held.get("aria-label"), held
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.opened.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.opened, tag
        assert self.opened.pop() == tag, tag


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The key paths of all that is in a value, itself included."""
    keys = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in keys for found in places(item, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """The value with something odd at a key path."""
    if not path:
        return odd
    value = copy.copy(value)
    value[path[0]] = changed(value[path[0]], path[1:], odd)
    return value


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def inputs_of(kind: str) -> Any:
    card = read_model(task_card(task(KINDS[kind])))
    return {**card.examples[0].inputs, "text": TEXT} if card.examples else {"text": TEXT}


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_no_odd_value_breaks_a_view(kind: str) -> None:
    inputs = inputs_of(kind)

    @settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.sampled_from(places(ANSWERS[kind])), st.sampled_from(ODD)), min_size=1, max_size=3))
    def view_of(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
        raw = ANSWERS[kind]
        for path, odd in changes:
            if path in places(raw):
                raw = changed(raw, path, odd)
        output = normalise(KINDS[kind], raw)
        Whole(render(output, Context(inputs, lambda media: "/media/x")))
        json.dumps(to_json(output), allow_nan=False)

    view_of()


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_no_odd_numbers_break_a_view(kind: str) -> None:
    inputs = inputs_of(kind)
    numbers = [path for path in places(ANSWERS[kind]) if isinstance(at(ANSWERS[kind], path), int | float)]

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=6), st.booleans())
    @example([1e308, 1e308, -1e308], True)  # their differences are no numbers any more
    def view_of(odd: list[Any], with_inputs: bool) -> None:
        raw = ANSWERS[kind]
        for path, number in zip(numbers, odd * (len(numbers) // len(odd) + 1), strict=False):
            raw = changed(raw, path, number)
        output = normalise(KINDS[kind], raw)
        Whole(render(output, Context(inputs if with_inputs else {}, lambda media: "/media/x")))

    view_of()


# What one item of several may be, and what the view then says of it: the others are kept as they are.
ONE_OF_SEVERAL: list[tuple[str, Any, str]] = [
    ("labels", {"label": None, "score": 0.5}, "no name"),
    ("labels", {"label": "C", "score": None}, "–"),
    (
        "boxes",
        {"label": "C", "score": 0.5, "box": {"xmin": math.nan, "ymin": 0, "xmax": 1, "ymax": 1}},
        "1 box without",
    ),
    ("boxes", {"label": "C", "score": 0.5, "box": None}, "1 box without"),
    ("masks", {"label": "C", "score": 0.5, "mask": None}, "no mask came back"),
    ("masks", {"label": "C", "score": 0.5, "mask": ""}, "no mask came back"),
    ("entities", {"entity_group": None, "word": "Warsaw", "score": 0.5}, "no label"),
    ("similarities", None, "NaN"),
    ("predictions", None, "none"),
    ("vector", [None, 1, 2], "not a number"),
    ("audio", {"label": "C", "content-type": "audio/wav", "blob": None}, "voice"),
]


@pytest.mark.parametrize(("kind", "odd", "said"), ONE_OF_SEVERAL)
def test_one_odd_item_does_not_cost_the_others(kind: str, odd: Any, said: str) -> None:
    sound = {"label": "voice", "content-type": "audio/wav", "blob": tone(0.1).partition(",")[2]}
    others = [sound] if kind == "audio" else ANSWERS[kind]
    output = normalise(KINDS[kind], [*others, odd])
    assert output.kind == kind
    assert said in render(output, Context(inputs_of(kind), lambda media: "/media/x"))
    assert normalise(KINDS[kind], [odd]).kind in ("unknown", kind)


@pytest.mark.parametrize(("kind", "odd", "said"), [case for case in ONE_OF_SEVERAL if case[0] != "audio"])
async def test_nor_does_it_when_it_comes_over_http(kind: str, odd: Any, said: str) -> None:
    row = next(row for row in TASKS if row.output == kind and row.wire)
    inputs = inputs_of(kind) if row.id == KINDS[kind] else read_model(task_card(row)).examples[0].inputs
    inputs = {name: await load(held, None) if isinstance(held, Media) else held for name, held in inputs.items()}

    async def script(talk: Talk) -> None:
        await talk.answer("200 OK", json.dumps([*ANSWERS[kind], odd]))

    async with scripted(script) as server:
        reply = await run(await resolve(Request(row.id, "org/model", inputs, base_url=server.url)))
    await close()
    assert reply.output.kind == kind
    assert said in render(reply.output, Context(inputs, lambda media: "/media/x"))
