"""The FastAPI assembly: who may talk to the app, what the page may load, and the routes beside Gradio's."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import gradio as gr
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import JSONResponse, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount

from inference.assets import AssetError
from inference.resolve import answers
from metadata.media import Media

from . import front, signin, theme
from .feed import Feed
from .gone import let_go
from .light import lighten
from .session import Site
from .shelf import SHOWN
from .uploads import Bounded, only_uploads

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK_NAMES = frozenset(("localhost", "127.0.0.1", "::1"))
MAX_UPLOAD = "50mb"
POLL_SECONDS = 0.005  # Gradio looks for events that often; its own millisecond is half of what an idle app costs
# What Gradio serves for its own pages and ours have no use for; a deep link would write what fields hold to the disk.
UNUSED = re.compile(
    r"/(openapi\.json|docs|redoc|monitoring.*"
    r"|gradio_api/(deep_link|openapi\.json|call/.*|proxy=.*|dev/.*|stream/.*|process_recording|(undo-)?vibe-.*))/?"
)
EVENTS = "/gradio_api/queue/data"
LOST = b'<!doctype html><title>Showcard</title><p>There is no such page. <a href="/">Open a model card</a>'
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; connect-src 'self' data: blob:; "
    "worker-src 'self' blob:; form-action 'self'; object-src 'none'; base-uri 'self'; frame-ancestors "
)


@dataclass(frozen=True, slots=True)
class Access:
    """Which hosts the app answers as, and which sites may frame it."""

    hosts: frozenset[str] = LOOPBACK_NAMES
    framed_by: tuple[str, ...] = ("'self'",)

    def answers(self, host: str) -> bool:
        """Whether a Host header (or the host of an Origin) is one of ours."""
        return _hostname(host) in self.hosts


class Guard:
    """Checks Host (DNS rebinding) and Origin (cross-site requests), and adds the security headers.

    `knows`: whether Gradio has events for a tab's hash; for another it would fail in the middle of its answer."""

    def __init__(self, app: App, access: Access, knows: Callable[[str], bool]) -> None:
        self.app = app
        self.access = access
        self.knows = knows
        self.policy = (POLICY + " ".join(access.framed_by)).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it with one sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        if not self.access.answers(host):
            await _refuse(421, f"This app does not answer as {host!r}. Start it with --allow-host to change that.")(
                scope, receive, send
            )
            return
        if origin and not _same_site(origin, host) and scope.get("method") not in ("GET", "HEAD"):
            await _refuse(403, "This request comes from another site.")(scope, receive, send)
            return
        if UNUSED.fullmatch(scope["path"]) or (scope["path"] == EVENTS and not self.knows(_tab(scope))):
            await _refuse(404, "There is nothing here.")(scope, receive, send)
            return
        browsed = b"text/html" in dict(scope["headers"]).get(b"accept", b"")
        await self.app(scope, receive, self._with_headers(send, browsed))

    def _with_headers(self, send: Send, browsed: bool) -> Send:
        lost = False

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal lost
            if message["type"] == "http.response.start":
                if browsed and message["status"] == 404:
                    lost = True
                    message = {**message, "headers": [(b"content-type", b"text/html; charset=utf-8")]}
                headers = [h for h in message.get("headers", []) if h[0].lower() != b"access-control-allow-origin"]
                if not any(name.lower() == b"content-security-policy" for name, _ in headers):
                    headers.append((b"content-security-policy", self.policy))
                headers += [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
                message = {**message, "headers": headers}
            elif lost:
                message = {**message, "body": b"" if message.get("more_body") else LOST}
            await send(message)

        return sending


def build_app(demo: gr.Blocks, site: Site, access: Access) -> FastAPI:
    """The whole app: Gradio mounted at the root, with our middleware and our own routes before it."""
    app = FastAPI(title="Showcard", docs_url=None, redoc_url=None, openapi_url=None)

    _add_routes(app, site)
    if site.signs_in:
        signin.attach(app)
    let_go(demo)
    lighten(demo)
    only_uploads(demo)
    if site.most_tabs:  # Gradio's own part of a tab, which it holds for some that were closed too
        demo.state_session_capacity = 2 * site.most_tabs
    demo.max_threads = 200
    demo.queue(default_concurrency_limit=None, max_size=1_000, api_open=False)
    demo._queue.sleep_when_free = POLL_SECONDS
    gr.mount_gradio_app(
        app,
        demo,
        path="/",
        run_history=False,
        enable_monitoring=False,
        show_error=True,
        max_file_size=MAX_UPLOAD,
        theme=theme.theme(),
        footer_links=[],
        ssr_mode=False,
        pwa=False,
    )
    # To be set when the server ends: what Gradio keeps open for each tab ends too, else it is cut off with a traceback.
    mounted = app.routes[-1]
    assert isinstance(mounted, Mount)
    app.state.closing = mounted.app.stop_event  # type: ignore[attr-defined]
    if site.most_uploads:
        app.add_middleware(Bounded, demo=demo, most=site.most_uploads)
    app.add_middleware(front.FirstHtml)
    app.add_middleware(GZipMiddleware, minimum_size=2_000, compresslevel=5)
    app.add_middleware(Guard, access=access, knows=demo._queue.pending_messages_per_session.__contains__)
    return app


def _add_routes(app: FastAPI, site: Site) -> None:
    """Our own routes: health, media, and what is read and said by the secret name of a tab's feed."""

    @app.get("/health")
    async def health() -> JSONResponse:
        well = await answers(site.embedded.url)
        told = {"status": "ok" if well else "degraded", "engine": well, "models": len(site.embedded.models)}
        return JSONResponse(told, 200 if well else 503)

    @app.get("/front/{version}/{name:path}")
    def script_or_style(version: str, name: str, request: Request) -> Response:
        return front.answer(version, name, request.headers.get("accept-encoding", ""))

    @app.get("/media/{name}")
    async def media(name: str) -> Response:
        try:
            found = await site.shelf.get(name)
        except AssetError as error:
            return JSONResponse({"error": str(error)}, 404)
        return _file(found)

    @app.websocket("/live/{name}")
    async def live(socket: WebSocket, name: str) -> None:
        await stream_feed(socket, site.feeds.get(name))

    @app.get("/kept/{name}/{what:path}")
    async def kept(name: str, what: str) -> Response:
        feed = site.feeds.get(name)
        found = feed.read(what) if feed else None
        if found is None:
            return JSONResponse({"error": "This is no longer here."}, 404)
        return Response(found[0], media_type=found[1], headers={"cache-control": "no-store"})

    @app.post("/left/{name}")
    async def left(name: str) -> Response:
        if tab := site.tabs.get(name):
            tab.leave()
        return Response(status_code=204)

    @app.get("/back/{name}")
    async def back(name: str) -> JSONResponse:
        tab = site.tabs.get(name)
        return JSONResponse(tab is not None and tab.back(), headers={"cache-control": "no-store"})


def _file(media: Media | None) -> Response:
    """Media as a browser may have them: what it can't show is only ever downloaded, and no script runs in any."""
    if media is None or media.data is None:
        return JSONResponse({"error": "This file is no longer here. Run again to get it back."}, 404)
    kind = media.media_type or ""
    shown = kind.startswith(SHOWN)
    return Response(
        media.data,
        media_type=kind if shown else "application/octet-stream",
        headers={
            "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
            "cache-control": "private, max-age=3600",
            "content-disposition": "inline" if shown else "attachment",
        },
    )


async def stream_feed(socket: WebSocket, feed: Feed | None) -> None:
    """Send a feed's lines until there are no more, or the page leaves."""
    if feed is None:
        await socket.close(4404)
        return
    await socket.accept()

    async def send() -> None:
        async for line in feed.lines():
            await socket.send_text(line)

    async def left() -> None:
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass

    sending, leaving = asyncio.create_task(send()), asyncio.create_task(left())
    try:
        await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        if sending.done() and not leaving.done():
            await socket.close()
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)


def _tab(scope: Scope) -> str:
    """The hash of the tab that asks for its events."""
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("session_hash", [""])[0]


def _refuse(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status_code=status)


def _hostname(host: str) -> str:
    if host.count(":") > 1 and not host.startswith("["):
        host = f"[{host}]"  # an IPv6 address as a person writes it
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _same_site(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def allowed_hosts(bound: str, extra: Iterable[str]) -> frozenset[str]:
    """The names an app bound to an address answers as: loopback, the address itself, and those given."""
    names = {_hostname(name) for name in (bound, *extra)} - {"", "0.0.0.0", "::"}  # noqa: S104
    return LOOPBACK_NAMES | names
