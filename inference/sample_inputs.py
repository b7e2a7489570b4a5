"""A small input for every task that can be asked, to see whether a server answers."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import Field, Task


def sample(row: Task) -> dict[str, Any] | None:
    """The inputs of a task by name, None where there is nothing to ask with."""
    own = _OF_TASK.get(row.id, {})
    found: dict[str, Any] = {}
    for field in row.fields:
        value = own.get(field.name) or (_of_kind(field) if field.required else None)
        if value is None and field.required:
            return None
        if value is not None:
            found[field.name] = value
    return found or None


def _of_kind(field: Field) -> Any:
    made = _OF_KIND.get(field.kind)
    return made() if made else None


def picture() -> Media:
    """A picture of 64 x 64 pixels: a red disc on grey."""
    image = Image.new("RGB", (64, 64), (200, 200, 200))
    for x in range(64):
        for y in range(64):
            if math.dist((x, y), (32, 32)) < 20:
                image.putpixel((x, y), (220, 30, 30))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return Media.from_bytes(buffer.getvalue(), "image/png", "disc.png")


def sound() -> Media:
    """One second of the note A, at 16 kHz."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        samples = (int(8_000 * math.sin(2 * math.pi * 440 * n / 16_000)) for n in range(16_000))
        file.writeframes(b"".join(struct.pack("<h", value) for value in samples))
    return Media.from_bytes(buffer.getvalue(), "audio/wav", "note.wav")


_OF_KIND: Mapping[str, Callable[[], Any]] = {
    "text": lambda: "The museum opens at nine, and the garden behind it is free for everybody.",
    "line": lambda: "When does the museum open?",
    "labels": lambda: ["culture", "sports"],
    "sentences": lambda: ["The museum opens at nine.", "Pandas eat bamboo."],
    "messages": lambda: [{"role": "user", "content": "Say hello in one short sentence."}],
    "table": lambda: {"City": ["Oslo", "Rome"], "Museums": ["53", "112"]},
    "image": picture,
    "audio": sound,
}
_OF_TASK: Mapping[str, Mapping[str, Any]] = {
    "table-question-answering": {"query": "How many museums are in Rome?"},
    "question-answering": {"question": "When does the museum open?"},
    "fill-mask": {"text": "Paris is the [MASK] of France."},
    "text-to-image": {"text": "A red disc on a grey ground"},
    "text-to-video": {"text": "A red disc rolls"},
    "text-to-audio": {"text": "A bell"},
    "image-text-to-text": {"prompt": "What is on this picture? Answer in one sentence."},
    "image-to-image": {"prompt": "Make the disc blue"},
    "image-to-video": {"prompt": "The disc rolls"},
    "visual-question-answering": {"question": "Which colour has the disc?"},
    "document-question-answering": {"question": "Which colour has the disc?"},
}
