"""Boxes over the image they were found in."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from showcard.metadata.outputs.read import Box, Boxes
from showcard.ui.markup.html import Attribute, Markup, div, element, join, span
from showcard.ui.markup.pieces import dim
from showcard.ui.markup.prepared import prepared

from .context import Context, colour, count, empty, line_colour, number
from .parts import Row, actions, bars, copy_button, save_json, scale_of, slider
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


def render(output: Boxes, context: Context) -> Markup:
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
    notes = words and dim(" ".join(words))
    picture = [None if size else without_image(image, context), _over_image(placed, image, shown, context)]
    listed = div(_list(items), class_="tall")
    return join(
        [
            div(picture, _slider(items), notes, listed, class_="pairs", data_noun="boxes"),
            actions(copy_button("bars"), save_json(output.items, "boxes.json", context)),
        ]
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


def _over_image(placed: list[_Placed], image: object, size: Size, context: Context) -> Markup:
    ordered = sorted(placed, key=lambda box: -box.width * box.height)
    many = count(len(placed), "box", "boxes")
    drawing = element(
        "svg",
        [_shape(box) for box in ordered],
        viewBox=f"0 0 {size.width:g} {size.height:g}",
        preserveAspectRatio="none",
        aria_label=many,
        role="group",
    )
    tags = [_tag(box, size) for box in ordered if not box.outside(size)]
    few = " few" if len(placed) <= MAX_TAGS else ""
    return stage(image, size, [drawing, *tags], f"The image with {many}", context, f"boxes{few}")


def _shape(placed: _Placed) -> Markup:
    said = f"{placed.box.label[:LONGEST_TAG]} {number(placed.box.score)}"
    x, y, width, height = (f"{value:.6g}" for value in (placed.x, placed.y, placed.width, placed.height))
    return _drawn_box(x, y, width, height, said, placed.number, f"--line:{line_colour(placed.box.label)}")


@prepared
def _drawn_box(x: str, y: str, width: str, height: str, said: str, number_of: int, style: str) -> Markup:
    """A box: a dark line below the coloured one, so that it shows on any image."""
    line = element("rect", x=x, y=y, width=width, height=height)
    own: dict[str, Attribute] = {"aria_label": said, "data_pair": number_of, "style": style}
    return element("g", line, line, class_="box", tabindex=-1, role="img", **own)


def _tag(placed: _Placed, size: Size) -> Markup:
    """The label at its box: above it, or inside where there is no room above."""
    left, top = placed.x / size.width * 100, placed.y / size.height * 100
    right_edge = 100 - (placed.x + placed.width) / size.width * 100
    side = f"right:{max(0.0, right_edge):.2f}%" if left > 60 else f"left:{max(0.0, left):.2f}%"
    said = f"{placed.box.label[:LONGEST_TAG]} {number(placed.box.score)}"
    style = f"{side};top:{min(100.0, max(0.0, top)):.2f}%;background:{colour(placed.box.label)}"
    return _drawn_tag(said, "tag inside" if top < 7 else "tag", placed.number, style)


@prepared
def _drawn_tag(said: str, classes: str, number_of: int, style: str) -> Markup:
    return span(said, class_=classes, data_pair=number_of, aria_hidden="true", dir="auto", style=style)


def _slider(items: tuple[Box, ...]) -> Markup | None:
    scores = sorted({box.score for box in items if box.score is not None and isfinite(box.score)})
    if len(scores) < 2:
        return None
    scale = scale_of(scores)
    low, high = (0.0, 1.0) if scale.shares else (scores[0], scores[-1])
    said = f"{len(items):,} of {count(len(items), 'box', 'boxes')} shown"
    return slider("Least score ", "least", f"{low:.6g}", f"{high:.6g}", "any", f"{low:.6g}", number(low), said)


def _list(items: tuple[Box, ...]) -> Markup:
    rows = []
    for n, box in enumerate(items):
        known = box.score is not None and isfinite(box.score)
        score = f"{box.score:.9g}" if known else None
        attributes: dict[str, Attribute] = {"tabindex": 0, "data_pair": n, "data_score": score}
        rows.append(Row(box.label, box.score, dot=line_colour(box.label), attributes=attributes))
    return bars(rows, first=MAX_DRAWN)
