"""Sanitised HTML again, made fit for this page: images, links, films, anchors, callouts, formulas and code."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import unquote

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from inference.assets import is_remote

from .maths import maths_html

ImageAddress = Callable[[str], str | None]

VOID = frozenset(("img", "br", "hr", "col", "input"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
CALLOUTS = frozenset(("note", "tip", "important", "warning", "caution"))
MOST_TEX = 40_000  # characters of formulas and of code in colour, in one text
MOST_CODE = 100_000
_FORMAT = HtmlFormatter(nowrap=True, classprefix="hl-")
_ELSEWHERE = {"target": "_blank", "rel": "noopener noreferrer nofollow"}


class Rewriter(HTMLParser):
    """`image_address` gives the address on this server of a file beside the text; `repo` completes relative links."""

    def __init__(self, image_address: ImageAddress | None, repo: str | None) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.image_address = image_address
        self.repo = repo
        self._anchors: dict[str, int] = {}
        self._heading: int | None = None  # where in `out` the heading under way starts
        self._held: tuple[str, int] | None = None  # what is read as text, with its place: code or a formula
        self._left = {"tex": MOST_TEX, "code": MOST_CODE if image_address else 0}  # a chat answer stays small

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        kinds = values.pop("class", "").split()
        if tag in ("img", "video", "audio", "source"):
            self.out.append(self._image(values) if tag == "img" else self._film(tag, values))
            return
        if tag == "input":
            if values.get("type") == "checkbox":
                state = ' checked aria-label="done"' if "checked" in values else ' aria-label="to do"'
                self.out.append(f'<input type="checkbox" disabled{state}>')
            return
        if tag == "a":
            values = self._link(values)
        if "id" in values:
            values["id"] = _anchor(values["id"])
        if tag in HEADINGS:
            self._heading = len(self.out)
        named = next((kind for kind in kinds if kind.startswith(("tex-", "language-"))), "")
        if named:
            self._held = (named, len(self.out) + 1)
        callout = next((kind for kind in kinds if kind in CALLOUTS), "") if "admonition" in kinds else ""
        if callout or "admonition-title" in kinds:
            values["class"] = f"callout {callout}" if callout else "callout-title"
        self.out.append(_opening(tag, values))

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
        text = unescape("".join(self.out[place:]))
        what, _, name = kind.partition("-")
        budget = "tex" if what == "tex" else "code"
        self._left[budget] -= len(text)
        if self._left[budget] < 0:
            return
        self.out[place:] = [maths_html(text, name == "display") if what == "tex" else _coloured(text, name)]

    def _anchored(self, start: int) -> None:
        """Give a heading the anchor that GitHub gives it, unless it has one of its own."""
        opening = self.out[start]
        if " id=" in opening:
            return
        text = unescape(re.sub(r"<[^<>]*>", "", "".join(self.out[start + 1 :])))
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        seen = self._anchors.get(slug, 0)
        self._anchors[slug] = seen + 1
        anchor = _anchor(f"{slug}-{seen}" if seen else slug)
        self.out[start] = f'{opening[:-1]} id="{escape(anchor)}">'

    def _link(self, values: dict[str, str]) -> dict[str, str]:
        target = values.pop("href", "").strip()
        if target.startswith("#"):
            return {**values, "href": "#" + _anchor(unquote(target[1:]))}
        if re.match(r"(?i)^(https?://|mailto:)", target):
            return {**values, "href": target, **_ELSEWHERE}
        if not target or re.match(r"^([a-zA-Z][a-zA-Z0-9+.-]*:|//)", target):
            return values
        path = target.removeprefix("./").lstrip("/")
        if self.repo:
            return {**values, "href": f"https://huggingface.co/{self.repo}/blob/main/{path}", **_ELSEWHERE}
        found = self.image_address(target) if self.image_address else None
        return {**values, "href": found, "download": path.rsplit("/", 1)[-1]} if found else values

    def _image(self, values: dict[str, str]) -> str:
        source, alt = values.get("src", "").strip(), values.get("alt", "")
        size = "".join(f' {k}="{escape(values[k])}"' for k in ("width", "height") if k in values)
        if not source or self.image_address is None:
            said = alt if source.startswith("data:") else alt or source[:200]
            return escape(f"[image: {said}]")
        if source.startswith("data:"):
            kept = source.startswith(("data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp"))
            return f'<img src="{escape(source)}" alt="{escape(alt)}"{size}>' if kept else escape(f"[image: {alt}]")
        found = self.image_address(source)
        if found is None:
            return f'<span class="dim">{escape(f"[image: {alt}; there is no {source[:200]} beside the card]")}</span>'
        address = escape(found)
        if is_remote(source):
            return (
                f'<button type="button" class="remote" data-src="{address}" data-alt="{escape(alt)}">'
                f"<span>{escape(alt) or 'Image'}</span>"
                f'<span class="dim">Load this image from {escape(_host(source))}</span></button>'
            )
        return f'<img src="{address}" alt="{escape(alt)}" loading="lazy"{size}>'

    def _film(self, tag: str, values: dict[str, str]) -> str:
        """A film or a sound: played where it stands beside the card, a link where it is far away."""
        source = values.get("src", "").strip()
        if not source or self.image_address is None or source.startswith("data:"):
            return ""
        if is_remote(source):
            words = f"{'Sound' if tag == 'audio' else 'Video'} at {_host(source)}"
            return f"{_opening('a', {'href': source, **_ELSEWHERE})}{escape(words)}</a>"
        found = self.image_address(source)
        if found is None:
            return f'<span class="dim">{escape(f"[there is no {source[:200]} beside the card]")}</span>'
        name = "audio" if tag == "audio" else "video"
        return f'<{name} src="{escape(found)}" controls preload="metadata"></{name}>'


def _opening(tag: str, values: dict[str, str]) -> str:
    return f"<{tag}{''.join(f' {name}={chr(34)}{escape(value)}{chr(34)}' for name, value in values.items())}>"


def _anchor(name: str) -> str:
    """An anchor of the text as one of the page; the page's own ids can't be taken."""
    return f"card-{name.lower()}"


def _host(source: str) -> str:
    return re.sub(r"(?i)^(https?:)?//", "", source).split("/", 1)[0]


def _coloured(code: str, language: str) -> str:
    try:
        return str(highlight(code, get_lexer_by_name(language, stripnl=False), _FORMAT))
    except ClassNotFound:
        return escape(code, quote=False)
