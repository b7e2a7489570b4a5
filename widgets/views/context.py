"""What a view may need beside the output: the inputs it answers, addresses for media, colours and numbers."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Any

from showcard.metadata.media import Media
from showcard.ui.components.theme import COLOURS
from showcard.ui.markup.html import Markup, p

LONGEST = 500  # characters of a name, a word, a cell


@dataclass(frozen=True, slots=True)
class Context:
    """The inputs that an output answers, and the function that gives media an address on this server."""

    inputs: Mapping[str, Any]
    address: Callable[[Media], str]


def slot(label: str) -> int:
    """The place of a label in the palette: the same label has the same colour everywhere."""
    return zlib.crc32(label.encode("utf-8", "replace")) % COLOURS


def colour(label: str) -> str:
    """The background of a label, for text on it."""
    return f"var(--sc-{slot(label)})"


def line_colour(label: str) -> str:
    """The colour of a label's lines: its hue, strong enough to be seen over an image."""
    return f"var(--sc-line-{slot(label)})"


def number(score: float | None) -> str:
    """A score as people read it: three decimals, shorter where it is large, a dash where there is none."""
    if score is None:
        return "–"
    if not isfinite(score):
        return "NaN" if isnan(score) else "∞" if score > 0 else "-∞"
    if score != 0 and abs(score) < 0.0005:
        return f"{score:.1e}"
    if abs(score) >= 1e15:
        return f"{score:.3e}"
    return f"{score:.3f}" if abs(score) < 1000 else f"{score:,.1f}"


def short(text: object, most: int = LONGEST) -> str:
    """A text of a list or a table, cut where it is so long that many of them would make a page too large."""
    whole = str(text)
    return whole if len(whole) <= most else f"{whole[:most]}… ({len(whole):,} characters)"


def count(many: int, one: str, several: str = "") -> str:
    """A number with its noun."""
    return f"{many:,} {one if many == 1 else several or f'{one}s'}"


def empty(sentence: str) -> Markup:
    """What is shown where nothing was found."""
    return p(sentence, class_="dim nothing")
