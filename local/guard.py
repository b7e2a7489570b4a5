"""Who may ask, and how much: the checks before any route is reached."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import Refusal

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_BODY = 20_000_000

# A client that is still sending can't read an answer, so this much of a too large body is read and dropped.
_DROPPED = 4 * MAX_BODY


class EngineGuard:
    """ASGI middleware: the Host and Origin headers must name this machine, and a body must not be too large.

    The Host check keeps a web page from reaching us by a name that it points here (DNS rebinding); the Origin check
    keeps it from posting to us."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = (), max_body: int = MAX_BODY) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in (*LOOPBACK, *hosts))
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers it with a sentence."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        body = _Body(receive, self._max_body)
        try:
            self._check_names(scope["method"], headers)
            await body.check_length(headers)
        except Refusal as refusal:
            await _answer(send, refusal)
            return
        await self._app(scope, body.receive, send)

    def _check_names(self, method: str, headers: Mapping[str, str]) -> None:
        host = headers.get("host", "")
        if _name(f"//{host}") not in self._hosts:
            raise Refusal(f"This server answers to its own names only, not to {host[:100]!r}.", 403)
        origin = headers.get("origin")
        if origin is not None and method not in ("GET", "HEAD") and _name(origin) not in self._hosts:
            raise Refusal(f"This server takes no requests from pages of {origin[:100]!r}.", 403)


class _Body:
    """Counts a body as it arrives."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit, self._seen = receive, limit, 0

    async def check_length(self, headers: Mapping[str, str]) -> None:
        """Refuses a body that says that it is too large."""
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self._limit:
            if headers.get("expect", "").lower() != "100-continue":
                await self._drop()
            raise self._too_large()

    async def receive(self) -> Message:
        """The next part of the body; refuses the part that makes it too large."""
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._limit:
            if message.get("more_body"):
                await self._drop()
            raise self._too_large()
        return message

    async def _drop(self) -> None:
        dropped, more = 0, True
        while more and dropped < _DROPPED:
            message = await self._receive()
            dropped += len(message.get("body", b""))
            more = message.get("more_body", False)

    def _too_large(self) -> Refusal:
        return Refusal(f"The body is larger than {self._limit / 1e6:g} MB, the most this server takes.", 413)


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


async def _answer(send: Send, refusal: Refusal) -> None:
    body = json.dumps({"error": refusal.sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
