"""Draws the pictures of `examples/digits`: strokes with an unsteady hand, seeded.

python examples/_make/digits.py"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from showcard.local.engines.digits import features  # noqa: E402

FOLDER = ROOT / "examples" / "digits" / "images"

Point = tuple[float, float]

# Each digit as strokes through points of a unit square, y downwards.
STROKES: dict[int, tuple[tuple[Point, ...], ...]] = {
    0: (
        ((0.55, 0.05), (0.25, 0.2), (0.15, 0.55), (0.3, 0.9), (0.6, 0.93), (0.82, 0.6), (0.8, 0.25), (0.52, 0.04)),
    ),
    1: (((0.3, 0.28), (0.55, 0.05), (0.53, 0.5), (0.5, 0.95)),),
    2: (((0.2, 0.25), (0.4, 0.05), (0.72, 0.12), (0.72, 0.4), (0.4, 0.72), (0.15, 0.93)), ((0.15, 0.93), (0.85, 0.9))),
    3: (
        ((0.2, 0.12), (0.5, 0.04), (0.76, 0.2), (0.62, 0.42), (0.4, 0.47)),
        ((0.4, 0.47), (0.74, 0.55), (0.78, 0.8), (0.5, 0.96), (0.18, 0.86)),
    ),
    4: (
        ((0.6, 0.04), (0.38, 0.32), (0.12, 0.62)),
        ((0.12, 0.62), (0.9, 0.6)),
        ((0.66, 0.3), (0.64, 0.62), (0.62, 0.97)),
    ),
    5: (
        ((0.78, 0.06), (0.28, 0.07)),
        ((0.28, 0.07), (0.24, 0.42)),
        ((0.24, 0.42), (0.55, 0.36), (0.8, 0.58), (0.68, 0.88), (0.4, 0.96), (0.16, 0.86)),
    ),
    6: (
        ((0.7, 0.05), (0.38, 0.28), (0.2, 0.62), (0.32, 0.92), (0.62, 0.92), (0.74, 0.7), (0.55, 0.52), (0.25, 0.66)),
    ),
    7: (((0.15, 0.08), (0.85, 0.06)), ((0.85, 0.06), (0.6, 0.45), (0.42, 0.95))),
    8: (
        (
            (0.7, 0.16), (0.48, 0.04), (0.26, 0.18), (0.36, 0.4), (0.62, 0.56), (0.76, 0.78), (0.52, 0.96),
            (0.24, 0.82), (0.34, 0.58), (0.62, 0.4), (0.72, 0.18),
        ),
    ),
    9: (
        ((0.76, 0.26), (0.5, 0.06), (0.26, 0.24), (0.36, 0.48), (0.68, 0.42), (0.76, 0.24), (0.74, 0.6), (0.62, 0.96)),
    ),
}  # fmt: skip


def curve(points: list[Point]) -> list[Point]:
    """A smooth line through the points (Catmull-Rom)."""
    line: list[Point] = []
    padded = [points[0], *points, points[-1]]
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(16):
            t = step / 16
            weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3)
            line.append(
                (
                    sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)) / 2,
                    sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)) / 2,
                )
            )
    return [*line, points[-1]]


def draw(
    digit: int, seed: int, *, side: int = 200, pen: float = 0.055, ink: str = "#22304a", paper: str = "white"
) -> Image.Image:
    """A digit as a hand might draw it."""
    chance = random.Random(seed * 10 + digit)
    scale = 4
    image = Image.new("RGB", (side * scale, side * scale), paper)
    canvas = ImageDraw.Draw(image)
    turn, wide, high = chance.gauss(0, 0.08), chance.uniform(0.42, 0.58), chance.uniform(0.6, 0.72)
    left, top = chance.uniform(0.15, 0.3), chance.uniform(0.1, 0.2)
    for stroke in STROKES[digit]:
        shaken = [(x + chance.gauss(0, 0.018), y + chance.gauss(0, 0.018)) for x, y in stroke]
        for x, y in curve(shaken):
            px = (left + (x + turn * (0.5 - y)) * wide) * side * scale
            py = (top + y * high) * side * scale
            radius = pen / 2 * side * scale * chance.uniform(0.92, 1.08)
            canvas.ellipse((px - radius, py - radius, px + radius, py + radius), fill=ink)
    return image.resize((side, side), Image.Resampling.LANCZOS).filter(ImageFilter.SMOOTH)


PICTURES = {
    "seven": {"digit": 7, "seed": 3},
    "three": {"digit": 3, "seed": 5, "ink": "#7a2418", "paper": "#fbf6e9"},
    "eight-on-a-blackboard": {"digit": 8, "seed": 2, "ink": "#f2f2ea", "paper": "#24372e"},
    "four-with-a-thin-pen": {"digit": 4, "seed": 11, "side": 320, "pen": 0.016},
    "five-small": {"digit": 5, "seed": 4, "side": 48, "pen": 0.07},
}


def as_seen() -> Image.Image:
    """Three drawings, each beside the 64 cells that the network gets of it."""
    sheet = Image.new("RGB", (620, 200), "white")
    for number, digit in enumerate((7, 2, 6)):
        drawing = draw(digit, 3, side=100)
        cells = (255 - features(drawing.copy()).reshape(8, 8) * 255).astype(np.uint8)
        blocks = Image.fromarray(cells).resize((96, 96), Image.Resampling.NEAREST)
        sheet.paste(drawing, (number * 210, 52))
        sheet.paste(blocks, (number * 210 + 104, 54))
    return sheet.crop((0, 44, 620, 158))


def main() -> None:
    """Writes the pictures as small PNGs."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, how in PICTURES.items():
        draw(**how).quantize(32).save(FOLDER / f"{name}.png", optimize=True)
    as_seen().quantize(64).save(FOLDER / "as-seen.png", optimize=True)


if __name__ == "__main__":
    main()
