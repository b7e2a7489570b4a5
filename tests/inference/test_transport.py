"""The token goes to the Hub's own hosts and nowhere else; answers are bounded; connections are shared."""

from __future__ import annotations

import pytest

from inference import client, transport
from inference.errors import InferenceFailure
from inference.resolve import resolve_offline
from tests.support.scripted import Talk, scripted
from wire.request import Request, ResolvedRequest

TOKEN = "hf_thisisnotarealtoken"


@pytest.fixture(autouse=True)
def _a_saved_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)


async def labels(talk: Talk) -> None:
    await talk.answer("200 OK", '[[{"label": "A", "score": 1}]]')


def to(url: str, key_name: str | None) -> ResolvedRequest:
    request = Request("text-classification", "m", {"text": "hi"}, base_url=url)
    return ResolvedRequest(request, "endpoint", "m", None, url, "127.0.0.1", key_name)


@pytest.mark.parametrize("key_name", [None, "API_TOKEN", "HF_TOKEN"])
async def test_a_hub_token_never_reaches_another_host(key_name: str | None) -> None:
    async with scripted(labels) as server:
        await client.run(to(server.url, key_name), {"API_TOKEN": TOKEN, "HF_TOKEN": TOKEN})
        assert TOKEN not in server.heads[0]


async def test_an_endpoints_own_key_reaches_it() -> None:
    async with scripted(labels) as server:
        await client.run(to(server.url, "API_TOKEN"), {"API_TOKEN": "secret-of-the-endpoint"})
        assert "Bearer secret-of-the-endpoint" in server.heads[0]


async def test_a_saved_token_that_looks_like_nothing_is_guarded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "plainword")
    async with scripted(labels) as server:
        await client.run(to(server.url, "API_TOKEN"), {"API_TOKEN": "plainword"})
        assert "plainword" not in server.heads[0]


async def test_a_redirect_does_not_carry_the_token() -> None:
    async with scripted(labels) as other:

        async def redirect(talk: Talk) -> None:
            await talk.answer("307 Elsewhere", "", "text/plain", f"location: {other.url}/x")

        async with scripted(redirect) as server:
            await client.run(to(server.url, "HF_TOKEN"), {"HF_TOKEN": TOKEN})
        assert TOKEN not in server.heads[0] + other.heads[0]


async def test_a_missing_key_is_a_sentence() -> None:
    with pytest.raises(InferenceFailure, match="needs a key"):
        await client.run(to("http://127.0.0.1:9", "API_TOKEN"), {})


async def test_a_huge_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 1000)

    async def endless(talk: Talk) -> None:
        await talk.answer("200 OK", "[" * 5000)

    async with scripted(endless) as server:
        with pytest.raises(InferenceFailure, match="larger than"):
            await client.run(resolve_offline(Request("text-classification", "m", {"text": "x"}, base_url=server.url)))


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
