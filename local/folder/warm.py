"""A first small request to a server that has just begun to listen: what is made on first use (torch's threads, its
memory, the way through the server) is made before a person waits for it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any

PATIENCE_SECONDS = 60

_TEXT: dict[str, Any] = {"inputs": "a"}
_PAIR: dict[str, Any] = {"inputs": {"source_sentence": "a", "sentences": ["a"]}}
_WORD: dict[str, Any] = {"inputs": "a", "parameters": {"max_new_tokens": 1}}
_CHAT: dict[str, Any] = {"messages": [{"role": "user", "content": "a"}], "max_tokens": 1}
# What one short pass of the model is asked with.
_ASKED: Mapping[str, dict[str, Any]] = {
    "text-classification": _TEXT, "token-classification": _TEXT, "feature-extraction": _TEXT,
    "sentence-similarity": _PAIR, "text-ranking": _PAIR,
    "question-answering": {"inputs": {"question": "a", "context": "a"}},
    "zero-shot-classification": {"inputs": "a", "parameters": {"candidate_labels": ["a"]}},
    "text-generation": _WORD, "summarization": _WORD, "translation": _WORD,
    "conversational": _CHAT, "image-text-to-text": _CHAT,
}  # fmt: skip


def warm_up(port: int, task: str) -> None:
    """Asks once, whatever comes of it. A task that takes files is asked with nothing, which ends before its model."""
    body = _ASKED.get(task, {"inputs": ""})
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    with contextlib.suppress(OSError), contextlib.closing(connection):
        path = "/v1/chat/completions" if "messages" in body else "/"
        connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
        connection.getresponse().read()
