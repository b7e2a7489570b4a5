"""Requests for every task, and what huggingface_hub's own client sends for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2
from huggingface_hub import InferenceClient, set_client_factory
from huggingface_hub.inference._providers import _common, hf_inference
from huggingface_hub.utils import _http, close_session

from showcard.metadata.media import Media
from showcard.wire.call import CHAT_TASKS, client_call, helper_task
from showcard.wire.hub_private import AS_GIVEN
from showcard.wire.request import Request, ResolvedRequest

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
WAV = b"RIFF\x00\x00\x00\x00WAVE" + bytes(range(256))
IMAGE = Media.from_bytes(PNG, name="cat.png")
SOUND = Media.from_bytes(WAV, name="speech.wav")
CLIP = Media.from_bytes(b"\x1aE\xdf\xa3" + bytes(range(256)), name="clip.webm")
TABLE = {"name": ["a", "b"], "stars": ["1", "2"]}
MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Why is the sky blue?"},
    {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f"}}]},
    {"role": "tool", "tool_call_id": "1", "content": "42"},
]

_TEXT = {"text": "I like you. I love you"}
_PAIR = {"source_sentence": "A happy person", "sentences": ["A sad dog", "A happy dog"]}
INPUTS: dict[str, dict[str, Any]] = {
    "text-classification": _TEXT,
    "token-classification": _TEXT,
    "table-question-answering": {"query": "How many?", "table": TABLE},
    "question-answering": {"question": "Where?", "context": "I live in Berkeley."},
    "zero-shot-classification": {**_TEXT, "candidate_labels": ["refund", "legal"], "multi_label": True},
    "translation": _TEXT,
    "summarization": _TEXT,
    "feature-extraction": _TEXT,
    "text-generation": _TEXT,
    "fill-mask": {"text": "Paris is the [MASK] of France."},
    "sentence-similarity": _PAIR,
    "text-to-speech": _TEXT,
    "text-to-audio": _TEXT,
    "automatic-speech-recognition": {"audio": SOUND},
    "audio-to-audio": {"audio": SOUND},
    "audio-classification": {"audio": SOUND},
    "depth-estimation": {"image": IMAGE},
    "image-classification": {"image": IMAGE},
    "object-detection": {"image": IMAGE},
    "image-segmentation": {"image": IMAGE},
    "text-to-image": _TEXT,
    "image-to-text": {"image": IMAGE},
    "image-to-image": {"image": IMAGE, "prompt": "Make it red"},
    "image-to-video": {"image": IMAGE, "prompt": "Make it move"},
    "video-classification": {"video": CLIP},
    "tabular-classification": {"table": TABLE},
    "tabular-regression": {"table": TABLE},
    "text-ranking": _PAIR,
    "text-to-video": _TEXT,
    "image-text-to-text": {"image": IMAGE, "prompt": "What is this?"},
    "visual-question-answering": {"image": IMAGE, "question": "What animal?"},
    "document-question-answering": {"image": IMAGE, "question": "What number?"},
    "zero-shot-image-classification": {"image": IMAGE, "candidate_labels": ["cat", "dog"]},
    "mask-generation": {"image": IMAGE},
    "zero-shot-object-detection": {"image": IMAGE, "candidate_labels": ["cat"]},
    "any-to-any": {"messages": MESSAGES[:2]},
    "conversational": {"messages": MESSAGES},
}
# Falsy values are values.
PARAMETERS: dict[str, dict[str, Any]] = {
    "text-classification": {"top_k": 0, "function_to_apply": "softmax"},
    "token-classification": {"aggregation_strategy": "none", "ignore_labels": []},
    "table-question-answering": {"sequential": False, "padding": "longest"},
    "question-answering": {"top_k": 3, "handle_impossible_answer": False},
    "zero-shot-classification": {"hypothesis_template": ""},
    "translation": {"src_lang": "en", "tgt_lang": "fr", "max_length": 5},
    "summarization": {"truncation": "do_not_truncate", "max_length": 0},
    "feature-extraction": {"normalize": False, "dimensions": 3},
    "text-generation": {"temperature": 0, "max_new_tokens": 5, "do_sample": False, "stop": ["\n"]},
    "fill-mask": {"top_k": 2, "targets": ["capital"]},
    "text-to-speech": {"temperature": 0.0, "voice": "af_nicole"},
    "text-to-audio": {"duration": 0},
    "automatic-speech-recognition": {"return_timestamps": False},
    "audio-classification": {"top_k": 0},
    "image-classification": {"top_k": 3},
    "object-detection": {"threshold": 0.0},
    "image-segmentation": {"subtask": "semantic", "threshold": 0},
    "text-to-image": {"width": 64, "height": 32, "seed": 0, "num_inference_steps": 4, "style": "plain"},
    "image-to-image": {"guidance_scale": 0, "strength": 0.5, "target_size": {"width": 8, "height": 8}},
    "image-to-video": {"seed": 0, "num_frames": 8, "target_size": {"width": 8, "height": 8}},
    "visual-question-answering": {"top_k": 1},
    "document-question-answering": {"top_k": 1, "lang": ""},
    "zero-shot-image-classification": {"hypothesis_template": "a {}"},
    "zero-shot-object-detection": {"threshold": 0},
    "text-to-video": {"seed": 0, "num_frames": 8, "fps": 0},
    "conversational": {
        "temperature": 0,
        "max_tokens": 0,
        "stop": [],
        "seed": 0,
        "logprobs": False,
        "top_k": 0,
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
    },
}
TOOLS = ({"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}},)


def request(task: str, /, **options: Any) -> Request:
    """A request for a task with its usual inputs."""
    options = {"inputs": INPUTS[task], **options}
    return Request(task=task, model=options.pop("model", "org/model"), **options)


def routed(asked: Request, provider_model: str | None = None, key: str | None = "HF_TOKEN") -> ResolvedRequest:
    """The request, on its way to its provider."""
    model = provider_model or asked.model
    return ResolvedRequest(asked, asked.provider, model, None, "", "router.huggingface.co", key)


def at_endpoint(asked: Request, route: str, model: str | None = None, key: str | None = None) -> ResolvedRequest:
    """The request, on its way to an endpoint of one's own."""
    host = urlsplit(route).hostname or ""
    return ResolvedRequest(asked, "endpoint", asked.model if model is None else model, None, route, host, key)


@dataclass(frozen=True)
class Sent:
    """What the client sent."""

    url: str
    headers: dict[str, str]
    body: bytes


class _Captured(Exception):
    pass


class _Capture(httpx2.BaseTransport):
    """Answers the client's questions about the model, and keeps the first POST."""

    def __init__(self, resolved: ResolvedRequest) -> None:
        self.resolved = resolved
        self.sent: Sent | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            return httpx2.Response(200, json=model_info(self.resolved, request.url.path), request=request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.sent = Sent(str(request.url), headers, request.read())
        raise _Captured


def model_info(resolved: ResolvedRequest, path: str) -> dict[str, Any]:
    """What the Hub says about a model: every provider it has that the library knows serves the task."""
    asked, task = resolved.request, helper_task(resolved.request.task)
    provider = "hf-inference" if resolved.provider == "auto" else resolved.provider
    mapping = {"status": "live", "providerId": resolved.provider_model, "task": task}
    if resolved.adapter:
        mapping |= {"adapter": "lora", "adapterWeightsPath": resolved.adapter}
    tag = "image-text-to-text" if asked.task in CHAT_TASKS else asked.task
    return {
        "id": unquote(path).removeprefix("/api/models/"),
        "pipeline_tag": tag,
        "tags": [tag, task],
        "inferenceProviderMapping": {provider: mapping},
    }


def sent_by_client(resolved: ResolvedRequest, key: str = "hf_key") -> Sent:
    """What the real InferenceClient sends for a request."""
    call = client_call(resolved)
    transport = _Capture(resolved)
    with _factory(transport):
        keys = {} if call.key_name is None else {"api_key": key}
        try:
            arguments = call.bound_arguments()
            if call.verbatim:  # as our own client has it: no form of TGI's own is written
                arguments["response_format"] = AS_GIVEN
            result = getattr(InferenceClient(**call.client, **keys), call.method)(**arguments)
            if call.arguments.get("stream"):
                next(iter(result))
        except _Captured:
            pass
    assert transport.sent is not None
    if call.verbatim:
        body = json.loads(transport.sent.body) | {"response_format": call.arguments["response_format"]}
        return replace(transport.sent, body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
    return transport.sent


@contextmanager
def _factory(transport: httpx2.BaseTransport) -> Iterator[None]:
    before = _http._GLOBAL_CLIENT_FACTORY
    _common._fetch_inference_provider_mapping.cache_clear()
    hf_inference._check_supported_task.cache_clear()
    set_client_factory(lambda: httpx2.Client(transport=transport))
    try:
        yield
    finally:
        set_client_factory(before)
        close_session()
        _common._fetch_inference_provider_mapping.cache_clear()
        hf_inference._check_supported_task.cache_clear()
