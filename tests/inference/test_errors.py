"""Every way a call fails ends in its sentence, and the next call works."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from inference import client
from inference.errors import InferenceFailure
from inference.reply import Delta
from inference.resolve import resolve_offline
from metadata.outputs import Labels
from tests.support.scripted import Talk, scripted
from wire.request import Request

GOOD = json.dumps([[{"label": "A", "score": 0.75}]])


def answering(
    status: str, body: str, kind: str = "application/json", *headers: str
) -> Callable[[Talk], Awaitable[None]]:
    async def script(talk: Talk) -> None:
        await talk.answer(status, body, kind, *headers)

    return script


async def truncated(talk: Talk) -> None:
    await talk.say("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n[[")


async def hung_up(talk: Talk) -> None:
    talk.writer.close()


FAULTS = {
    "400": (answering("400 Bad Request", '{"error": "text is too long"}'), "did not accept", "text is too long", False),
    "401": (answering("401 Unauthorized", '{"error": "Invalid token"}'), "wants a key", "Invalid token", False),
    "402": (answering("402 Payment Required", "{}"), "no credit", "", False),
    "403": (answering("403 Forbidden", '{"message": "no"}'), "does not allow", "no", False),
    "404": (answering("404 Not Found", '{"error": "Model not found"}'), "does not know this model", "not found", False),
    "413": (answering("413 Too Large", "{}"), "too large", "", False),
    "422": (
        answering("422 Unprocessable", '{"detail": [{"msg": "field required"}]}'),
        "as they are",
        "field req",
        False,
    ),
    "429": (answering("429 Too Many", "{}", "application/json", "retry-after: 7"), "too many requests", "", True),
    "500": (answering("500 Error", "boom"), "failed while", "boom", True),
    "503": (answering("503 Unavailable", '{"error": "loading", "estimated_time": 20}'), "not ready", "loading", True),
    "418": (answering("418 Teapot", "{}"), "did not accept", "", False),
    "html": (answering("200 OK", "<html>hello</html>", "text/html"), "not JSON", "", False),
    "not json": (answering("200 OK", "{nope"), "not JSON", "", False),
    "empty": (answering("200 OK", ""), "not JSON", "", False),
    "error with 200": (answering("200 OK", '{"error": "out of memory"}'), "reports an error", "out of memory", False),
    "wrong shape": (answering("200 OK", '{"weather": "fine"}'), "not what", "", False),
    "truncated": (truncated, "broke off", "", True),
    "hung up": (hung_up, "broke off", "", True),
}


def ask(url: str) -> Request:
    return Request("text-classification", "org/model", {"text": "hi"}, base_url=url)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_ends_in_its_sentence(fault: str) -> None:
    script, sentence, said, retry = FAULTS[fault]
    async with scripted(script) as server:
        with pytest.raises(InferenceFailure) as caught:
            await client.run(resolve_offline(ask(server.url)))
        assert sentence in caught.value.reason
        assert said in caught.value.reason
        assert caught.value.retry is retry
        assert caught.value.way_out
        server.script = answering("200 OK", GOOD)
        reply = await client.run(resolve_offline(ask(server.url)))
    assert isinstance(reply.output, Labels)


async def test_how_long_to_wait_is_said() -> None:
    async with scripted(FAULTS["429"][0]) as server:
        with pytest.raises(InferenceFailure) as caught:
            await client.run(resolve_offline(ask(server.url)))
    assert caught.value.retry_after == 7
    assert "7 s" in caught.value.way_out


async def test_nothing_listens() -> None:
    with pytest.raises(InferenceFailure, match="Nothing answers"):
        await client.run(resolve_offline(ask("http://127.0.0.1:9")))


async def test_an_answer_in_another_servers_shape_is_understood() -> None:
    async with scripted(answering("200 OK", '{"results": [{"label": "cat", "score": 1}]}')) as server:
        from metadata.media import Media

        request = Request("image-classification", "m", {"image": Media(data=b"x", name="x.png")}, base_url=server.url)
        reply = await client.run(resolve_offline(request))
    assert isinstance(reply.output, Labels)
    assert reply.output.items[0].label == "cat"


def chunk(**delta: object) -> str:
    return "data: " + json.dumps({"choices": [{"index": 0, "delta": delta}]}) + "\n\n"


async def gather(url: str) -> tuple[str, InferenceFailure | None]:
    request = Request(
        "conversational", "m", {"messages": [{"role": "user", "content": "hi"}]}, stream=True, base_url=url
    )
    said = ""
    try:
        async for delta in client.stream(resolve_offline(request)):
            assert isinstance(delta, Delta)
            said += delta.content
    except InferenceFailure as error:
        return said, error
    return said, None


async def test_a_stream_of_odd_chunks() -> None:
    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say(chunk(role="assistant") + ": comment\n\n" + chunk(content=None) + chunk(content="Hel"))
        await talk.say(chunk(content="lo", reasoning_content="because"))
        await talk.say(
            'data: {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}\n\ndata: [DONE]\n\n'
        )

    async with scripted(script) as server:
        assert await gather(server.url) == ("Hello", None)


async def test_an_error_in_the_middle_of_a_stream_keeps_what_came() -> None:
    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say(chunk(content="Hel") + 'data: {"error": "overloaded"}\n\n')

    async with scripted(script) as server:
        said, error = await gather(server.url)
    assert said == "Hel"
    assert error is not None


async def test_leaving_a_stream_closes_the_connection() -> None:
    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say(chunk(content="Hel"))
        await talk.gone()

    async with scripted(script) as server:
        request = Request(
            "conversational", "m", {"messages": [{"role": "user", "content": "hi"}]}, stream=True, base_url=server.url
        )
        deltas = client.stream(resolve_offline(request))
        assert (await anext(deltas)).content == "Hel"
        await deltas.aclose()  # type: ignore[attr-defined]
        await asyncio.wait_for(server.left.wait(), 5)
