"""A saved token goes to the Hub's own hosts and nowhere else, by any method; answers are bounded, connections shared."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from huggingface_hub import constants, get_token

from showcard.inference import resolve
from showcard.inference import run as client
from showcard.inference.errors import InferenceFailure
from showcard.inference.hub import cards as hub
from showcard.inference.hub import offers, providers
from showcard.inference.transport import assets
from showcard.inference.transport import http as transport
from showcard.inference.transport.http import Exchange
from showcard.metadata.media import Media
from showcard.metadata.tasks.table import task
from tests.inference.conftest import public
from tests.inference.test_errors import GOOD, answering
from tests.support.answers import answer
from tests.support.recorder import Recorder, recording
from tests.support.requests import INPUTS, at_endpoint, request, routed
from tests.support.scripted import Talk, scripted

Elsewhere = Callable[[str], list[str]]
STREAMED = ("conversational", "text-generation")


def heads(recorder: Recorder) -> str:
    return "".join(f"{one.path}{one.headers}{one.body.decode('latin-1')}" for one in recorder.arrived)


def test_the_token_is_really_saved(saved_token: str) -> None:
    assert Path(constants.HF_TOKEN_PATH).read_text() == get_token() == saved_token


@pytest.mark.parametrize("key_name", [None, "API_TOKEN", "HF_TOKEN"])
@pytest.mark.parametrize("name", sorted(INPUTS))
async def test_a_saved_token_reaches_no_endpoint_by_any_method(
    saved_token: str, name: str, key_name: str | None
) -> None:
    """Not by itself, and not when a person pastes it as the endpoint's key by mistake."""
    with recording() as server:
        resolved = at_endpoint(request(name), server.url, key=key_name)
        server.answer = lambda arrived: answer(resolved, arrived)
        reply = await client.run(resolved, {"API_TOKEN": saved_token, "HF_TOKEN": saved_token})
        assert reply.output.kind == task(name).output
        assert saved_token not in heads(server)


@pytest.mark.parametrize("key_name", [None, "API_TOKEN", "HF_TOKEN"])
@pytest.mark.parametrize("name", STREAMED)
async def test_a_saved_token_reaches_no_endpoint_by_a_stream(saved_token: str, name: str, key_name: str | None) -> None:
    with recording() as server:
        resolved = at_endpoint(request(name, stream=True), server.url, key=key_name)
        server.answer = lambda arrived: answer(resolved, arrived)
        assert [_ async for _ in client.stream(resolved, {"API_TOKEN": saved_token, "HF_TOKEN": saved_token})]
        assert saved_token not in heads(server)


async def test_a_saved_token_is_not_used_for_a_person_without_one(saved_token: str, elsewhere: Elsewhere) -> None:
    """hf-inference may be asked without a key: then no one's is sent, and a provider's own key goes alone."""
    with recording() as server:
        elsewhere(server.url)
        resolved = routed(request("text-classification", provider="hf-inference"), key=None)
        server.answer = lambda arrived: answer(resolved, arrived)
        await client.run(resolved)
        chat = routed(request("conversational", provider="groq"), key="GROQ_API_KEY")
        server.answer = lambda arrived: answer(chat, arrived)
        await client.run(chat, {"GROQ_API_KEY": "own"})
        await providers.mappings("org/m", None)
        with pytest.raises(InferenceFailure):
            await offers.offers()
        await hub.open_repo("org/m", None)
        assert saved_token not in heads(server)
        assert len(server.arrived) == 5


@pytest.fixture
def plain_word(saved_token: str) -> None:
    Path(constants.HF_TOKEN_PATH).write_text("plainword")


@pytest.mark.usefixtures("plain_word")
async def test_a_token_that_looks_like_nothing_is_guarded_too() -> None:
    async with scripted(answering("200 OK", GOOD)) as server:
        await client.run(
            at_endpoint(request("text-classification"), server.url, key="API_TOKEN"), {"API_TOKEN": "plainword"}
        )
        assert "plainword" not in server.heads[0]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
async def test_a_server_of_ones_own_leads_to_no_other(status: str, stream: bool) -> None:
    """Neither the conversation nor a key goes to where an endpoint leads, as in shared mode only some may be called."""
    async with scripted(answering("200 OK", GOOD)) as other:
        there = other.url.replace("127.0.0.1", "localhost")
        async with scripted(answering(f"{status} Elsewhere", "", "text/plain", f"location: {there}/x")) as server:
            resolved = at_endpoint(request("conversational", stream=stream), server.url, key="API_TOKEN")
            keys = {"API_TOKEN": "secret"}
            asked = anext(client.stream(resolved, keys)) if stream else client.run(resolved, keys)
            with pytest.raises(InferenceFailure, match=r"leads to localhost:\d+, which is another server"):
                await asked
        assert not other.heads


async def test_a_server_leads_to_itself() -> None:
    async def script(talk: Talk) -> None:
        if "/again" in talk.head:
            await talk.answer("200 OK", GOOD)
        else:
            await talk.answer("307 Elsewhere", "", "text/plain", "location: /again")

    async with scripted(script) as server:
        resolved = at_endpoint(request("text-classification"), server.url, key="API_TOKEN")
        await client.run(resolved, {"API_TOKEN": "secret"})
        assert "Bearer secret" in server.heads[1]


class Internet(httpx2.AsyncBaseTransport):
    """Takes what goes to a public address to a server of the test's, which says that it is there."""

    def __init__(self, url: str) -> None:
        self.url = httpx2.URL(url)
        self.pool = httpx2.AsyncHTTPTransport(verify=False)
        self.asked: list[tuple[str, str]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append((request.url.host, request.headers["host"]))
        if request.url.host not in ("far.example", "93.184.216.34"):
            return await self.pool.handle_async_request(request)
        request.url = request.url.copy_with(scheme=self.url.scheme, host=self.url.host, port=self.url.port)
        response = await self.pool.handle_async_request(request)
        response.extensions["network_stream"] = SimpleNamespace(get_extra_info=lambda name: ("93.184.216.34", 80))
        return response


@pytest.mark.parametrize("status", ["302", "307"])
@pytest.mark.parametrize("inside", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254"])
async def test_a_server_of_the_internet_leads_to_none_inside_of_this_network(
    monkeypatch: pytest.MonkeyPatch, inside: str, status: str
) -> None:
    async with scripted(answering("200 OK", GOOD)) as mine:
        port = mine.url.rpartition(":")[2]
        leads = answering(f"{status} Elsewhere", "", "text/plain", f"location: http://{inside}:{port}/reboot")
        async with scripted(leads) as far:
            there = Internet(far.url)
            monkeypatch.setattr(transport, "_pool", lambda: there)
            with pytest.raises(InferenceFailure, match="inside of this network"):
                await client.run(at_endpoint(request("text-classification"), "http://far.example"))
            await there.pool.aclose()
        assert not mine.heads


async def test_a_server_of_the_internet_leads_to_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(talk: Talk) -> None:
        if "/again" in talk.head:
            await talk.answer("200 OK", GOOD)
        else:
            to = "/again" if "/x" in talk.head else "http://other.example/x"
            await talk.answer("302 Elsewhere", "", "text/plain", f"location: {to}")

    async with scripted(script) as far:
        public(monkeypatch)
        there = Internet(far.url)
        monkeypatch.setattr(transport, "_pool", lambda: there)
        asked = request("text-classification", headers={"x-api-key": "mine"})
        await client.run(at_endpoint(asked, "http://far.example", key="API_TOKEN"), {"API_TOKEN": "secret"})
        await there.pool.aclose()
    assert ["secret" in head and "mine" in head for head in far.heads] == [True, False, False]
    pinned = ("93.184.216.34", "other.example")
    assert there.asked == [("far.example", "far.example"), pinned, pinned]


async def test_a_card_gets_no_token_for_its_files(saved_token: str, elsewhere: Elsewhere) -> None:
    with recording() as server:
        elsewhere(server.url)
        server.answer = lambda arrived: ("text/plain", b"x")
        for source in ("https://huggingface.co/other/repo/resolve/main/x.txt", "https://cards.example/x.txt"):
            await assets.load(Media(source=source), None)
        assert len(server.arrived) == 2
        assert saved_token not in heads(server)


async def test_an_endpoints_own_key_reaches_it() -> None:
    async with scripted(answering("200 OK", GOOD)) as server:
        await client.run(
            at_endpoint(request("text-classification"), server.url, key="API_TOKEN"), {"API_TOKEN": "its-own"}
        )
        assert "Bearer its-own" in server.heads[0]


async def test_a_token_reaches_the_one_host_it_was_meant_for(saved_token: str) -> None:
    async with scripted(answering("200 OK", GOOD)) as server:
        resolved = at_endpoint(request("text-classification"), server.url, key="HF_TOKEN")
        await client.run(resolved, {"HF_TOKEN": saved_token}, Exchange(trusted_host="127.0.0.1"))
        await client.run(resolved, {"HF_TOKEN": saved_token}, Exchange(trusted_host="localhost"))
        assert [saved_token in head for head in server.heads] == [True, False]


async def test_a_missing_key_is_a_sentence() -> None:
    with pytest.raises(InferenceFailure, match="needs a key"):
        await client.run(at_endpoint(request("text-classification"), "http://127.0.0.1:9", key="API_TOKEN"), {})
    with pytest.raises(InferenceFailure, match="needs a key"):
        await client.run(
            at_endpoint(request("depth-estimation"), "http://127.0.0.1:9", key="API_TOKEN"), {"API_TOKEN": ""}
        )


async def test_connections_are_used_again() -> None:
    """Ten calls, one connection: a server that keeps it open counts."""
    connections = 0
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                await reader.readexactly(length)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
                writer.write(f"content-length: {len(GOOD)}\r\n\r\n{GOOD}".encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            await writer.wait_closed()
            left.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for _ in range(10):
        await client.run(at_endpoint(request("text-classification"), url))
    assert connections == 1
    await transport.close()
    await asyncio.wait_for(left.wait(), 5)
    server.close()


def test_only_exact_hosts_are_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.example:8080")
    for url in ("https://huggingface.co/x", "https://router.huggingface.co/v1", "http://hub.example:8080/api"):
        assert transport.is_hub(url), url
    for url in (
        "http://huggingface.co/x",
        "https://huggingface.co.evil.example",
        "https://evil-huggingface.co",
        "https://huggingface.co:8443",
        "https://x.huggingface.co",
        "http://hub.example:8081",
        "https://huggingface.co@evil.example",
    ):
        assert not transport.is_hub(url), url


async def test_a_call_waits_no_longer_than_it_says() -> None:
    assert Exchange().timeout == transport.TIMEOUT
    assert None not in (transport.TIMEOUT.connect, transport.TIMEOUT.read, transport.TIMEOUT.write)
    seen: list[object] = []

    class Look(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, asked: httpx2.Request) -> httpx2.Response:
            seen.append(asked.extensions["timeout"])
            raise httpx2.ConnectError("enough", request=asked)

    pool, transport._pool = transport._pool, Look  # type: ignore[assignment]
    try:
        for name in ("text-classification", "depth-estimation", "conversational"):
            with pytest.raises(InferenceFailure):
                await client.run(at_endpoint(request(name), "http://127.0.0.1:9"))
    finally:
        transport._pool = pool
    assert seen == [transport.TIMEOUT.as_dict()] * 3


async def test_the_engine_is_asked_without_a_key(saved_token: str) -> None:
    async with scripted(answering("200 OK", "[]")) as server:
        await resolve.discover(server.url)
        assert saved_token not in server.heads[0]
