"""Markdown to HTML that is safe to show: a card's body, and chat answers, whole or while they stream."""

from __future__ import annotations

import re
import subprocess
import sys
from html import escape

import nh3

from . import gfm
from .markup import whole
from .rewrite import CALLOUTS, ImageAddress, Rewriter

MOST_CHARACTERS = 400_000
MOST_AT_ONCE = 24_000  # characters that are parsed in this process, as long as few of them are special
MOST_SPECIAL = 600
SECONDS = 8.0
AS_IT_IS = "This text takes too long to lay out, so it is shown as it is written."

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
    """A chat answer that grows: finished blocks are rendered once (`settled`), the unfinished end stays plain text.

    Every line is looked at once, so that the work grows with the length of the answer."""

    def __init__(self) -> None:
        self.settled: list[str] = []
        self.tail = ""
        self.is_code = False  # whether the tail is the inside of a code fence
        self._fence = ""
        self._looked = 0  # at the lines of the tail up to here
        self._blank = 0  # where the tail's last blank line ends

    def add(self, piece: str) -> None:
        """Append a piece of the answer."""
        self.tail += piece
        while (end := self.tail.find("\n", self._looked) + 1) > 0:
            line, start = self.tail[self._looked : end], self._looked
            self._looked = end
            self._look(line, start, end)
        if self._blank and _begins_a_block(self.tail[self._blank :]):
            self._settle(self._blank)

    @property
    def shown(self) -> str:
        """The tail as it is shown: without the line that opens a code fence."""
        return self.tail.partition("\n")[2] if self.is_code else self.tail

    @property
    def html(self) -> str:
        """The answer so far; between two finished blocks it only grows at its end."""
        return "".join(self.settled) + '<div class="tail">' + escape(self.tail)

    @property
    def whole(self) -> str:
        """The answer as it stands, every block rendered."""
        return "".join(self.settled) + (chat_html(self.tail) if self.tail.strip() else "")

    def _look(self, line: str, start: int, end: int) -> None:
        """A line has come to its end: a fence or a blank line may finish what is above it."""
        found = _FENCE.match(line)
        if self._fence:
            if found and found[1].startswith(self._fence):
                self._fence = ""
                if self.is_code:
                    self._settle(end)
        elif found:
            self._fence = found[1]
            if line[0] in "`~":  # an indented one may belong to a list
                if self.tail[:start].strip():
                    self._settle(start)
                self.is_code = True
        elif not line.strip():
            self._blank = end
        elif self._blank and _begins_a_block(self.tail[self._blank : end]):
            self._settle(self._blank)

    def _settle(self, place: int) -> None:
        """Render the tail up to here, once."""
        self.settled.append(chat_html(self.tail[:place]))
        self.tail = self.tail[place:]
        self._looked, self._blank, self.is_code = max(0, self._looked - place), 0, False


def _begins_a_block(text: str) -> bool:
    """Whether what follows a blank line begins something new: a list or a table may go on after one."""
    return bool(text.strip()) and not text.startswith((" ", "\t", "-", "*", "+"))


def _render(text: str) -> str:
    return sanitised(_parsed(whole(text)))


def sanitised(html: str) -> str:
    """HTML with nothing in it that runs, loads by itself, or covers the page."""
    return _CLEANER.clean(html)


def _parsed(text: str) -> str:
    """Markdown to HTML. What the parser could hang on is parsed apart, for a bounded time, and else shown as it is."""
    try:
        if not _may_be_slow(text):
            return gfm.to_html(text)
        command = [sys.executable, "-P", gfm.__file__]  # not as a module of this package, which would import Gradio
        done = subprocess.run(  # noqa: S603
            command, input=text.encode(), capture_output=True, timeout=SECONDS, check=True
        )
        return done.stdout.decode()
    except (RecursionError, subprocess.SubprocessError):
        return f"<p><em>{AS_IT_IS}</em></p><pre>{escape(text)}</pre>"


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
