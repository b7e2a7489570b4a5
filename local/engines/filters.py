"""Pictures changed by the filters that a prompt names."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from ..errors import Refusal
from .base import json_name, text_of
from .images import on_white, open_image

Filter = Callable[[Image.Image], Image.Image]

_LONGEST = 1024


def _sepia(image: Image.Image) -> Image.Image:
    return ImageOps.colorize(ImageOps.grayscale(image), "#2a1a0c", "#f7ecd4", "#a98a62")


def _pixels(image: Image.Image) -> Image.Image:
    small = image.resize((max(1, image.width // 12), max(1, image.height // 12)), Image.Resampling.BOX)
    return small.resize(image.size, Image.Resampling.NEAREST)


def _sketch(image: Image.Image) -> Image.Image:
    lines = ImageOps.invert(
        ImageOps.grayscale(image).filter(ImageFilter.GaussianBlur(1)).filter(ImageFilter.FIND_EDGES)
    )
    return ImageOps.autocontrast(lines.crop((1, 1, max(2, image.width - 1), max(2, image.height - 1)))).convert("RGB")


def _tinted(red: float, blue: float) -> Filter:
    def tint(image: Image.Image) -> Image.Image:
        r, g, b = image.split()
        return Image.merge("RGB", (r.point(lambda value: value * red), g, b.point(lambda value: value * blue)))

    return tint


def _mixed(kind: Callable[[Image.Image], Any], amount: float) -> Filter:
    return lambda image: kind(image).enhance(amount)


FILTERS: dict[str, tuple[str, Filter]] = {
    "black and white": (r"black[ -]and[ -]white|gr[ae]y(?:scale)?|monochrome", lambda i: i.convert("L").convert("RGB")),
    "sepia": (r"sepia|old photo|vintage|antique", _sepia),
    "sketch": (r"sketch|drawing|pencil|edges|outlines?", _sketch),
    "negative": (r"negative|invert(?:ed)?", ImageOps.invert),
    "blur": (r"blur(?:red|ry)?|out of focus|soft", lambda i: i.filter(ImageFilter.GaussianBlur(max(i.size) / 120))),
    "sharpen": (r"sharp(?:en|er)?", lambda i: i.filter(ImageFilter.UnsharpMask(3, 200))),
    "emboss": (r"emboss(?:ed)?|relief", lambda i: i.filter(ImageFilter.EMBOSS)),
    "pixels": (r"pixel(?:s|ate|ated)?|mosaic|8[ -]?bit", _pixels),
    "poster": (r"poster(?:i[sz]ed?)?|pop art|comic", lambda i: ImageOps.posterize(i, 2)),
    "brighter": (r"bright(?:er)?|lighter|day", _mixed(ImageEnhance.Brightness, 1.4)),
    "darker": (r"dark(?:er)?|night|evening", _mixed(ImageEnhance.Brightness, 0.55)),
    "contrast": (r"contrast|dramatic", _mixed(ImageEnhance.Contrast, 1.7)),
    "colourful": (r"colou?rful|saturated|vivid", _mixed(ImageEnhance.Color, 1.9)),
    "pale": (r"pale|faded|washed out", _mixed(ImageEnhance.Color, 0.4)),
    "warm": (r"warm(?:er)?|sunset|autumn", _tinted(1.15, 0.8)),
    "cold": (r"cold(?:er)?|winter|blue", _tinted(0.8, 1.15)),
    "mirror": (r"mirror(?:ed)?|flip(?:ped)?", ImageOps.mirror),
    "upside down": (r"upside[ -]down", lambda i: i.rotate(180)),
    "rotate": (r"rotated?|turn(?:ed)?|sideways", lambda i: i.rotate(-90, expand=True)),
}  # fmt: skip
_COMPILED = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, (words, _) in FILTERS.items()}


class PictureFilters:
    """Applies what the prompt names, in the order in which it names it."""

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> bytes:
        """A PNG. Raises Refusal where the prompt names no filter."""
        image = on_white(open_image(inputs))
        prompt = text_of(parameters.get("prompt"), "prompt", 2_000)
        size = _size(parameters.get("target_size"))
        image.thumbnail((_LONGEST, _LONGEST))
        for name in named(prompt):
            image = FILTERS[name][1](image)
        if size:
            image = image.resize(size, Image.Resampling.LANCZOS)
        file = io.BytesIO()
        image.save(file, "PNG")
        return file.getvalue()


def named(prompt: str) -> list[str]:
    """The filters that a prompt names, in its order. Raises Refusal for none."""
    found = sorted((match.start(), name) for name, words in _COMPILED.items() if (match := words.search(prompt)))
    if not found:
        raise Refusal(f"The prompt names no filter of this engine. It knows: {', '.join(FILTERS)}.")
    return [name for _, name in found]


def _size(value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    sides = (value.get("width"), value.get("height")) if isinstance(value, dict) else (None, None)
    if not all(isinstance(side, int) and not isinstance(side, bool) and 1 <= side <= 2 * _LONGEST for side in sides):
        raise Refusal(f'"target_size" must be an object with a width and a height of 1 to {2 * _LONGEST}, '
                      f"but it is {json_name(value)}.")  # fmt: skip
    width, height = sides
    assert isinstance(width, int)
    assert isinstance(height, int)
    return width, height


def load() -> PictureFilters:
    """The engine."""
    return PictureFilters()
