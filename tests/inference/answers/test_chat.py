"""Streamed chat answers: thoughts apart from words, tool calls put together, and what a schema says of an answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcard.inference import run as client
from showcard.inference.answers.chat import ThoughtSplitter, ToolCalls
from showcard.inference.answers.schema import verdict
from showcard.inference.transport.http import Exchange
from showcard.snippets import snippets_for
from tests.inference.test_errors import GOOD_CHAT, answering, chunk
from tests.support.requests import at_endpoint, request
from tests.support.scripted import Talk, scripted


def split(pieces: list[str]) -> tuple[str, str]:
    splitter = ThoughtSplitter()
    found = [splitter.feed(piece) for piece in pieces] + [splitter.end()]
    return "".join(words for words, _ in found), "".join(thoughts for _, thoughts in found)


TEXTS = {
    "Hello": ("Hello", ""),
    "<think>hm</think>Hello": ("Hello", "hm"),
    "\n<think>\nhm\n</think>\n\nHello <b>": ("Hello <b>", "\nhm\n"),
    "<thinking>a<b</think </thinking>Hello": ("Hello", "a<b</think "),
    "<think>never ends": ("", "never ends"),
    "<think>cut </thi": ("", "cut </thi"),
    "<thi": ("<thi", ""),
    "  <table>": ("  <table>", ""),
    "a <think>b</think>": ("a <think>b</think>", ""),
    "<think></think>": ("", ""),
    "": ("", ""),
}


@pytest.mark.parametrize("text", TEXTS)
def test_thoughts_come_apart_wherever_the_text_is_cut(text: str) -> None:
    assert split(list(text)) == TEXTS[text]
    for place in range(len(text) + 1):
        assert split([text[:place], text[place:]]) == TEXTS[text]


@given(
    st.lists(st.sampled_from(["<", "/", "think", "thinking", ">", "<think>", "</think>", " ", "a", "\n"]), max_size=12)
)
def test_pieces_do_not_change_what_is_split(parts: list[str]) -> None:
    assert split(parts) == split(["".join(parts)])


def test_words_are_not_held_back() -> None:
    splitter = ThoughtSplitter()
    assert splitter.feed("<think>one two") == ("", "one two")
    assert splitter.feed(" <") == ("", " ")
    assert splitter.feed("b") == ("", "<b")
    assert splitter.feed("</think>") == ("", "")
    assert splitter.feed("\nHi") == ("Hi", "")


async def test_a_stream_with_thoughts_in_its_text() -> None:
    said = "".join(chunk(content=piece) for piece in ("<th", "ink>hm", "</thi", "nk>\n", "Hello")) + chunk("stop")
    async with scripted(answering("200 OK", said, "text/event-stream")) as server:
        deltas = [d async for d in client.stream(at_endpoint(request("conversational", stream=True), server.url))]
    assert "".join(d.content for d in deltas) == "Hello"
    assert "".join(d.reasoning for d in deltas) == "hm"


async def test_thoughts_that_come_apart_leave_tags_in_the_text_alone() -> None:
    said = chunk(reasoning_content="hm") + chunk(content="<think> is a tag") + chunk("stop")
    async with scripted(answering("200 OK", said, "text/event-stream")) as server:
        deltas = [d async for d in client.stream(at_endpoint(request("conversational", stream=True), server.url))]
    assert "".join(d.content for d in deltas) == "<think> is a tag"
    assert "".join(d.reasoning for d in deltas) == "hm"


async def test_tool_calls_in_pieces_and_log_probabilities_in_the_raw_answer() -> None:
    pieces = [
        {"index": 0, "id": "a", "function": {"name": "weather", "arguments": ""}},
        {"index": 0, "function": {"arguments": '{"city"'}},
        {"index": 1, "id": "b", "function": {"name": "time", "arguments": "{}"}},
        {"index": 0, "function": {"arguments": ': "Rome"}'}},
    ]
    logprobs = {"content": [{"token": "x", "logprob": -0.5}]}

    async def script(talk: Talk) -> None:
        await talk.events()
        for piece in pieces:
            event = {"choices": [{"index": 0, "delta": {"tool_calls": [piece]}, "logprobs": logprobs}]}
            await talk.say(f"data: {json.dumps(event)}\n\n")
        await talk.say(chunk("tool_calls") + "data: [DONE]\n\n")

    exchange = Exchange()
    async with scripted(script) as server:
        resolved = at_endpoint(request("conversational", stream=True), server.url)
        deltas = [delta async for delta in client.stream(resolved, None, exchange)]
    last = [delta.tool_calls for delta in deltas if delta.tool_calls][-1]
    assert [(call.id, call.name, call.arguments) for call in last] == [
        ("a", "weather", '{"city": "Rome"}'),
        ("b", "time", "{}"),
    ]
    assert deltas[-1].finish_reason == "tool_calls"
    assert json.dumps(logprobs).encode() in exchange.body


async def test_of_several_answers_one_is_shown() -> None:
    said = "".join(
        f"data: {json.dumps({'choices': [{'index': index, 'delta': {'content': word}}]})}\n\n"
        for index, word in ((0, "A"), (1, "B"), (0, "a"), (1, "b"))
    )
    async with scripted(answering("200 OK", said + chunk("stop"), "text/event-stream")) as server:
        deltas = [d async for d in client.stream(at_endpoint(request("conversational", stream=True), server.url))]
    assert "".join(d.content for d in deltas) == "Aa"


def whole(call_id: str, name: str, arguments: object = "{}", **more: object) -> list[dict[str, object]]:
    return [{"id": call_id, "function": {"name": name, "arguments": arguments}, **more}]


@pytest.mark.parametrize("index", [{}, {"index": 0}, {"index": "0"}, {"index": None}])
def test_whole_tool_calls_that_all_have_the_same_index(index: dict[str, object]) -> None:
    calls = ToolCalls()
    calls.add(whole("a", "f", '{"x": 1}', **index))
    found = calls.add(whole("b", "g", {"y": [2]}, **index))
    assert [(call.id, call.name, json.loads(call.arguments)) for call in found] == [
        ("a", "f", {"x": 1}),
        ("b", "g", {"y": [2]}),
    ]


def test_pieces_of_one_call_that_each_have_an_id_of_their_own() -> None:
    calls = ToolCalls()
    calls.add(whole("a", "f", "{", index=0))
    (found,) = calls.add(whole("b", "", "}", index=0))
    assert (found.id, found.name, found.arguments) == ("a", "f", "{}")


PARTS = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "Hello"}]


@pytest.mark.parametrize(
    ("delta", "words", "thoughts"),
    [({"content": PARTS}, "Hello", "hm"), ({"content": None, "refusal": "No."}, "No.", "")],
)
@pytest.mark.parametrize("stream", [True, False])
async def test_words_in_parts_and_refusals(delta: dict[str, object], words: str, thoughts: str, stream: bool) -> None:
    answer = {"choices": [{"message": delta, "finish_reason": "stop"}]}
    body, kind = (chunk(**delta) + chunk("stop"), "text/event-stream") if stream else (json.dumps(answer), "")
    async with scripted(answering("200 OK", body, kind)) as server:
        resolved = at_endpoint(request("conversational", stream=stream), server.url)
        if stream:
            deltas = [delta async for delta in client.stream(resolved)]
            assert ("".join(d.content for d in deltas), "".join(d.reasoning for d in deltas)) == (words, thoughts)
        else:
            message = client.message_of((await client.run(resolved)).output)
            assert (message.content, message.reasoning) == (words, thoughts)


def test_tool_calls_without_an_index() -> None:
    calls = ToolCalls()
    assert calls.add([{"id": "a", "function": {"name": "f", "arguments": None}}])[0].name == "f"
    assert calls.add(None) == ()


# -- schemas ---------------------------------------------------------------------------------------------------------

PERSON = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}


def asked(schema: object) -> dict[str, object]:
    return {"type": "json_schema", "json_schema": {"name": "person", "schema": schema}}


@pytest.mark.parametrize(
    ("answer", "response_format", "fits", "sentence"),
    [
        ('{"age": 3}', asked(PERSON), True, "The answer fits the schema."),
        ('```json\n{"age": 3}\n```', asked(PERSON), False, "The answer is not JSON"),
        ('{"age": "3"}', asked(PERSON), False, "$.age"),
        ("{}", asked(PERSON), False, "'age' is a required property"),
        ('{"age": 3', asked(PERSON), False, "The answer is not JSON"),
        ("", asked(PERSON), False, "The answer is empty"),
        ("NaN", asked({}), False, "The answer is not JSON"),
        ("[1]", {"type": "json_object"}, False, "not an object"),
        ("{}", {"type": "json_object"}, True, "The answer is a JSON object."),
        ("{}", asked({"type": "nonsense"}), False, "The schema itself is not valid"),
        ("{}", asked(["x"]), False, "The schema itself is not valid"),
        ("{}", asked({"$ref": "http://127.0.0.1:9/schema"}), False, "leads elsewhere"),
        ("{}", asked({"$ref": "#/nowhere"}), False, "leads elsewhere"),
        ("[" * 100_000, asked(PERSON), False, "The answer is not JSON"),
        ("x" * 3_000_000, asked(PERSON), False, "too long"),
    ],
)
def test_the_verdict_on_an_answer(answer: str, response_format: dict[str, object], fits: bool, sentence: str) -> None:
    found = verdict(answer, response_format)
    assert found is not None
    assert found.fits is fits
    assert sentence in found.sentence


LONG = json.dumps("a" * 40 + "b")
AS = "^(a+)+$"
DOUBLING = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {"d40": False}
DRAFT7 = "http://json-schema.org/draft-07/schema#"
NAMES = json.dumps({"a" * 40 + "b": 1})


@pytest.mark.parametrize(
    ("answer", "schema", "sentence"),
    [
        (LONG, {"pattern": AS}, "does not match"),
        (LONG, {"$schema": DRAFT7, "allOf": [{"$schema": DRAFT7, "pattern": AS}]}, "does not match"),
        (LONG, {"$schema": DRAFT7, "anyOf": [{"pattern": AS}, {"type": "integer"}]}, "not"),
        (f"[{LONG}]", {"$schema": DRAFT7, "items": {"$ref": "#"}, "pattern": AS}, "does not match"),
        (NAMES, {"patternProperties": {AS: {}}, "additionalProperties": False}, "was not expected"),
        (NAMES, {"propertyNames": {"pattern": AS}}, "does not match"),
        (NAMES, {"patternProperties": {AS: {}}, "unevaluatedProperties": False}, "not supported"),
        (NAMES, {"allOf": [{"patternProperties": {AS: {}}}], "unevaluatedProperties": False}, "not supported"),
        ("1", {"$ref": "#/$defs/d0", "$defs": DOUBLING}, "too long"),
        (json.dumps([{"a": n} for n in range(9_000)] + [{"a": 1.0}]), {"uniqueItems": True}, "non-unique"),
        ('[1, true, "1", null, {"b": 1, "a": 2}, {"a": 2, "b": 1.0}]', {"uniqueItems": True}, "non-unique"),
        ('[1, true, "1", null, {"b": 1, "a": 2}, {"a": 2, "b": 3}]', {"uniqueItems": True}, "The answer fits"),
        ('"a"', {"pattern": "(?=a)"}, "Look-around is not supported"),
        ('{"ab": 1}', {"patternProperties": {"b$": {"type": "string"}}}, "is not of type"),
        ('{"c": 1}', {"properties": {"a": {}}, "additionalProperties": {"type": "string"}}, "$.c"),
        ("1", {"$schema": {"a": 1}}, "$schema is not a text"),
        ("1", {"$schema": 5}, "$schema is not a text"),
        ("1e400", {"multipleOf": 0.1}, "too large"),
        ("1" * 400, {"multipleOf": 0.5}, "too large"),
    ],
)
def test_a_hostile_schema_ends_in_a_sentence(answer: str, schema: object, sentence: str) -> None:
    found = verdict(answer, asked(schema))
    assert found is not None
    assert sentence in found.sentence


def test_no_verdict_where_nothing_was_asked() -> None:
    assert verdict("hello", None) is None
    assert verdict("hello", {"type": "text"}) is None


@pytest.mark.parametrize("stream", [False, True])
async def test_an_endpoint_gets_a_schema_in_openais_form(stream: bool) -> None:
    wanted = asked(PERSON)
    bodies: list[bytes] = []

    async def script(talk: Talk) -> None:
        bodies.append(talk.body)
        await talk.answer("200 OK", GOOD_CHAT)

    async with scripted(script) as server:
        resolved = at_endpoint(request("conversational", response_format=wanted, stream=stream), f"{server.url}/v1")
        if stream:
            assert [delta.content async for delta in client.stream(resolved)] == ["Hello"]
        else:
            await client.run(resolved)
    (body,) = map(json.loads, bodies)
    assert body["response_format"] == wanted
    written = {f"{one.language} {one.client}": one for one in snippets_for(resolved)}
    assert "in a form that most endpoints don't read" in (written.pop("python huggingface_hub").reason or "")
    assert all("json_schema" in (one.content or "") for one in written.values())
