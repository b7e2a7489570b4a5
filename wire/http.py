"""THE exact HTTP request that a ResolvedRequest is, built without network by huggingface_hub's provider helpers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from showcard.metadata.media import Media

from .call import (
    CHAT_TASKS,
    ClientCall,
    client_call,
    has_method,
    helper_task,
    keywords_of,
    own_key,
    providers_of,
    raw_call,
)
from .checks import clean_url
from .hub_private import AskedModel, MimeBytes, Prepared, Unprepared, prepare
from .media import MediaMarker, decode_multipart
from .queues import Queue, queue_of
from .request import RequestError, ResolvedRequest

_NAMES = {"authorization": "Authorization", "content-type": "Content-Type", "prefer": "Prefer"}
_LEFT_OUT = frozenset({"user-agent", "authorization"})


@dataclass(frozen=True, slots=True)
class Key:
    """The value of a header that holds a key: only the name of its environment variable is known here."""

    name: str
    scheme: str = "Bearer"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. Of `json`, `data` and `form` one is set; media inside `json` are `Embedded`.

    `queue`: the answer is a ticket, with which the result is asked for."""

    url: str
    headers: tuple[tuple[str, str | Key], ...]
    json: Any = None
    data: Media | None = None
    form: tuple[tuple[str, str | Media], ...] = ()
    queue: Queue | None = None
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class _Ask:
    """What a client method hands to its provider helper."""

    inputs: Any
    parameters: dict[str, Any]
    extra: dict[str, Any] | None = None


def http_request(resolved: ResolvedRequest, call: ClientCall | None = None) -> HttpRequest:
    """The request that `InferenceClient` would send, headers about itself left out. Raises RequestError.

    `call` is its `client_call`, where that is known already."""
    task_id = resolved.request.task
    provider = _provider(resolved)
    if call is None:
        call = client_call(resolved) if has_method(task_id) else raw_call(resolved)
    marker = MediaMarker.absent_from(call.arguments)
    ask = _ASKS.get(task_id, _first_is_input)(_with_defaults(call.method, marker.replace(call.arguments)))
    sent = _prepare(_asked_model(provider, resolved), ask, resolved, call.verbatim)
    url = sent.url if resolved.route else _only_clean(sent.url, resolved.provider_model)
    headers = _headers(sent, resolved, call.client)
    queue = queue_of(provider, task_id, url)
    return _with_body(url, headers, sent, marker, queue)


def _provider(resolved: ResolvedRequest) -> str:
    task_id = resolved.request.task
    if resolved.route:
        return "hf-inference"
    if resolved.provider != "auto" or task_id in CHAT_TASKS:
        return resolved.provider
    found = providers_of(task_id) or ("hf-inference",)
    if len(found) != 1:
        raise RequestError("Name a provider: which one serves this model is not known here.")
    return found[0]


def _asked_model(provider: str, resolved: ResolvedRequest) -> AskedModel:
    """The model by the id that the provider goes by."""
    name = helper_task(resolved.request.task)
    # hf-inference and the router go by the Hub's own id.
    of_hub = provider == "hf-inference" or resolved.provider == "auto"
    model = resolved.request.model if of_hub else resolved.provider_model
    address = clean_url(resolved.route) if resolved.route else model
    return AskedModel(provider, name, resolved.request.model, address, resolved.adapter)


def _prepare(asked: AskedModel, ask: _Ask, resolved: ResolvedRequest, verbatim: bool) -> Prepared:
    try:
        return prepare(asked, ask.inputs, ask.parameters, ask.extra, own_key(resolved), verbatim)
    except Unprepared as error:
        raise RequestError(str(error)) from None


def _only_clean(url: str, model: str) -> str:
    """The address, when the provider's id of the model is nothing but a part of its path."""
    if clean_url(url) != url or (model in url and any(part in model for part in ("?", "%", "//", ".."))):
        raise RequestError("The provider's id of this model does not fit into an address.")
    return url


def _headers(sent: Prepared, resolved: ResolvedRequest, client: Mapping[str, Any]) -> tuple[tuple[str, str | Key], ...]:
    headers: dict[str, tuple[str, str | Key]] = {}
    if resolved.key_name is not None:
        scheme = str(sent.headers.get("authorization", "Bearer ")).partition(" ")[0]
        headers["authorization"] = ("Authorization", Key(resolved.key_name, scheme))
    for name, value in sent.headers.items():
        if name not in _LEFT_OUT:
            headers[name] = (_NAMES.get(name, name), str(value))
    if sent.wants_image:
        headers["accept"] = ("Accept", "image/png")
    if "bill_to" in client:
        headers["x-hf-bill-to"] = ("X-HF-Bill-To", client["bill_to"])
    own = {name: value for name, value in (client.get("headers") or {}).items() if value is not None}
    headers |= {name.lower(): (name, value) for name, value in own.items()}
    return tuple(headers.values())


def _with_body(
    url: str, headers: tuple[tuple[str, str | Key], ...], sent: Prepared, marker: MediaMarker, queue: Queue | None
) -> HttpRequest:
    if sent.data is None:
        return HttpRequest(url, headers, json=marker.restore(sent.json), queue=queue)
    kind = sent.media_type
    if kind.startswith("multipart/form-data"):
        headers = tuple((name, value) for name, value in headers if name.lower() != "content-type")
        return HttpRequest(url, headers, form=decode_multipart(sent.data, kind, marker), queue=queue)
    if kind == "application/json":
        return HttpRequest(url, headers, json=marker.restore(json.loads(sent.data)), queue=queue)
    return HttpRequest(url, headers, data=marker.media_of(sent.data), queue=queue)


def _with_defaults(method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments, and those that the method sends although nobody set them."""
    known = keywords_of(method).items()
    defaults = {name: item.default for name, item in known if item.default not in (None, item.empty)}
    return defaults | arguments


def _first_is_input(arguments: dict[str, Any]) -> _Ask:
    """What most methods do: the one input, and everything else as parameters."""
    parameters = {name: value for name, value in arguments.items() if name not in ("model", "extra_body")}
    extra = arguments.get("extra_body") or {}
    first = next(name for name in ("text", "prompt", "image", "audio", "video") if name in parameters)
    if "image" in parameters:
        first = "image"  # image_to_image has a prompt too, as a parameter
    return _Ask(parameters.pop(first), parameters | extra)


def _nested(names: Mapping[str, str]) -> Callable[[dict[str, Any]], _Ask]:
    """Several inputs go into one object, under the names of the wire."""

    def ask(arguments: dict[str, Any]) -> _Ask:
        inputs = {wire: _as_base64(arguments[name]) for name, wire in names.items()}
        return _Ask(inputs, {k: v for k, v in arguments.items() if k not in names and k != "model"})

    return ask


def _as_base64(value: Any) -> Any:
    return MediaMarker.base64(value) if isinstance(value, MimeBytes) else value


def _chat(arguments: dict[str, Any]) -> _Ask:
    parameters = {name: value for name, value in arguments.items() if name not in ("messages", "extra_body")}
    parameters = {"model": None, **parameters, **(arguments.get("extra_body") or {})}
    return _Ask(arguments["messages"], parameters)


def _text_generation(arguments: dict[str, Any]) -> _Ask:
    stream = arguments.pop("stream", None)
    ask = _first_is_input(arguments)
    return _Ask(ask.inputs, ask.parameters, {"stream": stream})


def _visual_question(arguments: dict[str, Any]) -> _Ask:
    image, question = arguments["image"], arguments["question"]
    parameters = {k: v for k, v in arguments.items() if k not in ("image", "question", "model")}
    return _Ask(image, parameters, {"question": question, "image": MediaMarker.base64(image)})


def _table(arguments: dict[str, Any]) -> _Ask:
    return _Ask(None, {}, {"table": arguments["table"]})


_ASKS: dict[str, Callable[[dict[str, Any]], _Ask]] = {
    "question-answering": _nested({"question": "question", "context": "context"}),
    "table-question-answering": _nested({"query": "query", "table": "table"}),
    "text-ranking": _nested({"source_sentence": "source_sentence", "sentences": "sentences"}),
    "sentence-similarity": _nested({"sentence": "source_sentence", "other_sentences": "sentences"}),
    "document-question-answering": _nested({"question": "question", "image": "image"}),
    "visual-question-answering": _visual_question,
    "tabular-classification": _table,
    "tabular-regression": _table,
    "text-generation": _text_generation,
    **dict.fromkeys(CHAT_TASKS, _chat),
}
