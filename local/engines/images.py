"""Reading the images that engines are sent."""

from __future__ import annotations

import io
import warnings
from typing import Any

from PIL import Image, ImageOps

from ..errors import Refusal
from .base import json_name

MAX_PIXELS = 30_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


def open_image(data: Any) -> Image.Image:
    """An image from its bytes. Raises Refusal for what is none, and for one with too many pixels."""
    if not isinstance(data, bytes):
        raise Refusal(f'"inputs" must be an image, but it is {json_name(data)}.')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
            # The size stands in the header: a small file that unpacks to gigabytes is refused before it does.
            if image.width * image.height > MAX_PIXELS:
                raise Refusal(f"The image has more than {MAX_PIXELS // 1_000_000} million pixels.", 413)
            image.load()
            # A phone writes the photo as the sensor saw it, and beside it how it was held.
            return ImageOps.exif_transpose(image)
    except Refusal:
        raise
    # Pillow raises nearly any kind of error for a broken file, and a broken file is no fault of ours.
    except Exception:
        raise Refusal("The body is not an image that can be read (PNG, JPEG, WebP, GIF, BMP or TIFF).") from None


def grey_on_white(image: Image.Image) -> Image.Image:
    """An image in grey, where it is transparent on white."""
    return _opaque(image).convert("L")


def on_white(image: Image.Image) -> Image.Image:
    """An image in red, green and blue, where it is transparent on white."""
    return _opaque(image).convert("RGB")


def _opaque(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    if image.mode.startswith("I"):
        # 16 bits a pixel: what Pillow's own conversion cuts off is scaled.
        image = image.convert("I").point(lambda value: value / 257).convert("L")
    return image
