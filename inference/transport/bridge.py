"""What huggingface_hub asks synchronously in the middle of a call, carried out by the shared transport.

Some providers answer with a ticket or an address: the library then polls and downloads in a thread. Here those
requests go over the call's own event loop, under the rules of the transport, and end when the call does.

A file that they lead to is fetched as one of a card is (`assets.py`)."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

import httpx2
from huggingface_hub import set_client_factory

from showcard.inference.errors import InferenceFailure
from showcard.inference.processes.threads import set_up, waits
from showcard.wire.hub_private import request_hook

from .assets import AssetError, fetch
from .http import MAX_BYTES, MEDIA, Exchange, client, is_hub, recording, same_origin

MAX_TICKET = 16 * 2**20  # of JSON that the library reads: how far a provider is, or a file in it
MAX_VALUES = 200_000  # in it: lists, objects and what parts their items


def _check_ticket(content: bytes) -> None:
    """Raises InferenceFailure for JSON that takes long to read: a single text does not, many values do."""
    if len(content) > MAX_TICKET:
        said = f"The provider's answer is larger than {MAX_TICKET >> 20} MB and was cut off."
        raise InferenceFailure(said, "Ask for less.")
    if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise InferenceFailure(f"The provider's answer holds more than {MAX_VALUES:,} values.", "Ask for less.")


class Carrier:
    """Carries the synchronous requests of one call; `fetched` is the last file that was downloaded for it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.loop = asyncio.get_running_loop()
        set_up(self.loop)
        self.fetched = b""
        self._closed = False
        self._pending: set[concurrent.futures.Future[httpx2.Response]] = set()

    def carry(self, request: httpx2.Request) -> httpx2.Response:
        """The answer to a request that a worker thread makes. Raises InferenceFailure on the event loop itself."""
        if _on_a_loop():
            raise InferenceFailure(
                f"{request.url.host} would have been asked in the middle of another call.", "Name the provider."
            )
        future = asyncio.run_coroutine_threadsafe(self._fetch(request), self.loop)
        self._pending.add(future)
        try:
            if self._closed:
                future.cancel()
            return future.result()
        except concurrent.futures.CancelledError:
            raise InferenceFailure("The call was stopped.", "Run again.") from None
        finally:
            self._pending.discard(future)

    async def _fetch(self, request: httpx2.Request) -> httpx2.Response:
        url = str(request.url)
        if not is_hub(url) and not same_origin(url, self.exchange.url):
            try:
                self.fetched, kind = await fetch(
                    url
                )  # an address that a provider's answer names: any host may be in it
            except AssetError as error:
                raise InferenceFailure(f"The provider's file can't be fetched. {error}", "Run again.") from None
            headers = {"content-type": kind} if kind else {}
            return httpx2.Response(200, content=self.fetched, headers=headers, request=request)
        with recording(None):
            session = client(most=MAX_BYTES, timeout=self.exchange.timeout, follow_redirects=False)
        async with session:
            answer = await session.request(request.method, url, headers=request.headers, content=request.read())
        if not answer.headers.get("content-type", "").lower().startswith(MEDIA):
            _check_ticket(answer.content)
        headers = {k: v for k, v in answer.headers.items() if k not in ("content-encoding", "transfer-encoding")}
        return httpx2.Response(answer.status_code, content=answer.content, headers=headers, request=request)

    def close(self) -> None:
        """End what is under way; the thread that waits for it ends too."""
        self._closed = True
        for future in list(self._pending):
            future.cancel()


_carrier: ContextVar[Carrier | None] = ContextVar("carrier", default=None)


@contextmanager
def carrying(exchange: Exchange) -> Iterator[Carrier]:
    """Inside, and in the threads started inside, huggingface_hub's synchronous requests are carried."""
    install()
    carrier = Carrier(exchange)
    token, waiting = _carrier.set(carrier), waits.set(True)
    try:
        yield carrier
    finally:
        waits.reset(waiting)
        _carrier.reset(token)
        carrier.close()


class _Bridge(httpx2.BaseTransport):
    """The transport of huggingface_hub's synchronous client: the carrier's inside a call, its usual one elsewhere."""

    def __init__(self) -> None:
        self._usual: httpx2.HTTPTransport | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        carrier = _carrier.get()
        if carrier is not None:
            return carrier.carry(request)
        self._usual = self._usual or httpx2.HTTPTransport()
        return self._usual.handle_request(request)

    def close(self) -> None:
        if self._usual is not None:
            self._usual.close()


@cache
def install() -> None:
    """Make huggingface_hub's synchronous client use the shared transport, once there is a call to carry.

    It holds for the process, and for good: what polls asks for the one client of all, and setting another would close
    the one in use. Outside of calls it is the library's usual one."""
    set_client_factory(
        lambda: httpx2.Client(
            transport=_Bridge(), follow_redirects=True, timeout=None, event_hooks={"request": [request_hook]}
        )
    )


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
