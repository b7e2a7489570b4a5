"""Markdown to HTML that is safe to show: the part of it that a text can make slow, and so runs in a worker process.

It imports neither Gradio nor the rest of the app (see `markdown.py`, which calls it)."""

from __future__ import annotations

import re

import nh3

from . import gfm
from .rewrite import CALLOUTS, Part, rewritten

_TAG_NAMES = """
a abbr audio b blockquote br caption center code col colgroup dd del details div dl dt em figcaption figure font h1 h2
h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre q s samp section small source span strike strong sub summary sup
table tbody td tfoot th thead tr tt u ul var video
"""
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"align", "title", "dir", "lang", "id"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height"},
    "video": {"src"},
    "audio": {"src"},
    "source": {"src"},
    "input": {"type", "checked"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start", "type"},
    "code": {"class"},
    "details": {"open"},
}
_CLASSES = {
    "div": {"admonition", *CALLOUTS},
    "p": {"admonition-title"},
    "span": {"tex-inline", "tex-display"},
}
# Made once: that takes twenty times as long as to clean a paragraph.
_CLEANER = nh3.Cleaner(
    tags=set(_TAG_NAMES.split()),
    attributes=_ATTRIBUTES,
    allowed_classes=_CLASSES,
    url_schemes={"http", "https", "mailto", "data"},
    clean_content_tags={"script", "style", "title"},
    link_rel=None,
    strip_comments=True,
)
FENCE = re.compile(r"^ {0,3}(```+|~~~+)")


def body(text: str) -> list[Part] | None:
    """A card's body: HTML, and between it the references that only the app can follow. None: nested too deeply."""
    try:
        return rewritten(sanitised(gfm.to_html(text)), refers=True)
    except RecursionError:
        return None


def chat(text: str) -> str | None:
    """A chat answer, or None where it is nested too deeply. Its images stay text."""
    try:
        return "".join(map(str, rewritten(sanitised(gfm.to_html(_closed(text))), refers=False)))
    except RecursionError:
        return None


def chats(texts: list[str]) -> list[str | None]:
    """Several pieces of a chat answer."""
    return [chat(text) for text in texts]


def sanitised(html: str) -> str:
    """HTML with nothing in it that runs, loads by itself, or covers the page."""
    return _CLEANER.clean(html)


def _closed(text: str) -> str:
    """The text with its last code fence closed, as an answer that was stopped may leave it open."""
    fence = ""
    for line in text.splitlines():
        found = FENCE.match(line)
        if found:
            fence = found[1] if not fence else "" if found[1].startswith(fence) else fence
    return f"{text}\n{fence}" if fence else text
