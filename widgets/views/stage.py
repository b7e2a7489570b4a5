"""An image with something over it: its size as a browser shows it, and the place where both meet."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image as Pillow

from showcard.metadata.media import Media
from showcard.ui.markup.html import attribute, escape

from .context import Context
from .parts import far, remote_button

TALLEST = 520
ORIENTATION, TURNED = 0x0112, 5  # EXIF: from 5 on, width and height change places


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: float
    height: float


def size_of(media: object) -> Size | None:
    """The size of an image as browsers show it, turned as its EXIF data says; None where it can't be read."""
    if not isinstance(media, Media) or not media.data:
        return None
    try:
        with Pillow.open(io.BytesIO(media.data)) as image:
            width, height = image.size
            turned = image.getexif().get(ORIENTATION, 1) >= TURNED
    except Exception:  # decoders meet hostile bytes here: whatever they raise, there is no size
        return None
    return Size(height, width) if turned else Size(width, height)


def stage(image: object, size: Size, over: str, said: str, context: Context, classes: str = "") -> str:
    """The image (or an empty place of its size) with HTML or SVG over it."""
    if isinstance(image, Media) and size_of(image) is not None:
        below = f'<img src="{attribute(context.address(image))}" alt="{attribute(said)}">'
    else:
        below = f'<span class="visually-hidden">{escape(said)}</span>'
    shape = max(0.05, min(20.0, size.width / size.height))
    widest = min(TALLEST * shape, max(size.width, 420.0))
    style = f"aspect-ratio:{shape:.5f};max-width:{max(60.0, widest):.0f}px"
    return f'<div class="stage {classes}" style="{style}">{below}{over}</div>'


def without_image(image: object, context: Context) -> str:
    """What is said, or offered, where the image itself is not here."""
    if isinstance(image, Media) and far(image):
        return remote_button(context.address(image), image, "The image")
    return '<p class="dim">The image is not here; this is drawn to scale.</p>'
