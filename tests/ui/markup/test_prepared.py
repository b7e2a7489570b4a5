"""What is prepared is written as if it were made anew, whoever wrote what is filled in."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest

from showcard.metadata.visible import HIDING
from showcard.ui.markup.chat import turn_html
from showcard.ui.markup.html import Child, Markup, div, element, join, opened, p, short_text, span
from showcard.ui.markup.invisible import TOUCHED, is_plain, marked, needs_isolation, running
from showcard.ui.markup.prepared import prepared
from showcard.widgets.views import boxes, entities, marks, parts, predictions, text

EVIL = "</b>\"'><script>&amp;"
ESCAPED = "&lt;/b&gt;&quot;&#x27;&gt;&lt;script&gt;&amp;amp;"
HEBREW, TURNED = "שלום", "a\u202eb"
HOSTILE = [
    EVIL,
    HEBREW,
    TURNED,
    "\0",
    "a\0<b",
    "\ue0000\ue001",
    "%s {} {0} \\1 \\g<1>",
    "é – 猫",
    "\U0001f431<",
    "",
    "\ud800",
]
DRAWN = [
    function for module in (parts, entities, boxes, predictions, text) for _, function in inspect.getmembers(module)
]
FILLED = [function for function in DRAWN if getattr(function, "__qualname__", "").startswith("prepared.<locals>")]


def child(first: Child, second: Child) -> Markup:
    return div(span(first, class_="100%"), "{}", second, class_="turn")


def texts(title: str, name: str, own: str, said: str) -> Markup:
    return join([element("a", name, title=title), element("svg", element("title", own)), p(said, "!", data_x2="y")])


def attributes(href: str, alt: str, key: str) -> Markup:
    return element("img", src=href, alt=alt, **{"xml:lang": key})


def out_of_order(first: str, second: str) -> Markup:
    return join([span(second, title=first), span(second)])


def edited(text: str, choice: Child) -> Markup:
    return join([element("textarea", text), element("option", choice)])


DRAWINGS: list[Callable[..., Markup]] = [child, texts, attributes, out_of_order, edited]


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize("evil", HOSTILE, ids=ascii)
def test_it_is_the_same_as_made_anew_whatever_is_in_each_slot(draw: Callable[..., Markup], evil: str) -> None:
    fill, number = prepared(draw), draw.__code__.co_argcount
    for slot in range(number):
        values = ["plain"] * number
        values[slot] = evil
        assert fill(*values) == draw(*values)
    assert fill(*[evil] * number) == draw(*[evil] * number)
    assert type(fill(*[evil] * number)) is Markup


def test_hostile_text_is_escaped_in_every_slot() -> None:
    assert prepared(texts)(EVIL, EVIL, EVIL, EVIL).count(ESCAPED) == 4
    assert EVIL not in prepared(texts)(*[f"{EVIL}{HEBREW}"] * 4)


def test_markup_is_taken_as_a_child_and_is_text_in_an_attribute() -> None:
    assert prepared(child)(span("x"), [EVIL, None, 3]) == child(span("x"), [EVIL, None, 3])
    assert prepared(attributes)(span("x"), "", "") == attributes(span("x"), "", "")
    assert prepared(texts)(*[span("<")] * 4) == texts(*[span("<")] * 4)


def test_what_is_only_called_a_text_is_no_markup() -> None:
    class Own(str):
        """A text of another class."""

    assert prepared(child)(Own("<b>"), Own("<b>")) == child("<b>", "<b>")
    assert prepared(texts)(*[Own("<b>")] * 4) == texts(*["<b>"] * 4)


def test_a_text_alone_in_an_element_that_isolates_it_is_not_isolated_twice() -> None:
    @prepared
    def draw(name: str, said: str) -> Markup:
        return join([element("bdi", name), element("td", said, dir="auto"), span(said, "!", dir="auto")])

    assert (
        draw(HEBREW, HEBREW)
        == f'<bdi>{HEBREW}</bdi><td dir="auto">{HEBREW}</td><span dir="auto"><bdi>{HEBREW}</bdi>!</span>'
    )
    assert draw(TURNED, EVIL).startswith(f"<bdi>{short_text(TURNED)}</bdi>")


def test_numbers_are_written_and_nothing_else_is_an_attribute() -> None:
    fill = prepared(attributes)
    assert fill("x", 0, 1.5) == '<img src="x" alt="0" xml:lang="1.5">'
    for value in (None, True, False, ["x"]):
        with pytest.raises(TypeError, match="text or a number"):
            fill(value, "", "")


@pytest.mark.parametrize(
    "draw",
    [lambda a: div("x"), lambda a, b: div(b), lambda a: div("x" if a else a), lambda a: div(len(a))],
)
def test_each_parameter_has_to_be_put_in(draw: Callable[..., Markup]) -> None:
    with pytest.raises(ValueError, match="each of its parameters"):
        prepared(draw)


def test_the_beginning_of_an_element_can_be_prepared() -> None:
    begin = prepared(lambda title: opened("mark", title=title))
    assert begin(EVIL) == f'<mark title="{ESCAPED}">'


def test_no_value_of_a_view_makes_an_element() -> None:
    """Each that the views prepare, hostile in all slots."""
    assert len(FILLED) > 8
    beginnings = list(marks.MARKS.values())
    for fill in [*FILLED, *beginnings]:
        number = next(count for count in range(1, 12) if _takes(fill, count))
        for evil in HOSTILE:
            drawn, plain = fill(*[evil] * number), fill(*["x"] * number)
            added = {"<bdi>", "</bdi>", "</span>"}
            assert set(
                re.findall("<[^<>]*>", re.sub('="[^"]*"', "", re.sub('<span class="control"[^>]*>', "", drawn)))
            ) <= (set(re.findall("<[^<>]*>", re.sub('="[^"]*"', "", plain))) | added)


def _takes(fill: Callable[..., Markup], number: int) -> bool:
    try:
        fill(*["x"] * number)
    except (ValueError, IndexError):
        return False
    return True


def test_what_is_plain_is_written_alike_everywhere() -> None:
    """Each character there is: none that is marked or written from right to left is passed over."""
    odd = [
        c
        for c in map(chr, range(sys.maxunicode + 1))
        if HIDING.search(c) or HIDING.search(f"a{c}") or needs_isolation(c)
    ]
    assert len(odd) > 5_000
    assert not [c for c in odd if is_plain(c)]
    assert not [c for c in map(chr, range(0x3000)) if is_plain(c) and running(c) != marked(c)]
    untouched = [c for c in map(chr, range(sys.maxunicode + 1)) if not TOUCHED.search(c)]
    assert len(untouched) > 40_000
    assert "".join(untouched) == marked("".join(untouched)) == running("".join(untouched))


@pytest.mark.parametrize("role", ["\ue0000\ue001", "\ue0009\ue001", "\0000\0", EVIL, "0;", "-1;"], ids=ascii)
def test_what_a_card_calls_a_turn_is_no_parameter(role: str) -> None:
    """The class of a turn is prepared with it."""
    drawn = turn_html({"role": role, "content": "said"})
    assert drawn.count("said") == 1
    assert EVIL not in drawn


def test_its_parameters_are_told() -> None:
    """A text too many or too few is a mistake of ours, and not a shorter element."""
    values: list[Any] = ["x"] * 3
    with pytest.raises(ValueError, match="assign sequence"):
        prepared(texts)(*values)
