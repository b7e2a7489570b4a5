"""Draws the pictures of `examples/shapes`, `colour-regions` and `filters`: `examples/_make/engine_pictures.py`."""

from __future__ import annotations

from pathlib import Path

from landscapes import lighthouse, mountain_lake
from PIL import Image, ImageDraw

EXAMPLES = Path(__file__).resolve().parent.parent
SCALE = 4
Point = tuple[float, float]


def sheet(width: int, height: int, paper: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A large empty picture, and a pen for it."""
    image = Image.new("RGB", (width * SCALE, height * SCALE), paper)
    return image, ImageDraw.Draw(image)


def turned(points: list[Point], x: float, y: float) -> list[Point]:
    """Points around a place, at the large scale."""
    return [((x + px) * SCALE, (y + py) * SCALE) for px, py in points]


def disc(pen: ImageDraw.ImageDraw, x: float, y: float, wide: float, high: float, colour: str) -> None:
    """An ellipse around a place."""
    pen.ellipse(((x - wide) * SCALE, (y - high) * SCALE, (x + wide) * SCALE, (y + high) * SCALE), fill=colour)


def toys() -> Image.Image:
    """Six shapes on a light table."""
    image, pen = sheet(360, 240, "#f2efe8")
    disc(pen, 70, 70, 38, 38, "#d0342c")
    pen.polygon(turned([(-42, -30), (42, -30), (42, 30), (-42, 30)], 180, 62), fill="#2456c4")
    pen.polygon(turned([(0, -44), (46, 36), (-46, 36)], 290, 72), fill="#2e8b57")
    pen.polygon(turned([(-36, -4), (4, -36), (36, 4), (-4, 36)], 72, 176), fill="#f2c230")
    disc(pen, 182, 176, 52, 26, "#7e3fa0")
    pen.polygon(turned([(-40, -26), (44, 0), (-40, 26)], 296, 176), fill="#ef8a2c")
    return image.resize((360, 240), Image.Resampling.LANCZOS)


def night() -> Image.Image:
    """A moon and two windows in the dark."""
    image, pen = sheet(320, 220, "#16213e")
    disc(pen, 236, 58, 30, 30, "#f5eec2")
    pen.polygon(turned([(-70, 60), (-70, -20), (0, -74), (70, -20), (70, 60)], 104, 150), fill="#3b2a2a")
    for x in (74, 134):
        pen.polygon(turned([(-16, -18), (16, -18), (16, 18), (-16, 18)], x, 156), fill="#f2c230")
    return image.resize((320, 220), Image.Resampling.LANCZOS)


def signs() -> Image.Image:
    """Shapes that touch the limits: one has a hole, one is a star."""
    image, pen = sheet(320, 150, "#dfe8ee")
    disc(pen, 62, 75, 44, 44, "#d0342c")
    disc(pen, 62, 75, 26, 26, "#ffffff")
    star = [(0, -46), (12, -14), (46, -14), (18, 6), (30, 40), (0, 20), (-30, 40), (-18, 6), (-46, -14), (-12, -14)]
    pen.polygon(turned([(float(x), float(y)) for x, y in star], 168, 78), fill="#2456c4")
    pen.polygon(turned([(-30, -40), (30, -40), (30, 40), (-30, 40)], 264, 75), fill="#2e8b57")
    return image.resize((320, 150), Image.Resampling.LANCZOS)


def main() -> None:
    """Writes the pictures."""
    for name, draw in {"toys": toys, "night": night, "signs": signs}.items():
        (EXAMPLES / "shapes" / "images").mkdir(parents=True, exist_ok=True)
        draw().quantize(64).save(EXAMPLES / "shapes" / "images" / f"{name}.png", optimize=True)
    for folder in ("colour-regions", "filters"):
        (EXAMPLES / folder / "images").mkdir(parents=True, exist_ok=True)
        for name, draw in {"lighthouse": lighthouse, "mountain-lake": mountain_lake}.items():
            draw().convert("RGB").resize((384, 288)).save(EXAMPLES / folder / "images" / f"{name}.jpg", quality=82)
    toys().save(EXAMPLES / "colour-regions" / "images" / "toys.jpg", quality=85)


if __name__ == "__main__":
    main()
