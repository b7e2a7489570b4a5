"""A diff as HTML: hostile answers stay text, both layouts show both answers."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcard.playground.tools.diff_view import diffs_html
from tests.support.hostile import TEXTS

SIMPLE = st.text(st.sampled_from("ab .\n<&\"'>"), max_size=40)


def text_of(markup: str, *without: str) -> str:
    """The text of HTML, leaving some elements out."""
    for name in without:
        markup = re.sub(rf"<{name}>.*?</{name}>", "", markup, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", markup))


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_answers_and_names_are_text(text: str) -> None:
    for unified in (True, False):
        shown = diffs_html([(text, text), (f"{text} b", f"{text} b"), ("c", f'{{"a": "{text}"}}')], unified)
        tags = set(re.findall(r"<(/?[a-zA-Z0-9]+)", shown))
        assert tags <= {
            f"{slash}{t}" for t in ("section", "h3", "p", "div", "del", "ins", "bdi", "span") for slash in ("", "/")
        }
        json = diffs_html([(text, '{"<b>": "<i>"}'), ("B", '{"<b>": "<u>", "\\"><script>": 1}')], unified)
        assert "<script" not in json
        assert "<i>" not in json


@given(SIMPLE, SIMPLE)
def test_one_text_holds_both(first: str, second: str) -> None:
    shown = diffs_html([("A", first), ("B", second)], True)
    body = shown.partition('<div class="cell unified" dir="auto">')[2]
    if body:
        assert "".join(text_of(body, "del").split()) == "".join(second.split())
        assert "".join(text_of(body, "ins").split()) == "".join(first.split())


def test_what_is_said() -> None:
    assert "identical" in diffs_html([("A", "x"), ("B", "x")], False)
    assert "only white space differs" in diffs_html([("A", "x y"), ("B", "x  y")], False)
    assert "written in another way" in diffs_html([("A", '{"a":1}'), ("B", '{"a": 1}')], False)
    fields = diffs_html([("A", '{"a":1,"b":2}'), ("B", '{"a":1,"b":"2"}')], False)
    assert "Both are JSON: 1 of 2 fields differ." in fields
    assert "<td><del><bdi>2</bdi></del></td><td><ins><bdi>&quot;2&quot;</bdi></ins></td>" in fields
    words = diffs_html([("A", "one two three four"), ("B", "one two 3 four"), ("C", "other")], False)
    assert "75 % alike · 1 word only in A · 1 only in B" in words
    assert words.count("<section") == 2
    assert "too long" in diffs_html([("A", "x" * 300_000), ("B", "y")], False)
