"""A card for every task of the table, with one example that fills every field and one recorded output."""

from __future__ import annotations

import json
from typing import Any

from metadata.tasks import Task
from tests.support.view_cards import BOXES, MASKS, REVENUE, TEXT, entity, photo, tone, torus, url

VIDEO = url(b"\0\0\0\x18ftypisom" + b"\0" * 64, "video/mp4")
SENTENCES = ["That is a happy dog", "That is a very happy person"]
LABELS = [{"label": "first", "score": 0.75}, {"label": "second", "score": 0.25}]

# What feeds a field in a card: the key, and the value.
INPUTS: dict[str, tuple[str, Any]] = {
    "text": ("text", TEXT),
    "text_pair": ("text_pair", "A second text"),
    "question": ("text", "Who was it?"),
    "query": ("text", "How many?"),
    "context": ("context", TEXT),
    "candidate_labels": ("candidate_labels", "urgent, not urgent"),
    "multi_label": ("multi_class", True),
    "source_sentence": ("source_sentence", "That is a happy person"),
    "sentences": ("sentences", SENTENCES),
    "messages": ("text", "Hello there"),
    "image": ("src", photo(120, 80)),
    "audio": ("src", tone(0.3)),
    "video": ("src", VIDEO),
    "prompt": ("prompt", "Make it blue"),
    "table": ("table", REVENUE),
}
OUTPUTS: dict[str, Any] = {
    "labels": LABELS,
    "text": {"text": "What came of it."},
    "answers": {"answer": "Marie Curie", "score": 0.9, "start": 0, "end": 11},
    "table_answer": {"answer": "38", "coordinates": [[0, 1]], "cells": ["38"], "aggregator": "NONE"},
    "entities": [entity("PER", "Marie Curie"), entity("LOC", "Paris")],
    "boxes": BOXES,
    "masks": MASKS,
    "image": {"url": photo(120, 80)},
    "audio": {"url": tone(0.3)},
    "video": {"url": VIDEO},
    "vector": [[0.1, -0.2, 0.3, 0.4]],
    "similarities": [0.9, 0.4],
    "predictions": ["high", "high", "low", "low"],
    "message": {"text": "Good day"},
    "mesh": {"url": url(torus(8, 6), "model/obj")},
    "unknown": {"nodes": [[1, 2], [3]]},
}


def task_card(row: Task, body: str = "") -> str:
    """The card of a task."""
    example: dict[str, Any] = {"example_title": f"Of {row.id}", "output": OUTPUTS[row.output]}
    for spec in row.fields:
        key, value = INPUTS[spec.name]
        example[key] = value
    tag = "text-generation" if row.id == "conversational" else row.id
    front = {"pipeline_tag": tag, "widget": [example], "tags": ["conversational"] if row.id == "conversational" else []}
    return f"---\n{json.dumps(front)}\n---\n# {row.id}\n{body}"
