"""The private parts of huggingface_hub that the app leans on, under names of its own; no other module imports them.

- `PROVIDERS`, `own_address`, `prepare`: how each provider is asked is written down nowhere else, and the client has no
  call that only prepares a request, which the snippets and the inspector show. Without them nothing can be asked of a
  provider but a chat. Upstream: none filed.
- `known_model`: the client looks a provider's id of a model up by itself, in the middle of a call, with the token of
  this machine, and remembers it for everybody. It takes no argument that tells it; the table that it keeps for
  developers (https://github.com/huggingface/huggingface_hub/pull/2836) is the one way in. It is written under a name
  that only one call knows, and taken out when the call ends.
- `forget_refused`: what a server refuses of a text generation is remembered for the process, by model or address, so
  one person's server would change what is sent for another. Upstream: none filed.
- `HubClient`: to an endpoint the client writes a JSON schema in a form of TGI's own, which vLLM, llama.cpp and Ollama
  do not read (https://github.com/huggingface/huggingface_hub/issues/2744 is about the same place); and it makes its
  HTTP client by a factory that is one for the process. Here both are the client's own.
- `MimeBytes`: bytes given to the client have no media type otherwise, and servers that go by it refuse them.
- `look_for_no_token`: where the file of the saved token can't be read, the library fails in the middle of every call,
  also of one that sends no token. The path that it read at its start is changed for the process, as every call looks
  there. Upstream: none filed.
- `request_hook`: what the library does with each request of its synchronous client, of which we replace the transport.

huggingface_hub is pinned exactly. `tests/wire/test_hub_private.py` tries of each whether it is still there, with the
shape we lean on, and still needed."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import Any

import httpx2
from huggingface_hub import AsyncInferenceClient, constants
from huggingface_hub.hf_api import InferenceProviderMapping
from huggingface_hub.inference import _common as client_common
from huggingface_hub.inference import _providers as library
from huggingface_hub.inference._common import TASKS_EXPECTING_IMAGES, MimeBytes, RequestParameters
from huggingface_hub.inference._providers import _common as provider_common
from huggingface_hub.inference._providers.hf_inference import HFInferenceBinaryInputTask, HFInferenceTask
from huggingface_hub.utils._http import hf_request_event_hook as request_hook

__all__ = ["PROVIDERS", "AskedModel", "HubClient", "MimeBytes", "Prepared", "Unprepared", "request_hook"]

_Helper = provider_common.TaskProviderHelper
# Tasks that hf-inference and compatible servers do, and for which the client has no method, or none at an endpoint.
_RAW_TEXT = ("text-to-audio", "text-ranking", "tabular-regression", "text-to-video")
_RAW_BINARY = ("depth-estimation", "mask-generation", "video-classification", "zero-shot-object-detection",
               "image-to-video")  # fmt: skip
_RAW: Mapping[str, _Helper] = {
    **{name: HFInferenceTask(name) for name in _RAW_TEXT},
    **{name: HFInferenceBinaryInputTask(name) for name in _RAW_BINARY},
}
_HELPERS: Mapping[str, Mapping[str, _Helper]] = {
    **{str(name): tasks for name, tasks in library.PROVIDERS.items()},
    "auto": {"conversational": library.CONVERSATIONAL_AUTO_ROUTER},
}
# The providers that the library can ask, in its order, and the tasks that it can ask each for, by its own names.
PROVIDERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {str(name): frozenset(tasks) for name, tasks in library.PROVIDERS.items()}
)
AS_GIVEN = "as given"  # stands for a response format while the library writes a body
_numbers = count()


class Unprepared(Exception):
    """The library can't write a request; a sentence says why."""


@dataclass(frozen=True, slots=True)
class AskedModel:
    """A model as a provider is asked for it: its id on the Hub, the provider's own or an address, and the path of
    LoRA weights if any."""

    provider: str
    task: str
    model: str
    provider_model: str
    adapter: str | None = None

    def mapping(self) -> InferenceProviderMapping:
        """This as huggingface_hub's own InferenceProviderMapping."""
        return InferenceProviderMapping(  # type: ignore[no-untyped-call]
            provider=self.provider,
            hf_model_id=self.model,
            providerId=self.provider_model,
            status="live",
            task=self.task,
            adapterWeightsPath=self.adapter,
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request as the library would send it: `json`, or `data` of a media type."""

    url: str
    headers: Mapping[str, str]
    json: Any
    data: bytes | None
    media_type: str
    wants_image: bool


def own_address(provider: str, task: str) -> str:
    """The base URL of a provider's own servers; empty where the library does not know it for the task."""
    return str(_HELPERS[provider][task].base_url) if task in PROVIDERS.get(provider, ()) else ""


def prepare(
    asked: AskedModel,
    inputs: Any,
    parameters: Mapping[str, Any],
    extra: Mapping[str, Any] | None = None,
    own_key: bool = False,
    verbatim: bool = False,
) -> Prepared:
    """The request that the library would send, without asking anybody about the model. Raises Unprepared.

    With `own_key` it goes to the provider itself; its authorization has the right scheme and no key. With `verbatim`
    the response format is sent as it is, as by `HubClient`."""
    found = _HELPERS.get(asked.provider, {}).get(asked.task)
    found = found or (_RAW.get(asked.task) if asked.provider == "hf-inference" else None)
    if found is None:
        raise Unprepared(f"huggingface_hub can't ask {asked.provider} for {asked.task}.")
    helper, mapping = copy.copy(found), asked.mapping()
    helper._prepare_mapping_info = lambda model: mapping  # type: ignore[method-assign]
    wanted = parameters.get("response_format") if verbatim else None
    try:
        sent = helper.prepare_request(
            inputs=inputs,
            parameters={**parameters, **({"response_format": AS_GIVEN} if verbatim else {})},
            headers={},
            model=asked.model,
            api_key="own" if own_key else "hf_",  # it decides the host
            extra_payload=None if extra is None else dict(extra),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unprepared(f"huggingface_hub can't write this request: {error}") from None
    if verbatim:
        _give_format(sent, wanted)
    kind = getattr(sent.data, "mime_type", None) or ""
    return Prepared(sent.url, sent.headers, sent.json, sent.data, kind, sent.task in TASKS_EXPECTING_IMAGES)


def _give_format(sent: RequestParameters, wanted: Any) -> None:
    """Put the response format that was asked for into a body, in the place of what stands for it."""
    assert isinstance(sent.json, dict)
    sent.json["response_format"] = wanted


class HubClient(AsyncInferenceClient):
    """The library's client over an HTTP client of ours, `open_client`, which it closes with itself.

    With `verbatim` the response format of a chat is sent as it is; an old TGI that refuses a schema takes its own form,
    typed whole."""

    def __init__(self, open_client: Callable[[], httpx2.AsyncClient], verbatim: bool = False, **settings: Any) -> None:
        super().__init__(**settings)
        self._open_client, self._verbatim, self._wanted = open_client, verbatim, None

    async def chat_completion(self, *args: Any, **arguments: Any) -> Any:
        """An answer of a chat model, or its pieces."""
        if self._verbatim:
            self._wanted = arguments["response_format"]
            arguments["response_format"] = AS_GIVEN
        return await super().chat_completion(*args, **arguments)

    async def _get_async_client(self) -> httpx2.AsyncClient:
        if self._async_client is None:
            self._async_client = await self.exit_stack.enter_async_context(self._open_client())
        return self._async_client

    async def _inner_post(self, request_parameters: RequestParameters, **options: Any) -> Any:
        if self._verbatim:
            _give_format(request_parameters, self._wanted)
        return await super()._inner_post(request_parameters, **options)


@contextmanager
def known_model(asked: AskedModel) -> Iterator[str]:
    """A name by which the library knows a model inside the block, and nobody else does: one for this call."""
    name = f"{asked.model}#{next(_numbers)}"
    known = provider_common.HARDCODED_MODEL_INFERENCE_MAPPING.setdefault(asked.provider, {})
    known[name] = asked.mapping()
    try:
        yield name
    finally:
        del known[name]


def look_for_no_token() -> None:
    """Make the library look for a saved token where there is none, from now on."""
    constants.HF_TOKEN_PATH = os.devnull


def forget_refused(model: str | None) -> list[str]:
    """The parameters of text generation that a server refused for a model; the library is made to forget them."""
    return client_common._UNSUPPORTED_TEXT_GENERATION_KWARGS.pop(model, [])
