"""What a service answers, for every task and provider, so that a snippet runs to its end."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

from PIL import Image

from showcard.wire.call import CHAT_TASKS
from showcard.wire.request import ResolvedRequest
from tests.support.recorder import Arrived
from tests.support.requests import model_info


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (2, 2), 255).save(buffer, "PNG")
    return buffer.getvalue()


PICTURE = _picture()
ENCODED = base64.b64encode(PICTURE).decode()
FETCHED = b"fetched from afar"
_LABELS = [{"label": "GOOD", "score": 0.75}, {"label": "BAD", "score": 0.25}]
_CHAT = {"role": "assistant", "content": "Because of scattering."}
_CHOICES = [{"index": 0, "finish_reason": "stop", "message": _CHAT, "text": "and so on"}]
_USAGE = {"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}, "system_fingerprint": "x"}
STREAM = [
    {"choices": [{"index": 0, "delta": {"role": "assistant"}}]},
    {"choices": [{"index": 0, "delta": {"content": None, "reasoning": "hm"}}]},
    {"choices": [{"index": 0, "delta": {"content": "Because of "}}]},
    {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "scattering."}, "finish_reason": "stop"}]},
    {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}},
]
TOKENS = [
    {"index": number, "token": {"id": number, "text": text, "logprob": 0, "special": False}}
    for number, text in enumerate(["and ", "so on"])
]

HF: dict[str, Any] = {
    "text-classification": [_LABELS],
    "audio-classification": _LABELS,
    "image-classification": _LABELS,
    "video-classification": _LABELS,
    "zero-shot-classification": _LABELS,
    "zero-shot-image-classification": _LABELS,
    "zero-shot-object-detection": [{**_LABELS[0], "box": {"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}}],
    "object-detection": [{**_LABELS[0], "box": {"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}}],
    "token-classification": [{"entity_group": "GOOD", "word": "I", "score": 0.5, "start": 0, "end": 1}],
    "table-question-answering": {"answer": "GOOD", "coordinates": [[0, 0]], "cells": ["x"], "aggregator": "NONE"},
    "question-answering": {"answer": "GOOD", "score": 0.5, "start": 0, "end": 1},
    "visual-question-answering": [{"answer": "GOOD", "score": 0.5}],
    "document-question-answering": [{"answer": "GOOD", "score": 0.5, "start": 0, "end": 1}],
    "translation": [{"translation_text": "GOOD"}],
    "summarization": [{"summary_text": "GOOD"}],
    "feature-extraction": [[0.5, 0.25]],
    "text-generation": [{"generated_text": "and so on"}],
    "fill-mask": [{"sequence": "x", "score": 0.5, "token": 1, "token_str": "GOOD"}],
    "sentence-similarity": [0.75, 0.5],
    "text-ranking": [0.75, 0.5],
    "tabular-classification": ["GOOD", "BAD"],
    "tabular-regression": [0.75, 0.5],
    "automatic-speech-recognition": {"text": "GOOD"},
    "image-to-text": [{"generated_text": "GOOD"}],
    "audio-to-audio": [{"label": "GOOD", "blob": base64.b64encode(FETCHED).decode(), "content-type": "audio/flac"}],
    "image-segmentation": [{"label": "GOOD", "score": 0.5, "mask": ENCODED}],
    "mask-generation": [{"score": 0.5, "mask": ENCODED}],
    "depth-estimation": {"depth": ENCODED},
}
# One object that answers for every provider: each reads its own corner of it.
_PROVIDERS = {
    "request_id": "1",
    "response_url": "https://queue.fal.run/fal-ai/x/requests/1",
    "status": "COMPLETED",
    "task_status": "SUCCESS",
    "image_result": [{"url": "https://files.example/x.png"}],
    "images": [{"url": "https://files.example/x.png"}],
    "image": {"url": "https://files.example/x.png"},
    "video": {"url": "https://files.example/x.mp4", "video_url": "https://files.example/x.mp4"},
    "audio": {"url": "https://files.example/x.mp3"},
    "text": "GOOD",
    "generated_text": "and so on",
    "choices": _CHOICES,
    "id": "1",
}
_WAVESPEED = {
    "urls": {"get": "https://api.wavespeed.ai/x"},
    "status": "completed",
    "outputs": ["https://files.example/x"],
}


def answer(resolved: ResolvedRequest | None, arrived: Arrived) -> tuple[str, bytes]:
    """Content type and body for what arrived."""
    if arrived.method == "GET":
        return _fetched(resolved, arrived)
    assert resolved is not None
    asked = resolved.request
    provider = "hf-inference" if resolved.route else resolved.provider
    if asked.stream and asked.task in (*CHAT_TASKS, "text-generation"):
        return "text/event-stream", _events(STREAM if asked.task in CHAT_TASKS else TOKENS)
    if asked.task in CHAT_TASKS:
        return _json(
            {"object": "chat.completion", "id": "1", "created": 0, "model": "m", "choices": _CHOICES, **_USAGE}
        )
    if provider in ("hf-inference", "auto"):
        return _hf(asked.task)
    if asked.task == "text-to-speech" and provider in ("together", "deepinfra"):
        return "audio/mpeg", FETCHED
    return _json(_of_provider(provider, asked.task))


def _hf(task: str) -> tuple[str, bytes]:
    if task in ("text-to-image", "image-to-image"):
        return "image/png", PICTURE
    return _json(HF[task]) if task in HF else ("application/octet-stream", FETCHED)


def _of_provider(provider: str, task: str) -> Any:
    value = dict(_PROVIDERS)
    if provider == "replicate":
        return {**value, "output": "GOOD" if "speech-rec" in task else "https://files.example/x.png"}
    if provider == "wavespeed":
        return {**value, "data": _WAVESPEED}
    if provider == "together" and task.endswith("video"):
        return {**value, "status": "completed", "outputs": {"video_url": "https://files.example/x.mp4"}}
    return {**value, "data": [{"b64_json": ENCODED, "embedding": [0.5, 0.25]}]}


def _fetched(resolved: ResolvedRequest | None, arrived: Arrived) -> tuple[str, bytes]:
    if "/api/models/" in arrived.path and resolved is not None:
        return _json(model_info(resolved, arrived.path.partition("?")[0]))
    if "wavespeed" in arrived.path:
        return _json({"data": _WAVESPEED})
    if "fal-ai/x/requests" in arrived.path or "async-result" in arrived.path:
        return _json(_PROVIDERS)
    if "/v2/videos/" in arrived.path:
        return _json(_of_provider("together", "text-to-video"))
    return ("image/png", PICTURE) if arrived.path.endswith((".png", "/x")) else ("application/octet-stream", FETCHED)


def _json(value: Any) -> tuple[str, bytes]:
    return "application/json", json.dumps(value).encode()


def _events(chunks: list[dict[str, Any]]) -> bytes:
    return b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks) + b"data: [DONE]\n\n"
