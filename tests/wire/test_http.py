"""wire.http against the request captured from the real InferenceClient, for every provider and task it has."""

import json

import pytest
from huggingface_hub.inference._providers import PROVIDERS

from showcard.metadata.media import Media
from showcard.wire.call import CHAT_TASKS, OWN_ENDPOINT_CANT, has_method
from showcard.wire.http import HttpRequest, Key, http_request
from showcard.wire.media import EmbeddedMedia, media_type_of
from showcard.wire.request import RequestError, ResolvedRequest
from tests.support.requests import (
    IMAGE,
    INPUTS,
    MESSAGES,
    PARAMETERS,
    TOOLS,
    Sent,
    at_endpoint,
    request,
    routed,
    sent_by_client,
)

PAIRS = [(str(provider), task) for provider, tasks in PROVIDERS.items() for task in tasks]
OWN_KEYS = {provider: f"{provider.upper().replace('-', '_')}_API_KEY" for provider, _ in PAIRS}
NOT_COMPARED = {"user-agent", "content-length", "host", "connection", "accept-encoding", "traceparent", "x-request-id"}


def plain(value):
    """JSON with the base64 of its media."""
    if isinstance(value, EmbeddedMedia):
        return value.prefix + Media(data=value.media.data).data_url().partition(",")[2]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def assert_same(built: HttpRequest, sent: Sent, key: str = "hf_key"):
    assert built.url == sent.url
    headers = {
        name.lower(): f"{value.scheme} {key}" if isinstance(value, Key) else value for name, value in built.headers
    }
    theirs = {name: value for name, value in sent.headers.items() if name not in NOT_COMPARED}
    if theirs.get("accept") == "*/*":
        del theirs["accept"]
    if built.form:
        boundary = theirs.pop("content-type").partition("boundary=")[2]
        assert form_body(built, boundary) == sent.body
    elif built.data is not None:
        assert built.data.data == sent.body
    else:
        assert plain(built.json) == json.loads(sent.body)
    assert headers == theirs


def form_body(built: HttpRequest, boundary: str) -> bytes:
    lines = []
    for name, value in built.form:
        head = f'Content-Disposition: form-data; name="{name}"'
        if isinstance(value, Media):
            lines += [f"--{boundary}", f'{head}; filename="audio.wav"', f"Content-Type: {media_type_of(value)}", ""]
        else:
            lines += [f"--{boundary}", head, ""]
        lines.append(value if isinstance(value, str) else value.data.decode("latin-1"))
    return "\r\n".join([*lines, f"--{boundary}--", ""]).encode("latin-1")


def provider_model(provider: str) -> str:
    return {"replicate": "org/model:1a2b", "fal-ai": "fal-ai/flux/dev"}.get(provider, "provider/Model-1")


@pytest.mark.parametrize(("provider", "task"), PAIRS)
@pytest.mark.parametrize("parameters", ["none", "all"])
@pytest.mark.parametrize("own", [False, True], ids=["routed", "direct"])
def test_every_provider_and_task_is_what_the_client_sends(provider, task, parameters, own):
    if provider == "openai" and not own:
        pytest.skip("openai takes its own key only")
    chosen = PARAMETERS.get(task, {}) if parameters == "all" else {}
    asked = request(task, provider=provider, parameters=chosen, bill_to=None if own else "my-org")
    resolved = routed(asked, provider_model(provider), OWN_KEYS[provider] if own else "HF_TOKEN")
    key = "key_of_my_own" if own else "hf_key"
    assert_same(http_request(resolved), sent_by_client(resolved, key), key)


@pytest.mark.parametrize("task", sorted(set(INPUTS) - OWN_ENDPOINT_CANT))
@pytest.mark.parametrize("key", [None, "API_TOKEN"])
@pytest.mark.parametrize("parameters", ["none", "all"])
def test_an_endpoint_is_asked_as_the_client_asks(task, key, parameters, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_machine")
    chosen = PARAMETERS.get(task, {}) if parameters == "all" else {}
    asked = request(task, parameters=chosen, headers={"x-mine": "1"})
    resolved = at_endpoint(asked, "http://127.0.0.1:8123/models/showcard/it", key=key)
    built = http_request(resolved)
    if has_method(task):
        assert_same(built, sent_by_client(resolved, "secret"), "secret")
    assert ("Authorization" in dict(built.headers)) == (key is not None)


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("http://127.0.0.1:1", "/v1/chat/completions"),
        ("http://127.0.0.1:1/v1", "/v1/chat/completions"),
        ("http://127.0.0.1:1/v1/chat/completions", "/v1/chat/completions"),
        ("http://127.0.0.1:1/models/a/b", "/models/a/b/v1/chat/completions"),
        ("https://example.org/x?y=1", "/x/v1/chat/completions?y=1"),
        ("https://example.org/a b[1]/%7e%2f%zz", "/a%20b%5B1%5D/~%2F%25zz/v1/chat/completions"),
    ],
)
def test_the_route_of_chat(route, path):
    resolved = at_endpoint(request("conversational"), route, model="my model")
    built = http_request(resolved)
    assert built.url.partition("//")[2].partition("/")[2] == path[1:]
    assert built.json["model"] == "my model"
    assert_same(built, sent_by_client(resolved))


@pytest.mark.parametrize("provider", ["auto", "hf-inference", "together", "cohere", "groq"])
@pytest.mark.parametrize("stream", [False, True])
def test_chat_with_everything(provider, stream):
    parts = [
        {"type": "text", "text": "?"},
        {"type": "image_url", "image_url": {"url": INPUTS["depth-estimation"]["image"]}},
    ]
    asked = request(
        "conversational",
        provider=provider,
        model="org/model:fastest" if provider == "auto" else "org/model",
        inputs={"messages": [*MESSAGES, {"role": "user", "content": parts}]},
        parameters=PARAMETERS["conversational"],
        stream=stream,
        tools=TOOLS,
        extra={"reasoning_effort": "low", "x": {"y": None, "z": 0}},
        bill_to="org",
        headers={"X-Trace": "a b"},
    )
    resolved = routed(asked)
    assert_same(http_request(resolved), sent_by_client(resolved))


@pytest.mark.parametrize("provider", ["fal-ai", "replicate"])
@pytest.mark.parametrize("model", ["fal-ai/lora", "fal-ai/flux-lora"])
def test_lora_weights_are_named(provider, model):
    asked = request("text-to-image", provider=provider)
    resolved = ResolvedRequest(asked, provider, model, "weights.safetensors", "", "router.huggingface.co", "HF_TOKEN")
    built = http_request(resolved)
    assert "org/model" in json.dumps(built.json)
    assert_same(built, sent_by_client(resolved))


@pytest.mark.parametrize("stream", [False, True])
def test_text_generation_streams(stream):
    resolved = at_endpoint(request("text-generation", stream=stream), "http://127.0.0.1:1/m")
    built = http_request(resolved)
    assert built.json.get("stream") is (True if stream else None)
    assert_same(built, sent_by_client(resolved))


def test_auto_is_the_only_provider_there_is():
    built = http_request(routed(request("text-classification")))
    assert built.url == "https://router.huggingface.co/hf-inference/models/org/model"
    with pytest.raises(RequestError, match="Name a provider"):
        http_request(routed(request("text-to-image")))
    assert (
        "/hf-inference/models/org/model/pipeline/sentence-similarity"
        in http_request(routed(request("sentence-similarity"))).url
    )


def test_media_are_found_again_whatever_the_texts_say():
    image = IMAGE
    hostile = ["media000000x", "bWVkaWEwMDAwMDB4", "media000000x000000000000", "data:image/png;base64,bWVkaWEwMDAwMDB4"]
    for text in [*hostile, " ".join(hostile + [f"media{n:06d}x" for n in range(50)])]:
        asked = request("image-to-image", provider="fal-ai", inputs={"image": image, "prompt": text})
        built = http_request(routed(asked, "fal-ai/x"))
        assert built.json["prompt"] == text
        assert built.json["image_url"] == EmbeddedMedia(image, "data:image/png;base64,")


@pytest.mark.parametrize("name", ["../../x", "a/b?c", "a#b", "http://evil.example/x", "a b", "a/../b", "a/%2e%2e/b"])
def test_a_provider_id_can_not_lead_elsewhere(name):
    with pytest.raises(RequestError):
        http_request(routed(request("text-to-image", provider="fal-ai"), name))


def test_queues_are_known():
    queued = {
        (provider, task)
        for provider, task in PAIRS
        if provider != "openai" and http_request(routed(request(task, provider=provider))).queue
    }
    assert len(queued) == 11
    assert ("zai-org", "text-to-image") in queued
    assert not any(task in CHAT_TASKS for _, task in queued)
