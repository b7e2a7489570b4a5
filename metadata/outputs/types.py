"""The output types: what a model answers, live or recorded in a card."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from showcard.metadata.media import Media


@dataclass(frozen=True, slots=True)
class Label:
    """A class and how sure the model is of it; the score may be any number, or missing."""

    label: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Labels:
    """Classes with scores, in the order given."""

    items: tuple[Label, ...]
    kind: ClassVar[str] = "labels"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of transcribed speech; times in seconds."""

    text: str
    start: float | None
    end: float | None


@dataclass(frozen=True, slots=True)
class Text:
    """A generated, translated, summarised or transcribed text."""

    text: str
    chunks: tuple[Chunk, ...] = ()
    kind: ClassVar[str] = "text"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; start and end count characters (code points) of the context."""

    answer: str
    score: float | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to a question, best first."""

    items: tuple[Answer, ...]
    kind: ClassVar[str] = "answers"


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """An answer from a table; coordinates are (row, column) of the body, from 0."""

    answer: str
    coordinates: tuple[tuple[int, int], ...] = ()
    cells: tuple[str, ...] = ()
    aggregator: str | None = None
    kind: ClassVar[str] = "table_answer"


@dataclass(frozen=True, slots=True)
class Entity:
    """A span of the text; start and end count characters (code points), None where the model gave none."""

    label: str
    word: str
    score: float | None
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Entities:
    """Named spans of a text, in the order given; they may nest or overlap. `pieces` are the tokens as they came, where
    the spans were put together from such: with B- and I- before their labels."""

    items: tuple[Entity, ...]
    pieces: tuple[Entity, ...] = ()
    kind: ClassVar[str] = "entities"


@dataclass(frozen=True, slots=True)
class Box:
    """An object in an image; corners in pixels of the image."""

    label: str
    score: float | None
    xmin: float
    ymin: float
    xmax: float
    ymax: float


@dataclass(frozen=True, slots=True)
class Boxes:
    """Objects found in an image."""

    items: tuple[Box, ...]
    kind: ClassVar[str] = "boxes"


@dataclass(frozen=True, slots=True)
class Mask:
    """A region of an image: a grey image, white where the region is."""

    label: str
    score: float | None
    mask: Media


@dataclass(frozen=True, slots=True)
class Masks:
    """Regions of an image."""

    items: tuple[Mask, ...]
    kind: ClassVar[str] = "masks"


@dataclass(frozen=True, slots=True)
class Image:
    """A generated image."""

    media: Media
    kind: ClassVar[str] = "image"


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound and its label."""

    media: Media
    label: str = ""


@dataclass(frozen=True, slots=True)
class Audio:
    """One sound, or several with labels (audio-to-audio)."""

    items: tuple[Clip, ...]
    kind: ClassVar[str] = "audio"


@dataclass(frozen=True, slots=True)
class Video:
    """A generated video."""

    media: Media
    kind: ClassVar[str] = "video"


@dataclass(frozen=True, slots=True)
class Mesh:
    """A generated 3D object."""

    media: Media
    kind: ClassVar[str] = "mesh"


@dataclass(frozen=True, slots=True)
class Vector:
    """An embedding: numbers in row-major order, with their shape."""

    values: tuple[float, ...]
    shape: tuple[int, ...]
    kind: ClassVar[str] = "vector"


@dataclass(frozen=True, slots=True)
class Similarities:
    """One score a sentence, in the order of the sentences."""

    scores: tuple[float, ...]
    kind: ClassVar[str] = "similarities"


@dataclass(frozen=True, slots=True)
class Predictions:
    """One class or number a table row, None where the model gave none."""

    values: tuple[str | float | None, ...]
    kind: ClassVar[str] = "predictions"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function the model asks to have called; arguments as the JSON text it wrote."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """A chat answer."""

    content: str
    role: str = "assistant"
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    kind: ClassVar[str] = "message"


@dataclass(frozen=True, slots=True)
class Unknown:
    """What no other type fits; the raw value is kept, so the JSON view always works."""

    raw: Any = field(hash=False)
    kind: ClassVar[str] = "unknown"


Output = (
    Labels
    | Text
    | Answers
    | TableAnswer
    | Entities
    | Boxes
    | Masks
    | Image
    | Audio
    | Video
    | Mesh
    | Vector
    | Similarities
    | Predictions
    | Message
    | Unknown
)
