"""Draws and sings the bundled samples: `python metadata/data/samples/make.py` writes them beside this file."""

from __future__ import annotations

import math
import random
import struct
import wave
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
RATE = 16_000


def house() -> Image.Image:
    """A house on a hill, a tree, a sun and a few birds."""
    image = Image.new("RGB", (384, 288), "#9fd3f2")
    draw = ImageDraw.Draw(image)
    for y in range(170):
        draw.line([(0, y), (384, y)], fill=(130 + y // 3, 190 + y // 5, 242 - y // 8))
    draw.ellipse((300, 24, 350, 74), fill="#ffd84d")
    draw.ellipse((-120, 150, 520, 460), fill="#6aa84f")
    draw.rectangle((110, 130, 220, 215), fill="#f4e4c1", outline="#6b5535")
    draw.polygon([(98, 132), (165, 78), (232, 132)], fill="#b23b2e", outline="#6b1f16")
    draw.rectangle((150, 170, 178, 215), fill="#70482a")
    for x in (122, 190):
        draw.rectangle((x, 146, x + 20, 166), fill="#bfe3f5", outline="#6b5535")
    draw.rectangle((196, 82, 210, 112), fill="#8d5a44")
    draw.rectangle((290, 150, 302, 215), fill="#70482a")
    draw.ellipse((262, 92, 330, 166), fill="#2f7d32")
    rng = random.Random(7)  # noqa: S311
    for _ in range(5):
        x, y = rng.randrange(20, 260), rng.randrange(12, 60)
        draw.line([(x, y), (x + 6, y + 4), (x + 12, y)], fill="#333333", width=2)
    return image


def shapes() -> Image.Image:
    """A red circle, a blue square and a green triangle on grey."""
    image = Image.new("RGB", (320, 240), "#ececec")
    draw = ImageDraw.Draw(image)
    draw.ellipse((24, 40, 114, 130), fill="#d0342c")
    draw.rectangle((140, 110, 220, 190), fill="#2456c4")
    draw.polygon([(262, 40), (224, 112), (304, 112)], fill="#2e8b57")
    return image


def invoice() -> Image.Image:
    """A bill with a number, three lines and a total."""
    image = Image.new("RGB", (420, 300), "white")
    draw = ImageDraw.Draw(image)
    title, text = ImageFont.load_default(28), ImageFont.load_default(17)
    draw.text((24, 18), "INVOICE", fill="black", font=title)
    draw.text((24, 62), "Number: 2041-B        Date: 3 May", fill="black", font=text)
    draw.line([(24, 94), (396, 94)], fill="black")
    lines = (("White paint, 2 buckets", "38.00"), ("Brush, wide", "7.50"), ("Delivery", "12.00"))
    for at, (what, price) in enumerate(lines):
        draw.text((24, 108 + 30 * at), what, fill="black", font=text)
        draw.text((330, 108 + 30 * at), price, fill="black", font=text)
    draw.line([(24, 204), (396, 204)], fill="black")
    draw.text((24, 216), "Total", fill="black", font=text)
    draw.text((330, 216), "57.50", fill="black", font=text)
    return image


def melody() -> list[float]:
    """Six notes of a scale, each fading out."""
    samples: list[float] = []
    for note in (0, 4, 7, 12, 7, 4):
        pitch = 262 * 2 ** (note / 12)
        for i in range(RATE // 4):
            t = i / RATE
            tone = math.sin(2 * math.pi * pitch * t) + 0.3 * math.sin(4 * math.pi * pitch * t)
            samples.append(0.4 * tone * math.exp(-6 * t))
    return samples


def birds() -> list[float]:
    """Chirps over a little noise."""
    rng = random.Random(11)  # noqa: S311
    samples = [0.01 * rng.uniform(-1, 1) for _ in range(RATE * 3 // 2)]
    for start in (0.1, 0.35, 0.45, 0.9, 1.0, 1.1):
        phase, base = 0.0, rng.uniform(2400, 3600)
        for i in range(RATE // 14):
            t = i / (RATE // 14)
            phase += 2 * math.pi * (base + 900 * math.sin(math.pi * t)) / RATE
            samples[int(start * RATE) + i] += 0.3 * math.sin(math.pi * t) * math.sin(phase)
    return samples


def write_wave(path: Path, samples: list[float]) -> None:
    """One channel of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *(int(max(-1, min(1, s)) * 32767) for s in samples)))


def main() -> None:
    """Write all samples."""
    for name, draw in (("house.png", house), ("shapes.png", shapes), ("invoice.png", invoice)):
        draw().save(HERE / name, optimize=True)
    for name, sing in (("melody.wav", melody), ("birds.wav", birds)):
        write_wave(HERE / name, sing())


if __name__ == "__main__":
    main()
