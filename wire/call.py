"""THE mapping from a ResolvedRequest to a call of `InferenceClient`: what runs, and what the snippet writes down."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from huggingface_hub import InferenceClient

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import Field, task

from .checks import check_header, check_headers, check_json, check_model_id, check_variable, clean_url
from .hub_private import PROVIDERS, MimeBytes
from .media import MediaMarker, data_url, media_in, media_type_of
from .request import Request, RequestError, ResolvedRequest

CHAT_TASKS = frozenset({"conversational", "image-text-to-text", "any-to-any"})
OWN_ENDPOINT_CANT = frozenset({"text-to-video", "image-to-video"})
UNABLE = frozenset({"tabular-regression"})  # the method exists, but always fails: its provider table lacks the task
HUB_KEY = "HF_TOKEN"

# Where an input has another name as an argument of the method.
_ARGUMENTS: dict[str, dict[str, str]] = {
    "text-generation": {"text": "prompt"},
    "text-to-image": {"text": "prompt"},
    "text-to-video": {"text": "prompt"},
    "sentence-similarity": {"source_sentence": "sentence", "sentences": "other_sentences"},
}
# The method sends its own `model` argument along as a parameter; given to the constructor it does not.
_MODEL_IN_CONSTRUCTOR = frozenset({"table-question-answering"})
# The client remembers by the method's `model` argument which parameters a server refused.
_URL_IN_CALL = frozenset({"text-generation"})
_STREAMS = frozenset({"text-generation"}) | CHAT_TASKS
_FEWEST_LABELS = {"zero-shot-classification": 1, "zero-shot-image-classification": 2}
_OVERFLOW = ("extra_body", "generate_parameters")
_KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "line": (str,),
    "labels": (list, tuple),
    "sentences": (list, tuple),
    "messages": (list, tuple),
    "table": (Mapping,),
    "switch": (bool,),
    "image": (Media,),
    "audio": (Media,),
    "video": (Media,),
}
_KIND_NAMES = {
    "labels": "a list of texts",
    "sentences": "a list of texts",
    "messages": "a list of messages",
    "table": "an object of columns",
    "switch": "true or false",
    "image": "an image",
    "audio": "a sound",
}


@dataclass(frozen=True, slots=True)
class ClientCall:
    """`InferenceClient(**client, api_key=<value of key_name>)`, then `getattr(it, method)(**arguments)`.

    Media stay `Media`: `bound_arguments` gives what the client takes. `dropped` names what the method can't send. With
    `verbatim` InferenceClient itself would write the response format in another form; `hub_private.Client` does not.
    """

    client: Mapping[str, Any]
    method: str
    arguments: Mapping[str, Any]
    key_name: str | None
    dropped: tuple[str, ...] = ()
    verbatim: bool = False

    def bound_arguments(self, marker: MediaMarker | None = None) -> dict[str, Any]:
        """The arguments with media as typed bytes, and as `data:` addresses inside messages; or those of a marker."""
        if marker and any(media.data is None for media in media_in(self.arguments)):
            raise RequestError("The media were not opened.")
        held = marker.replace(self.arguments) if marker else self.arguments
        return {name: _bind(value) for name, value in held.items()}


def client_call(resolved: ResolvedRequest) -> ClientCall:
    """The call of `InferenceClient` (and `AsyncInferenceClient`) that a request is. Raises RequestError."""
    method = method_of(resolved.request.task)
    _check_served(resolved)
    return _call(resolved, method)


def raw_call(resolved: ResolvedRequest) -> ClientCall:
    """The call of a task that the client has no method for: its inputs and parameters, by the names of the wire."""
    if not resolved.route and resolved.provider not in ("auto", "hf-inference"):
        raise RequestError(f"How to ask {resolved.provider[:80]} for {resolved.request.task} is not known.")
    task_id = resolved.request.task
    films = bool(resolved.route) and task_id in OWN_ENDPOINT_CANT
    if resolved.request.row.wire != "raw" and task_id not in UNABLE and not films:
        raise RequestError(f"No service is known that does {resolved.request.row.name.lower()}.")
    return _call(resolved, "")


def _call(resolved: ResolvedRequest, method: str) -> ClientCall:
    request = resolved.request
    arguments = _inputs(request)
    dropped = _add_parameters(arguments, request, method)
    client = _constructor(resolved, dropped)
    arguments = _place_model(client, arguments, resolved)
    check_json(arguments)
    key = check_variable(resolved.key_name) if resolved.key_name is not None else None
    verbatim = bool(resolved.route) and resolved.provider != "hf-inference" and _has_schema(arguments)
    return ClientCall(client, method, arguments, key, tuple(dropped), verbatim)


def _has_schema(arguments: Mapping[str, Any]) -> bool:
    wanted = arguments.get("response_format")
    return isinstance(wanted, dict) and wanted.get("type") == "json_schema"


def method_of(task_id: str) -> str:
    """The client's method for a task. Raises RequestError where it has none."""
    row = task(task_id)
    if not has_method(task_id):
        raise RequestError(f"huggingface_hub's InferenceClient can't do {row.name.lower()}.")
    return "chat_completion" if task_id in CHAT_TASKS else str(row.method)


def has_method(task_id: str) -> bool:
    """Whether the client has a method for a task, and one that works."""
    return task_id in CHAT_TASKS or (task(task_id).method is not None and task_id not in UNABLE)


def helper_task(task_id: str) -> str:
    """The name under which huggingface_hub's provider table has a task."""
    return "conversational" if task_id in CHAT_TASKS else task_id


@cache
def keywords_of(method: str) -> Mapping[str, inspect.Parameter]:
    """The keyword arguments of a client method; with no method, any."""
    if not method:
        return {"parameters": inspect.Parameter("parameters", inspect.Parameter.VAR_KEYWORD)}
    parameters = dict(inspect.signature(getattr(InferenceClient, method)).parameters)
    parameters.pop("self")
    return parameters


def _check_served(resolved: ResolvedRequest) -> None:
    task_id, provider = helper_task(resolved.request.task), resolved.provider
    if resolved.route:
        if task_id in OWN_ENDPOINT_CANT:
            raise RequestError(f"InferenceClient can't do {task_id} at an endpoint of one's own.")
        return
    if provider == "auto":
        if resolved.key_name != HUB_KEY:
            raise RequestError("Without a Hugging Face token a provider has to be named.")
        if not providers_of(task_id):
            raise RequestError(f"No provider that huggingface_hub knows serves {task_id}.")
        return
    if provider not in PROVIDERS:
        raise RequestError(f"huggingface_hub knows no provider {provider[:80]!r}.")
    if task_id not in PROVIDERS[provider]:
        raise RequestError(f"huggingface_hub can't ask {provider} for {task_id}.")
    if provider == "openai" and resolved.key_name == HUB_KEY:
        raise RequestError("openai takes its own key only, not a Hugging Face token.")
    if resolved.key_name is None and provider != "hf-inference":
        raise RequestError(f"{provider} needs a key.")


def providers_of(task_id: str) -> tuple[str, ...]:
    """The providers that huggingface_hub can ask for a task, in its order."""
    return tuple(name for name, tasks in PROVIDERS.items() if helper_task(task_id) in tasks)


def _inputs(request: Request) -> dict[str, Any]:
    if request.task in CHAT_TASKS:
        return {"messages": _messages(request)}
    names = _ARGUMENTS.get(request.task, {})
    arguments: dict[str, Any] = {}
    for field in request.row.fields:
        value = request.inputs.get(field.name)
        if value is None and field.kind in ("labels", "switch"):
            value = request.parameters.get(field.name)  # a card may name them among its parameters
        if value is None and not field.required:
            continue
        arguments[names.get(field.name, field.name)] = _checked(field, value, request.task)
    if "text_pair" in arguments:  # transformers' pipeline takes a pair as one input
        arguments["text"] = {"text": arguments["text"], "text_pair": arguments.pop("text_pair")}
    return arguments


def _checked(field: Field, value: Any, task_id: str) -> Any:
    if value is None:
        raise RequestError(f'The input "{field.name}" is missing.')
    wanted = _KINDS[field.kind]
    if field.name == "text" and task_id == "feature-extraction":
        wanted = (str, list, tuple)
    if not isinstance(value, wanted):
        raise RequestError(f'The input "{field.name}" is not {_KIND_NAMES.get(field.kind, f"a {field.kind}")}.')
    if isinstance(value, Media):
        if value.data is None and not value.source:
            raise RequestError(f'The input "{field.name}" is empty.')
        return value
    if isinstance(value, list | tuple):
        return _texts(field, value, task_id)
    return dict(value) if isinstance(value, Mapping) else value


def _texts(field: Field, value: Sequence[Any], task_id: str) -> list[str]:
    if not all(isinstance(item, str) for item in value):
        raise RequestError(f'The input "{field.name}" is not a list of texts.')
    if field.kind == "labels" and len(value) < (fewest := _FEWEST_LABELS.get(task_id, 1)):
        raise RequestError("At least two labels are needed." if fewest > 1 else "At least one label is needed.")
    if not value:
        raise RequestError(f'The input "{field.name}" is an empty list.')
    return list(value)


def _messages(request: Request) -> list[Any]:
    inputs = request.inputs
    if inputs.get("messages") is None and request.task == "image-text-to-text":
        image, prompt = inputs.get("image"), inputs.get("prompt")
        if not isinstance(image, Media) or not isinstance(prompt, str):
            raise RequestError('The inputs "image" and "prompt" are needed.')
        parts = [{"type": "text", "text": prompt}, {"type": "image_url", "image_url": {"url": image}}]
        return [{"role": "user", "content": parts}]
    messages = inputs.get("messages")
    if messages is None:
        raise RequestError('The input "messages" is missing.')
    if not isinstance(messages, list | tuple) or not messages:
        raise RequestError('The input "messages" is not a list of messages.')
    if not all(isinstance(item, Mapping) and isinstance(item.get("role"), str) for item in messages):
        raise RequestError('Each message is an object with a "role".')
    return [_plain(item) for item in messages]


def _add_parameters(arguments: dict[str, Any], request: Request, method: str) -> list[str]:
    """Adds the parameters that the method takes to the arguments; names those that it can't send."""
    keywords = keywords_of(method)
    wanted = _wanted(request)
    dropped = [name for name in wanted if name in ("model", "stream")]
    wanted = {name: value for name, value in wanted.items() if name not in ("model", "stream", *arguments)}
    if wanted.get("decoder_input_details") and not wanted.get("details"):
        dropped.append("decoder_input_details")  # the library would take it back, with a warning
        del wanted["decoder_input_details"]
    if ("src_lang" in wanted) != ("tgt_lang" in wanted) and "src_lang" in keywords:
        raise RequestError("src_lang and tgt_lang go together.")
    if request.stream and request.task in _STREAMS:
        wanted |= {"stream": True}
        if request.task in CHAT_TASKS:
            wanted.setdefault("stream_options", {"include_usage": True})
    elif request.stream:
        dropped.append("stream")
    return dropped + _place_parameters(arguments, wanted, keywords)


def _place_parameters(
    arguments: dict[str, Any], wanted: Mapping[str, Any], keywords: Mapping[str, inspect.Parameter]
) -> list[str]:
    others = {name: value for name, value in wanted.items() if name not in keywords}
    arguments.update((name, value) for name, value in wanted.items() if name in keywords)
    if any(item.kind is inspect.Parameter.VAR_KEYWORD for item in keywords.values()):
        arguments.update(others)
        return []
    overflow = next((name for name in _OVERFLOW if name in keywords), None)
    if overflow is None:
        return list(others)
    if others:
        arguments[overflow] = {**_mapping(arguments.get(overflow)), **others}
    return []


def _wanted(request: Request) -> dict[str, Any]:
    """Everything the person set beside the inputs, by name; None means not set."""
    wanted = dict(request.parameters)
    if request.task in CHAT_TASKS:
        wanted |= {"tools": list(request.tools)} if request.tools else {}
        wanted |= {"response_format": request.response_format} if request.response_format else {}
    wanted |= _mapping(wanted.pop("extra_body", None)) | dict(request.extra)
    return {name: _plain(value) for name, value in wanted.items() if value is not None}


def _constructor(resolved: ResolvedRequest, dropped: list[str]) -> dict[str, Any]:
    request = resolved.request
    client: dict[str, Any] = {}
    if resolved.route:
        if request.task not in _URL_IN_CALL:
            client["base_url"] = clean_url(resolved.route)
    else:
        client["provider"] = resolved.provider
    headers = check_headers(request.headers)
    if request.bill_to and own_key(resolved):
        dropped.append("bill_to")  # the provider's own key is billed by the provider
    elif request.bill_to:
        headers = {name: value for name, value in headers.items() if name.lower() != "x-hf-bill-to"}
        client["bill_to"] = check_header("X-HF-Bill-To", request.bill_to)
    if resolved.key_name is None and not any(name.lower() == "authorization" for name in headers):
        # Left out, the library would send the token saved on the machine to this host.
        client["headers"] = {**headers, "authorization": None}
    elif headers:
        client["headers"] = headers
    return client


def own_key(resolved: ResolvedRequest) -> bool:
    """Whether the provider's own key is used, so that its own host is asked."""
    return not resolved.route and resolved.key_name not in (None, HUB_KEY)


def _place_model(client: dict[str, Any], arguments: dict[str, Any], resolved: ResolvedRequest) -> dict[str, Any]:
    task_id = resolved.request.task
    if resolved.route:
        if task_id in CHAT_TASKS and resolved.provider_model:
            return {"model": resolved.provider_model, **arguments}
        return {"model": clean_url(resolved.route), **arguments} if task_id in _URL_IN_CALL else arguments
    # The library looks the provider's id up itself, except for openai, whose ids the Hub does not know.
    model = check_model_id(resolved.provider_model if resolved.provider == "openai" else resolved.request.model)
    if task_id in _MODEL_IN_CONSTRUCTOR:
        client["model"] = model
        return arguments
    return {"model": model, **arguments}


def _mapping(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise RequestError("extra_body is not an object.")
    return dict(value)


def _plain(value: Any) -> Any:
    """Lists and dicts instead of tuples and other mappings; media stay as they are."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _bind(value: Any, nested: bool = False) -> Any:
    if isinstance(value, Media):
        if value.data is None:
            raise RequestError("The media were not opened.")
        return data_url(value) if nested else MimeBytes(value.data, media_type_of(value))
    if isinstance(value, Mapping):
        return {key: _bind(item, True) for key, item in value.items()}
    return [_bind(item, True) for item in value] if isinstance(value, list | tuple) else value
