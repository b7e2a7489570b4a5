"""HTML that was made of Markdown, split where a page puts something of its own in."""

from __future__ import annotations

from .html import Markup, div, element, join

_CODE, _END = Markup("<pre><code"), Markup("</code></pre>")
_COPY = element("button", "Copy", type="button", class_="copy", aria_label="Copy this code")


def with_copy(html: Markup) -> Markup:
    """HTML with a copy button at each block of code."""
    first, *blocks = html.split(_CODE)
    return join([first, *map(_block, blocks)])


def _block(rest: Markup) -> Markup:
    code, end, after = rest.partition(_END)
    if not end:
        return join([_CODE, rest])
    return join([div(_COPY, Markup('<pre tabindex="0"><code'), code, end, class_="block"), after])


def at_paragraphs(html: Markup, word: str) -> list[Markup]:
    """What stands before, between and after the paragraphs that hold nothing but this word."""
    return html.split(element("p", word))
