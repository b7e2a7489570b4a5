"""Who a request is from, for bounds alone: who signed in, else a cookie of ours, else the address it came from.

A cookie costs nothing to get, so who has one also counts at their address, which may hold a few people's share and no
more. Who signed in counts by name, wherever they are. Where no address can be believed (`hops.py`) there is none: then
only the bound for everybody holds."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "showcard-visitor"
ATTRIBUTES = "; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax"
NETWORK = 64  # bits of an IPv6 address: one household or company has all that begin so


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who something counts for: a person, and all who come from their address; empty where that is not known."""

    person: str = ""
    address: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """What tells who something counts for: the person, and all at their address."""
        return tuple(filter(None, (self.person, self.address and f"at {self.address}")))


NOBODY = Visitor()  # in local mode, where nothing is counted for anybody


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the first half of an IPv6 one; empty for what is neither."""
    try:
        found = ip_address(address.strip().split("%", 1)[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return str(ip_network((found, NETWORK), strict=False))
        found = found.ipv4_mapped
    return str(found)


def visitor(signed_in: str, cookie: str, address: str) -> Visitor:
    """Who a request is from: the name they signed in with, a cookie that is ours, an address; each may be empty."""
    if signed_in:
        return Visitor(f"signed in: {signed_in}")
    network = network_of(address)
    if cookie:
        return Visitor(f"cookie: {cookie}", network)
    return Visitor(f"address: {network}", network) if network else NOBODY


def visitor_of(scope: Any) -> Visitor:
    """Who a request is from, as `Visitors` found."""
    found = scope.get("visitor") if isinstance(scope, MutableMapping) else None
    return found if isinstance(found, Visitor) else NOBODY


class Cookies:
    """Names for browsers, signed so that a made-up one is nobody's. A server that starts again knows none of them."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def mint(self) -> str:
        """A new cookie's value."""
        name = secrets.token_urlsafe(12)
        return f"{name}.{self._signed(name)}"

    def name_in(self, value: str) -> str:
        """The name in a cookie's value, empty where we did not mint it."""
        name, _, signature = value.partition(".")
        ours = hmac.compare_digest(signature.encode("utf-8", "replace"), self._signed(name).encode())
        return name if name and ours else ""

    def _signed(self, name: str) -> str:
        made = hmac.digest(self._key, name.encode("utf-8", "replace"), "sha256")
        return urlsafe_b64encode(made[:18]).decode()


class Visitors:
    """Says of each request who it is from (`visitor_of`), and gives a browser that opens a page its cookie.

    `signed_in` tells from a scope who signed in, or nothing."""

    def __init__(self, app: App, signed_in: Callable[[Scope], str]) -> None:
        self.app, self.signed_in, self.cookies = app, signed_in, Cookies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        name = self.cookies.name_in(cookie_in(scope, COOKIE))
        client = scope.get("client")
        scope["visitor"] = visitor(self.signed_in(scope), name, client[0] if client else "")

        async def giving(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                given = self.cookies.mint() + ATTRIBUTES + ("; Secure" if scope["scheme"] == "https" else "")
                message = {**message, "headers": [*message["headers"], (b"set-cookie", f"{COOKIE}={given}".encode())]}
            await send(message)

        await self.app(scope, receive, send if name else giving)


def _is_page(message: MutableMapping[str, Any]) -> bool:
    headers = dict(message.get("headers", ()))
    kind: bytes = headers.get(b"content-type", b"")
    return kind.startswith(b"text/html")


def cookie_in(scope: Scope, wanted: str) -> str:
    """The value of a cookie that came with a request, empty where none did."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(wanted)
            except CookieError:
                continue
            if found is not None:
                return found.value
    return ""
