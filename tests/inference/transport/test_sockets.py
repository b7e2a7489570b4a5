"""Connections of the pool: they read and write as httpcore2's own, which are still slower, and lean on public parts."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpcore2
import httpx2
import pytest

from showcard.inference.transport import pool as pools
from showcard.inference.transport.pool import PooledTransport
from showcard.inference.transport.sockets import Backend, Stream

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"


class Server:
    """A server that says the same to everybody; how often it was called."""

    def __init__(self) -> None:
        self.says, self.calls, self.port = ANSWER, 0, 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(self.says)
                if self.says != ANSWER:
                    break
        except asyncio.IncompleteReadError:
            pass
        if self.says:
            writer.close()
        else:
            await reader.read()
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()


def ours() -> PooledTransport:
    return PooledTransport(httpx2.create_ssl_context(), httpx2.Limits(max_connections=2, keepalive_expiry=30))


async def get(transport: httpx2.AsyncBaseTransport, port: int, seconds: float = 5) -> bytes:
    async with httpx2.AsyncClient(transport=transport, timeout=seconds) as client:
        return (await client.get(f"http://127.0.0.1:{port}/")).content


async def test_a_connection_is_kept_and_one_that_has_ended_is_not_used(server: Server) -> None:
    transport = ours()
    client = httpx2.AsyncClient(transport=transport)
    for _ in range(3):
        assert (await client.get(f"http://127.0.0.1:{server.port}/")).content == b"hello"
    assert server.calls == 1
    [kept] = transport.pool.connections
    assert kept.is_idle()
    server.says = ANSWER.replace(b"hello", b"again")  # and then the server ends the connection
    assert (await client.get(f"http://127.0.0.1:{server.port}/")).content == b"again"
    async with asyncio.timeout(5):
        while not (kept.has_expired() or kept.is_closed()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert (await client.get(f"http://127.0.0.1:{server.port}/")).content == b"again"
    assert server.calls == 2
    await client.aclose()


async def test_errors_are_those_of_httpx2(server: Server) -> None:
    with pytest.raises(httpx2.ConnectError):
        await get(ours(), 1)
    server.says = b""
    with pytest.raises(httpx2.ReadTimeout):
        await get(ours(), server.port, seconds=0.05)
    server.says = b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello"
    with pytest.raises(httpx2.RemoteProtocolError):
        await get(ours(), server.port)


def test_what_httpcore2_raises_has_its_name_in_httpx2() -> None:
    kinds = {
        name: kind
        for name, kind in vars(httpcore2).items()
        if isinstance(kind, type) and issubclass(kind, Exception) and kind.__module__ == "httpcore2"
    }
    assert {"ConnectError", "ReadError", "ReadTimeout", "PoolTimeout", "RemoteProtocolError"} <= kinds.keys()
    for name in kinds.keys() - {"ConnectionNotAvailable"}:  # which the pool keeps to itself
        assert issubclass(getattr(httpx2, name), httpx2.HTTPError), name
    with pytest.raises(httpx2.PoolTimeout, match="full"), pools._told_as_httpx2():
        raise httpcore2.PoolTimeout("full")


@pytest.mark.parametrize(
    ("mine", "theirs"), [(Backend, httpcore2.AsyncNetworkBackend), (Stream, httpcore2.AsyncNetworkStream)]
)
def test_the_interface_is_there(mine: type, theirs: type) -> None:
    for name, method in vars(theirs).items():
        if not name.startswith("_") and name in vars(mine):
            wanted = list(inspect.signature(method).parameters)
            assert list(inspect.signature(getattr(mine, name)).parameters) == wanted, name
    assert {name for name in vars(theirs) if not name.startswith("_")} - {*vars(mine)} <= {"connect_unix_socket"}
    assert "network_backend" in inspect.signature(httpcore2.AsyncConnectionPool).parameters


async def test_the_backend_of_httpcore2_is_still_slower(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, scopes = anyio.fail_after, []

    def counted(delay: float | None, *more: Any) -> Any:
        scopes.append(delay)
        return plain(delay, *more)

    monkeypatch.setattr(anyio, "fail_after", counted)
    assert await get(httpx2.AsyncHTTPTransport(), server.port) == b"hello"
    assert len(scopes) > 2  # for each read and each write: where it is none, this module can go
    scopes.clear()
    assert await get(ours(), server.port) == b"hello"
    assert len(scopes) == 1  # to connect


def test_httpx2_still_lets_nobody_choose_the_backend() -> None:
    assert "network_backend" not in inspect.signature(httpx2.AsyncHTTPTransport).parameters
