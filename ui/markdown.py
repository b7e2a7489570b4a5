"""Markdown to HTML that is safe to show: a card's body, and chat answers, whole or while they stream."""

from __future__ import annotations

import re
import subprocess
import sys
from html import escape
from pathlib import Path

import nh3

from . import gfm
from .markup import whole
from .rewrite import CALLOUTS, ImageAddress, Rewriter

MOST_CHARACTERS = 400_000
MOST_AT_ONCE = 24_000  # characters that are parsed in this process, as long as few of them are special
MOST_SPECIAL = 600
SECONDS = 5.0
ROOT = Path(__file__).parent.parent

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
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")


def body_html(text: str, image_address: ImageAddress, repo: str | None = None) -> str:
    """A card's body. `image_address` gives the address on this server for an image's `src`; remote images become a
    button that names the host and loads them when pressed. `repo` completes relative links."""
    long = len(text) > MOST_CHARACTERS
    rendered = _render(text[:MOST_CHARACTERS])
    rewriter = Rewriter(image_address, repo)
    rewriter.feed(rendered)
    rewriter.close()
    rest = '<p class="dim">The rest of this card is too long to show.</p>' if long else ""
    return f'<div class="md" dir="auto">{"".join(rewriter.out)}{rest}</div>'


def chat_html(text: str) -> str:
    """A chat answer. Its images stay text: nothing is loaded because a model wrote an address."""
    if _may_be_slow(text):
        return f'<p class="said">{escape(text)}</p>'
    rewriter = Rewriter(None, None)
    rewriter.feed(_render(_closed(text[:MOST_CHARACTERS])))
    rewriter.close()
    return "".join(rewriter.out)


class LiveMarkdown:
    """A chat answer that grows: finished blocks are rendered once, the unfinished end stays plain text."""

    def __init__(self) -> None:
        self._settled: list[str] = []
        self._tail = ""
        self._fence = ""

    def add(self, piece: str) -> None:
        """Append a piece of the answer."""
        self._tail += piece
        cut = self._boundary()
        if cut:
            self._settled.append(chat_html(self._tail[:cut]))
            self._tail = self._tail[cut:]

    @property
    def html(self) -> str:
        """The answer so far; between two finished blocks it only grows at its end."""
        return "".join(self._settled) + '<div class="tail">' + escape(self._tail)

    def _boundary(self) -> int:
        """Where the last finished block of the tail ends: at a blank line outside of a code fence."""
        fence, cut, place = "", 0, 0
        for line in self._tail.splitlines(keepends=True):
            place += len(line)
            found = _FENCE.match(line)
            if found:
                if not fence:
                    fence = found[1]
                elif found[1].startswith(fence):
                    fence = ""
            elif not fence and not line.strip() and line.endswith("\n"):
                cut = place
        # A list or a table may go on after a blank line; a new unindented paragraph settles what is above it.
        return cut if cut and self._tail[cut:].strip() and not self._tail[cut:].startswith((" ", "\t", "-", "*")) else 0


def _render(text: str) -> str:
    return sanitised(_parsed(whole(text)))


def sanitised(html: str) -> str:
    """HTML with nothing in it that runs, loads by itself, or covers the page."""
    return nh3.clean(
        html,
        tags=set(_TAG_NAMES.split()),
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto", "data"},
        clean_content_tags={"script", "style", "title"},
        link_rel=None,
        strip_comments=True,
    )


def _parsed(text: str) -> str:
    """Markdown to HTML. What the parser could hang on is parsed apart, for a bounded time, and else shown as it is."""
    try:
        if not _may_be_slow(text):
            return gfm.to_html(text)
        command = [sys.executable, "-m", gfm.__name__]
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, input=text.encode(), capture_output=True, timeout=SECONDS, check=True
        )
        return done.stdout.decode()
    except (RecursionError, subprocess.SubprocessError):
        return f"<pre>{escape(text)}</pre>"


def _may_be_slow(text: str) -> bool:
    """Whether the parser may take long: its time grows with the square of these characters, and of the length."""
    return len(text) > MOST_AT_ONCE or sum(text.count(letter) for letter in "[`<!") > MOST_SPECIAL


def _closed(text: str) -> str:
    """The text with its last code fence closed, as an answer that was stopped may leave it open."""
    fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if found:
            fence = found[1] if not fence else "" if found[1].startswith(fence) else fence
    return f"{text}\n{fence}" if fence else text
