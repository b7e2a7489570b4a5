"""Who may talk to the app, at which addresses, how much, and what the browser is told of every answer.

The path that is judged is the one that the router sees (`scope["path"]`). Control characters in it are refused: the
pattern of a route ends in `$`, which matches before a newline too. A WebSocket that is refused is closed before it
is accepted, as uvicorn takes an answer with a body for a fault of the app."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.responses import JSONResponse, PlainTextResponse, Response

from showcard.ui.gradio_patches import nonce

from .bodies import Bodies, BodyRefused, Left, counted, too_large
from .routes import EVENTS, UPLOAD, Routes, ServedRoute
from .signin import COOKIE

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

LOOPBACK_NAMES = frozenset(("localhost", "127.0.0.1", "::1"))
LOST = '<!doctype html><title>Showcard</title><p>There is no such page. <a href="/">Open a model card</a>'
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; connect-src 'self' data: blob:; "
    "worker-src 'self' blob:; form-action 'self'; object-src 'none'; base-uri 'self'; frame-ancestors "
)
HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
LENGTHS = frozenset((b"content-length", b"transfer-encoding"))
_RANGE = re.compile(rb"bytes=([0-9]{0,18})-([0-9]{0,18})")
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::([0-9]{1,5}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Access:
    """Which hosts the app answers as, which site may frame it, and how many proxies before it are believed (`Hops`)."""

    hosts: frozenset[str] = LOOPBACK_NAMES
    framed_by: str = "'self'"
    proxies: int | None = None

    def answers(self, host: str) -> bool:
        """Whether a Host header is one of ours: a name or an address, perhaps with a port, and nothing else."""
        found = _HOST.fullmatch(host)
        if found is None or int(found[3] or 1) not in range(1, 2**16):
            return False
        return (found[1] or found[2]).lower() in self.hosts


class Guard:
    """Checks Host (DNS rebinding), Origin (cross-site requests), the address and the length of each request, and adds
    the security headers.

    `knows`: whether Gradio has events for a tab's hash; for another it would fail in the middle of its answer."""

    def __init__(self, app: App, access: Access, knows: Callable[[str], bool], routes: Routes) -> None:
        self.app, self.access, self.knows, self.routes = app, access, knows, routes
        self.bodies = Bodies()
        self.headers: list[Header] = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
        self.policy = POLICY + access.framed_by

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it with one sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        served = self._judge(scope)
        if scope["type"] == "websocket":
            if isinstance(served, Response):
                await send({"type": "websocket.close", "code": 4400})  # not accepted: HTTP 403
            else:
                await self.app(scope, receive, send)
            return
        send = self._with_headers(scope, send)
        if isinstance(served, Response):
            await served(scope, receive, send)
            return
        try:
            receive = await self._bounded(scope, served, receive)
        except BodyRefused as refused:
            await _too_much(served, refused)(scope, receive, send)
        except Left:
            pass
        else:
            scope["headers"] = [header for header in scope["headers"] if header[0] != b"range" or _is_range(header[1])]
            await self.app(scope, receive, send)

    def _judge(self, scope: Scope) -> ServedRoute | Response:
        """What a request asks for, or the answer that refuses it."""
        headers, path, method = dict(scope["headers"]), scope["path"], scope.get("method", "WEBSOCKET")
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or not self.access.answers(hosts[0]):
            named = ", ".join(hosts)
            return refuse(421, f"This app does not answer as {named!r}. Start it with --allow-host to change that.")
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and not _same_site(origin, hosts[0]) and method not in ("GET", "HEAD"):
            return refuse(403, "This request comes from another site.")
        if not path.startswith("/") or not path.isprintable():
            return refuse(400, "This address holds characters that no address of this app has.")
        served = self.routes.find(path)
        if served is None or (path == EVENTS and not self.knows(_tab(scope))):
            if b"text/html" in headers.get(b"accept", b""):
                return Response(LOST, 404, media_type="text/html")
            return refuse(404, "There is nothing here.")
        if method not in served.methods:
            allowed = {"allow": ", ".join(sorted(served.methods - {"WEBSOCKET"}))}
            return JSONResponse({"error": f"This address does not take {method}."}, 405, allowed)
        return served

    async def _bounded(self, scope: Scope, served: ServedRoute, receive: Receive) -> Receive:
        """What gives the app the body of a request. Raises BodyRefused, and Left."""
        said = {name: value for name, value in scope["headers"] if name in LENGTHS}
        if len(said) > 1:
            raise BodyRefused(400, "A request says the length of its body in one way.")
        length = int(said.get(b"content-length", 0))
        if length > served.most:
            raise too_large(served.most, upload=served.path == UPLOAD)
        if not length and not said.get(b"transfer-encoding"):
            return receive
        if served.path == UPLOAD:
            return counted(receive, served.most)
        return await self.bodies.gather(receive, served.most, (scope.get("client") or ("",))[0])

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        added = [*self.headers, HTTPS_ONLY] if scope.get("scheme") == "https" else self.headers
        scope[nonce.KEY] = secrets.token_urlsafe(18)
        policy = self.policy.replace("{nonce}", scope[nonce.KEY])

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = [_kept(header) for header in message.get("headers", []) if not _opens_up(header)]
                if not any(name.lower() == b"content-security-policy" for name, _ in headers):
                    headers.append((b"content-security-policy", policy.encode()))
                message = {**message, "headers": headers + added}
            await send(message)

        return sending


def _is_range(said: bytes) -> bool:
    """Whether a Range header asks for one part of a file; whoever asks for something else is given all of it, as HTTP
    allows. Gradio fails on such."""
    found = _RANGE.fullmatch(said)
    return bool(found and (found[1] or found[2]) and (not found[1] or int(found[1]) <= int(found[2] or 10**18)))


def _opens_up(header: Header) -> bool:
    """Whether a header would let other sites read an answer."""
    return header[0].lower().startswith(b"access-control-")


def _kept(header: Header) -> Header:
    """A header as it goes out: of cookies, only that of who signed in may come along from other sites."""
    name, value = header
    if name.lower() != b"set-cookie" or value.startswith(f"{COOKIE}=".encode()):
        return header
    parts = [part for part in value.split(b";") if not part.strip().lower().startswith(b"samesite")]
    return name, b";".join([*parts, b" SameSite=Lax"])


def refuse(status: int, sentence: str) -> Response:
    """An answer that says why there is none."""
    return JSONResponse({"error": sentence}, status_code=status)


def _too_much(served: ServedRoute, refused: BodyRefused) -> Response:
    """The answer to a body that is not taken, in the form in which Gradio's page shows what it says."""
    if served.path == UPLOAD:
        return PlainTextResponse(str(refused), refused.status)
    return JSONResponse({"error": str(refused), "detail": str(refused)}, refused.status)


def _tab(scope: Scope) -> str:
    """The hash of the tab that asks for its events."""
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("session_hash", [""])[0]


def _same_site(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def allowed_hosts(bound: str, extra: Iterable[str]) -> frozenset[str]:
    """The names an app bound to an address answers as: loopback, the address itself, and those given."""
    names = {_hostname(name) for name in (bound, *extra)} - {"", "0.0.0.0", "::"}  # noqa: S104
    return LOOPBACK_NAMES | names


def _hostname(host: str) -> str:
    """The name in what a person writes as a host, which may have a port."""
    if host.count(":") > 1 and not host.startswith("["):
        host = f"[{host}]"  # an IPv6 address as a person writes it
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
