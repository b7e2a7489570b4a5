"""A pool of connections of ours as a transport of httpx2, which lets nobody choose the backend of its own."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager

import httpcore2
import httpx2

from .sockets import Backend


@contextmanager
def _told_as_httpx2() -> Iterator[None]:
    """Raise httpx2's errors for those of httpcore2, which have the same names."""
    try:
        yield
    except Exception as error:
        theirs = getattr(httpx2, type(error).__name__, None) if type(error).__module__ == "httpcore2" else None
        if theirs is None:
            raise
        raise theirs(str(error)) from error


class PooledTransport(httpx2.AsyncBaseTransport):
    """Sends requests over connections that are kept and shared, as `httpx2.AsyncHTTPTransport` does."""

    def __init__(self, context: ssl.SSLContext, limits: httpx2.Limits) -> None:
        self.pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=Backend(),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer of a server, its body still to come. Raises httpx2's errors."""
        assert isinstance(request.stream, httpx2.AsyncByteStream)
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        asked = httpcore2.Request(
            method=request.method,
            url=url,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _told_as_httpx2():
            answer = await self.pool.handle_async_request(asked)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """End all connections."""
        await self.pool.aclose()


class _Body(httpx2.AsyncByteStream):
    """The body of an answer as it comes."""

    def __init__(self, answer: httpcore2.Response) -> None:
        self.answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self.answer.stream, AsyncIterable)
        with _told_as_httpx2():
            async for part in self.answer.stream:
                yield part

    async def aclose(self) -> None:
        await self.answer.aclose()
