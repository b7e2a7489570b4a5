"""One view an output type: the same HTML for a recorded output and a live one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from metadata.outputs import Output

from . import answers, audio, boxes, entities, image, labels, masks, mesh, message, numbers, table_answer, text, unknown
from .context import Context

View = Callable[[Any, Context], str]

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
    "video": image.render_video,
    "mesh": mesh.render,
    "vector": numbers.render_vector,
    "similarities": numbers.render_similarities,
    "predictions": numbers.render_predictions,
    "message": message.render,
    "unknown": unknown.render,
}


def render(output: Output, context: Context) -> str:
    """An output as HTML."""
    return VIEWS[output.kind](output, context)


__all__ = ["VIEWS", "Context", "render"]
