"""A card for every task of the table, with one example that fills every field and one recorded output."""

from __future__ import annotations

import json
from typing import Any

from showcard.metadata.tasks.table import Task
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


Section = tuple[str, list[dict[str, Any]]]
FAR = "https://far.example/samples"
TWO_TEXTS: list[dict[str, Any]] = [
    {"text": "Ada wrote it", "example_title": "Ada"},
    {"text": "Bo", "example_title": "B"},
]
TWO_SOUNDS: list[dict[str, Any]] = [{"src": f"{FAR}/{n}.flac", "example_title": f"Sample {n}"} for n in (1, 2)]
TWO_IMAGES: list[dict[str, Any]] = [{"src": f"{FAR}/{n}.jpg", "example_title": n} for n in ("tiger", "teapot")]
TWO_QUESTIONS: list[dict[str, Any]] = [{"text": "What is it?", "src": f"{FAR}/{n}.png"} for n in (1, 2)]
GUIDED: list[dict[str, Any]] = [{"src": f"{FAR}/edges.jpg", "prompt": "A girl"}, {"src": f"{FAR}/edges.jpg"}]
RED = {"acidity": [7.4, 10.3], "citric": [0, 0.45]}
# The shapes of the 28 sections of the Hub's page on widget examples, with words of our own.
SECTIONS: list[Section] = [
    ("fill-mask", [{"text": "Rome is <mask>.", "example_title": "City"}]),
    ("question-answering", [{"text": "Who?", "context": "It is Ann.", "example_title": "Name"}]),
    ("summarization", TWO_TEXTS),
    ("table-question-answering", [{"text": "How many?", "table": {"Name": ["a", "b"], "Stars": [3, 4]}}]),
    ("text-classification", TWO_TEXTS),
    ("text-generation", TWO_TEXTS),
    ("text2text-generation", TWO_TEXTS),
    ("token-classification", TWO_TEXTS),
    ("translation", TWO_TEXTS),
    (
        "zero-shot-classification",
        [{"text": "Car", "candidate_labels": "a, b", "multi_class": x} for x in (True, False)],
    ),
    ("sentence-similarity", [{"source_sentence": "One", "sentences": ["Two", "Three"], "example_title": "Numbers"}]),
    ("conversational", TWO_TEXTS),
    ("feature-extraction", TWO_TEXTS),
    ("text-to-speech", TWO_TEXTS),
    ("automatic-speech-recognition", TWO_SOUNDS),
    ("audio-to-audio", TWO_SOUNDS),
    ("audio-classification", TWO_SOUNDS),
    ("voice-activity-detection", TWO_SOUNDS),
    ("image-classification", TWO_IMAGES),
    ("object-detection", TWO_IMAGES),
    ("image-segmentation", TWO_IMAGES),
    ("image-to-image", GUIDED),
    ("image-to-video", GUIDED),
    ("text-to-image", TWO_TEXTS),
    ("document-question-answering", TWO_QUESTIONS),
    ("visual-question-answering", TWO_QUESTIONS),
    ("zero-shot-image-classification", [{"src": f"{FAR}/x.png", "candidate_labels": "playing music, sports"}]),
    ("structured-data-classification", [{"structured_data": RED, "example_title": "Wine"}]),
]


def section_card(section: Section, heading: str) -> str:
    """The card of a section: its task, and its examples."""
    front = json.dumps({"pipeline_tag": section[0], "widget": section[1]})
    return f"---\n{front}\n---\n# {heading}\n"
