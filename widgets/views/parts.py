"""Pieces that several views share: bars, folded lists, tables, copy and download, and what loads only when asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from showcard.inference.transport.assets import is_remote
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import plain
from showcard.metadata.visible import visible, whole
from showcard.ui.markup.html import Attribute, Child, Markup, div, element, join, p, short_text, span
from showcard.ui.markup.pieces import dim, num
from showcard.ui.markup.prepared import prepared

from .context import Context, count, number, short

FIRST_ROWS = 50
MAX_ROWS = 500  # what a list draws; a page with thousands of them holds up the app and the browser
MAX_IN_PAGE = 24_000  # bytes of a download that stand in the page itself; longer ones get an address


@dataclass(frozen=True, slots=True)
class Row:
    """A bar with its name; `dot` is a colour, `before` stands before the name, `attributes` are those of the line."""

    name: str
    score: float | None
    dot: str = ""
    before: Child = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scale:
    """From where to where bars are drawn."""

    low: float
    high: float

    @property
    def shares(self) -> bool:
        """Whether the scores can be shares of a whole."""
        return self.low == 0.0 and self.high == 1.0

    def fill(self, score: float) -> tuple[float, float]:
        """Where the bar of a score begins and how wide it is, in percent. Halves keep huge scores finite."""
        span = (self.high / 2 - self.low / 2) or 1.0
        begin = (min(0.0, score) / 2 - self.low / 2) / span
        return begin * 100, abs(score) / 2 / span * 100


def scale_of(scores: Iterable[float | None]) -> Scale:
    """The scale that holds all scores and zero: 0 to 1 where all are shares."""
    known = [score for score in scores if score is not None and isfinite(score)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    if low >= -1e-6 and high <= 1 + 1e-6:
        return Scale(0.0, 1.0)
    return Scale(min(0.0, low), max(0.0, high))


def bars(rows: Sequence[Row], first: int = FIRST_ROWS, left: int = 0) -> Markup:
    """Bars on one scale, a note where they are no shares of 1, and what comes after the first ones folded.

    `left` is how many more there are, which are not drawn."""
    scale = scale_of(row.score for row in rows)
    drawn = [_bar(row, scale) for row in rows]
    classes = "bars from-zero" if scale.low < 0 else "bars"
    note = None
    if not scale.shares:
        said = "These scores are not probabilities: bars run from "
        note = p(said, num(number(scale.low)), " to ", num(number(scale.high)), ".", class_="dim scale")
    rest = drawn[first:]
    more = rest and fold(f"{len(rest):,} more", element("ul", rest, class_=classes))
    return join([element("ul", drawn[:first], class_=classes), more, note, left_out(left)])


_NO_NAME, _NO_BAR = span("no name", class_="dim"), span(class_="track", aria_hidden="true")


def _bar(row: Row, scale: Scale) -> Markup:
    name, score = short(row.name) if row.name.strip() else "", number(row.score)
    filled = _filled(row.score, scale)
    if name and filled and not (row.dot or row.before or row.attributes):
        return _plain_bar(name, score, *filled)
    dot = _dot(f"background:{row.dot}") if row.dot else None
    bar = _track(*filled) if filled else _NO_BAR
    line = _line(row.before, dot, _name(name) if name else _NO_NAME, score, bar)
    return element("li", line, **row.attributes)


@prepared
def _line(before: Child, dot: Child, name: Markup, score: str, track: Markup) -> Markup:
    return join([span(before, dot, name, class_="name"), num(score), track])


@prepared
def _name(name: str) -> Markup:
    return element("bdi", name, dir="auto")


@prepared
def _dot(style: str) -> Markup:
    return span(class_="dot", style=style, aria_hidden="true")


@prepared
def _track(classes: str, style: str) -> Markup:
    return span(span(class_=classes, style=style), class_="track", aria_hidden="true")


@prepared
def _plain_bar(name: str, score: str, classes: str, style: str) -> Markup:
    """A bar as most are."""
    return element("li", _line(None, None, _name(name), score, _track(classes, style)))


def _filled(score: float | None, scale: Scale) -> tuple[str, str] | None:
    """The classes and the style of what is filled of a bar."""
    if score is None or not isfinite(score):
        return None
    begin, width = scale.fill(score)
    style = f"width:{min(100.0, width):.2f}%" + (f";margin-left:{begin:.2f}%" if scale.low < 0 else "")
    return "fill below" if score < 0 else "fill", style


def left_out(many: int) -> Markup | None:
    """How many rows are not drawn, where there are any."""
    return dim(f"{count(many, 'row')} more in the download.") if many > 0 else None


def fold(summary: str, content: Child, classes: str = "fold") -> Markup:
    """Something behind a line that opens it; works without a script."""
    return element("details", element("summary", summary), content, class_=classes)


# -- controls and tables -----------------------------------------------------------------------------------------------


def tick(words: str, checked: bool = False) -> Markup:
    """A box to tick, which the style sheet acts on."""
    return element("label", element("input", type="checkbox", checked=checked), words, class_="tick")


def slider(
    label: str, name: str, low: str, high: str, step: str, value: str, shown: str, said: str | None = None
) -> Markup:
    """A control that the page's script listens to under its class `name`, with its value as it is `shown`."""
    knob = element("input", type="range", class_=name, min=low, max=high, step=step, value=value)
    told = said and span(said, class_="dim said-count", role="status")
    return div(element("label", label, knob), element("output", shown, class_="num"), told, class_="slide")


def table(head: Sequence[str], rows: Iterable[Markup], label: str, arrive: bool = False) -> Markup:
    """A table that scrolls in its own place, to its first mark where `arrive` is set."""
    names = [element("th", short_text(name), scope="col", dir="auto") for name in head]
    top = names and element("thead", element("tr", names))
    held = element("table", top, element("tbody", rows))
    return div(held, class_="table", tabindex=0, role="region", aria_label=label, data_arrive=arrive)


def value_at(column: Sequence[object], row: int) -> object:
    """What a column holds in a row, None below its end."""
    return column[row] if row < len(column) else None


def cell(value: object) -> Markup:
    """A cell of a table, cut where it is long."""
    return _cell("" if value is None else short(value))


@prepared
def _cell(text: str) -> Markup:
    return element("td", text, dir="auto")


def hit(value: object, style: str | None = None) -> Markup:
    """A cell that is marked."""
    text = None if value is None else short_text(short(value))
    return element("td", element("mark", text, style=style), class_="hit", dir="auto")


# -- taking it home ----------------------------------------------------------------------------------------------------


def actions(*buttons: Markup | None) -> Markup | None:
    """The row of things to do with a result."""
    shown = [button for button in buttons if button]
    return div(shown, class_="acts") if shown else None


def copy_button(what: str, label: str = "Copy") -> Markup:
    """Copies what stands in the view under a class name; lists and tables as tab-separated lines.

    `file` stands for what the view offers as a download."""
    return element("button", label, type="button", class_="act", data_copies=what)


def save_json(value: Any, name: str, context: Context, label: str = "Download JSON") -> Markup:
    """A link that saves a value, which holds no media, as JSON: inside the page while it is short, else at an address
    of this server."""
    return _save(_json(value), name, context, label, "application/json")


def _json(value: Any) -> bytes:
    """A value as JSON. Python's own writer takes many times as long; it is left what the quick one refuses, such as
    whole numbers above 64 bits and half a surrogate pair."""
    try:
        return orjson.dumps(value, default=plain, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except orjson.JSONEncodeError:
        return whole(json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))).encode()


def save_text(
    text: str, name: str, context: Context, label: str = "Download text", media_type: str = "text/plain"
) -> Markup:
    """A link that downloads a text as it is."""
    return _save(whole(text).encode(), name, context, label, media_type)


def _save(data: bytes, name: str, context: Context, label: str, media_type: str) -> Markup:
    if len(data) <= MAX_IN_PAGE:
        address = f"data:{media_type};charset=utf-8,{quote(data)}"
    else:
        address = context.address(Media(data=data, media_type=media_type, name=name))
    return element("a", label, class_="act file", href=address, download=name)


def save_media(address: str, media: Media, name: str) -> Markup:
    """A link that saves the media under its name."""
    return element("a", "Download", class_="act", href=address, download=media.name or name)


# -- media -------------------------------------------------------------------------------------------------------------


def missing(media: Media) -> bool:
    """Whether there is nothing behind the media at all."""
    return (media.data is None and not (media.source or "").strip()) or media.data == b""


def far(media: Media) -> bool:
    """Whether the media would have to be fetched from another host."""
    return media.data is None and is_remote(media.source or "")


def host(media: Media) -> str:
    """The host that a reference names."""
    source = media.source or ""
    try:
        return urlsplit(source if "://" in source else f"https:{source}").hostname or "another host"
    except ValueError:
        return "another host"


def remote_button(address: str, media: Media, alt: str) -> Markup:
    """What stands for an image elsewhere until somebody asks for it."""
    said = span("Load this image from ", host(media), class_="dim")
    words = span(short_text(alt), dir="auto")
    return element("button", words, said, type="button", class_="remote", data_src=address, data_alt=visible(alt))


def size_text(media: Media) -> str:
    """How large the file is."""
    size = len(media.data or b"")
    if not size:
        return ""
    return f"{size} bytes" if size < 1024 else f"{size / 1024:,.0f} KB" if size < 2**20 else f"{size / 2**20:,.1f} MB"
