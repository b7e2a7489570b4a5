"""One view an output type: the same HTML for a recorded output and a live one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from showcard.metadata.outputs.read import Output
from showcard.ui.markup.html import Markup, div

from . import (
    answers,
    audio,
    boxes,
    entities,
    image,
    labels,
    masks,
    mesh,
    message,
    predictions,
    similarities,
    table_answer,
    text,
    unknown,
    vector,
    video,
)
from .context import Context
from .image import gallery

View = Callable[[Any, Context], Markup]

VIEWS: Mapping[str, View] = {
    "labels": labels.render,
    "text": text.render,
    "answers": answers.render,
    "table_answer": table_answer.render,
    "entities": entities.render,
    "boxes": boxes.render,
    "masks": masks.render,
    "image": image.render,
    "audio": audio.render,
    "video": video.render,
    "mesh": mesh.render,
    "vector": vector.render,
    "similarities": similarities.render,
    "predictions": predictions.render,
    "message": message.render,
    "unknown": unknown.render,
}


def render(output: Output, context: Context) -> Markup:
    """An output as HTML."""
    return div(VIEWS[output.kind](output, context), class_=f"view view-{output.kind}")


__all__ = ["VIEWS", "Context", "gallery", "render"]
