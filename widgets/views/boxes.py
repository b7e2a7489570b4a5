"""Boxes over the image they were found in."""

import io

from PIL import Image as Pillow

from metadata.media import Media
from metadata.outputs import Box, Boxes
from ui.markup import escape

from .context import Context, bars, colour, empty, number


def render(output: Boxes, context: Context) -> str:
    """The image with its boxes, large ones first so that small ones stay on top, and the list."""
    if not output.items:
        return empty("No object was found.")
    rows = bars([(box.label, box.score) for box in output.items])
    return _over_image(output.items, context) + rows


def _over_image(items: tuple[Box, ...], context: Context) -> str:
    image = context.inputs.get("image")
    size = _size(image) if isinstance(image, Media) else None
    if size is None or not isinstance(image, Media):
        return ""
    width, height = size
    ordered = sorted(items, key=lambda box: -(box.xmax - box.xmin) * (box.ymax - box.ymin))
    shapes = "".join(_shape(box, max(width, height) / 200) for box in ordered)
    return (
        f'<svg class="shown" viewBox="0 0 {width} {height}" role="img" aria-label="{len(items)} objects in the image">'
        f'<image href="{escape(context.address(image))}" width="{width}" height="{height}" />{shapes}</svg>'
    )


def _shape(box: Box, line: float) -> str:
    title = escape(f"{box.label} {number(box.score)}")
    return (
        f'<rect x="{box.xmin:.2f}" y="{box.ymin:.2f}" width="{max(0.0, box.xmax - box.xmin):.2f}" '
        f'height="{max(0.0, box.ymax - box.ymin):.2f}" fill="none" stroke="{colour(box.label)}" '
        f'stroke-width="{line:.2f}"><title>{title}</title></rect>'
    )


def _size(media: Media) -> tuple[int, int] | None:
    try:
        return Pillow.open(io.BytesIO(media.data or b"")).size
    except (OSError, ValueError, Pillow.DecompressionBombError):
        return None
