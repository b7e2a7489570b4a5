"""The call of InferenceClient that a request is."""

import inspect
from dataclasses import replace

import pytest
from huggingface_hub import AsyncInferenceClient, InferenceClient

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import TASKS
from showcard.wire.call import client_call, has_method, keywords_of
from showcard.wire.checks import clean_url
from showcard.wire.http import http_request
from showcard.wire.request import Request, RequestError
from tests.support.requests import IMAGE, INPUTS, PARAMETERS, PNG, TOOLS, at_endpoint, request, routed


@pytest.mark.parametrize("task", sorted(task for task in INPUTS if has_method(task)))
def test_the_arguments_fit_both_clients(task):
    call = client_call(routed(request(task, parameters=PARAMETERS.get(task, {}))))
    for client in (InferenceClient, AsyncInferenceClient):
        inspect.signature(client).bind(**call.client)
        inspect.signature(getattr(client, call.method)).bind(None, **call.arguments)
    assert not call.dropped
    assert call.client["provider"] == "auto"


def test_every_task_with_a_method_has_inputs_here():
    assert {task.id for task in TASKS if task.wire} == set(INPUTS)


def test_falsy_values_are_kept_and_none_is_not_set():
    call = client_call(routed(request("conversational", parameters={"temperature": 0, "top_p": None, "stop": []})))
    assert call.arguments["temperature"] == 0
    assert call.arguments["stop"] == []
    assert "top_p" not in call.arguments


def test_what_a_method_does_not_take():
    dropped = client_call(routed(request("text-classification", parameters={"x": 1, "top_k": 2}, stream=True)))
    assert dropped.dropped == ("stream", "x")
    assert dropped.arguments["top_k"] == 2
    assert client_call(routed(request("text-to-image", parameters={"x": 0}))).arguments["extra_body"] == {"x": 0}
    assert client_call(routed(request("summarization", parameters={"max_length": 0}))).arguments[
        "generate_parameters"
    ] == {"max_length": 0}
    assert client_call(routed(request("image-to-image", parameters={"x": 0}))).arguments["x"] == 0
    hostile = client_call(routed(request("text-classification", parameters={"model": "evil/x", "text": "other"})))
    assert hostile.arguments["model"] == "org/model"
    assert hostile.arguments["text"] == INPUTS["text-classification"]["text"]


def test_a_pair_of_texts_is_one_input():
    resolved = routed(Request("text-classification", "org/model", {"text": "A cat", "text_pair": "An animal"}))
    pair = {"text": "A cat", "text_pair": "An animal"}
    assert client_call(resolved).arguments["text"] == pair
    assert http_request(replace(resolved, provider="hf-inference")).json["inputs"] == pair


def test_chat():
    asked = request(
        "conversational",
        stream=True,
        tools=TOOLS,
        response_format={"type": "json_object"},
        extra={"min_p": 0},
        bill_to="o",
    )
    call = client_call(routed(asked))
    assert call.method == "chat_completion"
    assert call.client == {"provider": "auto", "bill_to": "o"}
    assert call.arguments["stream"] is True
    assert call.arguments["stream_options"] == {"include_usage": True}
    assert call.arguments["tools"] == list(TOOLS)
    assert call.arguments["extra_body"] == {"min_p": 0}
    assert "stream" not in client_call(routed(request("conversational"))).arguments


def test_no_key_means_no_authorization():
    call = client_call(at_endpoint(request("conversational"), "http://127.0.0.1:1/v1", model="m"))
    assert call.client == {"base_url": "http://127.0.0.1:1/v1", "headers": {"authorization": None}}
    assert call.arguments["model"] == "m"
    assert call.key_name is None
    own = at_endpoint(request("conversational", headers={"Authorization": "Basic x"}), "http://127.0.0.1:1/v1")
    assert client_call(own).client["headers"] == {"Authorization": "Basic x"}
    with pytest.raises(RequestError, match="needs a key"):
        client_call(routed(request("conversational", provider="groq"), key=None))


def test_the_providers_own_key():
    call = client_call(routed(request("conversational", provider="groq", bill_to="org"), key="GROQ_API_KEY"))
    assert call.client == {"provider": "groq"}
    assert call.key_name == "GROQ_API_KEY"
    assert call.dropped == ("bill_to",)


def test_media_are_bytes_for_the_client():
    call = client_call(routed(request("image-classification")))
    assert call.arguments["image"] is IMAGE
    bound = call.bound_arguments()["image"]
    assert bound == PNG
    assert bound.mime_type == "image/png"
    part = {"type": "image_url", "image_url": {"url": IMAGE}}
    chat = client_call(routed(request("conversational", inputs={"messages": [{"role": "user", "content": [part]}]})))
    assert chat.bound_arguments()["messages"][0]["content"][0]["image_url"]["url"] == IMAGE.data_url()
    with pytest.raises(RequestError):
        client_call(routed(request("image-classification", inputs={"image": Media("x.png")}))).bound_arguments()


def test_media_in_messages_survive_json():
    part = {"type": "image_url", "image_url": {"url": IMAGE}}
    asked = request("conversational", inputs={"messages": [{"role": "user", "content": [part]}]})
    assert Request.from_json(asked.to_json()) == asked


@pytest.mark.parametrize(
    ("task", "options", "says"),
    [
        ("text-classification", {"inputs": {}}, '"text" is missing'),
        ("text-classification", {"inputs": {"text": ["a"]}}, '"text" is not a text'),
        ("question-answering", {"inputs": {"question": "x"}}, '"context" is missing'),
        ("image-classification", {"inputs": {"image": "cat.png"}}, '"image" is not an image'),
        ("image-classification", {"inputs": {"image": Media()}}, "empty"),
        ("zero-shot-image-classification", {"inputs": {"image": IMAGE, "candidate_labels": ["a"]}}, "two labels"),
        ("zero-shot-classification", {"inputs": {"text": "x", "candidate_labels": []}}, "one label"),
        ("zero-shot-classification", {"inputs": {"text": "x", "candidate_labels": "a,b"}}, "list of texts"),
        ("sentence-similarity", {"inputs": {"source_sentence": "x", "sentences": []}}, "empty list"),
        ("table-question-answering", {"inputs": {"query": "x", "table": [[1]]}}, "columns"),
        ("conversational", {"inputs": {"messages": []}}, "messages"),
        ("conversational", {"inputs": {"messages": [{"content": "x"}]}}, "role"),
        ("translation", {"parameters": {"src_lang": "en"}}, "go together"),
        ("tabular-regression", {}, "can't do tabular regression"),
        ("depth-estimation", {}, "can't do depth estimation"),
        ("text-classification", {"inputs": {"text": "\ud800"}}, "surrogate"),
        ("text-classification", {"parameters": {"top_k": float("nan")}}, "JSON"),
        ("text-classification", {"model": "http://evil.example"}, "not a model id"),
        ("text-classification", {"model": "a/../../b"}, "not a model id"),
        ("text-classification", {"provider": "groq"}, "can't ask groq"),
        ("text-classification", {"provider": "nobody"}, "knows no provider"),
        ("conversational", {"provider": "openai"}, "own key"),
        ("text-classification", {"bill_to": "a\nb"}, "ASCII"),
        ("text-classification", {"headers": {"a b": "c"}}, "name of a header"),
        ("text-to-image", {"parameters": {"extra_body": 3}}, "not an object"),
    ],
)
def test_what_can_not_be_asked_is_said_in_a_sentence(task, options, says):
    with pytest.raises(RequestError, match=says) as caught:
        client_call(routed(request(task, **options)))
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "url", ["", "ftp://x", "http://", "http://u:p@x/", "http://x/#f", "http://[", "javascript:x", "//x"]
)
def test_what_is_no_address(url):
    resolved = at_endpoint(request("text-classification"), "http://x")
    with pytest.raises(RequestError):
        client_call(type(resolved)(resolved.request, "endpoint", "m", None, url or " ", "", None))


def test_signatures_are_as_read():
    assert "extra_body" in keywords_of("chat_completion")
    assert "self" not in keywords_of("text_to_image")


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("http://x/a/%2e%2E/b/./c", "http://x/b/c"),
        ("http://x/.well-known/%41%2f%7e", "http://x/.well-known/A%2F~"),
        ("http://EXAMPLE.org:80/ü?q='1' 2", "http://example.org/%C3%BC?q=%271%27%202"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        (" HTTP://host/v1\n", "http://host/v1"),
        ("http://my_host:1/[a]{b}%", "http://my_host:1/%5Ba%5D%7Bb%7D%25"),
    ],
)
def test_an_address_has_one_spelling(url, clean):
    assert clean_url(url) == clean
    assert clean_url(clean) == clean
