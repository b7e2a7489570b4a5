"""Every task runs live: the real client over HTTP, at an endpoint and at every provider, to the output its row promises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from huggingface_hub.inference import _providers
from huggingface_hub.inference._providers import PROVIDERS, _common

from showcard.inference import run as client
from showcard.inference.errors import InferenceFailure
from showcard.inference.keys import own_key_name
from showcard.inference.transport.http import Exchange
from showcard.metadata.tasks.table import TASKS, task
from showcard.wire import hub_private
from showcard.wire.call import CHAT_TASKS, has_method
from showcard.wire.http import http_request
from showcard.wire.request import RequestError, ResolvedRequest
from tests.support.answers import FETCHED, PICTURE, answer
from tests.support.recorder import Arrived, Recorder, recording
from tests.support.requests import INPUTS, PARAMETERS, at_endpoint, request, routed
from tests.support.scripted import Talk, scripted

Elsewhere = Callable[[str], list[str]]
PAIRS = [(str(provider), name) for provider, tasks in PROVIDERS.items() for name in tasks]
WITH_METHOD = [row.id for row in TASKS if row.method]
FILES = "93.184.216.34"  # where names of the Internet lead in these tests
RAW = [row.id for row in TASKS if row.wire == "raw"]


@pytest.fixture(scope="module")
def server() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


@pytest.fixture(autouse=True)
def _nothing_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The synchronous client opens no connection; those who poll do so at once."""

    def refuse(self: Any, asked: httpx2.Request) -> httpx2.Response:
        raise AssertionError(f"the synchronous client asked {asked.url}")

    monkeypatch.setattr(httpx2.HTTPTransport, "handle_request", refuse)
    for name in ("fal_ai", "wavespeed", "zai_org"):
        monkeypatch.setattr(getattr(_providers, name), "_POLLING_INTERVAL", 0)
    monkeypatch.setattr(_providers.together, "_VIDEO_POLLING_INTERVAL", 0)


def serve(server: Recorder, resolved: ResolvedRequest) -> None:
    """The file that a provider's answer leads to is a picture for the tasks that draw, some bytes for the others."""
    draws = task(resolved.request.task).output in ("image", "masks")
    file = ("image/png", PICTURE) if draws else ("application/octet-stream", FETCHED)

    def respond(arrived: Arrived) -> tuple[str, bytes]:
        if arrived.headers.get("x-asked-host") == FILES:
            return file
        # At the router the provider's name is in the path, at its own host it is not.
        return answer(resolved, replace(arrived, path=f"/{resolved.provider}{arrived.path}"))

    server.arrived.clear()
    server.answer = respond


def test_the_tables_are_those_of_the_issue() -> None:
    assert len({task(name).method for name in WITH_METHOD}) == 29  # image-text-to-text goes by chat too
    assert set(INPUTS) == set(WITH_METHOD) | set(RAW)


@pytest.mark.parametrize("parameters", ["none", "all"])
@pytest.mark.parametrize("name", sorted(INPUTS))
async def test_a_task_at_an_endpoint(server: Recorder, name: str, parameters: str) -> None:
    asked = request(name, parameters=PARAMETERS.get(name, {}) if parameters == "all" else {})
    resolved = at_endpoint(asked, f"{server.url}/models/org/model")
    serve(server, resolved)
    reply = await client.run(resolved)
    assert reply.output.kind == task(name).output
    assert reply.provider == "endpoint"
    assert server.arrived[-1].path.startswith("/models/org/model")
    assert "authorization" not in server.arrived[-1].headers


@pytest.mark.parametrize("own", [False, True], ids=["routed", "direct"])
@pytest.mark.parametrize(("provider", "name"), PAIRS)
async def test_a_task_at_a_provider(
    server: Recorder, elsewhere: Elsewhere, provider: str, name: str, own: bool
) -> None:
    if provider == "openai" and not own:
        pytest.skip("openai takes its own key only")
    asked = elsewhere(server.url)
    key = own_key_name(provider) if own else "HF_TOKEN"
    resolved = routed(request(name, provider=provider), "org/model:1a2b" if provider == "replicate" else None, key)
    serve(server, resolved)
    reply = await client.run(resolved, {key: "key_of_my_own" if own else "hf_mine"})
    assert reply.output.kind == task(name).output
    built = http_request(resolved)
    if not (own and provider == "hf-inference"):
        assert asked[0] == built.url
    assert b"org/model#" not in server.arrived[0].body
    assert not any(name for known in _common.HARDCODED_MODEL_INFERENCE_MAPPING.values() for name in known)
    files = [one for one in server.arrived if one.headers.get("x-asked-host") == FILES]
    assert not any("authorization" in one.headers for one in files)


@pytest.mark.parametrize("name", RAW)
async def test_a_task_without_a_method_at_the_router(server: Recorder, elsewhere: Elsewhere, name: str) -> None:
    asked = elsewhere(server.url)
    resolved = routed(request(name, provider="auto" if name in CHAT_TASKS else "hf-inference"))
    serve(server, resolved)
    reply = await client.run(resolved, {"HF_TOKEN": "hf_mine"})
    assert reply.output.kind == task(name).output
    assert asked == [http_request(resolved).url]
    assert server.arrived[0].headers["authorization"] == "Bearer hf_mine"


@pytest.mark.parametrize("name", ["text-to-video", "image-to-video"])
async def test_films_are_asked_for_at_an_endpoint_as_other_tasks_are(server: Recorder, name: str) -> None:
    resolved = at_endpoint(request(name, parameters={"seed": 0}), server.url)
    serve(server, resolved)
    assert (await client.run(resolved)).output.kind == "video"
    assert server.arrived[0].json["parameters"]["seed"] == 0
    assert server.arrived[0].json["inputs"]


async def test_chat_by_the_router_streams(server: Recorder, elsewhere: Elsewhere) -> None:
    asked = elsewhere(server.url)
    resolved = routed(request("conversational", model="org/m:fastest", stream=True, bill_to="my-org"))
    serve(server, resolved)
    deltas = [delta async for delta in client.stream(resolved, {"HF_TOKEN": "hf_mine"})]
    assert "".join(delta.content for delta in deltas) == "Because of scattering."
    assert "".join(delta.reasoning for delta in deltas) == "hm"
    assert deltas[-1].usage is not None
    assert asked == ["https://router.huggingface.co/v1/chat/completions"]
    assert server.arrived[0].json["model"] == "org/m:fastest"
    assert server.arrived[0].headers["x-hf-bill-to"] == "my-org"


async def test_generated_text_streams(server: Recorder) -> None:
    resolved = at_endpoint(request("text-generation", stream=True), server.url)
    serve(server, resolved)
    assert [delta.content async for delta in client.stream(resolved)] == ["and ", "so on"]


async def test_what_asks_for_a_stream_can_be_had_whole(server: Recorder) -> None:
    for name in ("conversational", "text-generation"):
        resolved = at_endpoint(request(name), server.url)
        serve(server, resolved)
        streaming = at_endpoint(request(name, stream=True), server.url)
        reply = await client.run(streaming)
        assert reply.output.kind == task(name).output
        assert not server.arrived[0].json.get("stream")


async def test_a_provider_that_is_not_known_yet_is_not_looked_up(server: Recorder) -> None:
    with pytest.raises(InferenceFailure, match="not known yet"):
        await client.run(routed(request("text-classification")), {"HF_TOKEN": "hf_mine"})


async def test_two_people_with_different_mappings_do_not_meet(elsewhere: Elsewhere) -> None:
    """Two calls for the same model at the same time, one of them with LoRA weights of its own."""
    bodies: dict[str, str] = {}
    both = asyncio.Barrier(2)

    async def script(talk: Talk) -> None:
        who = talk.head.partition("Bearer ")[2].split("\r\n")[0]
        bodies[who] = talk.head.splitlines()[0] + talk.body.decode()
        await asyncio.wait_for(both.wait(), 5)
        await talk.answer("200 OK", '{"data": [{"b64_json": ""}]}')

    asked = request("text-to-image", provider="fal-ai")
    one = ResolvedRequest(asked, "fal-ai", "fal-ai/mine", "lora.safetensors", "", "router.huggingface.co", "HF_TOKEN")
    two = ResolvedRequest(asked, "fal-ai", "fal-ai/theirs", None, "", "router.huggingface.co", "HF_TOKEN")
    async with scripted(script) as server:
        elsewhere(server.url)
        calls = [client.run(one, {"HF_TOKEN": "hf_one"}), client.run(two, {"HF_TOKEN": "hf_two"})]
        await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 10)
    assert "lora.safetensors" in bodies["hf_one"]
    assert "fal-ai/mine" in bodies["hf_one"]
    assert "fal-ai/theirs" in bodies["hf_two"]
    assert "lora" not in bodies["hf_two"]
    assert not any(_common.HARDCODED_MODEL_INFERENCE_MAPPING.values())


async def test_unknown_parameters_are_passed_on_or_told(server: Recorder) -> None:
    chat = at_endpoint(request("conversational", parameters={"top_k": 3, "mirostat": 2}), server.url)
    serve(server, chat)
    reply = await client.run(chat)
    assert reply.dropped == ()
    assert server.arrived[0].json["mirostat"] == 2
    classify = at_endpoint(request("text-classification", parameters={"top_k": 3, "weird": 1}), server.url)
    serve(server, classify)
    exchange = Exchange()
    reply = await client.run(classify, None, exchange)
    assert reply.dropped == exchange.dropped == ("weird",)
    assert server.arrived[0].json["parameters"] == {"top_k": 3}


async def test_parameters_that_a_server_refuses_are_told_and_not_remembered() -> None:
    asked: list[bytes] = []

    async def script(talk: Talk) -> None:
        asked.append(talk.body)
        if b"watermark" in talk.body:
            said = "The following `model_kwargs` are not used by the model: ['watermark']"
            return await talk.answer("400 Bad Request", f'{{"error": "{said}"}}')
        return await talk.answer("200 OK", '[{"generated_text": "so on"}]')

    async with scripted(script) as server:
        resolved = at_endpoint(request("text-generation", parameters={"watermark": True}), server.url)
        with pytest.warns(UserWarning, match="watermark"):
            reply = await client.run(resolved)
    assert reply.dropped == ("watermark",)
    assert len(asked) == 2
    assert not hub_private.client_common._UNSUPPORTED_TEXT_GENERATION_KWARGS


async def test_stopping_ends_what_the_library_polls(elsewhere: Elsewhere) -> None:
    """A ticket was drawn and its status is being asked for in a thread: the connection closes with the call."""
    polled, left = asyncio.Event(), asyncio.Event()

    async def script(talk: Talk) -> None:
        if talk.head.startswith("POST"):
            return await talk.answer(
                "200 OK", '{"request_id": "1", "response_url": "https://queue.fal.run/a/requests/1"}'
            )
        polled.set()
        await talk.gone()
        left.set()

    async with scripted(script) as server:
        elsewhere(server.url)
        resolved = routed(request("text-to-video", provider="fal-ai"))
        call = asyncio.create_task(client.run(resolved, {"HF_TOKEN": "hf_mine"}))
        await asyncio.wait_for(polled.wait(), 5)
        call.cancel()
        await asyncio.wait_for(left.wait(), 0.3)
        with pytest.raises(asyncio.CancelledError):
            await call


async def test_many_who_wait_for_films_leave_room_for_others(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty calls poll in threads; a call that needs a thread for a moment is answered."""
    polled = asyncio.Semaphore(0)

    async def script(talk: Talk) -> None:
        if talk.head.startswith("POST") and "/fal-ai/" in talk.head:
            ticket = '{"request_id": "1", "response_url": "https://queue.fal.run/a/requests/1"}'
            return await talk.answer("200 OK", ticket)
        if talk.head.startswith("GET"):
            polled.release()
            return await talk.gone()
        return await talk.answer("200 OK", "[[0.5, 0.25]]")

    async with scripted(script) as server:
        elsewhere(server.url)
        film = routed(request("text-to-video", provider="fal-ai"))
        films = [asyncio.create_task(client.run(film, {"HF_TOKEN": "hf_mine"})) for _ in range(20)]
        for _ in films:
            await asyncio.wait_for(polled.acquire(), 10)
        other = at_endpoint(request("feature-extraction"), server.url)
        assert (await asyncio.wait_for(client.run(other), 5)).output.kind == "vector"
        for call in films:
            call.cancel()
        await asyncio.wait(films)


def test_tasks_nobody_serves_are_a_sentence() -> None:
    assert not has_method("depth-estimation")
    with pytest.raises(RequestError, match="not known"):
        http_request(routed(request("depth-estimation", provider="groq")))
