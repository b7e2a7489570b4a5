"""Draws the pictures of `examples/text-to-image`: seeded noise in layers, no model.

python examples/_make/landscapes.py"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

FOLDER = Path(__file__).resolve().parent.parent / "text-to-image" / "images"
WIDTH, HEIGHT, SCALE = 640, 420, 2
SIZE = (WIDTH * SCALE, HEIGHT * SCALE)


def sky(*colours: str, until: float = 0.7) -> Image.Image:
    """A sky that goes through these colours from the top down to a part of the height."""
    stops = np.linspace(0, until * SIZE[1], len(colours))
    rgb = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours])
    column = np.stack([np.interp(np.arange(SIZE[1]), stops, rgb[:, i]) for i in range(3)], axis=1)
    return Image.fromarray(np.broadcast_to(column[:, None, :], (SIZE[1], SIZE[0], 3)).astype(np.uint8))


def ridge(chance: np.random.Generator, rough: float, waves: int = 7) -> np.ndarray:
    """A mountain line: waves of growing number and shrinking height, about 0."""
    x = np.linspace(0, 1, SIZE[0])
    line = np.zeros_like(x)
    for octave in range(waves):
        line += np.sin(x * 2**octave * 4.1 + chance.uniform(0, 6.3)) * rough**octave * chance.uniform(0.6, 1)
    return line / 2


def hills(image: Image.Image, line: np.ndarray, level: float, height: float, colour: str) -> None:
    """Everything below a line in one colour. Level and height are parts of the image's height."""
    top = (level - line * height) * SIZE[1]
    points = [(x, float(y)) for x, y in enumerate(top)]
    ImageDraw.Draw(image).polygon([*points, (SIZE[0], SIZE[1]), (0, SIZE[1])], fill=colour)


def disc(image: Image.Image, x: float, y: float, radius: float, *, colour: str, glow: float) -> None:
    """A sun or a moon, with a glow around it."""
    centre, size = (x * SIZE[0], y * SIZE[1]), radius * SIZE[1]
    light = Image.new("L", image.size, 0)
    ImageDraw.Draw(light).ellipse(box(centre, size * glow), fill=120)
    image.paste(colour, mask=light.filter(ImageFilter.GaussianBlur(size * glow / 2)))
    ImageDraw.Draw(image).ellipse(box(centre, size), fill=colour)


def box(centre: tuple[float, float], radius: float) -> tuple[float, float, float, float]:
    """The square around a circle."""
    return (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)


def stars(image: Image.Image, chance: np.random.Generator, count: int, until: float) -> None:
    """Stars of different brightness down to a part of the height."""
    pen = ImageDraw.Draw(image)
    for _ in range(count):
        x, y = chance.uniform(0, SIZE[0]), chance.uniform(0, until) * SIZE[1]
        bright = int(chance.uniform(110, 255))
        pen.ellipse(box((x, y), chance.uniform(0.6, 2.2)), fill=(bright, bright, min(255, bright + 20)))


def water(image: Image.Image, chance: np.random.Generator, level: float, tint: str, strength: float) -> None:
    """A lake or a sea from a part of the height down: what stands above it, upside down, tinted and rippled."""
    top = int(level * SIZE[1])
    above = np.asarray(image)[: top + 1]
    depth = np.arange(SIZE[1] - top)
    rows = np.clip(top - depth * 1.1, 0, top).astype(int)
    shifts = np.cumsum(chance.normal(0, 1.6, len(depth))) * (depth / len(depth) + 0.1)
    mirrored = np.stack([np.roll(above[row], int(shift), axis=0) for row, shift in zip(rows, shifts, strict=True)])
    lake = Image.fromarray(mirrored).filter(ImageFilter.GaussianBlur(2))
    image.paste(Image.blend(lake, Image.new("RGB", lake.size, tint), strength), (0, top))


def fir(pen: ImageDraw.ImageDraw, x: float, foot: float, height: float, colours: Sequence[str]) -> None:
    """A fir of four layers; the second colour lies on each layer as snow."""
    pen.rectangle((x - height * 0.03, foot - height * 0.15, x + height * 0.03, foot), fill="#3b3230")
    for layer in range(4):
        base = foot - height * (0.1 + 0.2 * layer)
        half, tip = height * (0.26 - 0.05 * layer), base - height * 0.36
        pen.polygon([(x - half, base), (x + half, base), (x, tip)], fill=colours[0])
        pen.polygon(
            [(x - half * 0.55, base - height * 0.15), (x, tip), (x + half * 0.2, tip + height * 0.12)], fill=colours[1]
        )


def mountain_lake() -> Image.Image:
    """Mountains at sunrise, mirrored in a lake."""
    chance = np.random.default_rng(7)
    image = sky("#35507f", "#8d7fa6", "#f0a98b", "#ffdf9f", until=0.58)
    disc(image, 0.64, 0.45, 0.05, colour="#fff3cf", glow=5)
    for level, height, colour in ((0.44, 0.2, "#8f8fb3"), (0.5, 0.17, "#6a7299"), (0.57, 0.11, "#434f74")):
        hills(image, ridge(chance, 0.55), level, height, colour)
    hills(image, ridge(chance, 0.6, 9), 0.605, 0.05, "#26304a")
    water(image, chance, 0.63, "#2e3d63", 0.25)
    return image


def desert_night() -> Image.Image:
    """Dunes under a full moon."""
    chance = np.random.default_rng(21)
    image = sky("#060b1f", "#12224a", "#2c3f73", until=0.75)
    stars(image, chance, 420, 0.6)
    disc(image, 0.27, 0.24, 0.075, colour="#f4f0df", glow=3)
    for level, height, colour in ((0.66, 0.07, "#4a4468"), (0.74, 0.1, "#6b5470"), (0.86, 0.12, "#3d3350")):
        hills(image, ridge(chance, 0.28, 3), level, height, colour)
    return image


def winter_forest() -> Image.Image:
    """Firs in the snow."""
    chance = np.random.default_rng(4)
    image = sky("#a9c3d9", "#d6e3ec", "#f4ede6", until=0.6)
    hills(image, ridge(chance, 0.5), 0.5, 0.12, "#c3d2de")
    hills(image, ridge(chance, 0.35, 4), 0.66, 0.07, "#e6edf2")
    pen = ImageDraw.Draw(image)
    feet = np.sort(chance.uniform(0.64, 0.97, 46))
    for foot in feet:
        nearness = (foot - 0.6) / 0.37
        green = tuple(int(a + (b - a) * nearness) for a, b in ((150, 38), (172, 70), (178, 66)))
        colours = ("#" + bytes(green).hex(), "#f7fafc")
        fir(pen, chance.uniform(0, SIZE[0]), foot * SIZE[1], SIZE[1] * (0.1 + 0.3 * nearness), colours)
    return image


def lighthouse() -> Image.Image:
    """A lighthouse at dusk."""
    chance = np.random.default_rng(12)
    image = sky("#27335e", "#6a5f94", "#d98a86", "#f6c592", until=0.62)
    stars(image, chance, 60, 0.22)
    x, foot, top = 0.72 * SIZE[0], 0.585 * SIZE[1], 0.2 * SIZE[1]
    beam = Image.new("L", image.size, 0)
    ImageDraw.Draw(beam).polygon([(x, top), (0, top - 0.14 * SIZE[1]), (0, top + 0.1 * SIZE[1])], fill=110)
    image.paste("#fff2c2", mask=beam.filter(ImageFilter.GaussianBlur(14)))
    pen = ImageDraw.Draw(image)
    for part in range(5):
        low, high = foot - (foot - top) * part / 5, foot - (foot - top) * (part + 1) / 5
        wide, narrow = (34 - 3 * part) * SCALE / 2, (34 - 3 * (part + 1)) * SCALE / 2
        corners = [(x - wide, low), (x + wide, low), (x + narrow, high), (x - narrow, high)]
        pen.polygon(corners, fill=("#b5433f", "#f3ece2")[part % 2])
    pen.rectangle((x - 17, top - 26, x + 17, top), fill="#fff2c2", outline="#2b2f45", width=3)
    pen.polygon([(x - 24, top - 26), (x + 24, top - 26), (x, top - 54)], fill="#2b2f45")
    rock = ridge(chance, 0.6, 8) + 4 * np.exp(-(((np.linspace(0, 1, SIZE[0]) - 0.73) / 0.12) ** 2)) - 1.2
    hills(image, rock, 0.64, 0.022, "#2a2d42")
    water(image, chance, 0.64, "#2c3a63", 0.35)
    return image


PICTURES = {
    "mountain-lake": mountain_lake,
    "lighthouse": lighthouse,
    "desert-night": desert_night,
    "winter-forest": winter_forest,
}


def main() -> None:
    """Writes the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, paint in PICTURES.items():
        small = paint().resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small.save(FOLDER / f"{name}.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    main()
