"""Faults of connections, sizes and shapes end in their sentences, for a plain task and for a chat; the next call works."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import pytest

from showcard.inference import run as client
from showcard.inference.errors import InferenceFailure, status_failure
from showcard.inference.resolve import resolve_offline
from showcard.inference.transport import http as transport
from showcard.inference.transport.http import Exchange
from showcard.wire.request import Request
from tests.support.faults import FAULTS, addresses
from tests.support.scripted import Talk, scripted

from .test_errors import WAYS, answering

SOON = httpx2.Timeout(0.5)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_BYTES", 2**25)


@pytest.mark.parametrize("way", ["plain", "streamed"])
@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_ends_in_its_sentence(name: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if FAULTS[name].lasts:
        monkeypatch.setattr(transport, "MAX_SECONDS", 0.4)
        monkeypatch.setattr(transport, "ERROR_SECONDS", 0.2)
    fault, (ask, good, kind, answer) = FAULTS[name], WAYS[way]
    sentence, said = fault.plain if way == "plain" else fault.chat, ([] if way == "plain" else [[]])
    async with scripted(fault.script) as server:
        asked = ask(server.url, Exchange(timeout=SOON if fault.lasts else transport.TIMEOUT), *said)
        if sentence:
            with pytest.raises(InferenceFailure) as caught:
                await asyncio.wait_for(asked, 20)
            assert sentence in f"{caught.value.reason} {caught.value.hint}"
            assert caught.value.hint
        else:
            assert await asyncio.wait_for(asked, 20) in (answer, "A0", fault.kept)
        assert "".join(said[0] if said else ()).startswith(fault.kept if said else "")
        server.script = answering("200 OK", good, kind)
        assert await ask(server.url) == answer


@pytest.mark.parametrize("way", ["plain", "streamed"])
async def test_behind_an_address_is_no_server(way: str, tmp_path: Path) -> None:
    with addresses(tmp_path) as held:
        for name, (url, sentence) in held.items():
            with pytest.raises(InferenceFailure) as caught:
                await WAYS[way][0](url, Exchange(timeout=SOON))
            assert sentence in caught.value.reason, name


async def test_a_server_that_does_not_take_the_request() -> None:
    left = asyncio.Event()

    async def idle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await left.wait()
        writer.close()

    server = await asyncio.start_server(idle, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    asked = Request("text-classification", "m", {"text": "x" * 2**24}, base_url=url)
    with pytest.raises(InferenceFailure, match="did not take the request in time"):
        await client.run(resolve_offline(asked), None, Exchange(timeout=SOON))
    left.set()
    server.close()


async def test_words_that_come_slowly_are_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model may take as long as it likes, as long as it says something."""
    monkeypatch.setattr(transport, "MAX_SECONDS", 0.4)

    async def script(talk: Talk) -> None:
        await talk.events()
        for letter in "Hello":
            await asyncio.sleep(0.15)
            await talk.say(f'data: {{"choices": [{{"index": 0, "delta": {{"content": "{letter}"}}}}]}}\n\n')
        await talk.say("data: [DONE]\n\n")

    async with scripted(script) as server:
        assert await WAYS["streamed"][0](server.url, Exchange(timeout=SOON)) == "Hello"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"out of memory", ": out of memory."),
        ("nicht genügend Speicher".encode(), ": nicht genügend Speicher."),
        ("memòria insuficient".encode("latin-1"), "."),
        (bytes(range(256)), "."),
        (b"[[[[", "."),
        (b"<p>no</p>", "."),
    ],
)
def test_what_a_server_says_is_told_where_it_is_for_people(body: bytes, said: str) -> None:
    assert status_failure(413, body, None).reason == f"The input is too large for the server{said}"
