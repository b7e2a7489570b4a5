"""HTML of Markdown, split where a page puts something of its own in."""

from __future__ import annotations

import pytest

from showcard.ui.markup.html import Markup, join
from showcard.ui.markup.markdown import chat_html
from showcard.ui.markup.splitting import at_paragraphs, with_copy

EVIL = "</code></pre><script>&"
BUTTON = '<button type="button" class="copy" aria-label="Copy this code">Copy</button>'


def test_each_block_of_code_has_a_button_and_all_else_stays() -> None:
    html = chat_html(f"one\n\n```python\nprint({EVIL!r})\n```\n\ntwo\n\n    {EVIL}\n\nthree `<pre><code`")
    copied = with_copy(html)
    assert type(copied) is Markup
    assert copied.count(f'<div class="block">{BUTTON}<pre tabindex="0"><code') == html.count("<pre><code") == 2
    assert "<script" not in copied
    assert _without_buttons(copied) == html


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>x</p>",
        "<pre><code>open",
        "<pre><code>a</code></pre>",
        "</code></pre>",
        "<pre><code><pre><code>x</code></pre>",
    ],
)
def test_html_without_a_whole_block_is_left(html: str) -> None:
    assert _without_buttons(with_copy(Markup(html))) == html
    assert with_copy(Markup(html)).count(BUTTON) == html.count("</code></pre>") * ("<pre><code" in html)


def test_text_that_looks_like_a_block_is_none() -> None:
    html = chat_html("&lt;pre>&lt;code> and `<pre><code>x</code></pre>`")
    assert with_copy(html) == html


def test_a_page_is_split_at_paragraphs_of_one_word_alone() -> None:
    html = chat_html("one\n\nHERE\n\ntwo HERE\n\nHERE\n\n> HERE?")
    before, between, after = at_paragraphs(html, "HERE")
    assert "one" in before
    assert "two HERE" in between
    assert "HERE?" in after
    assert all(type(part) is Markup for part in (before, between, after))
    assert join([before, between, after], Markup("<p>HERE</p>")) == html


def test_the_word_is_text() -> None:
    assert at_paragraphs(Markup("<p>&lt;b&gt;</p><p><b></p>"), "<b>") == ["", "<p><b></p>"]


def _without_buttons(html: Markup) -> str:
    text = str(html)
    text = text.replace(f'<div class="block">{BUTTON}<pre tabindex="0">', "<pre>")
    return text.replace("</code></pre></div>", "</code></pre>")
