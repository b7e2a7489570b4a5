"""Sanitised HTML again, made fit for this page: images, links, films, anchors, callouts, formulas and code.

It runs in a worker process, which knows no file beside a card: what refers to one is left to `references.py`."""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser
from itertools import groupby
from urllib.parse import unquote

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from showcard.metadata.visible import visible

from .html import ELSEWHERE, element, opened
from .invisible import CharacterMarker
from .maths import maths_html

Part = str | tuple[str, dict[str, str]]  # HTML, or the name and the attributes of what refers to a file

VOID = frozenset(("img", "br", "hr", "col", "input"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
CALLOUTS = frozenset(("note", "tip", "important", "warning", "caution"))
MAX_TEX = 40_000  # characters of formulas and of code in colour, in one text
MAX_CODE = 100_000
_FORMAT = HtmlFormatter(nowrap=True, classprefix="hl-")


def rewritten(html: str, refers: bool) -> list[Part]:
    """HTML made fit for the page. Where it `refers` to files, those are parts of their own, else they are words."""
    rewriter = _Rewriter(refers)
    rewriter.feed(html)
    rewriter.close()
    parts: list[Part] = []
    marker = CharacterMarker()
    for is_html, group in groupby(rewriter.out, lambda part: isinstance(part, str)):
        run = list(group)
        parts += [marker.marked("".join(map(str, run)))] if is_html else run
        marker.depth += sum(part[0] == "a" for part in run if not is_html)
    return parts


class _Rewriter(HTMLParser):
    """Reads the HTML, and writes it to `out`."""

    def __init__(self, refers: bool) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[Part] = []
        self._refers = refers
        self._anchors: dict[str, int] = {}
        self._heading: int | None = None  # where in `out` the heading under way starts
        self._held: tuple[str, int] | None = None  # what is read as text, with its place: code or a formula
        self._left = {"tex": MAX_TEX, "code": MAX_CODE if refers else 0}  # a chat answer stays small

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        values |= {name: visible(values[name]) for name in ("title", "alt") if name in values}
        kinds = values.pop("class", "").split()
        if tag in ("img", "video", "audio", "source"):
            self._refer(tag, values)
            return
        if tag == "input":
            if values.get("type") == "checkbox":
                done = "checked" in values
                label = "done" if done else "to do"
                self.out.append(element("input", type="checkbox", disabled=True, checked=done, aria_label=label))
            return
        if "id" in values:
            values["id"] = _anchor(values["id"])
        if tag == "a":
            self._begin_link(values)
            return
        if tag in HEADINGS:
            self._heading = len(self.out)
        named = next((kind for kind in kinds if kind.startswith(("tex-", "language-"))), "")
        if named:
            self._held = (named, len(self.out) + 1)
        callout = next((kind for kind in kinds if kind in CALLOUTS), "") if "admonition" in kinds else ""
        if callout or "admonition-title" in kinds:
            values["class"] = f"callout {callout}" if callout else "callout-title"
        self.out.append(opened(tag, **values))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or tag in ("video", "audio", "source"):
            return
        if self._held and tag in ("span", "code"):
            self._release()
        if tag in HEADINGS and self._heading is not None:
            self._anchored(self._heading)
            self._heading = None
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(escape(data, quote=False))

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")

    def _release(self) -> None:
        """Write the formula or the code that has been read."""
        assert self._held is not None
        (kind, place), self._held = self._held, None
        text = unescape(_words(self.out[place:]))
        what, _, name = kind.partition("-")
        budget = "tex" if what == "tex" else "code"
        self._left[budget] -= len(text)
        if self._left[budget] < 0:
            return
        self.out[place:] = [maths_html(text, name == "display") if what == "tex" else _coloured(text, name)]

    def _anchored(self, start: int) -> None:
        """Give a heading the anchor that GitHub gives it, unless it has one of its own."""
        begun = str(self.out[start])
        if " id=" in begun:
            return
        text = unescape(re.sub(r"<[^<>]*>", "", _words(self.out[start + 1 :])))
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        seen = self._anchors.get(slug, 0)
        self._anchors[slug] = seen + 1
        anchor = _anchor(f"{slug}-{seen}" if seen else slug)
        self.out[start] = f'{begun[:-1]} id="{escape(anchor)}">'

    def _begin_link(self, values: dict[str, str]) -> None:
        target = values.pop("href", "").strip()
        if target.startswith("#"):
            values["href"] = "#" + _anchor(unquote(target[1:]))
        elif re.match(r"(?i)^(https?://|mailto:)", target):
            values |= {"href": target, **ELSEWHERE}
        elif self._refers and target and not re.match(r"^([a-zA-Z][a-zA-Z0-9+.-]*:|//)", target):
            self.out.append(("a", {**values, "href": target}))
            return
        self.out.append(opened("a", **values))

    def _refer(self, tag: str, values: dict[str, str]) -> None:
        """A picture, a film or a sound: words where nothing may be loaded, as in a chat answer."""
        source, alt = values.get("src", "").strip(), values.get("alt", "")
        if self._refers:
            self.out.append((tag, values))
        elif tag == "img":
            self.out.append(escape(f"[image: {alt if source.startswith('data:') else alt or source[:200]}]"))


def _words(parts: list[Part]) -> str:
    return "".join(part for part in parts if isinstance(part, str))


def _anchor(name: str) -> str:
    """An anchor of the text as one of the page; the page's own ids can't be taken."""
    return f"card-{name.lower()}"


def _coloured(code: str, language: str) -> str:
    try:
        return str(highlight(code, get_lexer_by_name(language, stripnl=False), _FORMAT))
    except ClassNotFound:
        return escape(code, quote=False)
