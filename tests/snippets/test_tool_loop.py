"""The tool loop, run in every client: the first request is the one that the app makes, the calls are answered, and it
ends, also with a model that never stops calling."""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from showcard.snippets import CLIENTS, Options, snippet_for, snippets_for
from showcard.wire.media import with_bytes
from showcard.wire.request import RESPONSES, ResolvedRequest
from showcard.wire.responses import responses_request
from tests.snippets.test_executed import _without_node
from tests.support.execute import NODE, Ran, environment, run_node, run_python, run_shell
from tests.support.hostile import KEYLESS
from tests.support.recorder import Arrived, recording
from tests.support.requests import IMAGE, PNG, at_endpoint, request, routed, sent_by_client

PARTS = [{"type": "text", "text": "?"}, {"type": "image_url", "image_url": {"url": IMAGE}}]
WITHOUT_JQ = pytest.mark.skipif(not shutil.which("jq"), reason="jq, which curl's loop needs, is not installed")
NAMES = [
    pytest.param(name, marks=[*_without_node(name), *([WITHOUT_JQ] if name == "sh curl" else [])])
    for name in (f"{client.language} {client.name}" for client in CLIENTS)
]
ANSWER = "It is 22 °C."
ROUNDS = 5
EXHAUSTIVE = bool(os.environ.get("EXHAUSTIVE"))  # every text


def tool(name: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    return {"type": "function", "function": {"name": name, "description": f"{name}?", "parameters": schema}}


class Model:
    """A scripted model: it calls two tools (or the one named in its case for ever), then answers."""

    def __init__(self) -> None:
        self.calls = [("a", "get_weather", '{"city": "Paris"}'), ("b", "get_weather", '{"city": "Łódź"}')]
        self.tireless = False
        self.whole: dict[str, Any] | None = None  # each call in one piece, with this for its index

    def __call__(self, arrived: Arrived) -> tuple[str, bytes]:
        body = arrived.json
        asked = body.get("messages") or body.get("input")
        answered = {
            one.get("tool_call_id") or one.get("call_id") for one in asked if "content" in one or "output" in one
        }
        calls = [] if not self.tireless and {"a", "b"} <= answered else self.calls
        responds = "input" in body
        if body.get("stream"):
            events = _response_events(calls) if responds else _chunks(calls, self.whole)
            return "text/event-stream", b"".join(f"data: {json.dumps(one)}\n\n".encode() for one in events) + (
                b"" if responds else b"data: [DONE]\n\n"
            )
        return "application/json", json.dumps(_response(calls) if responds else _completion(calls)).encode()


def _functions(calls: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    return [
        {"id": key, "type": "function", "function": {"name": name, "arguments": given}} for key, name, given in calls
    ]


def _completion(calls: list[tuple[str, str, str]]) -> dict[str, Any]:
    message = {"role": "assistant", "content": None if calls else ANSWER}
    message |= {"tool_calls": _functions(calls)} if calls else {}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return {"object": "chat.completion", "id": "1", "created": 0, "model": "m", "choices": [choice]}


def _chunks(calls: list[tuple[str, str, str]], whole: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None}]
    for index, one in enumerate(_functions(calls)):
        function = one["function"]
        if whole is not None:
            deltas.append({"tool_calls": [{**whole, **one}]})
            continue
        deltas.append({"tool_calls": [{"index": index, **one, "function": {**function, "arguments": ""}}]})
        half = len(function["arguments"]) // 2
        for piece in (function["arguments"][:half], function["arguments"][half:]):
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    deltas += [] if calls else [{"content": ANSWER[:5]}, {"content": ANSWER[5:]}]
    return [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas] + [{"choices": [], "usage": None}]


def _items(calls: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    called = [
        {
            "type": "function_call",
            "id": f"fc_{key}",
            "call_id": key,
            "name": name,
            "arguments": given,
            "status": "completed",
        }
        for key, name, given in calls
    ]
    content = [{"type": "output_text", "text": ANSWER, "annotations": []}]
    said = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": content}
    return called or [said]


def _response(calls: list[tuple[str, str, str]]) -> dict[str, Any]:
    return {"id": "r", "object": "response", "created_at": 0, "model": "m", "parallel_tool_calls": True,
            "tool_choice": "auto", "tools": [], "status": "completed", "output": _items(calls)}  # fmt: skip


def _response_events(calls: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    said = [] if calls else [{"type": "response.output_text.delta", "delta": ANSWER}]
    return [*said, *({"type": "response.output_item.done", "item": item} for item in _items(calls))]


def shapes() -> list[dict[str, Any]]:
    """Requests with tools: whole and streamed, forced, with an image and what an earlier call gave."""
    earlier = [
        {"role": "user", "content": "And in Rome?"},
        {"role": "assistant", "content": None, "tool_calls": _functions([("z", "get_weather", "{}")])},
        {"role": "tool", "tool_call_id": "z", "content": "rain"},
        {"role": "user", "content": PARTS},
    ]
    plain = {"tools": (tool("get_weather"),)}
    forced = {"parameters": {"tool_choice": "required", "temperature": 0}}
    named = {"parameters": {"tool_choice": {"type": "function", "function": {"name": "get_weather"}}}}
    all_of_it = {"inputs": {"messages": earlier}, **named, "response_format": {"type": "json_object"}}
    return [{**plain, **more, "stream": stream} for more in ({}, forced, all_of_it) for stream in (False, True)]


@pytest.fixture
def recorder():
    with recording() as recorder:
        yield recorder


class Runs:
    """Snippets of one client, written into folders, run in one process."""

    def __init__(self, home: Path, client: str) -> None:
        self.home, self.language = home, client.partition(" ")[0]
        self.client = next(one for one in CLIENTS if f"{one.language} {one.name}" == client)
        self.written: dict[str, Path] = {}
        (home / "node_modules").symlink_to(NODE / "node_modules")

    def write(self, name: str, resolved: ResolvedRequest, options: Options) -> None:
        snippet = snippet_for(self.client, resolved, options)
        assert snippet.content is not None, snippet.reason
        folder = self.home / name
        folder.mkdir()
        (folder / "cat.png").write_bytes(PNG)
        self.written[name] = folder / snippet.filename
        self.written[name].write_text(snippet.content, encoding="utf-8", newline="")

    def ran(self) -> list[Ran]:
        """What each printed, and how it failed."""
        runners = {"python": run_python, "js": run_node, "sh": partial(run_shell, "sh")}
        return runners[self.language](list(self.written.values()), environment(self.home))

    def run(self) -> dict[str, str]:
        """What each printed."""
        ran = self.ran()
        for path, one in zip(self.written.values(), ran, strict=True):
            assert one.error is None, f"{one.error}\n{path.read_text()}"
        return {name: one.printed for name, one in zip(self.written, ran, strict=True)}


def variants(client: str) -> list[tuple[str, Options]]:
    """Each way in which the client writes a loop: the API, and the options."""
    apis = [""] if "huggingface" in client else ["", RESPONSES]
    options = [Options(), Options(save_to="out.txt")]
    options += [Options(asynchronous=True)] if client.startswith("python") else []
    return [(api, one) for api in apis for one in options]


@pytest.mark.parametrize("client", NAMES)
def test_calls_are_answered(tmp_path, recorder, client):
    recorder.answer = Model()
    runs, cases = Runs(tmp_path, client), {}
    for number, shape in enumerate(shapes()):
        for way, (api, options) in enumerate(variants(client)):
            name = f"case-{number}-{way}"
            asked = request("conversational", api=api, **shape)
            cases[name] = at_endpoint(asked, f"{recorder.url}/{name}/v1"), options
            runs.write(name, *cases[name])
    printed = runs.run()
    posts = defaultdict(list)
    for arrived in recorder.posts():
        posts[arrived.path.split("/")[1]].append(arrived.json)
    for name, (resolved, options) in cases.items():
        if client == "sh curl" and resolved.request.stream:
            assert len(posts[name]) == 1  # a shell reads no calls out of a stream
            continue
        assert len(posts[name]) == 2, runs.written[name].read_text()
        assert_answered(*posts[name], resolved, client)
        shown = (tmp_path / name / "out.txt").read_text() if options.save_to else printed[name]
        assert shown.strip() == ANSWER


def assert_answered(first: dict[str, Any], second: dict[str, Any], resolved: ResolvedRequest, client: str) -> None:
    """The first request is the app's own; the second adds what was called and what came back, and forces nothing."""
    asked = resolved.request
    responds = asked.api == RESPONSES
    said = "input" if responds else "messages"
    wanted = with_bytes(responses_request(resolved)[0].json) if responds else json.loads(sent_by_client(resolved).body)
    for one in (first, second, wanted):
        one.pop("stream", None) if not asked.stream else None
    assert first == wanted
    before, after = first.pop(said), second.pop(said)
    assert after[: len(before)] == before
    if "tool_choice" in first:
        assert second.pop("tool_choice") == "auto"
        assert first.pop("tool_choice") != "auto"
    assert second == first
    added = after[len(before) :]
    if responds:
        calls, results = added[:2], added[2:]
        assert [one["call_id"] for one in calls] == ["a", "b"]
        assert [(one["type"], one["call_id"]) for one in results] == [("function_call_output", key) for key in "ab"]
    else:
        called, *results = added
        assert called["role"] == "assistant"
        assert [{**one, "index": 0} for one in called["tool_calls"]] == [
            {**one, "index": 0} for one in _functions(Model().calls)
        ]
        assert [(one["role"], one["tool_call_id"]) for one in results] == [("tool", "a"), ("tool", "b")]
    for one, city in zip(results, ("Paris", "Łódź"), strict=True):
        result = one["output" if responds else "content"]
        if client == "sh curl":
            assert result == f'get_weather was called with {{"city": "{city}"}}'
        else:
            assert list(json.loads(result).values()) == ["get_weather", {"city": city}]


@pytest.mark.parametrize("client", NAMES[:-1])  # a shell reads no calls out of a stream
def test_calls_without_an_index_of_their_own(tmp_path, recorder, client):
    indices = {"none": {}, "null": {"index": None}, "same": {"index": 0}}
    models = {name: Model() for name in indices}
    runs = Runs(tmp_path, client)
    for name, index in indices.items():
        models[name].whole = index
        asked = request("conversational", tools=(tool("get_weather"),), stream=True)
        runs.write(name, at_endpoint(asked, f"{recorder.url}/{name}/v1"), Options())
    recorder.answer = lambda arrived: models[arrived.path.split("/")[1]](arrived)
    assert [one.strip() for one in runs.run().values()] == [ANSWER] * 3
    called = [one.json["messages"][-3]["tool_calls"] for one in recorder.posts()[1::2]]
    assert called == [_functions(Model().calls)] * 3


@pytest.mark.parametrize("client", NAMES)
def test_a_model_that_never_stops_calling_is_left(tmp_path, recorder, client):
    recorder.answer = model = Model()
    model.tireless = True
    runs = Runs(tmp_path, client)
    for number, (api, options) in enumerate(one for one in variants(client) if not one[1].save_to):
        for stream in (False,) if client == "sh curl" else (False, True):
            asked = request("conversational", tools=(tool("f"),), stream=stream, api=api)
            runs.write(f"{number}{stream}", at_endpoint(asked, f"{recorder.url}/v1"), options)
    for one in runs.ran():
        assert "The model still calls after 5 rounds." in (one.error or ""), one
    assert len(recorder.posts()) == ROUNDS * len(runs.written)


@pytest.mark.parametrize("client", NAMES)
def test_hostile_tools_and_calls(tmp_path, recorder, client):
    """Every text as the name of a tool, in its schema, as what the model calls and with which arguments."""
    texts = [text for text in KEYLESS if not any("\ud800" <= char <= "\udfff" for char in text)]
    if not EXHAUSTIVE:
        texts = texts[::6]
    if client == "sh curl":
        texts = texts[::3]  # each takes a dozen processes
    runs = Runs(tmp_path, client)
    models = {}
    for number, text in enumerate(texts):
        api = RESPONSES if number % 3 == 2 and "huggingface" not in client else ""
        for stream in (False,) if client == "sh curl" else (False, True):
            name = f"case-{number}{'s' if stream else ''}"
            models[name] = Model()
            models[name].calls = [(key, text, json.dumps({text: text})) for key in "ab"]
            asked = request("conversational", tools=(tool(text),), extra={"metadata": {text: text}}, stream=stream)
            asked = replace(asked, api=api)
            runs.write(name, at_endpoint(asked, f"{recorder.url}/{name}/v1"), Options())
    recorder.answer = lambda arrived: models[arrived.path.split("/")[1]](arrived)
    printed = runs.run()
    assert all(one.strip() == ANSWER for one in printed.values())
    last = {one.path.split("/")[1]: (one.json.get("messages") or one.json["input"])[-1] for one in recorder.posts()}
    results = {name: one.get("content", one.get("output")) for name, one in last.items()}
    for number, text in enumerate(texts):
        result = results[f"case-{number}"]
        if client != "sh curl":
            called = json.loads(result)
            assert list(called.values()) == [text, {text: text}]
            assert results[f"case-{number}s"] == result
        elif not text.endswith("\n") and "\0" not in text:  # a shell's words hold neither
            assert result == f"{text} was called with {json.dumps({text: text})}"
    assert not list(tmp_path.rglob("*PWNED*"))


def test_when_there_is_no_loop():
    mcp = {"type": "mcp", "server_url": "http://127.0.0.1:1"}
    for asked in (
        request("conversational"),
        request("conversational", tools=(tool("f"),), parameters={"tool_choice": "none"}),
        request("conversational", tools=(mcp,)),
    ):
        for snippet in snippets_for(routed(asked)):
            assert snippet.content is not None
            assert "run_tool" not in snippet.content
            assert "runTool" not in snippet.content
