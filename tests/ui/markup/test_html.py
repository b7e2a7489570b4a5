"""HTML by construction: what is no `Markup` is text, whoever wrote it and wherever it is put."""

from __future__ import annotations

import subprocess
import sys

import pytest

from showcard.ui.markup.html import (
    NOTHING,
    Markup,
    div,
    element,
    join,
    one_line,
    opened,
    p,
    running_text,
    span,
    style,
)
from tests.conftest import ROOT

EVIL = "</b>\"'><script>&amp;"
ESCAPED = "&lt;/b&gt;&quot;&#x27;&gt;&lt;script&gt;&amp;amp;"


def test_text_is_escaped_and_markup_stays() -> None:
    assert div(EVIL, span(EVIL), title=EVIL) == f'<div title="{ESCAPED}">{ESCAPED}<span>{ESCAPED}</span></div>'
    assert div([EVIL, [p(1), (EVIL for _ in range(1))]]) == f"<div>{ESCAPED}<p>1</p>{ESCAPED}</div>"
    assert join([EVIL, span("x")], " · ") == f"{ESCAPED} · <span>x</span>"
    assert join(["a", "b"], Markup("<br>")) == "a<br>b"
    assert opened("div", EVIL, class_="x") == f'<div class="x">{ESCAPED}'


def test_a_string_that_was_made_of_html_is_text_again() -> None:
    assert div(f"{span('x')}") == "<div>&lt;span&gt;x&lt;/span&gt;</div>"
    assert element("a", title=span("x")) == '<a title="&lt;span&gt;x&lt;/span&gt;"></a>'


def test_none_and_false_are_nothing_and_nought_is_a_number() -> None:
    assert div(None, False, "", [], NOTHING, 0) == "<div>0</div>"
    assert element("input", disabled=True, checked=False, value=None, tabindex=0) == '<input disabled tabindex="0">'


def test_names_are_written_as_html_has_them() -> None:
    assert element("label", for_="x", data_a_b=1, **{"xml:lang": "he"}) == (
        '<label for="x" data-a-b="1" xml:lang="he"></label>'
    )
    drawing = element("svg", element("path", d="M0 0", stroke_width=0.5), viewBox="0 0 1 1")
    assert drawing == '<svg viewBox="0 0 1 1"><path d="M0 0" stroke-width="0.5"/></svg>'
    assert element("rect", element("title", EVIL)) == f"<rect><title>{ESCAPED}</title></rect>"
    assert element("img", src="x", alt="") == '<img src="x" alt="">'


@pytest.mark.parametrize("name", ["", "a b", "x>", "x=1", "on\n", "a/b", '"', "é"])
def test_a_name_is_never_more_than_a_name(name: str) -> None:
    for make in (lambda: element(name), lambda: opened(name), lambda: element("a", **{name: "x"})):
        with pytest.raises(ValueError, match="can't be a name"):
            make()


def test_a_short_text_is_marked_and_isolated_where_there_can_be_elements() -> None:
    assert div("שלום") == "<div><bdi>שלום</bdi></div>"
    assert 'class="control"' in div("\u202ex")
    assert div(running_text("שלום")) == "<div>שלום</div>"
    assert element("title", "\u202eשלום") == "<title>[U+202E]שלום</title>"
    assert element("option", "\u202e", title="\u202e") == '<option title="[U+202E]">[U+202E]</option>'
    assert element("textarea", "\u202e<") == "<textarea>\u202e&lt;</textarea>", "what is edited stays as it is"


def test_a_style_sheet_ends_where_it_ends() -> None:
    assert style("b > i { color: red }") == "<style>b > i { color: red }</style>"
    with pytest.raises(ValueError, match="end tag"):
        style("</style><script>")


def test_what_goes_to_the_page_is_one_line() -> None:
    assert one_line(p("a\n\n\tb")) == '<div class="sc"><p>a&#10;&#10;&#9;b</p></div>'
    assert one_line(NOTHING) == ""
    assert type(one_line(p("x"))) is str


def test_the_markup_is_made_without_gradio() -> None:
    code = "import sys, showcard.ui.markup.html\nassert 'gradio' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
