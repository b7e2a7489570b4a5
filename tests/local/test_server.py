"""What the server refuses, and how it says so; streams, limits and names."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from showcard.local.engines import Engine
from showcard.local.engines.base import TextGenerator, Turn

SENTIMENT, CHAT = "/models/showcard/sentiment", "/v1/chat/completions"
TINY = "showcard/tiny-chat-380k"
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
ELSEWHERE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
HELLO = [{"role": "user", "content": "hello"}]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def send(
    url: str, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """Status and JSON of an answer. Bytes and iterators of bytes go as they are, anything else as JSON."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
    raw = body if body is None or isinstance(body, bytes) or hasattr(body, "__next__") else json.dumps(body).encode()
    try:
        connection.request(method, path, raw, dict(headers or {}), encode_chunked=hasattr(raw, "__next__"))
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


WRONG_BODIES: list[tuple[str, Any, str]] = [
    (SENTIMENT, b"", "empty"),
    (SENTIMENT, b"just text", "not JSON"),
    (SENTIMENT, b'{"inputs": ', "not JSON"),
    (SENTIMENT, b"[" * 100_000, "not JSON"),
    (SENTIMENT, b"\xff\xfe", "not JSON"),
    (SENTIMENT, [1], "a list"),
    (SENTIMENT, {}, 'no "inputs"'),
    (SENTIMENT, {"inputs": None}, 'no "inputs"'),
    (SENTIMENT, {"inputs": 3}, "it is 3"),
    (SENTIMENT, {"inputs": "  "}, "is empty"),
    (SENTIMENT, {"inputs": []}, "empty list"),
    (SENTIMENT, {"inputs": [1]}, "must be a string"),
    (SENTIMENT, {"inputs": "x " * 20_000}, "at most 20,000"),
    (SENTIMENT, {"inputs": "x", "parameters": []}, '"parameters" must be an object'),
    (SENTIMENT, {"inputs": "x", "parameters": {"top_k": 0}}, '"top_k" must be a whole number above 0'),
    (SENTIMENT, {"inputs": "x", "parameters": {"top_k": "2"}}, 'it is "2"'),
    (SENTIMENT, {"inputs": "x", "parameters": {"top_k": True}}, "it is true"),
    (SENTIMENT, {"inputs": "x", "parameters": {"function_to_apply": "relu"}}, "one of softmax, sigmoid, none"),
    (SENTIMENT, {"inputs": "x", "parameters": {"function_to_apply": ["softmax"]}}, "one of softmax, sigmoid, none"),
    (f"{SENTIMENT}/pipeline/token-classification", {"inputs": "x"}, "does text-classification"),
    ("/models/showcard/entities", {"inputs": "x", "parameters": {"aggregation_strategy": "best"}}, "one of none"),
    ("/models/showcard/entities", {"inputs": "x", "parameters": {"ignore_labels": "PER"}}, "list of labels"),
    ("/models/showcard/question-answering", {"inputs": "x"}, '"question" and "context"'),
    ("/models/showcard/question-answering", {"inputs": {"question": "x"}}, '"question" and "context"'),
    ("/models/showcard/question-answering", {"inputs": {"question": "x", "context": 1}}, "inputs.context"),
    ("/models/showcard/sentence-similarity", {"inputs": {"source_sentence": "x"}}, "list of sentences"),
    ("/models/showcard/sentence-similarity", {"inputs": {"sentences": ["x"]}}, "source_sentence"),
    ("/models/showcard/feature-extraction", {"inputs": "x", "normalize": 1}, '"normalize" must be true or false'),
    ("/models/showcard/summarization", {"inputs": "x", "parameters": {"max_length": "9"}}, '"max_length"'),
    ("/models/showcard/summarization", {"inputs": "x", "parameters": {"generate_parameters": 1}}, "an object"),
    ("/models/showcard/table-question-answering", {"inputs": "x"}, '"query" and "table"'),
    ("/models/showcard/table-question-answering", {"inputs": {"query": "x"}}, "inputs.table"),
    (
        "/models/showcard/table-question-answering",
        {"inputs": {"query": "x", "table": {"a": ["1"], "b": []}}},
        "equally long",
    ),
    ("/models/showcard/digits", b"no image", "not an image"),
    ("/models/showcard/digits", b"", "empty"),
    ("/models/showcard/digits", {"inputs": "!"}, "not base64"),
    ("/models/showcard/digits", {"inputs": {"image": "x"}}, "as base64"),
    ("/models/showcard/digits", {"inputs": base64.b64encode(b"GIF8").decode()}, "not an image"),
    ("/models/showcard/eliza", {"inputs": "hi"}, "/models/showcard/eliza/v1/chat/completions"),
    ("/models/showcard/sentiment/v1/chat/completions", {"messages": HELLO}, "does not chat"),
    (CHAT, {"messages": HELLO}, 'no "model"'),
    (CHAT, {"model": 1, "messages": HELLO}, '"model" must be a string'),
    (CHAT, {"model": "showcard/eliza"}, '"messages" must be a list'),
    (CHAT, {"model": "showcard/eliza", "messages": []}, '"messages" must be a list'),
    (CHAT, {"model": "showcard/eliza", "messages": ["hi"]}, '"messages[0]"'),
    (CHAT, {"model": "showcard/eliza", "messages": [{"role": "cat", "content": "x"}]}, '"role"'),
    (CHAT, {"model": "showcard/eliza", "messages": [{"role": ["user"], "content": "x"}]}, '"role"'),
    (CHAT, {"model": "showcard/eliza", "messages": [{"role": "user", "content": 1}]}, "messages[0].content"),
    (
        CHAT,
        {"model": "showcard/eliza", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
        "neither a text nor an image",
    ),
    (CHAT, {"model": "showcard/eliza", "messages": [{"role": "user", "content": [IMAGE]}]}, "reads text only"),
    (CHAT, {"model": "showcard/eliza", "messages": [{"role": "user", "content": [ELSEWHERE]}]}, "data: address"),
    (CHAT, {"model": "showcard/eliza", "messages": HELLO, "logprobs": True}, "no probabilities"),
    (CHAT, {"model": TINY, "messages": HELLO, "top_logprobs": 2}, 'needs "logprobs": true'),
    (CHAT, {"model": TINY, "messages": HELLO, "logprobs": True, "top_logprobs": 21}, "at most 20"),
    (CHAT, {"model": TINY, "messages": HELLO, "top_k": 0}, '"top_k" must be a whole number above 0'),
    (CHAT, {"model": TINY, "messages": HELLO, "frequency_penalty": 3}, "from -2 to 2"),
    (CHAT, {"model": TINY, "messages": [{"role": "user", "content": "a " * 600}]}, "fewer than 512"),
    ("/v1/completions", {"model": TINY}, '"prompt" must be a string'),
    ("/v1/completions", {"model": TINY, "prompt": ["a", "b"]}, '"prompt" must be a string'),
    ("/v1/completions", {"model": "showcard/eliza", "prompt": "a"}, "does not go on from a text"),
    ("/v1/completions", {"model": "showcard/sentiment", "prompt": "a"}, "does not go on from a text"),
    (CHAT, {"model": "showcard/eliza", "messages": [{"role": "user", "content": "a " * 5000}]}, "fewer than 4,096"),
    (CHAT, {"model": "showcard/eliza", "messages": HELLO, "max_tokens": 0}, '"max_tokens"'),
    (CHAT, {"model": "showcard/eliza", "messages": HELLO, "max_completion_tokens": "9"}, '"max_completion_tokens"'),
    (CHAT, {"model": "showcard/eliza", "messages": HELLO, "temperature": 3}, "from 0 to 2"),
    (CHAT, {"model": "showcard/eliza", "messages": HELLO, "temperature": "hot"}, "from 0 to 2"),
    (CHAT, {"model": "showcard/eliza", "messages": HELLO, "seed": 1.5}, '"seed"'),
    (CHAT, {"model": "showcard/eliza", "messages": HELLO, "stop": 1}, '"stop"'),
    (CHAT, {"model": "showcard/eliza", "messages": HELLO, "stream": "yes"}, '"stream"'),
    (CHAT, {"model": "showcard/eliza", "messages": HELLO, "stream_options": True}, '"stream_options"'),
    (CHAT, {"model": "showcard/eliza", "messages": HELLO, "n": 2}, '"n" must be 1'),
    (CHAT, {"model": "showcard/eliza", "messages": HELLO, "tools": [TOOL]}, '"tools" is not supported'),
    (CHAT, {"model": TINY, "messages": HELLO, "tools": [TOOL], "tool_choice": "auto"}, '"tools" is not supported'),
    (CHAT, {"model": TINY, "messages": HELLO, "tool_choice": "required"}, '"tool_choice" is not supported'),
    (CHAT, {"model": TINY, "messages": HELLO, "functions": [{"name": "f"}]}, '"functions" is not supported'),
    (CHAT, {"model": TINY, "messages": HELLO, "response_format": {"type": "json_object"}}, '"response_format" is not'),
    (CHAT, {"model": TINY, "messages": HELLO, "response_format": "json"}, '"response_format" is not supported'),
]


@pytest.mark.parametrize(("path", "body", "expected"), WRONG_BODIES)
def test_a_wrong_body_is_answered_with_a_sentence(engine_url: str, path: str, body: Any, expected: str) -> None:
    status, said = send(engine_url, "POST", path, body)
    assert status == 400
    assert set(said) == {"error"}
    assert expected in said["error"]
    assert "\n" not in said["error"]


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("POST", "/models/org/none", 404, "GET /v1/models lists the models"),
        ("GET", "/api/models/org/none", 404, "GET /v1/models lists the models"),
        ("GET", "/v1/models/org/none", 404, "GET /v1/models lists the models"),
        ("GET", "/nowhere", 404, "There is nothing at /nowhere"),
        ("GET", SENTIMENT, 405, "does not take GET"),
        ("DELETE", "/v1/models", 405, "does not take DELETE"),
        ("GET", "/docs", 404, "There is nothing at /docs"),
    ],
)
def test_a_wrong_address_is_answered_with_a_sentence(
    engine_url: str, method: str, path: str, status: int, expected: str
) -> None:
    assert send(engine_url, method, path, {"inputs": "x"} if method == "POST" else None)[0] == status
    assert expected in send(engine_url, method, path, {"inputs": "x"} if method == "POST" else None)[1]["error"]


def test_what_asks_for_nothing_more_than_words_is_no_fault(engine_url: str) -> None:
    plain = {"tools": [TOOL], "tool_choice": "none", "response_format": {"type": "text"}, "functions": []}
    assert send(engine_url, "POST", CHAT, {"model": "showcard/eliza", "messages": HELLO, **plain})[0] == 200
    for model in send(engine_url, "GET", "/v1/models")[1]["data"]:
        assert (model["supports_tools"], model["supports_structured_output"]) == (False, False)


def test_what_an_engine_does_not_know_is_ignored(engine_url: str) -> None:
    body = {"inputs": "I love it", "parameters": {"candidate_labels": 3, "wait": None}, "options": {"x": 1}}
    assert send(engine_url, "POST", SENTIMENT, body)[1][0][0]["label"] == "POSITIVE"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:1234", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost@evil.example", 403),
        ("[::1", 403),
        ("", 403),
    ],
)
def test_only_its_own_names_are_answered(engine_url: str, host: str, status: int) -> None:
    assert send(engine_url, "GET", "/health", headers={"Host": host})[0] == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:7860", 200),
        ("http://127.0.0.1", 200),
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("null", 403),
    ],
)
def test_pages_of_other_hosts_may_not_post(engine_url: str, origin: str, status: int) -> None:
    assert send(engine_url, "POST", SENTIMENT, {"inputs": "x"}, {"Origin": origin})[0] == status


def test_configured_names_are_answered(serve: Callable[..., Any]) -> None:
    with serve(hosts=["engine.example"]) as url:
        headers = {"Host": "engine.example:8080", "Origin": "https://engine.example"}
        assert send(url, "POST", SENTIMENT, {"inputs": "x"}, headers)[0] == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_body_is_refused(serve: Callable[..., Any], chunked: bool) -> None:
    with serve(max_body=1_000) as url:
        small, large = b'{"inputs": "x"}', b'{"inputs": "' + b"x" * 300_000 + b'"}'
        for body, status in ((small, 200), (large, 413)):
            parts = iter([body[start : start + 500] for start in range(0, len(body), 500)])
            got, said = send(url, "POST", SENTIMENT, parts if chunked else body)
            assert got == status
        assert said == {"error": "The body is larger than 0.001 MB, the most this server takes."}


class Endless(TextGenerator):
    """A chat engine that never ends by itself, and tells when it was closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def stream(self, turns: Sequence[Turn], parameters: Mapping[str, Any]) -> Iterator[str]:
        """The same word for ever."""
        try:
            while True:
                yield " again"
        finally:
            self.closed.set()


class Waiting(TextGenerator):
    """Says one word, then waits until it may go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def stream(self, turns: Sequence[Turn], parameters: Mapping[str, Any]) -> Iterator[str]:
        """Two words."""
        yield "one"
        yield " two" if self.go_on.wait(10) else " late"


class Failing(TextGenerator):
    """Fails at the second word of a chat, and at once as a task."""

    def stream(self, turns: Sequence[Turn], parameters: Mapping[str, Any]) -> Iterator[str]:
        """One word."""
        yield "Well"
        raise ZeroDivisionError("secret")

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> Any:
        """Nothing."""
        raise ZeroDivisionError("secret")


class Saying(TextGenerator):
    """A chat engine that says these pieces."""

    def __init__(self, *said: str) -> None:
        self.said = said

    def stream(self, turns: Sequence[Turn], parameters: Mapping[str, Any]) -> Iterator[str]:
        """The pieces."""
        yield from self.said


def row(engine: Any, task: str = "conversational") -> Engine:
    """A row of the table for an engine of a test."""
    return Engine("test/it", task, "A test.", lambda: engine)


@pytest.mark.parametrize("stream", [False, True])
def test_a_disconnect_stops_the_generation(serve: Callable[..., Any], stream: bool) -> None:
    engine = Endless()
    with serve([row(engine)]) as url:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
        connection.request("POST", CHAT, json.dumps({"model": "test/it", "messages": HELLO, "stream": stream}))
        if stream:
            reply = connection.getresponse()
            assert reply.status == 200
            assert reply.readline().startswith(b"data: {")
            assert not engine.closed.is_set()
            reply.close()
        connection.close()
        assert engine.closed.wait(5)


def test_a_word_is_sent_before_the_next_is_made(serve: Callable[..., Any]) -> None:
    engine = Waiting()
    with serve([row(engine)]) as url:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
        connection.request("POST", CHAT, json.dumps({"model": "test/it", "messages": HELLO, "stream": True}))
        reply = connection.getresponse()
        while b'"one"' not in reply.readline():
            pass
        # The server answers others meanwhile.
        assert send(url, "GET", "/health")[0] == 200
        engine.go_on.set()
        assert b'" two"' in reply.read()
        connection.close()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ("one two three", "stop", 3)),
        ({"max_tokens": 2}, ("one two", "length", 2)),
        ({"max_tokens": 3}, ("one two three", "stop", 3)),
        ({"stop": " two"}, ("one", "stop", 2)),
        ({"stop": ["wo t"]}, ("one t", "stop", 3)),
        ({"stop": ["three?"]}, ("one two three", "stop", 3)),
        ({"stop": ["tw!", "e t"]}, ("on", "stop", 2)),
        ({"max_completion_tokens": 1, "max_tokens": 3}, ("one", "length", 1)),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_stop_and_max_tokens(
    serve_saying: str, asked: dict[str, Any], expected: tuple[str, str, int], stream: bool
) -> None:
    body = {"model": "test/it", "messages": HELLO, **asked}
    if stream:
        events = list(chunks(serve_saying, {**body, "stream": True, "stream_options": {"include_usage": True}}))
        content = "".join(event["choices"][0]["delta"].get("content", "") for event in events[:-1])
        reason, usage = events[-2]["choices"][0]["finish_reason"], events[-1]["usage"]
    else:
        _, said = send(serve_saying, "POST", CHAT, body)
        (choice,) = said["choices"]
        content, reason, usage = choice["message"]["content"], choice["finish_reason"], said["usage"]
    assert (content, reason, usage["completion_tokens"]) == expected


@pytest.fixture(scope="module")
def serve_saying(serve: Callable[..., Any]) -> Iterator[str]:
    with serve([row(Saying("one", " two", " three"))]) as url:
        yield url


def chunks(url: str, body: Any) -> Iterator[Any]:
    """The events of a stream; asserts that [DONE] ends it."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
    connection.request("POST", CHAT, json.dumps(body))
    reply = connection.getresponse()
    assert reply.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in reply.read().decode().split("\n\n") if line]
    connection.close()
    assert all(line.startswith("data: ") for line in lines)
    assert lines.pop() == "data: [DONE]" or "error" in lines[-1]
    yield from (json.loads(line.removeprefix("data: ")) for line in lines)


def test_a_model_may_be_named_with_a_provider(serve_saying: str) -> None:
    body = {"model": "test/it:hf-inference", "messages": HELLO}
    assert send(serve_saying, "POST", CHAT, body)[1]["model"] == "test/it"


def test_no_usage_unless_asked(serve_saying: str) -> None:
    events = list(chunks(serve_saying, {"model": "test/it", "messages": HELLO, "stream": True}))
    assert all(event["choices"] for event in events)
    assert not any("usage" in event for event in events)
    assert len({event["id"] for event in events}) == 1


def test_a_failing_engine_tells_nothing_of_its_inside(
    serve: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    with serve([row(Failing(), "text-classification")]) as url:
        status, said = send(url, "POST", "/models/test/it", {"inputs": "x"})
        assert (status, said) == (500, {"error": "The engine failed on this input. The server's log says where."})
    with serve([row(Failing())]) as url:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
        connection.request("POST", CHAT, json.dumps({"model": "test/it", "messages": HELLO, "stream": True}))
        text = connection.getresponse().read().decode()
        connection.close()
    assert "test/it failed on this input" in text
    assert "secret" not in text
    assert "[DONE]" not in text
