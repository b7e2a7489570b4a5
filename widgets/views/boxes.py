"""Boxes over the image they were found in."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from showcard.metadata.outputs.read import Box, Boxes
from showcard.ui.markup.html import attribute, short_text

from .context import Context, colour, count, empty, line_colour, number
from .parts import Row, actions, bars, copy_button, save_json, scale_of
from .stage import Size, size_of, stage, without_image

MAX_DRAWN = 500
MAX_TAGS = 24  # with more boxes than this a label is shown when its box is pointed at
LONGEST_TAG = 60
FARTHEST = 1e9


@dataclass(frozen=True, slots=True)
class _Placed:
    """A box in pixels of the image, its corners in order."""

    number: int
    box: Box
    x: float
    y: float
    width: float
    height: float

    def outside(self, size: Size) -> bool:
        """Whether no part of it lies in the image."""
        return self.x >= size.width or self.y >= size.height or self.x + self.width <= 0 or self.y + self.height <= 0


def render(output: Boxes, context: Context) -> str:
    """The image with its boxes, small ones on top; a slider for the least score; and the list."""
    if not output.items:
        return empty("No object was found.")
    image = context.inputs.get("image")
    size = size_of(image)
    items = output.items[:MAX_DRAWN]
    shares = size is not None and _are_shares(items)
    placed = _place(items, size if size and shares else Size(1, 1))
    shown = size or _extent(placed)
    words = ["Coordinates between 0 and 1 are read as shares of the image."] if shares else []
    outside = sum(box.outside(shown) for box in placed) if size else 0
    lost = len(items) - len(placed)
    words += [f"{count(outside, 'box', 'boxes')} outside the image."] if outside else []
    words += [f"{count(lost, 'box', 'boxes')} without a place that is a number."] if lost else []
    rest = len(output.items) - len(items)
    words += [f"{count(rest, 'box', 'boxes')} more in the download."] if rest else []
    notes = f'<p class="dim">{" ".join(words)}</p>' if words else ""
    missing = "" if size else without_image(image, context)
    picture = missing + _over_image(placed, image, shown, context)
    return (
        f'<div class="pairs" data-noun="boxes">{picture}{_slider(items)}{notes}'
        f'<div class="tall">{_list(items)}</div></div>'
        + actions(copy_button("bars"), save_json(output.items, "boxes.json", context))
    )


def _are_shares(items: tuple[Box, ...]) -> bool:
    """Whether the corners are shares of the image: a box of pixels that fits into the first pixel is no box."""
    corners = [c for box in items for c in (box.xmin, box.ymin, box.xmax, box.ymax) if isfinite(c)]
    return bool(corners) and max(corners) > 0 and all(-0.5 <= corner <= 1.01 for corner in corners)


def _place(items: tuple[Box, ...], scale: Size) -> list[_Placed]:
    placed = []
    for n, box in enumerate(items):
        if not all(isfinite(corner) for corner in (box.xmin, box.ymin, box.xmax, box.ymax)):
            continue
        left, right = sorted(map(_drawn, (box.xmin * scale.width, box.xmax * scale.width)))
        top, bottom = sorted(map(_drawn, (box.ymin * scale.height, box.ymax * scale.height)))
        placed.append(_Placed(n, box, left, top, right - left, bottom - top))
    return placed


def _drawn(corner: float) -> float:
    """A corner where a browser can still draw it, also where it is far outside of any image."""
    return max(-FARTHEST, min(FARTHEST, corner))


def _extent(placed: list[_Placed]) -> Size:
    """The room that boxes take where the image is not here."""
    right = max((box.x + box.width for box in placed), default=1.0)
    bottom = max((box.y + box.height for box in placed), default=1.0)
    return Size(max(right * 1.02, 1e-6), max(bottom * 1.02, 1e-6))


def _over_image(placed: list[_Placed], image: object, size: Size, context: Context) -> str:
    ordered = sorted(placed, key=lambda box: -box.width * box.height)
    shapes = "".join(_shape(box) for box in ordered)
    tags = "".join(_tag(box, size) for box in ordered if not box.outside(size))
    few = " few" if len(placed) <= MAX_TAGS else ""
    drawing = (
        f'<svg viewBox="0 0 {size.width:g} {size.height:g}" preserveAspectRatio="none" '
        f'aria-label="{count(len(placed), "box", "boxes")}" role="group">{shapes}</svg>'
    )
    return stage(
        image, size, drawing + tags, f"The image with {count(len(placed), 'box', 'boxes')}", context, f"boxes{few}"
    )


def _shape(placed: _Placed) -> str:
    """A box: a dark line below the coloured one, so that it shows on any image."""
    where = f'x="{placed.x:.6g}" y="{placed.y:.6g}" width="{placed.width:.6g}" height="{placed.height:.6g}"'
    said = attribute(f"{placed.box.label[:LONGEST_TAG]} {number(placed.box.score)}")
    return (
        f'<g class="box" tabindex="-1" role="img" aria-label="{said}" data-pair="{placed.number}"'
        f' style="--line:{line_colour(placed.box.label)}"><rect {where} /><rect {where} /></g>'
    )


def _tag(placed: _Placed, size: Size) -> str:
    """The label at its box: above it, or inside where there is no room above."""
    left, top = placed.x / size.width * 100, placed.y / size.height * 100
    right_edge = 100 - (placed.x + placed.width) / size.width * 100
    side = f"right:{max(0.0, right_edge):.2f}%" if left > 60 else f"left:{max(0.0, left):.2f}%"
    inside = " inside" if top < 7 else ""
    said = short_text(f"{placed.box.label[:LONGEST_TAG]} {number(placed.box.score)}")
    return (
        f'<span class="tag{inside}" data-pair="{placed.number}" aria-hidden="true" dir="auto" '
        f'style="{side};top:{min(100.0, max(0.0, top)):.2f}%;background:{colour(placed.box.label)}">{said}</span>'
    )


def _slider(items: tuple[Box, ...]) -> str:
    scores = sorted({box.score for box in items if box.score is not None and isfinite(box.score)})
    if len(scores) < 2:
        return ""
    scale = scale_of(scores)
    low, high = (0.0, 1.0) if scale.shares else (scores[0], scores[-1])
    many = count(len(items), "box", "boxes")
    return (
        '<div class="slide"><label>Least score '
        f'<input type="range" class="least" min="{low:.6g}" max="{high:.6g}" step="any" value="{low:.6g}"></label>'
        f'<output class="num">{number(low)}</output>'
        f'<span class="dim said-count" role="status">{len(items):,} of {many} shown</span></div>'
    )


def _list(items: tuple[Box, ...]) -> str:
    rows = []
    for n, box in enumerate(items):
        known = box.score is not None and isfinite(box.score)
        score = f' data-score="{box.score:.9g}"' if known else ""
        rows.append(
            Row(box.label, box.score, dot=line_colour(box.label), attributes=f' tabindex="0" data-pair="{n}"{score}')
        )
    return bars(rows, first=MAX_DRAWN)
