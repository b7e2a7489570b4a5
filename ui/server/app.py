"""The FastAPI assembly: Gradio's pages behind the guard, and our own routes beside them."""

from __future__ import annotations

import asyncio

import gradio as gr
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import JSONResponse, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount

from showcard.inference.resolve import answers
from showcard.inference.transport.assets import AssetError
from showcard.metadata.media import Media
from showcard.ui.components import theme
from showcard.ui.gradio_patches import inside
from showcard.ui.gradio_patches.fair_queue import share_out
from showcard.ui.gradio_patches.idle_queue import poll_seldom
from showcard.ui.gradio_patches.light_tabs import lighten
from showcard.ui.gradio_patches.nonce import add_nonces
from showcard.ui.gradio_patches.replaced_listeners import let_go
from showcard.ui.gradio_patches.shared_threads import share
from showcard.ui.gradio_patches.unbounded_records import hold_little, hold_little_of_tabs, let_go_of_tab
from showcard.ui.gradio_patches.upload_reader import only_files
from showcard.ui.gradio_patches.uploads_alone import only_uploads
from showcard.ui.session.live_channel import LiveChannel
from showcard.ui.session.media_store import SHOWN, Crowded
from showcard.ui.session.person import signed_in
from showcard.ui.session.session import Site
from showcard.ui.session.visitors import Visitors

from . import front, signin
from .bodies import answer_what_cant_be_read
from .disk import upload_folder
from .guard import Access, Guard
from .hops import Hops
from .open_requests import OpenRequests
from .routes import Routes
from .slices import Sliced
from .uploads import Bounded, say_what_is_unwritten

MAX_UPLOAD = "50mb"


def build_app(demo: gr.Blocks, site: Site, access: Access) -> FastAPI:
    """The whole app: Gradio mounted at the root, with our middleware and our own routes before it."""
    app = FastAPI(title="Showcard", docs_url=None, redoc_url=None, openapi_url=None)

    _add_routes(app, site)
    if site.signs_in:
        signin.attach(app)
    let_go(demo)
    add_nonces()
    lighten(demo)
    only_uploads(demo)
    only_files()
    share(demo)
    demo.queue(default_concurrency_limit=None, max_size=1_000, api_open=False)
    poll_seldom(demo)
    hold_little(demo, site.most_tabs)
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
    hold_little_of_tabs(demo)
    site.when_closed.append(lambda tab: let_go_of_tab(demo, tab))
    # To be set when the server ends: what Gradio keeps open for each tab ends too, else it is cut off with a traceback.
    mounted = app.routes[-1]
    assert isinstance(mounted, Mount)
    app.state.closing = inside.stop_event(mounted.app)
    answer_what_cant_be_read(mounted.app)  # type: ignore[arg-type]
    say_what_is_unwritten(mounted.app)  # type: ignore[arg-type]
    if site.shared or site.most_uploads:
        app.add_middleware(Bounded, demo=demo, bounds=site.bounds)
    if site.shared:
        share_out(demo, site.bounds)
        app.add_middleware(OpenRequests, bounds=site.bounds)
        app.add_middleware(Visitors, signed_in=signed_in)
    if site.signs_in:
        app.add_middleware(signin.MemorySessions)
    app.add_middleware(front.FirstHtml)
    app.add_middleware(Sliced)
    app.add_middleware(GZipMiddleware, minimum_size=2_000, compresslevel=5)
    routes = Routes(inside.page_paths(demo), site.signs_in, upload_folder())
    app.add_middleware(Guard, access=access, knows=inside.knows_tab(demo), routes=routes)
    app.add_middleware(Hops, proxies=access.proxies, answers=access.answers)
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
            found = await site.media_store.get(name)
        except AssetError as error:
            return JSONResponse({"error": str(error)}, 429 if isinstance(error, Crowded) else 404)
        return _file(found)

    @app.websocket("/live/{name}")
    async def live(socket: WebSocket, name: str) -> None:
        await stream_feed(socket, site.feeds.get(name))

    @app.get("/kept/{name}/{what:path}")
    async def kept(name: str, what: str) -> Response:
        feed = site.feeds.get(name)
        found = await asyncio.to_thread(feed.read, what) if feed else None
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


async def stream_feed(socket: WebSocket, feed: LiveChannel | None) -> None:
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
