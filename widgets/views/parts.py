"""Pieces that several views share: bars, folded lists, tables, copy and download, and what loads only when asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from showcard.inference.transport.assets import is_remote
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import plain
from showcard.metadata.visible import whole
from showcard.ui.markup.html import attribute, escape, short_text, verbatim

from .context import Context, count, number, short

FIRST_ROWS = 50
MAX_ROWS = 500  # what a list draws; a page with thousands of them holds up the app and the browser
MAX_IN_PAGE = 24_000  # bytes of a download that stand in the page itself; longer ones get an address


@dataclass(frozen=True, slots=True)
class Row:
    """A bar with its name; `dot` is a colour, `before` and `attributes` are HTML already."""

    name: str
    score: float | None
    dot: str = ""
    before: str = ""
    attributes: str = ""


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


def bars(rows: Sequence[Row], first: int = FIRST_ROWS, options: str = "", left: int = 0) -> str:
    """Bars on one scale, a note where they are no shares of 1, and what comes after the first ones folded.

    `left` is how many more there are, which are not drawn."""
    scale = scale_of(row.score for row in rows)
    drawn = [_bar(row, scale) for row in rows]
    classes = "bars from-zero" if scale.low < 0 else "bars"
    note = ""
    if not scale.shares:
        ends = f'<span class="num">{number(scale.low)}</span> to <span class="num">{number(scale.high)}</span>'
        note = f'<p class="dim scale">These scores are not probabilities: bars run from {ends}.</p>'
    shown = f'<ul class="{classes}"{options}>{"".join(drawn[:first])}</ul>'
    rest = "".join(drawn[first:])
    more = fold(f"{len(drawn) - first:,} more", f'<ul class="{classes}">{rest}</ul>') if rest else ""
    return shown + more + note + left_out(left)


def _bar(row: Row, scale: Scale) -> str:
    track = '<span class="track" aria-hidden="true"></span>'
    if row.score is not None and isfinite(row.score):
        begin, width = scale.fill(row.score)
        sign = " below" if row.score < 0 else ""
        style = f"width:{min(100.0, width):.2f}%" + (f";margin-left:{begin:.2f}%" if scale.low < 0 else "")
        track = f'<span class="track" aria-hidden="true"><span class="fill{sign}" style="{style}"></span></span>'
    dot = f'<span class="dot" style="background:{row.dot}" aria-hidden="true"></span>' if row.dot else ""
    name = (
        f'<bdi dir="auto">{short_text(short(row.name))}</bdi>'
        if row.name.strip()
        else '<span class="dim">no name</span>'
    )
    return (
        f'<li{row.attributes}><span class="name">{row.before}{dot}{name}</span>'
        f'<span class="num">{number(row.score)}</span>{track}</li>'
    )


def left_out(many: int) -> str:
    """How many rows are not drawn, where there are any."""
    return f'<p class="dim">{count(many, "row")} more in the download.</p>' if many > 0 else ""


def fold(summary: str, content: str, classes: str = "fold") -> str:
    """Something behind a line that opens it; works without a script."""
    return f'<details class="{classes}"><summary>{escape(summary)}</summary>{content}</details>'


def table(head: Sequence[str], rows: Iterable[str], label: str, arrive: bool = False) -> str:
    """A table that scrolls in its own place, to its first mark where `arrive` is set; the rows are HTML already."""
    names = "".join(f'<th scope="col" dir="auto">{short_text(name)}</th>' for name in head)
    top = f"<thead><tr>{names}</tr></thead>" if head else ""
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{attribute(label)}"'
        f"{' data-arrive' if arrive else ''}>"
        f"<table>{top}<tbody>{''.join(rows)}</tbody></table></div>"
    )


# -- taking it home ----------------------------------------------------------------------------------------------------


def actions(*buttons: str) -> str:
    """The row of things to do with a result."""
    shown = "".join(buttons)
    return f'<div class="acts">{shown}</div>' if shown else ""


def copy_button(what: str, label: str = "Copy") -> str:
    """Copies what stands in the view under a class name; lists and tables as tab-separated lines.

    `file` stands for what the view offers as a download."""
    return f'<button type="button" class="act" data-copies="{attribute(what)}">{escape(label)}</button>'


def save_json(value: Any, name: str, context: Context, label: str = "Download JSON") -> str:
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
) -> str:
    """The same for a text as it is."""
    return _save(whole(text).encode(), name, context, label, media_type)


def _save(data: bytes, name: str, context: Context, label: str, media_type: str) -> str:
    if len(data) <= MAX_IN_PAGE:
        address = f"data:{media_type};charset=utf-8,{quote(data)}"
    else:
        address = context.address(Media(data=data, media_type=media_type, name=name))
    return f'<a class="act file" href="{verbatim(address)}" download="{attribute(name)}">{escape(label)}</a>'


def save_media(address: str, media: Media, name: str) -> str:
    """A link that saves the media under its name."""
    return f'<a class="act" href="{verbatim(address)}" download="{attribute(media.name or name)}">Download</a>'


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


def remote_button(address: str, media: Media, alt: str) -> str:
    """What stands for an image elsewhere until somebody asks for it."""
    return (
        f'<button type="button" class="remote" data-src="{verbatim(address)}" data-alt="{attribute(alt)}">'
        f'<span dir="auto">{short_text(alt)}</span><span class="dim">Load this image from {escape(host(media))}</span>'
        "</button>"
    )


def size_text(media: Media) -> str:
    """How large the file is."""
    size = len(media.data or b"")
    if not size:
        return ""
    return f"{size} bytes" if size < 1024 else f"{size / 1024:,.0f} KB" if size < 2**20 else f"{size / 2**20:,.1f} MB"
