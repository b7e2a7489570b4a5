"""Markdown to HTML that is safe to show: a card's body, and chat answers, whole or while they stream."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

import markdown
import nh3

from inference.assets import is_remote

from .markup import whole

MOST_CHARACTERS = 400_000
MOST_SPECIAL = 600
SECONDS = 5.0
_PARSE = """
import sys, markdown
text = sys.stdin.buffer.read().decode()
sys.stdout.buffer.write(markdown.markdown(text, extensions=sys.argv[1:], output_format="html").encode())
"""

_EXTENSIONS = ["fenced_code", "tables", "sane_lists"]
_TAG_NAMES = """
a abbr b blockquote br caption center code col colgroup dd del details div dl dt em figcaption figure font h1 h2 h3 h4
h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table tbody td tfoot th thead
tr tt u ul var
"""
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"align", "title", "dir", "lang", "id"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start", "type"},
    "code": {"class"},
    "details": {"open"},
}
_VOID = frozenset(("img", "br", "hr", "col"))
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")

ImageAddress = Callable[[str], str | None]


def body_html(text: str, image_address: ImageAddress, repo: str | None = None) -> str:
    """A card's body. `image_address` gives the address on this server for an image's `src`; remote images become a
    button that names the host and loads them when pressed. `repo` completes relative links."""
    long = len(text) > MOST_CHARACTERS
    rendered = _render(_without_comments(text[:MOST_CHARACTERS]))
    rewriter = _Rewriter(image_address, repo)
    rewriter.feed(rendered)
    rewriter.close()
    rest = '<p class="dim">The rest of this card is too long to show.</p>' if long else ""
    return f'<div class="md" dir="auto">{"".join(rewriter.out)}{rest}</div>'


def chat_html(text: str) -> str:
    """A chat answer. Its images stay text: nothing is loaded because a model wrote an address."""
    if _may_be_slow(text):
        return f'<p class="said">{escape(text)}</p>'
    rewriter = _Rewriter(None, None)
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
    return nh3.clean(
        _parsed(_with_fences_apart(whole(text))),
        tags=set(_TAG_NAMES.split()),
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data"},
        clean_content_tags={"script", "style", "title"},
        link_rel=None,
        strip_comments=True,
    )


def _parsed(text: str) -> str:
    """Markdown to HTML. What the parser could hang on is parsed apart, for a bounded time, and else shown as it is."""
    try:
        if not _may_be_slow(text):
            return markdown.markdown(text, extensions=_EXTENSIONS, output_format="html")
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", _PARSE, *_EXTENSIONS],
            input=text.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
        return done.stdout.decode()
    except (RecursionError, subprocess.SubprocessError):
        return f"<pre>{escape(text)}</pre>"


def _may_be_slow(text: str) -> bool:
    """Whether the parser may take long: its time grows with the square of these characters."""
    return sum(text.count(letter) for letter in "[`<!") > MOST_SPECIAL


def _with_fences_apart(text: str) -> str:
    """A blank line before a code fence that follows a line of text, as GitHub reads it."""
    lines: list[str] = []
    fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[1]
            if lines and lines[-1].strip():
                lines.append("")
        elif found and found[1].startswith(fence):
            fence = ""
        lines.append(line)
    return "\n".join(lines)


def _closed(text: str) -> str:
    """The text with its last code fence closed, as an answer that was stopped may leave it open."""
    fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if found:
            fence = found[1] if not fence else "" if found[1].startswith(fence) else fence
    return f"{text}\n{fence}" if fence else text


def _without_comments(text: str) -> str:
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


class _Rewriter(HTMLParser):
    """Sanitised HTML again, with images and links made safe to show here."""

    def __init__(self, image_address: ImageAddress | None, repo: str | None) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.image_address = image_address
        self.repo = repo

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.out.append(self._image(values))
            return
        if tag == "a":
            values = self._link(values)
        if "id" in values:
            values["id"] = f"card-{values['id']}"
        written = "".join(f' {name}="{escape(value)}"' for name, value in values.items())
        self.out.append(f"<{tag}{written}>")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(escape(data, quote=False))

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")

    def _link(self, values: dict[str, str]) -> dict[str, str]:
        target = values.pop("href", "").strip()
        if target.startswith("#"):
            return {**values, "href": f"#card-{target[1:]}"}
        if re.match(r"(?i)^(https?://|mailto:)", target):
            return {**values, "href": target, "target": "_blank", "rel": "noopener noreferrer nofollow"}
        if target and self.repo and not re.match(r"^([a-zA-Z][a-zA-Z0-9+.-]*:|//)", target):
            where = f"https://huggingface.co/{self.repo}/blob/main/{target.removeprefix('./').lstrip('/')}"
            return {**values, "href": where, "target": "_blank", "rel": "noopener noreferrer nofollow"}
        return values

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
            host = re.sub(r"(?i)^(https?:)?//", "", source).split("/", 1)[0]
            return (
                f'<button type="button" class="remote" data-src="{address}" data-alt="{escape(alt)}">'
                f"<span>{escape(alt) or 'Image'}</span>"
                f'<span class="dim">Load this image from {escape(host)}</span></button>'
            )
        return f'<img src="{address}" alt="{escape(alt)}" loading="lazy"{size}>'
