"""Films of the illustrated example cards, drawn picture by picture. Writing them needs PyAV (`pip install av`)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from pictures import SIZE, house
from PIL import Image, ImageDraw, ImageOps

RATE = 12  # pictures a second
SMALL = (160, 120)


def write(path: Path, pictures: Iterator[Image.Image]) -> None:
    """Pictures as an MP4 that every browser plays."""
    import av  # noqa: PLC0415 (only where films are written)

    with av.open(str(path), "w", options={"movflags": "+faststart"}) as file:
        stream = file.add_stream("libx264", rate=RATE, options={"crf": "30", "preset": "veryslow", "threads": "1"})
        stream.pix_fmt = "yuv420p"
        stream.width, stream.height = SMALL
        for picture in pictures:
            file.mux(stream.encode(av.VideoFrame.from_image(picture)))
        file.mux(stream.encode(None))


def ball(seconds: float = 3.0) -> Iterator[Image.Image]:
    """A ball that bounces, each time less high."""
    high, fast, below = 0.0, 0.0, 88.0
    for number in range(int(seconds * RATE)):
        fast += 260 / RATE
        high += fast / RATE
        if high > below:
            high, fast = below, -0.78 * fast
        image = Image.new("RGB", SMALL, "#e9eef2")
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 108, 160, 120), fill="#8a9a5b")
        x, y = 20 + 120 * number / (seconds * RATE), high + 10
        draw.ellipse((x - 10, 104, x + 10, 110), fill="#6d7a48")
        draw.ellipse((x - 10, y - 10, x + 10, y + 10), fill="#d0342c")
        yield image


def negative(pictures: Iterator[Image.Image]) -> Iterator[Image.Image]:
    """A film as a negative."""
    for picture in pictures:
        yield ImageOps.invert(picture)


def boat(seconds: float = 3.0) -> Iterator[Image.Image]:
    """A paper boat on waves, in the rain."""
    for number in range(int(seconds * RATE)):
        t = number / RATE
        image = Image.new("RGB", SMALL, "#b9c7d1")
        draw = ImageDraw.Draw(image)
        x = 30 + 30 * t
        y = 70 + 4 * math.sin(2.2 * t + x / 14)
        draw.polygon([(x - 20, y), (x + 20, y), (x + 12, y + 12), (x - 12, y + 12)], fill="#fdfdf8", outline="#8c8c86")
        draw.polygon([(x - 9, y), (x, y - 18), (x + 9, y)], fill="#f1f1ea", outline="#8c8c86")
        draw.polygon(
            [(0, 120), *((at, 78 + 4 * math.sin(2.2 * t + at / 14)) for at in range(0, 161, 4)), (160, 120)],
            fill="#4c7a99",
        )
        for drop in range(14):
            at = (drop * 37 + int(t * 90)) % 120
            draw.line([(drop * 12, at), (drop * 12 - 2, at + 7)], fill="#8da3b3")
        yield image


def zoom(seconds: float = 2.5) -> Iterator[Image.Image]:
    """The house, from afar to its door, with smoke from the chimney."""
    for number in range(int(seconds * RATE)):
        t = number / (seconds * RATE)
        image = house()
        draw = ImageDraw.Draw(image)
        for puff in range(4):
            up = (puff / 4 + t * 1.5) % 1
            draw.ellipse((164 + 14 * up - 6, 60 - 44 * up - 6, 172 + 14 * up + 6, 68 - 44 * up + 6), fill="#eef2f4")
        close = 1 - 0.45 * t
        width, height = SIZE[0] * close, SIZE[1] * close
        left, top = (135 - 160) * t + (SIZE[0] - width) / 2, (SIZE[1] - height) / 2 + 10 * t
        yield image.resize(SMALL, box=(max(left, 0), top, max(left, 0) + width, top + height))


def sunset(seconds: float = 2.5) -> Iterator[Image.Image]:
    """The sun goes down behind the hill of the house."""
    for number in range(int(seconds * RATE)):
        yield house(sun=number / (seconds * RATE)).resize(SMALL)


def cart_pole(seconds: float = 4.0) -> Iterator[Image.Image]:
    """A pole on a cart, kept upright by a rule of four numbers; physics of Barto, Sutton and Anderson, 1983."""
    place, speed, angle, turn = 0.0, 0.0, 0.12, 0.0
    for _ in range(int(seconds * RATE)):
        for _ in range(4):
            force = max(-10.0, min(10.0, 40 * angle + 8 * turn + 1.2 * place + 2.2 * speed))
            sine, cosine, step = math.sin(angle), math.cos(angle), 0.02
            push = (force + 0.05 * turn**2 * sine) / 1.1
            bend = (9.8 * sine - cosine * push) / (0.5 * (4 / 3 - 0.1 * cosine**2 / 1.1))
            speed += step * (push - 0.05 * bend * cosine / 1.1)
            place += step * speed
            turn += step * bend
            angle += step * turn
        image = Image.new("RGB", SMALL, "white")
        draw = ImageDraw.Draw(image)
        x = 80 + 34 * place
        draw.line([(0, 100), (160, 100)], fill="#8c8c86")
        draw.rectangle((x - 16, 88, x + 16, 100), fill="#333333")
        draw.line([(x, 88), (x + 62 * math.sin(angle), 88 - 62 * math.cos(angle))], fill="#b5793b", width=6)
        yield image


def arm(seconds: float = 4.0) -> Iterator[Image.Image]:
    """An arm of two links that follows a point, by geometry."""
    for number in range(int(seconds * RATE)):
        t = 2 * math.pi * number / (seconds * RATE)
        goal = (96 + 26 * math.cos(t), 66 + 22 * math.sin(2 * t))
        dx, dy = goal[0] - 50, goal[1] - 100
        reach = min(math.hypot(dx, dy), 99.0)
        bend = math.acos((reach**2 - 2 * 50**2) / (2 * 50**2))
        first = math.atan2(dy, dx) - bend / 2
        elbow = (50 + 50 * math.cos(first), 100 + 50 * math.sin(first))
        hand = (elbow[0] + 50 * math.cos(first + bend), elbow[1] + 50 * math.sin(first + bend))
        image = Image.new("RGB", SMALL, "#f3f4f6")
        draw = ImageDraw.Draw(image)
        draw.ellipse((goal[0] - 5, goal[1] - 5, goal[0] + 5, goal[1] + 5), outline="#d0342c", width=2)
        draw.line([(50, 100), elbow, hand], fill="#35506b", width=8, joint="curve")
        for x, y in ((50, 100), elbow, hand):
            draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill="#e0a526")
        draw.rectangle((34, 102, 66, 112), fill="#333333")
        yield image
