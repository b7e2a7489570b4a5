"""What the tests of this package share: a home without this machine's token, and a router that is somewhere else."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from huggingface_hub import constants

from showcard.inference.hub import offers, providers
from showcard.inference.transport import http as transport


@pytest.fixture(autouse=True)
def _a_home_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.getbasetemp() / "hf-home"
    home.mkdir(exist_ok=True)
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_ENDPOINT", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(home))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(home / "token"))
    providers.forget()
    offers.forget()


@pytest.fixture
def saved_token() -> Iterator[str]:
    """A token saved on this machine, in a file as `hf auth login` leaves it."""
    path = Path(constants.HF_TOKEN_PATH)
    path.write_text("hf_thisisnotarealtoken")
    yield "hf_thisisnotarealtoken"
    path.unlink()


class _Elsewhere(httpx2.AsyncBaseTransport):
    """Takes every address that is not loopback to a server of the test's, where its host arrives as a header."""

    def __init__(self, url: str) -> None:
        self.url = httpx2.URL(url)
        self.pool = httpx2.AsyncHTTPTransport(verify=False)
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host not in ("127.0.0.1", "localhost"):
            self.asked.append(str(request.url))
            request.headers["x-asked-host"] = request.url.host
            request.url = request.url.copy_with(scheme=self.url.scheme, host=self.url.host, port=self.url.port)
        return await self.pool.handle_async_request(request)


@pytest.fixture(autouse=True)
async def _no_connection_outlives_a_test() -> AsyncIterator[None]:
    yield
    await transport.close()


@pytest.fixture
async def elsewhere(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[str], list[str]]]:
    """`elsewhere(url)`: from now on the Internet is the server at `url`; the addresses that were asked for."""
    pools = []

    def redirect(url: str) -> list[str]:
        there = _Elsewhere(url)
        pools.append(there.pool)
        monkeypatch.setattr(transport, "_pool", lambda: there)
        public(monkeypatch)
        return there.asked

    yield redirect
    for pool in pools:
        await pool.aclose()


def public(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name has a public address, without asking anyone."""

    async def getaddrinfo(self: Any, host: str, port: int, **_: Any) -> Any:
        found = addresses or ("93.184.216.34",)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", getaddrinfo)
