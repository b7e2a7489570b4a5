"""The private parts of huggingface_hub: of each, that it is still there with the shape we lean on, and still needed."""

from __future__ import annotations

import copy
import inspect
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from huggingface_hub import AsyncInferenceClient, constants, get_token
from huggingface_hub.errors import OfflineModeIsEnabled
from huggingface_hub.inference import _common
from huggingface_hub.inference import _providers as library
from huggingface_hub.inference._generated import _async_client
from huggingface_hub.inference._providers import _common as provider_common
from huggingface_hub.utils import _http

from showcard.wire import hub_private
from showcard.wire.hub_private import PROVIDERS, AskedModel, HubClient, MimeBytes, Unprepared, known_model, prepare

SCHEMA = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
MESSAGES = [{"role": "user", "content": "hi"}]
GROQ = AskedModel("groq", "conversational", "org/model", "groq/model-1")


@pytest.fixture
def asked_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models that the library looks up at the Hub."""
    asked: list[str] = []

    def look_up(model: str) -> list[Any]:
        asked.append(model)
        return [AskedModel("groq", "conversational", model, "looked/up").mapping()]

    monkeypatch.setattr(provider_common, "_fetch_inference_provider_mapping", look_up)
    return asked


# How a provider is asked


def test_the_table_of_providers_has_its_shape() -> None:
    assert list(PROVIDERS) == [str(name) for name in library.PROVIDERS]
    assert "conversational" in PROVIDERS["groq"]
    for tasks in library.PROVIDERS.values():
        for helper in tasks.values():
            assert isinstance(helper, provider_common.TaskProviderHelper)
            assert helper.base_url.startswith("https://")
    wanted = {"self", "inputs", "parameters", "headers", "model", "api_key", "extra_payload"}
    assert set(inspect.signature(provider_common.TaskProviderHelper.prepare_request).parameters) == wanted


def test_the_client_has_no_call_that_only_prepares() -> None:
    assert not [name for name in dir(AsyncInferenceClient) if "prepare" in name or name.startswith("build")]


def test_a_request_is_prepared_without_asking_the_hub(asked_of_the_hub: list[str]) -> None:
    made = prepare(GROQ, MESSAGES, {"model": "org/model"})
    assert made.url == "https://router.huggingface.co/groq/openai/v1/chat/completions"
    assert made.json == {"model": "groq/model-1", "messages": MESSAGES}
    assert prepare(GROQ, MESSAGES, {}, own_key=True).url.startswith(hub_private.own_address("groq", "conversational"))
    assert not asked_of_the_hub
    helper = copy.copy(library.PROVIDERS["groq"]["conversational"])
    helper.prepare_request(inputs=MESSAGES, parameters={}, headers={}, model="org/model", api_key="hf_")
    assert asked_of_the_hub == ["org/model"]  # as it would otherwise


def test_what_the_library_cant_ask_is_told() -> None:
    with pytest.raises(Unprepared, match="can't ask groq for text-to-image"):
        prepare(AskedModel("groq", "text-to-image", "org/model", "x"), "a cat", {})
    assert hub_private.own_address("groq", "text-to-image") == hub_private.own_address("auto", "conversational") == ""


# The model by a name that one call knows


def test_the_library_takes_a_model_from_its_table(asked_of_the_hub: list[str]) -> None:
    helper = library.PROVIDERS["groq"]["conversational"]
    with known_model(GROQ) as name, known_model(GROQ) as other:
        assert name != other
        assert helper._prepare_mapping_info(name).provider_id == "groq/model-1"
    assert not any(provider_common.HARDCODED_MODEL_INFERENCE_MAPPING.values())
    assert not asked_of_the_hub
    assert helper._prepare_mapping_info(name).provider_id == "looked/up"  # as it would otherwise


def test_no_method_takes_the_providers_id() -> None:
    for method in (AsyncInferenceClient, AsyncInferenceClient.chat_completion):
        assert not {"provider_model", "provider_id", "mapping"} & set(inspect.signature(method).parameters)


# What a server refused


def test_the_library_remembers_what_was_refused_until_it_is_made_to_forget() -> None:
    _common._set_unsupported_text_generation_kwargs("http://one", ["watermark"])
    assert _common._get_unsupported_text_generation_kwargs("http://one") == ["watermark"]
    assert hub_private.forget_refused("http://one") == ["watermark"]
    assert _common._get_unsupported_text_generation_kwargs("http://one") == []
    assert hub_private.forget_refused("http://one") == []


# The client


class _Answers(httpx2.AsyncBaseTransport):
    """Takes every request, and answers a chat."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.bodies.append(await request.aread())
        return httpx2.Response(200, json={"id": "1", "model": "m", "choices": []})


async def _formats(verbatim: bool) -> list[Any]:
    """The response formats that reach an endpoint."""
    answers = _Answers()
    settings = {"base_url": "http://127.0.0.1:1/v1", "headers": {"authorization": None}}
    async with HubClient(lambda: httpx2.AsyncClient(transport=answers), verbatim, **settings) as client:
        await client.chat_completion(messages=MESSAGES, model="m", response_format=SCHEMA)
    return [json.loads(body)["response_format"] for body in answers.bodies]


async def test_the_client_sends_a_format_as_it_is_over_a_client_of_ours() -> None:
    assert await _formats(verbatim=True) == [SCHEMA]
    endpoint = AskedModel("hf-inference", "conversational", "org/model", "http://127.0.0.1:1/v1")
    made = prepare(endpoint, MESSAGES, {"model": "m", "response_format": SCHEMA}, verbatim=True)
    assert made.json["response_format"] == SCHEMA
    assert list(made.json) == ["model", "messages", "response_format"]


async def test_the_library_alone_writes_a_form_of_its_own() -> None:
    assert await _formats(verbatim=False) == [{"type": "json_object", "value": {"type": "object"}}]


def test_what_the_client_overrides_is_there_and_no_argument_does_it() -> None:
    post = inspect.signature(AsyncInferenceClient._inner_post).parameters
    assert list(post) == ["self", "request_parameters", "stream"]
    assert inspect.iscoroutinefunction(AsyncInferenceClient._get_async_client)
    assert "get_async_session" in vars(_async_client)  # the factory of the process, as it has none of its own
    settings = set(inspect.signature(AsyncInferenceClient).parameters)
    assert not {"client", "http_client", "transport", "async_client"} & settings


# The type of bytes


def test_bytes_have_a_type_only_so() -> None:
    image = AskedModel("hf-inference", "image-classification", "org/model", "http://127.0.0.1:1")
    typed, plain = (prepare(image, data, {}) for data in (MimeBytes(b"x", "image/webp"), b"x"))
    assert typed.headers["content-type"] == typed.media_type == "image/webp"
    assert plain.headers.get("content-type") != "image/webp"


# What the library does with each request of its own


def test_the_hook_is_the_librarys_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with _http.default_client_factory() as usual:
        assert usual.event_hooks["request"] == [hub_private.request_hook]
    with httpx2.Client() as other:
        assert not other.event_hooks["request"]
    monkeypatch.setattr(constants, "is_offline_mode", lambda: True)
    with pytest.raises(OfflineModeIsEnabled):
        hub_private.request_hook(httpx2.Request("GET", "https://huggingface.co"))


# The saved token


def test_a_token_that_cant_be_read_still_fails_every_call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    helper, asked = library.PROVIDERS["hf-inference"]["fill-mask"], "http://127.0.0.1:1"
    with pytest.raises(UnicodeError):
        helper.prepare_request(inputs="x", parameters={}, headers={"authorization": None}, model=asked, api_key=None)
    hub_private.look_for_no_token()
    assert get_token() is None
