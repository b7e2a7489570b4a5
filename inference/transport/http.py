"""THE HTTP transport: a pool for calls and one for pictures an event loop, with limits, timeouts, and the rule of who
gets the Hub token."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from math import inf
from time import perf_counter
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx2

from showcard.inference.errors import InferenceFailure, status_failure
from showcard.inference.keys import machine_token
from showcard.wire.media import MediaMarker
from showcard.wire.secrets import hidden

from .addresses import is_public, public_address
from .packed import PIECE, Inflated, Plain, unpacker
from .pool import PooledTransport
from .spool import Spool

HUB, ROUTER = "https://huggingface.co", "https://router.huggingface.co"
TIMEOUT = httpx2.Timeout(connect=10, read=120, write=60, pool=10)
LIMITS = httpx2.Limits(max_connections=400, max_keepalive_connections=100, keepalive_expiry=30)
PICTURES = httpx2.Limits(max_connections=100, max_keepalive_connections=10, keepalive_expiry=10)
MAX_BYTES = 200 * 2**20
MAX_LISTED = 8 * 2**20  # of what is no answer of a model: lists of models, files of a repo
MAX_KEPT = 2**20  # in memory; of an answer that is longer all goes to a file
MAX_ERROR = 2**20
MAX_SECONDS = 600.0  # that an answer may take behind its head, and a stream from one event to the next
ERROR_SECONDS = 10.0  # that a server may take to say what is wrong
MEDIA = ("image/", "audio/", "video/", "model/", "application/octet-stream")  # how the types of media begin
# What may go on to another host when a server redirects; the rest may hold a key.
_HARMLESS = frozenset(
    {"host", "accept", "accept-encoding", "connection", "content-length", "content-type", "range", "user-agent"}
)


def hub_endpoint() -> str:
    """The Hub's address: `HF_ENDPOINT`, or https://huggingface.co."""
    return os.environ.get("HF_ENDPOINT", HUB).rstrip("/")


def is_hub(url: str) -> bool:
    """Whether an address belongs to one of the exact hosts that may get a Hub token."""
    return _origin(url) in {_origin(hub) for hub in (HUB, ROUTER, hub_endpoint())}


def same_origin(url: str, other: str) -> bool:
    """Whether two addresses have scheme, host and port in common."""
    return _origin(url) == _origin(other)


_Origin = tuple[str, str, int | None]


def _origin(url: str) -> _Origin:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)


@dataclass(slots=True)
class Exchange:
    """What one call sent and received: the last request and its answer, for the inspector and the raw JSON view.

    Times are seconds of `perf_counter`; `timeout` bounds each wait. `trusted_host` may get a Hub token too, because the
    person said so. `asked` is the body that was sent, empty for one that was streamed. `received` counts the bytes of
    the answer, of which `body` keeps the first; all of a longer one that is no stream of events is in `spool`, a file
    that `close` deletes. `streaming`: whoever asked reads the pieces of the answer itself. `dropped` names the
    parameters that could not be sent. `stand_ins` are those for large media in the body. A client
    reads an answer of `most_read` bytes at most itself. `answer` is the body as it
    arrives, to be read once."""

    trusted_host: str | None = None
    timeout: httpx2.Timeout = field(default_factory=lambda: TIMEOUT)
    method: str = ""
    url: str = ""
    asked: bytes = b""
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    sent_at: float = 0.0
    answered_at: float = 0.0
    received: int = 0
    spool: Spool | None = None
    streaming: bool = False
    dropped: tuple[str, ...] = ()
    answer: AsyncIterable[bytes] | None = None
    stand_ins: MediaMarker | None = None
    most_read: int = MAX_KEPT

    @property
    def content_type(self) -> str:
        """The type of what was answered, in small letters; empty where the server names none."""
        return next((value.lower() for name, value in self.headers if name.lower() == "content-type"), "")

    @property
    def is_events(self) -> bool:
        """Whether server-sent events came; a server that can't stream answers with one object instead."""
        begins = bytes(self.body[:200]).removeprefix(b"\xef\xbb\xbf").lstrip()
        return "event-stream" in self.content_type or begins.startswith((b"data:", b"event:", b"id:", b"retry:", b":"))

    def close(self) -> None:
        """Delete the file that holds a long answer."""
        if self.spool is not None:
            self.spool.close()
            self.spool = None

    @property
    def whole(self) -> bool:
        """Whether `body` is all that came."""
        return self.received == len(self.body)


class Spooled(Exception):
    """An answer is there, in the exchange or its spool: too long for a client to make something of it."""


_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
_for_pictures: ContextVar[bool] = ContextVar("for_pictures", default=False)
_Pools = dict[bool, PooledTransport]  # by whether it is the one for pictures
_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pools] = WeakKeyDictionary()


@contextmanager
def recording(exchange: Exchange | None) -> Iterator[Exchange | None]:
    """Clients made inside write what they send and receive into `exchange`; with None, nowhere."""
    token = _current.set(exchange)
    try:
        yield exchange
    finally:
        _current.reset(token)


@contextmanager
def for_pictures() -> Iterator[None]:
    """What is asked inside takes none of the connections of calls: slow hosts of pictures never hold a call up."""
    token = _for_pictures.set(True)
    try:
        yield
    finally:
        _for_pictures.reset(token)


def client(most: int = 0, **options: object) -> httpx2.AsyncClient:
    """A short-lived client on a shared pool; close it, the pool stays.

    An answer may have `most` bytes; else MAX_BYTES in a call that is recorded, and MAX_LISTED in another."""
    exchange = _current.get()
    guarded = _Guarded(exchange, most or (MAX_BYTES if exchange else MAX_LISTED))
    settings: dict[str, object] = {"follow_redirects": True, "timeout": TIMEOUT, "transport": guarded}
    return httpx2.AsyncClient(**{**settings, **options})  # type: ignore[arg-type]


@cache
def tls() -> ssl.SSLContext:
    """The one TLS context; making it takes 20 ms."""
    return httpx2.create_ssl_context()


def _pool() -> PooledTransport:
    pools, pictures = _pools.setdefault(asyncio.get_running_loop(), {}), _for_pictures.get()
    if pictures not in pools:
        pools[pictures] = PooledTransport(tls(), PICTURES if pictures else LIMITS)
    return pools[pictures]


async def close() -> None:
    """Close the connections that this event loop keeps open."""
    for pool in _pools.pop(asyncio.get_running_loop(), {}).values():
        await pool.aclose()


class _Guarded(httpx2.AsyncBaseTransport):
    """The shared pool, seen by one client: guards the token, records the exchange, bounds the answer, never closes."""

    def __init__(self, exchange: Exchange | None, most: int) -> None:
        self.exchange = exchange
        self.most = most
        self.first: _Origin | None = None
        self.outside = False  # whether the last answer came from the Internet
        self.filled: httpx2.ByteStream | None = None  # a body with large media, as it was sent

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._guard(request)
        # A packed answer could be far larger than it looks, and its raw bytes are of no use to the inspector.
        request.headers["accept-encoding"] = "identity"
        exchange, key = self.exchange, [request.headers.get("authorization", "").rpartition(" ")[2]]
        if exchange:
            exchange.method, exchange.url = request.method, str(request.url)
            await self._note_body(request, exchange)
            exchange.sent_at, exchange.answered_at, exchange.status, exchange.received = perf_counter(), 0.0, 0, 0
            exchange.body.clear()
            exchange.close()
        if self.outside:
            request = await _outside(request)
        elif exchange and self.first and not _stays(self.first, _origin(str(request.url))):
            raise _led_elsewhere(request.url)
        response = await _answered(request)
        self.outside = _is_outside(response)
        if exchange:
            exchange.status = response.status_code
            exchange.headers = [(name, hidden(value, key)) for name, value in response.headers.items()]
            exchange.answered_at = perf_counter()
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        unpack = _unpacker(response)
        kept, well = exchange if response.status_code < 400 else None, response.status_code < 300
        seconds = (MAX_SECONDS if not exchange or not exchange.streaming else inf) if well else ERROR_SECONDS
        response.stream = _Counted(response.stream, kept, unpack, self.most if well else MAX_ERROR, seconds)
        if response.status_code >= 400:
            # Read now: the client of a stream would not, and what the server says about it would be lost.
            said = hidden((await _refusal(response.stream)).decode("utf-8", "surrogateescape"), key)
            said_back = said.encode("utf-8", "surrogateescape")
            response.stream = httpx2.ByteStream(said_back)
            if exchange:
                exchange.body[:], exchange.received = said_back, len(said_back)
        if exchange:
            exchange.answer = response.stream
        return response

    async def _note_body(self, request: httpx2.Request, exchange: Exchange) -> None:
        """Note what is sent; of large media that is their sizes, and the bytes take the places of their stand-ins."""
        if self.filled is not None and request.stream is self.filled:
            return  # it was sent already, and leads elsewhere
        exchange.asked = b"".join(request.stream) if isinstance(request.stream, httpx2.ByteStream) else b""
        if exchange.stand_ins is not None and exchange.asked:
            body = await asyncio.to_thread(exchange.stand_ins.filled, exchange.asked)
            exchange.asked = exchange.stand_ins.shown(exchange.asked)
            request.stream = self.filled = httpx2.ByteStream(body)
            request.headers["content-length"] = str(len(body))

    def _guard(self, request: httpx2.Request) -> None:
        """Takes the token out of what goes to another host, and everything personal out of a redirect to one."""
        url, trusted = str(request.url), self.exchange.trusted_host if self.exchange else None
        if _holds_hub_token(request) and not is_hub(url) and not _is_trusted(request.url, trusted):
            del request.headers["authorization"]
        if self.first is None:
            self.first = _origin(url)
        elif self.first != _origin(url):
            for name in [name for name in request.headers if name.lower() not in _HARMLESS]:
                del request.headers[name]

    async def aclose(self) -> None:
        """The pool is shared; it outlives every client."""


def _is_outside(response: httpx2.Response) -> bool:
    """Whether an answer came from the Internet."""
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream else None
    return peer is not None and is_public(str(peer[0]).split("%", 1)[0])


async def _outside(request: httpx2.Request) -> httpx2.Request:
    """The guard against server-side request forgery (SSRF): a request that a server on the Internet redirects goes to a
    public address alone, and to the very one that was checked; only the person may name one inside this network.

    Raises InferenceFailure or httpx2.ConnectError. https://owasp.org/www-community/attacks/Server_Side_Request_Forgery"""
    host, port = request.url.host, request.url.port or (443 if request.url.scheme == "https" else 80)
    try:
        address = await public_address(host, port)
    except (OSError, UnicodeError) as error:
        raise httpx2.ConnectError(str(error), request=request) from error
    if address is None:
        raise _led_away(host, "inside of this network")
    extensions = {**request.extensions, "sni_hostname": host}
    url = request.url.copy_with(host=address)
    return httpx2.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)


def _led_away(host: str, what: str) -> InferenceFailure:
    """The failure of a call that a server passes on to where only the person may lead."""
    return InferenceFailure(
        f"The server leads to {host[:80]}, which is {what}.",
        "Give that address yourself, if you want it called.",
        ways=("place",),
    )


def _led_elsewhere(url: httpx2.URL) -> InferenceFailure:
    """The failure of a call that a server passes on to another one, or to what is none."""
    if url.scheme not in ("http", "https"):
        return status_failure(300, b"", None)
    return _led_away(url.netloc.decode("ascii", "replace").rpartition("@")[2], "another server")


def _stays(first: _Origin, then: _Origin) -> bool:
    """Whether a server leads to itself, perhaps over TLS."""
    return first == then or (first[:2] == ("http", then[1]) and then[0] == "https")


async def _answered(request: httpx2.Request) -> httpx2.Response:
    """A server's answer to a request. All of its head comes within the time for one piece of it: else a server that
    says a letter now and then is waited for, for ever. Raises httpx2's errors."""
    seconds, now = request.extensions.get("timeout", {}).get("read"), asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(None) as bound:

            async def follow(step: str, _: object) -> None:
                if seconds and step.endswith("receive_response_headers.started"):
                    bound.reschedule(now() + seconds)

            request.extensions["trace"] = follow
            return await _pool().handle_async_request(request)
    except TimeoutError as error:
        raise httpx2.ReadTimeout("The head of the answer did not end.", request=request) from error


class _Counted(httpx2.AsyncByteStream):
    """A response's bytes: unpacked, counted against the limit, and kept for the exchange. Of a long answer to a call
    that does not read its pieces itself, the first are given and Spooled is raised at its end; all of it comes within
    `seconds`."""

    def __init__(
        self, stream: httpx2.AsyncByteStream, exchange: Exchange | None, unpack: Plain, most: int, seconds: float
    ) -> None:
        self.stream = stream
        self.exchange = exchange
        self.unpack = unpack
        self.most = most
        self.seconds = seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total, exchange, begun = 0, self.exchange, perf_counter()
        async for packed in self.stream:
            if perf_counter() - begun > self.seconds:
                raise InferenceFailure(
                    f"The answer had not ended after {self.seconds:.0f} s and was cut off.",
                    "Ask for less, or run again.",
                    retry=True,
                )
            for part in self.unpack.feed(packed):
                total += len(part)
                if total > self.most:
                    raise InferenceFailure(
                        f"The answer is larger than {self.most >> 20} MB and was cut off.", "Ask for less."
                    )
                if exchange is not None:
                    await _keep(exchange, part)
                if exchange is None or exchange.streaming or exchange.spool is None:
                    yield part
                if len(part) == PIECE:
                    await asyncio.sleep(0)  # a little that is packed can be a lot, and others wait
        self.unpack.end()
        if exchange is not None and exchange.spool is not None:
            await exchange.spool.end()
            if not exchange.streaming:
                raise Spooled
        elif exchange is not None and exchange.whole and not exchange.streaming and total > exchange.most_read:
            raise Spooled

    async def aclose(self) -> None:
        await self.stream.aclose()


async def _keep(exchange: Exchange, part: bytes) -> None:
    """Keep a part of an answer: the first in memory, and all of it in a file once it is known to be long."""
    before, exchange.received = exchange.received, exchange.received + len(part)
    room = max(0, MAX_KEPT - before)
    exchange.body += part[:room]
    if len(part) > room and not exchange.is_events:
        if exchange.spool is None:
            exchange.spool = Spool()
            await exchange.spool.add(bytes(exchange.body))
            part = part[room:]
        await exchange.spool.add(part)


async def _refusal(stream: httpx2.AsyncByteStream) -> bytes:
    """The beginning of what a server says along with an error status, which counts also where the rest is broken."""
    said = bytearray()
    try:
        async with asyncio.timeout(ERROR_SECONDS):
            async for part in stream:
                said += part
                if len(said) > MAX_ERROR:
                    break
    except (InferenceFailure, httpx2.HTTPError, TimeoutError):
        pass
    finally:
        await stream.aclose()
    return bytes(said[:MAX_ERROR])


def _unpacker(response: httpx2.Response) -> Plain:
    """What turns the parts of an answer into plain bytes; packed all the same, some do."""
    found = unpacker(response.headers.get("content-encoding", ""))
    if not isinstance(found, Inflated):
        return found
    del response.headers["content-encoding"]
    return found


def _is_trusted(url: httpx2.URL, trusted_host: str | None) -> bool:
    """Whether the person let this host have the token; never in the clear over a network."""
    return url.host == trusted_host and (url.scheme == "https" or url.host in ("127.0.0.1", "localhost", "::1"))


def _holds_hub_token(request: httpx2.Request) -> bool:
    """Whether the request carries a Hub token: one that looks like it, or the one saved on this machine."""
    value = request.headers.get("authorization", "").rpartition(" ")[2]
    return bool(value) and (value.startswith("hf_") or value == machine_token())
