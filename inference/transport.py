"""THE HTTP transport: one pool an event loop, with limits, timeouts, and the rule of who gets the Hub token."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx2
from huggingface_hub import get_token, set_async_client_factory

from .errors import InferenceFailure

HUB, ROUTER = "https://huggingface.co", "https://router.huggingface.co"
TIMEOUT = httpx2.Timeout(connect=10, read=120, write=60, pool=10)
LIMITS = httpx2.Limits(max_connections=400, max_keepalive_connections=100, keepalive_expiry=30)
MOST_BYTES = 200 * 2**20
MOST_KEPT = 20 * 2**20


def hub_endpoint() -> str:
    """The Hub's address: `HF_ENDPOINT`, or https://huggingface.co."""
    return os.environ.get("HF_ENDPOINT", HUB).rstrip("/")


def is_hub(url: str) -> bool:
    """Whether an address belongs to one of the exact hosts that may get a Hub token."""
    return _origin(url) in {_origin(hub) for hub in (HUB, ROUTER, hub_endpoint())}


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)


@dataclass(slots=True)
class Exchange:
    """What one call sent and received: the last request and its answer, for the inspector and the raw JSON view.

    Times are seconds of `perf_counter`. `trusted_host` may get a Hub token too, because the person said so."""

    trusted_host: str | None = None
    method: str = ""
    url: str = ""
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    sent_at: float = 0.0
    answered_at: float = 0.0


_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx2.AsyncHTTPTransport] = WeakKeyDictionary()


@contextmanager
def recording(exchange: Exchange) -> Iterator[Exchange]:
    """Clients made inside write what they send and receive into `exchange`."""
    token = _current.set(exchange)
    try:
        yield exchange
    finally:
        _current.reset(token)


def client(**options: object) -> httpx2.AsyncClient:
    """A short-lived client on the shared pool; close it, the pool stays."""
    settings: dict[str, object] = {"follow_redirects": True, "timeout": TIMEOUT, "transport": _Guarded(_current.get())}
    return httpx2.AsyncClient(**{**settings, **options})  # type: ignore[arg-type]


def install() -> None:
    """Make huggingface_hub's async clients use the shared pool."""
    set_async_client_factory(client)


@cache
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def _pool() -> httpx2.AsyncHTTPTransport:
    loop = asyncio.get_running_loop()
    if loop not in _pools:
        _pools[loop] = httpx2.AsyncHTTPTransport(verify=_tls(), limits=LIMITS)
    return _pools[loop]


class _Guarded(httpx2.AsyncBaseTransport):
    """The shared pool, seen by one client: guards the token, records the exchange, bounds the answer, never closes."""

    def __init__(self, exchange: Exchange | None) -> None:
        self.exchange = exchange

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        trusted = self.exchange.trusted_host if self.exchange else None
        if _holds_hub_token(request) and not is_hub(str(request.url)) and request.url.host != trusted:
            del request.headers["authorization"]
        if self.exchange:
            self.exchange.method, self.exchange.url = request.method, str(request.url)
            self.exchange.sent_at = perf_counter()
            self.exchange.body.clear()
        response = await _pool().handle_async_request(request)
        if self.exchange:
            self.exchange.status = response.status_code
            self.exchange.headers = list(response.headers.items())
            self.exchange.answered_at = perf_counter()
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Counted(response.stream, self.exchange)
        return response

    async def aclose(self) -> None:
        """The pool is shared; it outlives every client."""


class _Counted(httpx2.AsyncByteStream):
    """A response's bytes: counted against the limit and kept for the exchange, up to a bound."""

    def __init__(self, stream: httpx2.AsyncByteStream, exchange: Exchange | None) -> None:
        self.stream = stream
        self.exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = 0
        async for part in self.stream:
            total += len(part)
            if total > MOST_BYTES:
                raise InferenceFailure(
                    f"The answer is larger than {MOST_BYTES >> 20} MB and was cut off.", "Ask for less."
                )
            if self.exchange and len(self.exchange.body) + len(part) <= MOST_KEPT:
                self.exchange.body += part
            yield part

    async def aclose(self) -> None:
        await self.stream.aclose()


def _holds_hub_token(request: httpx2.Request) -> bool:
    """Whether the request carries a Hub token: one that looks like it, or the one saved on this machine."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return False
    return value.startswith("hf_") or value == get_token()
