"""Asking for a session: patience while a model loads, the Responses API in pieces, and what is refused to many people."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from showcard.cli.options import start_settings
from showcard.inference.errors import InferenceFailure
from showcard.inference.reply import Delta, Usage
from showcard.inference.resolve import EmbeddedEngine, EngineModel
from showcard.inference.transport.http import Exchange
from showcard.metadata.outputs.read import ToolCall
from showcard.metadata.tasks.table import task
from showcard.ui.session import calls as asking
from showcard.ui.session.availability import reachable
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site, origin
from showcard.ui.session.sources import open_source
from showcard.ui.session.target import ENDPOINT, Target
from showcard.wire.request import Request
from tests.support.scripted import Talk, scripted

MESSAGES = {"messages": [{"role": "user", "content": "Hi"}]}
ANSWER = '{"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}'
LOADING = '{"error": "Model org/m is currently loading", "estimated_time": 0.01}'


def session(**more: Any) -> Session:
    return Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore(), **more))


def chat(url: str, **more: Any) -> Request:
    return Request("conversational", "org/m", MESSAGES, base_url=f"{url}/v1", **more)


async def pieces(mine: Session, request: Request) -> list[Delta]:
    resolved = await asking.resolved_for(mine, request)
    return [delta async for delta in asking.stream(mine, resolved)]


async def test_a_run_waits_for_an_engine_that_starts_again_and_says_so() -> None:
    listens, waits = asyncio.Event(), asyncio.Event()

    async def ready(tell: Callable[[str], None]) -> None:
        tell("The engine is starting again")
        waits.set()
        await listens.wait()
        tell("")

    model = EngineModel("org/m", task("conversational"))
    mine = Session(Site(EmbeddedEngine("http://127.0.0.1:1", {"org/m": model}, ready), MediaStore()))
    progress = asking.Progress()
    asked = asyncio.create_task(asking.resolved_for(mine, Request("conversational", "org/m", MESSAGES), progress))
    await waits.wait()
    assert progress.sentence == "The engine is starting again"
    assert not asked.done()
    listens.set()
    assert (await asked).route == "http://127.0.0.1:1/v1"
    assert progress.sentence == ""


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_model_that_loads_is_asked_again_until_it_is_there(streamed: bool) -> None:
    told: list[str] = []

    async def twice(talk: Talk) -> None:
        told.append(progress.sentence)
        await talk.answer(*(("503 Service Unavailable", LOADING) if len(told) < 3 else ("200 OK", ANSWER)))

    mine, progress = session(), asking.Progress()
    async with scripted(twice) as server:
        resolved = await asking.resolved_for(mine, chat(server.url, stream=streamed))
        if streamed:
            said = "".join([d.content async for d in asking.stream(mine, resolved, None, progress)])
        else:
            said = (await asking.run(mine, resolved, None, progress)).output.content  # type: ignore[union-attr]
    assert said == "Hello"
    assert told == ["", "The model is loading, asking again", "The model is loading, asking again"]


@pytest.mark.parametrize(
    ("status", "body", "header"),
    [
        ("503 X", "{}", "x: y"),
        ("429 X", "{}", "retry-after: 1"),
        ("503 X", LOADING.replace("0.01", "9999"), "x: y"),
        ("500 X", LOADING, "x: y"),
    ],
)
async def test_for_everything_else_there_is_no_patience(status: str, body: str, header: str) -> None:
    async def refuse(talk: Talk) -> None:
        await talk.answer(status, body, "application/json", header)

    mine = session()
    async with scripted(refuse) as server:
        with pytest.raises(InferenceFailure):
            await asking.run(mine, await asking.resolved_for(mine, chat(server.url)))
    assert len(server.heads) == 1


async def test_stopping_ends_the_patience_too() -> None:
    asked = asyncio.Event()

    async def loading(talk: Talk) -> None:
        await talk.answer("503 X", LOADING.replace("0.01", "60"))
        asked.set()

    mine = session()
    async with scripted(loading) as server:
        task_ = asyncio.create_task(asking.run(mine, await asking.resolved_for(mine, chat(server.url))))
        await asked.wait()
        task_.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task_


def event(kind: str, **more: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n"


MCP = {"type": "mcp_call", "server_label": "docs", "name": "search", "arguments": "{}", "output": "found"}
CALL = {"type": "function_call", "call_id": "1", "name": "now", "arguments": "{}"}
SAID = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]}
USAGE = {"input_tokens": 3, "output_tokens": 5}
WHOLE = event("response.completed", response={"output": [MCP, SAID], "usage": USAGE})
BEGUN = event("response.reasoning_text.delta", delta="hm") + event("response.output_text.delta", delta="Hel")


def saying(text: str, kind: str = "text/event-stream") -> Any:
    async def script(talk: Talk) -> None:
        assert "POST /v1/responses " in talk.head
        await talk.answer("200 OK", text, kind)

    return script


async def test_the_responses_api_in_pieces() -> None:
    text = (
        BEGUN + event("response.output_item.done", item=MCP) + event("response.output_text.delta", delta="lo") + WHOLE
    )
    async with scripted(saying(text)) as server:
        found = await pieces(session(), chat(server.url, api="responses", stream=True))
    assert "".join(delta.content for delta in found) == "Hello"
    assert "".join(delta.reasoning for delta in found) == "hm"
    assert found[-1].usage == Usage(3, 5)
    assert found[-1].finish_reason == "stop"
    assert [call.name for delta in found for call in delta.mcp_calls] == ["search", "search"]


async def test_calls_of_functions_and_an_answer_in_one_piece() -> None:
    text = event("response.output_item.done", item=CALL) + event("response.completed", response={})
    async with scripted(saying(text)) as server:
        found = await pieces(session(), chat(server.url, api="responses", stream=True))
        assert found[-1].tool_calls == (ToolCall("1", "now", "{}"),)
        server.script = saying(json.dumps({"output": [SAID]}), "application/json")
        (one,) = await pieces(session(), chat(server.url, api="responses", stream=True))
        assert one.content == "Hello"


@pytest.mark.parametrize(
    ("text", "sentence", "kept"),
    [
        (BEGUN, "broke off", "Hel"),
        (BEGUN + event("response.failed", response={"error": {"message": "no GPU"}}), "no GPU", "Hel"),
        (BEGUN + event("error", message="too much"), "too much", "Hel"),
        (BEGUN + "data: {nonsense\n\n", "not JSON", "Hel"),
        (BEGUN + "data: 3\n\n", "not what a stream promises", "Hel"),
        (event("response.completed", response={"output": []}), "without a word", ""),
        ("", "broke off", ""),
    ],
)
async def test_a_stream_of_responses_that_fails_keeps_what_came(text: str, sentence: str, kept: str) -> None:
    got = ""
    mine = session()
    async with scripted(saying(text)) as server:
        resolved = await asking.resolved_for(mine, chat(server.url, api="responses", stream=True))
        with pytest.raises(InferenceFailure, match=sentence):  # noqa: PT012 what came before counts
            async for delta in asking.stream(mine, resolved):
                got += delta.content
    assert got == kept


# -- many people -------------------------------------------------------------------------------------------------------


def settings(monkeypatch: pytest.MonkeyPatch, shared: bool, *flags: str) -> dict[str, Any]:
    import argparse

    from showcard.cli.options import add_bound_options, add_place_options

    monkeypatch.setenv("HF_TOKEN", "hf_machine")
    monkeypatch.setenv("GROQ_API_KEY", "gsk_machine")
    monkeypatch.setenv("API_TOKEN", "endpoint-machine")
    parser = argparse.ArgumentParser()
    parser.add_argument("--allow-endpoint", action="append", default=[])
    add_place_options(parser)
    add_bound_options(parser)
    return start_settings(parser.parse_args(flags), shared)


def test_with_many_people_nothing_of_the_machine_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def now() -> str:\n    return 'noon'\n")
    flags = ("--base-url", "http://owner.example/v1", "--functions", str(file))
    alone = session(**settings(monkeypatch, False, *flags))
    assert alone.keys_for("http://owner.example/v1") == {
        "HF_TOKEN": "hf_machine", "GROQ_API_KEY": "gsk_machine", "API_TOKEN": "endpoint-machine",
    }  # fmt: skip
    assert alone.site.functions.names == ("now",)
    many = session(**settings(monkeypatch, True, *flags))
    assert many.keys_for("http://owner.example/v1") == {}
    assert many.site.functions.names == ()
    assert many.site.allows_endpoint("http://owner.example/v1/chat")
    assert not many.site.allows_endpoint("http://127.0.0.1:8080")


async def test_with_many_people_each_refusal_has_its_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    many = session(shared=True, endpoints=("https://ok.example/v1",))
    row = task("conversational")
    for base_url in (
        "http://127.0.0.1:1",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "https://ok.example/v1/../x",
    ):
        found = reachable(row, "org/m", many, Target(ENDPOINT, base_url))
        assert not found.runs
        assert "only the endpoints that its owner listed" in found.sentence
    for source in (str(tmp_path), "/etc/passwd", "~/.ssh"):
        with pytest.raises(InferenceFailure, match="not a Hub id"):
            await open_source(source, many)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for source in ("org/model", "org/model@cached"):
        with pytest.raises(InferenceFailure, match=r"works offline|can't be reached"):
            await open_source(source, many)


async def test_two_people_never_meet() -> None:
    site = Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore(), shared=True)
    one, two = Session(site), Session(site)
    one.keep_hub_token("hf_one")
    one.keep_endpoint_key("https://e.example", "key")
    one.keep_provider_key("groq", "gsk")
    one.trust("https://x.hf.space", True)
    one.remembered["model"] = Target(ENDPOINT, "https://e.example")
    name = one.keep(object())
    assert two.keys_for("https://e.example") == {}
    assert not two.trusts("https://x.hf.space")
    assert (two.remembered, two.pages.get(name)) == ({}, None)
    one.close()
    assert one.keys_for("https://e.example") == {}
    assert not one.trusts("https://x.hf.space")


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("status", ["401 Unauthorized", "500 Error", "200 OK", "200 in a stream"])
async def test_a_key_that_a_server_says_back_is_shown_nowhere(status: str, streamed: bool) -> None:
    key = "gsk_notakeyatall123"
    said = json.dumps({"error": f"Incorrect API key provided: Bearer {key}"})

    async def tell(talk: Talk) -> None:
        assert key in talk.head
        if "stream" in status:
            await talk.answer("200 OK", f"data: {said}\n\n", "text/event-stream", f"x-echo: {key}")
        else:
            await talk.answer(status, said, "application/json", f"x-echo: {key}")

    mine, exchange = session(), Exchange()
    async with scripted(tell) as server:
        mine.keep_endpoint_key(server.url, key)
        resolved = await asking.resolved_for(mine, chat(server.url, stream=streamed))

        async def ask() -> Any:
            if streamed:
                return [delta async for delta in asking.stream(mine, resolved, exchange)]
            return await asking.run(mine, resolved, exchange)

        with pytest.raises(InferenceFailure) as caught:
            await ask()
    failure = caught.value
    assert key not in f"{failure} {failure.reason} {failure.hint} {failure.detail} {exchange.headers}"
    assert status.startswith("200") or key.encode() not in exchange.body


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
async def test_keys_that_a_server_says_back_are_not_shown(status: str) -> None:
    async def parrot(talk: Talk) -> None:
        said = {**json.loads(ANSWER), "seen": ["Bearer of-the-endpoint", talk.body.decode()]}
        await talk.answer(status, json.dumps(said))

    mine, exchange = session(), Exchange()
    async with scripted(parrot) as server:
        mine.endpoint_keys[origin(server.url)] = "of-the-endpoint"
        resolved = await asking.resolved_for(mine, chat(server.url, extra={"x": [{"api_key": "typed-1"}]}))
        try:
            shown = repr((await asking.run(mine, resolved, exchange)).raw)
        except InferenceFailure as failure:
            shown = f"{failure.reason} {failure.detail} {exchange.body.decode()}"
    assert "Bearer …" in shown
    assert "api_key" in shown
    assert "typed-1" not in shown
