"""Connections of the pool, read and written with asyncio's own timeouts.

Why: httpcore2's own backend makes a cancel scope of AnyIO for each read, which is a sixth of what an update of an
answer costs. Without this everything works, and costs that more. httpx2 is about to do the same
(https://github.com/pydantic/httpx2/pull/1170, https://github.com/pydantic/httpx2/issues/827); then this module goes.
It leans on what httpcore2 and AnyIO say in public, and `tests/inference/transport/test_sockets.py` on that being so."""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import anyio
import httpcore2
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSAttribute, TLSStream

_CONNECTING: Mapping[type[Exception], type[Exception]] = {
    TimeoutError: httpcore2.ConnectTimeout,
    anyio.BrokenResourceError: httpcore2.ConnectError,
    anyio.EndOfStream: httpcore2.ConnectError,
    OSError: httpcore2.ConnectError,  # an ssl.SSLError is one
}
_ATTRIBUTES: Mapping[str, Any] = {
    "ssl_object": TLSAttribute.ssl_object,
    "client_addr": SocketAttribute.local_address,
    "server_addr": SocketAttribute.remote_address,
    "socket": SocketAttribute.raw_socket,
    "is_readable": SocketAttribute.raw_socket,
}


@contextmanager
def _connecting() -> Iterator[None]:
    """Raise httpcore2's errors for those of AnyIO and the system."""
    try:
        yield
    except tuple(_CONNECTING) as error:
        raise next(theirs for kind, theirs in _CONNECTING.items() if isinstance(error, kind))(error) from error


class Backend(httpcore2.AsyncNetworkBackend):
    """Opens connections. Raises httpcore2's errors."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        """A connection to a host and port, made within `timeout` seconds."""
        with _connecting(), anyio.fail_after(timeout):
            stream = await anyio.connect_tcp(host, port, local_host=local_address)
        for option in socket_options or ():
            stream.extra(SocketAttribute.raw_socket).setsockopt(*option)  # noqa: S610 not Django's
        return Stream(stream)

    async def sleep(self, seconds: float) -> None:
        """Wait, as between two attempts to connect."""
        await asyncio.sleep(seconds)


class Stream(httpcore2.AsyncNetworkStream):
    """A connection. Raises httpcore2's errors."""

    def __init__(self, stream: ByteStream) -> None:
        self.stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What has arrived, nothing at the end; `timeout` in seconds."""
        try:
            async with asyncio.timeout(timeout):
                return await self.stream.receive(max_bytes)
        except anyio.EndOfStream:
            return b""
        except TimeoutError as error:
            raise httpcore2.ReadTimeout(error) from error
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise httpcore2.ReadError(error) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send bytes; `timeout` in seconds."""
        try:
            async with asyncio.timeout(timeout):
                if buffer:
                    await self.stream.send(buffer)
        except TimeoutError as error:
            raise httpcore2.WriteTimeout(error) from error
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise httpcore2.WriteError(error) from error

    async def aclose(self) -> None:
        """End the connection."""
        await self.stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Stream:
        """Go on over TLS (RFC 8446); the connection is closed where the handshake fails."""
        try:
            with _connecting(), anyio.fail_after(timeout):
                # Servers often end a connection without saying so over TLS; an answer's length tells what is whole.
                return Stream(
                    await TLSStream.wrap(
                        self.stream,
                        ssl_context=ssl_context,
                        hostname=server_hostname,
                        standard_compatible=False,
                        server_side=False,
                    )
                )
        except BaseException:
            await self.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        """What the pool and its users ask about a connection: who is at its ends, and whether something has arrived."""
        asked = _ATTRIBUTES.get(info)
        held = None if asked is None else self.stream.extra(asked, None)  # noqa: S610 not Django's
        return _is_readable(held) if info == "is_readable" else held


def _is_readable(held: socket.socket | None) -> bool:
    """Whether a socket has something to read or is at its end: one that waits for use is then of use no more."""
    if held is None or held.fileno() < 0:
        return True
    if not hasattr(select, "poll"):  # on Windows
        return bool(select.select([held.fileno()], [], [], 0)[0])
    looking = select.poll()
    looking.register(held.fileno(), select.POLLIN)
    return bool(looking.poll(0))
