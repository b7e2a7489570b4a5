"""What the OpenAI clients of both languages share: which requests they can make, and with which arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from showcard.wire.http import HttpRequest, Key
from showcard.wire.request import RequestError

from .asked import SnippetContext

# Without a key the client would refuse to start; a word is sent that says nothing.
NO_KEY = "not-needed"


@dataclass(frozen=True, slots=True)
class Route:
    """The end of an address, and the method that POSTs there. `known`: arguments that the Python method names."""

    path: str
    method: str
    known: frozenset[str]
    needs: tuple[str, ...]
    result: str  # how the result is shown: message, vector, image, audio, transcript or response


_CHAT = (
    "model messages stream stream_options temperature top_p max_tokens max_completion_tokens stop seed n tools "
    "tool_choice parallel_tool_calls response_format frequency_penalty presence_penalty logit_bias logprobs "
    "top_logprobs reasoning_effort user metadata modalities audio prediction store service_tier verbosity"
)
_EMBED = "model input dimensions encoding_format user"
_DRAW = "model prompt n size quality style response_format background moderation user"
_SPEAK = "model input voice speed response_format instructions"
_TRANSCRIBE = "model file language prompt response_format temperature chunking_strategy"
_RESPOND = (
    "model input stream temperature top_p max_output_tokens tools tool_choice parallel_tool_calls text reasoning user "
    "metadata store service_tier top_logprobs include instructions previous_response_id truncation"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROUTES = (
    Route("/chat/completions", "chat.completions.create", _words(_CHAT), ("model", "messages"), "message"),
    Route("/embeddings", "embeddings.create", _words(_EMBED), ("model", "input"), "vector"),
    Route("/images/generations", "images.generate", _words(_DRAW), ("model", "prompt"), "image"),
    Route("/audio/speech", "audio.speech.create", _words(_SPEAK), ("model", "input", "voice"), "audio"),
    Route("/audio/transcriptions", "audio.transcriptions.create", _words(_TRANSCRIBE), ("model", "file"), "transcript"),
    Route("/responses", "responses.create", _words(_RESPOND), ("model", "input"), "response"),
)


@dataclass(frozen=True, slots=True)
class OpenAICall:
    """The constructor's base URL, key and headers, the route, and its arguments: those it names, and others."""

    base_url: str
    key: str | None
    headers: Mapping[str, str]
    route: Route
    arguments: Mapping[str, Any]
    others: Mapping[str, Any]


def openai_call(asked: SnippetContext) -> OpenAICall:
    """The call of OpenAI's client that makes the same request. Raises RequestError where there is none."""
    if "openai" not in asked.shared:
        asked.shared["openai"] = _call(asked)
    made: OpenAICall = asked.shared["openai"]
    return made


def _call(asked: SnippetContext) -> OpenAICall:
    sent = asked.sent
    address, question, _ = sent.url.partition("?")
    route = next((route for route in ROUTES if address.endswith(route.path)), None)
    body = dict(sent.form) or sent.json
    if route is None or sent.queue or not isinstance(body, dict):
        raise RequestError(f"OpenAI's client has no method for {asked.resolved.request.row.name.lower()} here.")
    if question:
        raise RequestError("OpenAI's client can't send an address with a ? part.")
    if missing := [name for name in route.needs if body.get(name) is None]:
        raise RequestError(f"OpenAI's client insists on {' and '.join(missing)}.")
    base_url = address.removesuffix(route.path)
    key = next((value for _, value in sent.headers if isinstance(value, Key)), None)
    if key is not None and key.scheme != "Bearer":
        raise RequestError(f"OpenAI's client can't send a key as {asked.resolved.provider} wants it.")
    body = _without_defaults(route, body)
    named = {name: value for name, value in body.items() if name in route.known}
    others = {name: value for name, value in body.items() if name not in route.known}
    return OpenAICall(base_url, key.name if key else None, _headers(sent), route, named, others)


def _headers(sent: HttpRequest) -> dict[str, str]:
    own = {name: value for name, value in sent.headers if isinstance(value, str)}
    return {name: value for name, value in own.items() if name.lower() not in ("content-type", "accept")}


def _without_defaults(route: Route, body: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in body.items() if not (name == "stream" and value is False)}
    if route.path == "/embeddings":
        kept.setdefault("encoding_format", "float")  # else the client asks for base64
    return kept
