"""A stream that never ends does, at a bound that is named, with what came kept; and costs no more than its length."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from showcard.inference import run as client
from showcard.inference.answers import chat, responses
from showcard.inference.answers.chat import ChatAnswer, ThoughtSplitter, ToolCalls
from showcard.inference.errors import InferenceFailure
from showcard.inference.reply import Delta
from showcard.inference.transport import events
from showcard.inference.transport import http as transport
from showcard.ui.markup.growing_text import GrowingText
from tests.support.growth import grows
from tests.support.requests import at_endpoint, request
from tests.support.scripted import Talk, scripted


def event(**delta: object) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode() + b"\n\n"


def call(index: int = 0, arguments: str = "abcd") -> dict[str, object]:
    return {"index": index, "id": f"call {index}", "function": {"name": "f", "arguments": arguments}}


LONGER = r"The answer is longer than 10,000 characters and was cut off\."
LINES = r"The answer comes in more than 5,000 lines and was cut off\."
PIECE = r"The answer holds a piece of more than 1 MB and was cut off\."
ENDLESS: dict[str, tuple[bytes, str, int]] = {
    "words": (event(content="word"), LONGER, 10_000),
    "letters": (event(content="a") * 7, LINES, 2_500),
    "blanks": (event(content="    "), LONGER, 10_000),
    "one long word": (event(content="a" * 9_999), LONGER, 10_000),
    "thoughts": (event(reasoning="hm, "), LONGER, 10_000),
    "thoughts in a tag": (event(content="<think>") + event(content="hm, ") * 4_000, LONGER, 10_000),
    "tokens": (b'data: {"token": {"text": "word"}}\n\n', LONGER, 10_000),
    "nothing": (event(), LINES, 0),
    "comments": (b": wait\n", LINES, 0),
    "newlines": (b"\r\n", LINES, 0),
    "an event without an end": (b"data: " + b"a" * 70_000, PIECE, 0),
    "an event of many lines": (b"data: {" + b"a" * 1_000 + b"\n", PIECE, 0),
    "no event": (b"a" * 70_000, PIECE, 0),
}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "MAX_CHARACTERS", 10_000)
    monkeypatch.setattr(events, "MAX_LINES", 5_000)
    monkeypatch.setattr(events, "MAX_EVENT", 2**20)


async def tell(piece: bytes, told: list[Delta], api: str = "") -> None:
    """Gathers the Deltas of a stream that says the same for ever."""

    async def script(talk: Talk) -> None:
        await talk.events()
        while True:
            await talk.say(piece * max(1, 16_384 // len(piece)))

    async with scripted(script) as server:
        ask = responses.stream if api else client.stream
        async for delta in ask(at_endpoint(request("conversational", stream=True, api=api), server.url)):
            told.append(delta)


@pytest.mark.parametrize("what", ENDLESS)
async def test_it_ends_at_a_bound_that_is_named(what: str) -> None:
    piece, sentence, most = ENDLESS[what]
    told: list[Delta] = []
    with pytest.raises(InferenceFailure, match=sentence) as caught:
        await tell(piece, told)
    said = sum(len(delta.content) + len(delta.reasoning) for delta in told)
    if sentence == LINES:
        assert most - 1_000 <= said <= most + 500
    else:
        assert said == most, "what fits is given, to the last letter"
    assert "What came is kept." in caught.value.hint


async def test_so_does_a_call_of_a_tool() -> None:
    told: list[Delta] = []
    with pytest.raises(InferenceFailure, match=LONGER):
        await tell(event(tool_calls=[call()]), told)
    last = [delta.tool_calls for delta in told if delta.tool_calls][-1]
    assert last[0].arguments.startswith("abcdabcd")
    assert 9_000 < len(last[0].arguments) < 10_000  # with its name it is no longer than that


async def test_so_do_calls_of_tools() -> None:
    told: list[Delta] = []
    piece = b"".join(event(tool_calls=[call(n)]) for n in range(300))
    with pytest.raises(InferenceFailure, match=r"The answer calls more than 128 tools and was cut off\."):
        await tell(piece, told)
    last = [delta.tool_calls for delta in told if delta.tool_calls][-1]
    assert [one.id for one in last] == [f"call {n}" for n in range(128)]


@pytest.mark.parametrize(
    ("sent", "sentence", "most"),
    [
        ({"type": "response.output_text.delta", "delta": "word"}, LONGER, 2_501),
        ({"type": "response.output_item.done", "item": {"type": "message"}}, "has more than 256 parts", 256),
        ({"type": "response.output_item.done", "item": "a" * 90_000}, "has more than 4,000,000 characters", 45),
        ({"type": "response.created"}, LINES, 0),
    ],
)
async def test_so_does_the_responses_api(sent: dict[str, object], sentence: str, most: int) -> None:
    told: list[Delta] = []
    with pytest.raises(InferenceFailure, match=sentence):
        await tell(b"data: " + json.dumps(sent).encode() + b"\n\n", told, "responses")
    assert sum(len(delta.content) for delta in told) == (10_000 if sentence == LONGER else 0)
    assert len(told) <= most


async def test_the_bytes_of_a_stream_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_BYTES", 2**20)
    told: list[Delta] = []
    with pytest.raises(InferenceFailure, match=r"The answer is larger than 1 MB and was cut off\."):
        await tell(event(content="a", more="b" * 9_000), told)
    assert "".join(delta.content for delta in told).startswith("aaaa")


async def test_a_stream_keeps_no_more_than_it_shows() -> None:
    exchange = transport.Exchange()

    async def script(talk: Talk) -> None:
        await talk.events()
        for _ in range(40):
            await talk.say(event(content="a", more="b" * 90_000))
        await talk.say(b"data: [DONE]\n\n")

    async with scripted(script) as server:
        resolved = at_endpoint(request("conversational", stream=True), server.url)
        assert len([delta async for delta in client.stream(resolved, None, exchange)]) >= 40
    assert (len(exchange.body), exchange.spool) == (transport.MAX_KEPT, None)
    assert exchange.received > 3_600_000


async def test_a_server_that_says_much_at_once_leaves_others_their_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "SLICE_SECONDS", 0.0)
    exchange, turns = transport.Exchange(), 0

    async def at_once() -> AsyncIterator[bytes]:
        yield event(content="a") * 1_000

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    exchange.answer = at_once()
    beside = asyncio.create_task(other())
    assert len([found async for found in events.Events(exchange)]) == 1_000
    beside.cancel()
    assert turns > 1_000


# -- what a piece costs ------------------------------------------------------------------------------------------------


def test_the_arguments_of_a_call_are_not_joined_for_each_piece() -> None:
    calls, handed, pieces = ToolCalls(), 0, 30_000
    for _ in range(pieces):
        handed += sum(len(one.arguments) for one in calls.add([call()]))
    assert handed < 4_000 * pieces  # it would be 60,000 a piece, if each were told
    assert calls.rest()[0].arguments == "abcd" * pieces


def test_the_end_of_the_arguments_comes_though_the_answer_breaks_off() -> None:
    answer = ChatAnswer()
    told = [d for n in range(9_000) for d in answer.take(json.loads(event(tool_calls=[call()])[6:]))]
    told += answer.end()
    assert told[-1].tool_calls[0].arguments == "abcd" * 9_000
    assert list(answer.end()) == []


def test_blanks_before_the_first_word_wait_for_a_while_only() -> None:
    splitter = ThoughtSplitter()
    assert [splitter.feed(" " * 100) for _ in range(12)] == [("", "")] * 9 + [(" " * 1_000, ""), *[(" " * 100, "")] * 2]
    assert splitter.feed("<think>") == ("<think>", "")


def test_a_text_that_grows_is_joined_when_it_is_read() -> None:
    text = GrowingText()
    for n in range(1_000):
        text.add(str(n % 10))
    assert str(text) == "0123456789" * 100
    joined = str(text)
    assert str(text) is joined
    text.add("")
    text.add("!")
    assert str(text).endswith("9!")


def test_a_piece_costs_its_own_length_and_not_that_of_the_text() -> None:
    def gather(pieces: list[str]) -> None:
        text = GrowingText()
        for piece in pieces:
            text.add(piece)

    said = grows(gather, lambda number: ["a" * 1_000] * number)
    assert not said, said
