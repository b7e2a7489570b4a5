"""An image with something over it: its size as a browser shows it, and the place where both meet."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image as Pillow

from showcard.metadata.media import Media
from showcard.ui.markup.html import Child, Markup, div, element, span
from showcard.ui.markup.pieces import dim

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


def stage(image: object, size: Size, over: Child, said: str, context: Context, classes: str = "") -> Markup:
    """The image (or an empty place of its size) with HTML or SVG over it."""
    if isinstance(image, Media) and size_of(image) is not None:
        below = element("img", src=context.address(image), alt=said)
    else:
        below = span(said, class_="visually-hidden")
    shape = max(0.05, min(20.0, size.width / size.height))
    widest = min(TALLEST * shape, max(size.width, 420.0))
    style = f"aspect-ratio:{shape:.5f};max-width:{max(60.0, widest):.0f}px"
    return div(below, over, class_=f"stage {classes}", style=style)


def without_image(image: object, context: Context) -> Markup:
    """What is said, or offered, where the image itself is not here."""
    if isinstance(image, Media) and far(image):
        return remote_button(context.address(image), image, "The image")
    return dim("The image is not here; this is drawn to scale.")
