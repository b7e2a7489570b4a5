"""Cards whose recorded outputs show every view: media are made here, small, and stand in the card as `data:`."""

from __future__ import annotations

import base64
import io
import json
import math
import struct
from typing import Any

import numpy as np
import soundfile
from PIL import Image as Pillow
from PIL import ImageDraw

TEXT = "Marie Curie was born in Warsaw, moved to Paris and led the Curie laboratory of the University of Paris."


def url(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def png(image: Pillow.Image) -> str:
    file = io.BytesIO()
    image.save(file, "PNG")
    return url(file.getvalue(), "image/png")


def photo(width: int = 480, height: int = 320) -> str:
    """A landscape: sky, sun, hill and a house."""
    image = Pillow.new("RGB", (480, 320), "#bcd9f2")
    draw = ImageDraw.Draw(image)
    draw.ellipse((360, 30, 420, 90), fill="#f6d365")
    draw.ellipse((-100, 200, 400, 520), fill="#7aa66a")
    draw.rectangle((140, 150, 240, 240), fill="#b5583c")
    draw.polygon([(130, 150), (250, 150), (190, 100)], fill="#6d3323")
    return png(image.resize((width, height)))


def mask(box: tuple[int, int, int, int], size: tuple[int, int] = (240, 160), soft: bool = False) -> str:
    image = Pillow.new("L", size, 0)
    draw = ImageDraw.Draw(image)
    for n in range(8 if soft else 1):
        draw.ellipse((box[0] + n, box[1] + n, box[2] - n, box[3] - n), fill=min(255, 32 * (n + 1)) if soft else 255)
    return png(image)


def tone(seconds: float = 2.0, rate: int = 16_000) -> str:
    times = np.arange(int(seconds * rate)) / rate
    wave = 0.6 * np.sin(2 * math.pi * 330 * times) * np.abs(np.sin(2 * math.pi * 0.75 * times))
    file = io.BytesIO()
    soundfile.write(file, wave, rate, format="WAV", subtype="PCM_16")
    return url(file.getvalue(), "audio/wav")


def torus(around: int = 28, across: int = 14) -> bytes:
    """A ring as OBJ."""
    lines = []
    for i in range(around):
        for j in range(across):
            a, b = 2 * math.pi * i / around, 2 * math.pi * j / across
            reach = 1 + 0.4 * math.cos(b)
            lines.append(f"v {reach * math.cos(a):.4f} {0.4 * math.sin(b):.4f} {reach * math.sin(a):.4f}")
    for i in range(around):
        for j in range(across):
            corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
            lines.append("f " + " ".join(str(a % around * across + b % across + 1) for a, b in corners))
    return "\n".join(lines).encode()


def triangle() -> bytes:
    """The smallest binary glTF: one triangle."""
    points = struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0)
    told = {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "translation": [1, 2, 3]}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
        "bufferViews": [{"buffer": 0, "byteLength": len(points)}],
        "buffers": [{"byteLength": len(points)}],
    }
    text = json.dumps(told).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(points), 0x004E4942) + points
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def card(task: str, output: Any, title: str = "", **inputs: Any) -> str:
    """A card with one example and its recorded output. JSON is YAML, so that any text stays itself."""
    example = {**inputs, "output": output, **({"example_title": title} if title else {})}
    return f"---\npipeline_tag: {task}\nwidget: {json.dumps([example])}\n---\n# {task}\n"


def entity(label: str, word: str, text: str = TEXT, start: int | None = None) -> dict[str, Any]:
    found = text.find(word) if start is None else start
    return {"entity_group": label, "word": word, "score": 0.97, "start": found, "end": found + len(word)}


def box(label: str, score: float | None, *corners: float) -> dict[str, Any]:
    return {"label": label, "score": score, "box": dict(zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True))}


BOXES = [
    box("house", 0.98, 132.5, 98, 250, 242),
    box("sun", 0.91, 358, 28, 422, 92),
    box("hill", 0.47, -100, 198, 400, 420),
    box("bird", 0.12, 300.2, 40.7, 330, 60.1),
]
MASKS = [
    {"label": "house", "score": 0.99, "mask": mask((70, 50, 124, 120))},
    {"label": "sun", "score": 0.95, "mask": mask((180, 14, 211, 46), soft=True)},
    {"label": "hill", "score": None, "mask": mask((-50, 100, 200, 260))},
]
CHUNKS = [
    {"text": " What hath", "timestamp": [0.0, 0.7]},
    {"text": " God", "timestamp": [0.7, 1.2]},
    {"text": " wrought", "timestamp": [1.2, None]},
]
REVENUE = {"City": ["Paris", "London", "Lyon", "Rome"], "Visitors": [38, 30, 6, 10], "Year": [2019, 2019, 2018, 2019]}
ANSWER_CONTEXT = (
    "Before that there was nothing to tell. " * 40 + "The bridge was built in 1887 by many hands. " + "After. " * 200
)


def cards() -> dict[str, str]:
    """A card for every view, by the view's name."""
    labels = [{"label": name, "score": s} for name, s in (("joy", 0.62), ("surprise", 0.21), ("fear", 0.09))]
    logits = [{"label": f"class {n}", "score": 8 - n * 0.25} for n in range(60)]
    spans = [
        entity("PER", "Marie Curie"),
        entity("LOC", "Warsaw"),
        entity("LOC", "Paris"),
        entity("ORG", "the Curie laboratory of the University of Paris"),
        entity("PER", "Curie", start=TEXT.find("Curie laboratory")),
        entity("TITLE", "laboratory of the University"),
        entity("PLACE", "University of Paris."),
    ]
    sentences = ["That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    return {
        "labels": card("text-classification", labels, text="I did not see that coming, wonderful"),
        "logits": card("text-classification", logits, text="Many classes"),
        "entities": card("token-classification", spans, text=TEXT),
        "pieces": card(
            "token-classification",
            [entity("B-PER", "Marie"), entity("I-PER", "Curie"), entity("B-LOC", "Warsaw")],
            text=TEXT,
        ),
        "answers": card(
            "question-answering",
            [
                {
                    "answer": "1887",
                    "score": 0.93,
                    "start": ANSWER_CONTEXT.find("1887"),
                    "end": ANSWER_CONTEXT.find("1887") + 4,
                },
                {"answer": "in 1887", "score": 0.04},
            ],
            text="When was the bridge built?",
            context=ANSWER_CONTEXT,
        ),
        "table_answer": card(
            "table-question-answering",
            {
                "answer": "SUM > 38, 30, 10",
                "coordinates": [[0, 1], [1, 1], [3, 1]],
                "cells": ["38", "30", "10"],
                "aggregator": "SUM",
            },
            text="How many visitors in 2019?",
            table=REVENUE,
        ),
        "similarities": card(
            "sentence-similarity", [0.71, 0.94, -0.05], source_sentence="That is a happy person", sentences=sentences
        ),
        "vector": card("feature-extraction", [[math.sin(n / 9) * math.cos(n / 50) for n in range(768)]], text="hello"),
        "boxes": card("object-detection", BOXES, src=photo()),
        "masks": card("image-segmentation", MASKS, src=photo()),
        "image": card("text-to-image", {"url": photo()}, text="A house on a hill"),
        "audio": card("text-to-speech", {"url": tone()}, text="A tone"),
        "clips": card(
            "audio-to-audio",
            [
                {"label": name, "content-type": "audio/wav", "blob": tone(s).split(",")[1]}
                for name, s in (("voice", 1.2), ("noise", 0.6))
            ],
            src=tone(),
        ),
        "text": card("summarization", {"text": "A short text. It says the same in fewer words."}, text="A long text."),
        "chunks": card("automatic-speech-recognition", {"text": "What hath God wrought", "chunks": CHUNKS}, src=tone()),
        "video": card("text-to-video", {"url": url(b"\0\0\0\x18ftypisom" + b"\0" * 64, "video/mp4")}, text="Waves"),
        "mesh": card("text-to-3d", {"url": url(torus(), "model/obj")}, text="A ring"),
        "predictions": card("tabular-classification", ["high", "high", "low", "low"], table=REVENUE),
        "unknown": card("text-classification", {"odd": {"answer": [1, 2, {"deep": True}]}}, text="What is this?"),
    }
