"""What a request asks of an engine that says one token after another: the body of a chat, of a completion, or of the
Hub's text generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .bodies import decoded, json_of
from .engines.base import Turn, count_of, flag_of, json_name, number_of, seed_of, text_of
from .errors import Refusal

_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_MAX_STOPS = 16
_MAX_TOP = 20
_SAMPLING = (
    "temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty", "seed", "do_sample"
)  # fmt: skip
# What asks a chat for more than words, and the values of it that ask for nothing.
_MORE_THAN_WORDS: dict[str, tuple[Any, ...]] = {
    "tools": (None, []), "tool_choice": (None, "none", "auto"),
    "functions": (None, []), "function_call": (None, "none", "auto"),
    "response_format": (None, {"type": "text"}),
}  # fmt: skip
_UNKNOWN = ("repetition_penalty", "typical_p", "watermark", "best_of", "grammar", "adapter_id", "truncate")


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A conversation or a text, and what was asked of the answer. `top` is how many of the likeliest tokens are wanted
    at each place; None when no probabilities are."""

    prompt: tuple[Turn, ...] | str
    stream: bool = False
    include_usage: bool = False
    max_tokens: int | None = None
    stops: tuple[str, ...] = ()
    top: int | None = None
    echo: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)


def read_chat(body: bytes) -> tuple[str | None, GenerationRequest]:
    """The model a chat request names, and what it asks. Raises Refusal."""
    data = _object(body, 'Send JSON like {"model": "...", "messages": [{"role": "user", "content": "..."}]}.')
    for name, nothing in _MORE_THAN_WORDS.items():
        if data.get(name) not in nothing and not (name == "tools" and data.get("tool_choice") == "none"):
            raise Refusal(f'"{name}" is not supported: models here answer in words; they call no tools and keep to no'
                          " schema.")  # fmt: skip
    limit = "max_tokens" if data.get("max_completion_tokens") is None else "max_completion_tokens"
    top = count_of(data, "top_logprobs", 0, lowest=0)
    if top > _MAX_TOP:
        raise Refusal(f'"top_logprobs" must be at most {_MAX_TOP}, but it is {top}.')
    wanted = flag_of(data, "logprobs")
    if top and not wanted:
        raise Refusal('"top_logprobs" needs "logprobs": true.')
    return _model(data), _asked(data, _turns(data.get("messages")), limit, top if wanted else None)


def read_completion(body: bytes) -> tuple[str | None, GenerationRequest]:
    """The model a completion names, and what it asks. Raises Refusal."""
    data = _object(body, 'Send JSON like {"model": "...", "prompt": "Once upon a time"}.')
    prompt = data.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    top = None if data.get("logprobs") is None else count_of(data, "logprobs", 0, lowest=0)
    asked = _asked(data, text_of(prompt, "prompt"), "max_tokens", None if top is None else min(top, _MAX_TOP), 16)
    return _model(data), asked


def read_generation(body: bytes, also: Sequence[str] = ()) -> GenerationRequest:
    """What a request of the Hub's text generation asks; `also` names parameters that the engine takes beside the usual
    ones. Raises Refusal."""
    data = _object(body, 'Send JSON like {"inputs": "Once upon a time"}.')
    parameters = data.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise Refusal(f'"parameters" must be an object, but it is {json_name(parameters)}.')
    if foreign := [name for name in _UNKNOWN if parameters.get(name) and name not in also]:
        raise Refusal(f'"{foreign[0]}" is not known to this engine.')
    text = data.get("inputs")
    if text is None:
        raise Refusal('The body has no "inputs". Send JSON like {"inputs": "Once upon a time"}.')
    top = count_of(parameters, "top_n_tokens", 0, lowest=0)
    asked = {
        **parameters,
        "stream": data.get("stream"),
        "stop": parameters.get("stop", parameters.get("stop_sequences")),
    }
    found = _asked(asked, text_of(text), "max_new_tokens", None, 60)
    return GenerationRequest(
        found.prompt, found.stream, flag_of(parameters, "details"), found.max_tokens, found.stops,
        min(top, _MAX_TOP) or None, flag_of(parameters, "return_full_text"),
        {**{name: parameters[name] for name in also if name in parameters}, **found.parameters,
         "top_logprobs": min(top, _MAX_TOP)},
    )  # fmt: skip


def _asked(
    data: Mapping[str, Any], prompt: tuple[Turn, ...] | str, limit: str, top: int | None, usual: int = 0
) -> GenerationRequest:
    if count_of(data, "n", 1) != 1:
        raise Refusal('"n" must be 1: this server gives one answer a request.')
    options = data.get("stream_options") or {}
    if not isinstance(options, dict):
        raise Refusal(f'"stream_options" must be an object, but it is {json_name(options)}.')
    parameters = {name: data[name] for name in _SAMPLING if data.get(name) is not None}
    number_of(parameters, "temperature", 0, 2, 1)
    number_of(parameters, "top_p", 0, 1, 1)
    seed_of(parameters)
    return GenerationRequest(
        prompt,
        stream=flag_of(data, "stream"),
        include_usage=flag_of(options, "include_usage"),
        max_tokens=count_of(data, limit, usual) or None,
        stops=_stops(data.get("stop")),
        top=top,
        echo=flag_of(data, "echo"),
        parameters={**parameters, "top_logprobs": top or 0},
    )


def _object(body: bytes, expected: str) -> dict[str, Any]:
    data = json_of(body, expected)
    if not isinstance(data, dict):
        raise Refusal(f"The body must be an object, but it is {json_name(data)}.")
    return data


def _model(data: Mapping[str, Any]) -> str | None:
    model = data.get("model")
    if model is not None and not isinstance(model, str):
        raise Refusal(f'"model" must be a string, but it is {json_name(model)}.')
    return model


def _turns(messages: Any) -> tuple[Turn, ...]:
    if not isinstance(messages, list) or not messages:
        said = "empty" if messages == [] else json_name(messages)
        raise Refusal(f'"messages" must be a list of at least one message, but it is {said}.')
    turns = []
    for number, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            raise Refusal(f'"messages[{number}]" must be an object with a "role" of {", ".join(_ROLES)}.')
        turns.append(Turn(message["role"], *_content(message.get("content"), number)))
    return tuple(turns)


def _content(content: Any, number: int) -> tuple[str, tuple[bytes, ...]]:
    """The text of a message, and its images."""
    if content is None or isinstance(content, str):
        return content or "", ()
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise Refusal(f'"messages[{number}].content" must be a string or a list of parts.')
    texts, images = [], []
    for part in content:
        address = part.get("image_url")
        if part.get("type") == "text" and isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif part.get("type") == "image_url" and isinstance(address, dict):
            images.append(_data(address.get("url"), number))
        else:
            raise Refusal(f"messages[{number}] holds a part that is neither a text nor an image.")
    return "\n".join(texts), tuple(images)


def _data(url: Any, number: int) -> bytes:
    if not isinstance(url, str) or not url.startswith("data:"):
        raise Refusal(f"messages[{number}] names an image by its address; send it as a data: address.")
    return decoded(url)


def _stops(stop: Any) -> tuple[str, ...]:
    listed = [] if stop is None else stop if isinstance(stop, list) else [stop]
    if len(listed) > _MAX_STOPS or not all(isinstance(item, str) for item in listed):
        raise Refusal(f'"stop" must be a string or a list of at most {_MAX_STOPS} strings.')
    return tuple(item for item in listed if item)
