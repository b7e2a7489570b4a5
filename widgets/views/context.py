"""What a view may need beside the output: the inputs it answers, and addresses for media."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from metadata.media import Media
from ui.markup import escape
from ui.theme import PALETTE


@dataclass(frozen=True, slots=True)
class Context:
    """The inputs that an output answers, and the function that gives media an address on this server."""

    inputs: Mapping[str, Any]
    address: Callable[[Media], str]


def colour(label: str) -> str:
    """The background of a label: the same label has the same colour everywhere."""
    return f"var(--sc-{zlib.crc32(label.encode('utf-8', 'replace')) % len(PALETTE)})"


def number(score: float | None) -> str:
    """A score as people read it: three decimals, shorter where it is large, a dash where there is none."""
    if score is None:
        return "–"
    if not isfinite(score):
        return str(score)
    if score != 0 and abs(score) < 0.0005:
        return f"{score:.1e}"
    return f"{score:.3f}" if abs(score) < 1000 else f"{score:,.1f}"


def bar(name: str, score: float | None, share: float) -> str:
    """A named bar; `share` of its width is filled, between 0 and 1."""
    width = f"{max(0.0, min(1.0, share)) * 100:.2f}%"
    return (
        f'<li><span class="name" dir="auto">{escape(name)}</span><span class="num">{number(score)}</span>'
        f'<span class="track" aria-hidden="true"><span class="fill" style="width:{width}"></span></span></li>'
    )


def bars(rows: list[tuple[str, float | None]]) -> str:
    """Bars on one scale: of the whole where all scores are shares of it, else of the largest."""
    scores = [abs(score) for _, score in rows if score is not None and isfinite(score)]
    largest = max(scores, default=0.0)
    scale = 1.0 if largest <= 1 else largest
    drawn = (bar(name, score, score / scale if score is not None and isfinite(score) else 0.0) for name, score in rows)
    return f'<ul class="bars">{"".join(drawn)}</ul>'


def empty(sentence: str) -> str:
    """What is shown where nothing was found."""
    return f'<p class="dim">{escape(sentence)}</p>'
