"""Pictures of the illustrated example cards, with what is in them known exactly, because it was drawn."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIZE = (320, 240)
# What `shapes` draws: a name, its colour, its box.
SHAPES = (("red circle", "#d0342c", (24, 40, 114, 130)), ("blue square", "#2456c4", (140, 110, 220, 190)),
          ("green triangle", "#2e8b57", (224, 40, 304, 112)))  # fmt: skip
# What `scene` draws: the centre of each ball on the picture, its radius, its distance in metres, its colour.
BALLS = ((90, 150, 60, 2.0, "#c8553d"), (190, 130, 40, 3.0, "#3d7ea6"), (260, 118, 24, 5.0, "#e0a526"))
# What `figure` draws: the joints of a person who waves.
JOINTS = {
    "nose": (160, 52), "left shoulder": (132, 92), "right shoulder": (188, 92), "left elbow": (104, 126),
    "right elbow": (222, 70), "left wrist": (92, 164), "right wrist": (234, 32), "left hip": (142, 154),
    "right hip": (178, 154), "left knee": (136, 192), "right knee": (186, 192), "left ankle": (130, 228),
    "right ankle": (192, 228),
}  # fmt: skip
BONES = (("left shoulder", "right shoulder"), ("left hip", "right hip"), ("left shoulder", "left hip"),
         ("right shoulder", "right hip"), ("left shoulder", "left elbow"), ("left elbow", "left wrist"),
         ("right shoulder", "right elbow"), ("right elbow", "right wrist"), ("left hip", "left knee"),
         ("left knee", "left ankle"), ("right hip", "right knee"), ("right knee", "right ankle"))  # fmt: skip


def _drawn(draw: ImageDraw.ImageDraw, number: int, fill: object) -> None:
    box = SHAPES[number][2]
    if number == 0:
        draw.ellipse(box, fill=fill)
    elif number == 1:
        draw.rectangle(box, fill=fill)
    else:
        draw.polygon([((box[0] + box[2]) // 2, box[1]), (box[0], box[3]), (box[2], box[3])], fill=fill)


def shapes() -> Image.Image:
    """A circle, a square and a triangle on grey."""
    image = Image.new("RGB", SIZE, "#ececec")
    for number, (_, colour, _) in enumerate(SHAPES):
        _drawn(ImageDraw.Draw(image), number, colour)
    return image


def shape_mask(number: int) -> Callable[[], Image.Image]:
    """The region of one of the shapes, white on black."""

    def draw() -> Image.Image:
        image = Image.new("L", SIZE, 0)
        _drawn(ImageDraw.Draw(image), number, 255)
        return image

    return draw


def scene() -> Image.Image:
    """Three balls on a floor, shaded from the left."""
    image = Image.new("RGB", SIZE, "#dfe6ec")
    draw = ImageDraw.Draw(image)
    for y in range(110, 240):
        draw.line([(0, y), (320, y)], fill=(150 - (y - 110) // 4, 140 - (y - 110) // 4, 128 - (y - 110) // 4))
    for x, y, radius, _, colour in reversed(BALLS):
        base = tuple(int(colour[n : n + 2], 16) for n in (1, 3, 5))
        draw.ellipse((x - radius, y + radius * 0.8, x + radius, y + radius * 1.15), fill=(88, 82, 76))
        for step in range(radius, 0, -2):
            light = 0.55 + 0.6 * (1 - step / radius)
            shade = tuple(min(255, int(c * light)) for c in base)
            at = radius - step
            draw.ellipse(
                (x - step - at * 0.35, y - step - at * 0.35, x + step - at * 0.35, y + step - at * 0.35), fill=shade
            )
    return image


def depth() -> Image.Image:
    """How near each point of `scene` is: white at 1.5 m, black at 8 m and beyond."""
    rows, columns = np.mgrid[0:240, 0:320]
    metres = np.where(rows > 110, 2.0 * 130 / np.maximum(rows - 110, 1) + 0.6, 8.0)
    for x, y, radius, far, _ in reversed(BALLS):
        inside = np.clip(1 - ((columns - x) ** 2 + (rows - y) ** 2) / radius**2, 0, 1)
        metres = np.where(inside > 0, far - 0.4 * np.sqrt(inside), metres)
    nearness = np.clip((8.0 - metres) / 6.5, 0, 1)
    return Image.fromarray((255 * nearness).astype(np.uint8))


def figure() -> Image.Image:
    """A person made of lines, waving."""
    image = Image.new("RGB", SIZE, "#f3efe6")
    draw = ImageDraw.Draw(image)
    draw.line([(0, 232), (320, 232)], fill="#b9ad95", width=3)
    for start, end in BONES:
        draw.line([JOINTS[start], JOINTS[end]], fill="#35506b", width=9)
    draw.line([(160, 74), (160, 92)], fill="#35506b", width=9)
    draw.ellipse((140, 30, 180, 76), fill="#e3b98f", outline="#35506b", width=3)
    return image


def house(night: bool = False, sun: float = 0.0) -> Image.Image:
    """A house on a hill with a tree. `sun` says how far the sun has gone down, from 0 to 1; by night windows shine."""
    top, low = ((24, 30, 66), (60, 62, 110)) if night else ((120, 185, 240), (200, 225, 240))
    dusk = (240, 150, 90)
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    for y in range(240):
        near = y / 239
        colour = [a + (b - a) * near for a, b in zip(top, low, strict=True)]
        colour = [c + (d - c) * 0.7 * sun * near for c, d in zip(colour, dusk, strict=True)]
        draw.line([(0, y), (320, y)], fill=tuple(int(c) for c in colour))
    if night:
        dots = random.Random(3)
        for _ in range(40):
            x, y = dots.randrange(320), dots.randrange(120)
            draw.point((x, y), fill="#f4f0d8")
        draw.ellipse((244, 22, 274, 52), fill="#f1ecd0")
    else:
        y = 26 + 150 * sun
        draw.ellipse((244, y, 282, y + 38), fill="#ffd84d")
    grass, wall, roof = ("#27402c", "#8d8272", "#5b2620") if night else ("#6aa84f", "#f4e4c1", "#b23b2e")
    draw.ellipse((-90, 140, 420, 420), fill=grass)
    draw.rectangle((90, 108, 182, 178), fill=wall, outline="#4d3d28")
    draw.polygon([(80, 110), (136, 64), (192, 110)], fill=roof, outline="#4d1a14")
    draw.rectangle((124, 142, 146, 178), fill="#70482a")
    for x in (100, 156):
        draw.rectangle((x, 122, x + 16, 138), fill="#ffe27a" if night else "#bfe3f5", outline="#4d3d28")
    draw.rectangle((162, 66, 173, 92), fill="#6d4436")
    draw.rectangle((240, 124, 250, 176), fill="#5c3b22")
    draw.ellipse((218, 78, 272, 138), fill="#1f4023" if night else "#2f7d32")
    return image


def bill(number: str = "2041-B", lines: tuple[tuple[str, str], ...] = (), total: str = "57.50") -> Image.Image:
    """A bill with its lines and a total, as a scanned page."""
    lines = lines or (("White paint, 2 buckets", "38.00"), ("Brush, wide", "7.50"), ("Delivery", "12.00"))
    image = Image.new("L", (420, 300), 255)
    draw = ImageDraw.Draw(image)
    title, text = ImageFont.load_default(28), ImageFont.load_default(17)
    draw.text((24, 18), "INVOICE", fill=0, font=title)
    draw.text((24, 62), f"Number: {number}        Date: 3 May", fill=0, font=text)
    draw.line([(24, 94), (396, 94)], fill=0)
    for at, (what, price) in enumerate(lines):
        draw.text((24, 108 + 30 * at), what, fill=0, font=text)
        draw.text((330, 108 + 30 * at), price, fill=0, font=text)
    draw.line([(24, 204), (396, 204)], fill=0)
    draw.text((24, 216), "Total", fill=0, font=text)
    draw.text((330, 216), total, fill=0, font=text)
    return image.quantize(8)


def pattern(seed: int) -> Callable[[], Image.Image]:
    """A pattern out of nothing but a seed: waves of three colours laid over each other."""

    def draw() -> Image.Image:
        chance = random.Random(seed)
        rows, columns = np.mgrid[0:96, 0:96] / 96
        layers = []
        for _ in range(3):
            across, down, turn = (chance.uniform(1, 4) for _ in range(3))
            layers.append(0.5 + 0.5 * np.sin(math.tau * (across * columns + down * rows + turn * columns * rows)))
        levels = (np.stack(layers, axis=-1) * 5).astype(np.uint8) * 51
        return Image.fromarray(levels)

    return draw


def histogram(image: Image.Image) -> list[float]:
    """A picture as 24 numbers: how much of it has each of eight levels of red, green and blue."""
    values = np.asarray(image.convert("RGB")).reshape(-1, 3) // 32
    counts = [np.bincount(values[:, band], minlength=8) / len(values) for band in range(3)]
    return [round(float(value), 4) for band in counts for value in band]
