"""Every route of the app, ours and Gradio's: what the guard takes a request for is what the router reaches."""

from __future__ import annotations

import asyncio
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Match, Mount

from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.server.app import build_app
from showcard.ui.server.guard import Access, Guard
from showcard.ui.server.routes import GRADIOS, OURS, SIGN_IN, Routes
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Site

METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS", "WEBSOCKET")
FOLDER = gr.utils.get_upload_folder()

# What Gradio serves and our pages have no use for. A deep link writes what fields hold to the disk; `proxy=`, and `file=`
# with an address, open connections for anybody; `call` and `api` are for programs; the rest is for pages of its own.
UNUSED = [
    "/api/{api_name}",
    "/api/{api_name}/",
    "/call/v2/{api_name}",
    "/call/v2/{api_name}/",
    "/call/v2/{api_name}/{event_id}",
    "/call/{api_name}",
    "/call/{api_name}/",
    "/call/{api_name}/{event_id}",
    "/run/{api_name}/",
    "/component_server",
    "/component_server/",
    "/custom_component/{id}/{environment}/{type}/{file_name}",
    "/deep_link",
    "/dev/reload",
    "/file/{path:path}",
    "/info",
    "/info/",
    "/openapi.json",
    "/process_recording",
    "/proxy={url_path:path}",
    "/queue/status",
    "/reset/",
    "/runs",
    "/runs/",
    "/stream/{event_id}",
    "/stream/{event_id}/close",
    "/stream/{session_hash}/{run}/{component_id}/playlist-file",
    "/stream/{session_hash}/{run}/{component_id}/playlist.m3u8",
    "/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}",
    "/theme.css",
    "/token",
    "/token/",
    "/user",
    "/user/",
    "/login_check",
    "/login_check/",
    "/app_id/",
    "/undo-vibe-edit",
    "/undo-vibe-edit/",
    "/vibe-code",
    "/vibe-code/",
    "/vibe-edit",
    "/vibe-edit/",
    "/vibe-starter-queries",
    "/vibe-starter-queries/",
]
UNUSED_AT_THE_ROOT = [
    "/openapi.json",
    "/login",
    "/login/",
    "/svelte/{path:path}",
    "/config/",
    "/pwa_icon",
    "/pwa_icon/{size}",
    "/monitoring",
    "/monitoring/summary",
    "/monitoring/{key}",
]


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """An app as on a Space, with its sign-in and a second page."""

    async def made() -> FastAPI:
        with gr.Blocks(analytics_enabled=False) as demo:
            gr.Textbox()
        with demo.route("Second", "/second"):
            gr.Textbox()
        return build_app(demo, Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore(), signs_in=True), Access())

    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "SSR mode is not supported")  # as the app has it
        for name in ("OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPES", "OPENID_PROVIDER_URL"):
            patched.setenv(name, "http://127.0.0.1:1")
        return asyncio.run(made())


@pytest.fixture(scope="module")
def routes(app: FastAPI) -> Routes:
    """The table that the app's guard has."""
    return next(found.kwargs["routes"] for found in app.user_middleware if found.cls is Guard)


def leaves(app: FastAPI) -> Iterator[Any]:
    """Every route, in the order in which the router tries them."""
    for found in iter_route_contexts(app.routes):
        if isinstance(found.route, Mount):
            yield from leaves(found.route.app)  # type: ignore[arg-type]
        else:
            yield found


def reached(app: FastAPI, method: str, path: str) -> str | None:
    """The route that a request comes to, as its router writes it."""
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    if method == "WEBSOCKET":
        scope["type"] = "websocket"
    for found in leaves(app):
        if found._effective_route.matches(scope)[0] is Match.FULL:
            return str(found.path)
    return None


def written(path: str) -> str:
    """A path that a route answers at."""
    if "/file={" in path:
        return f"/gradio_api/file={FOLDER}/hash/picture.png"
    return re.sub(r"{\w+(:path)?}", lambda found: "a/b" if found[1] else "1", path)


ODD: list[Callable[[str], str]] = [
    lambda path: path,
    *[lambda path, end=end: path + end for end in (
        "%0a", "%0d", "%0d%0a", "%00", "%0b", "%09", "%7f", "%20", "%2f", "%2f%0a", "/", "//", "/.", "/..", "/%2e", "%5c",
        ";x", ";x=y", "%3f", "%23", "%250a", "%252f", "%c0%af", "%e2%80%a8", "%e2%80%8b", "%ef%bc%8f", ".", "*", "&", ":80",
        "?x", "%0a/", "/x", "/x/..", "%85",
    )],
    *[lambda path, start=start: start + path for start in (
        "/", "//", "/.", "/..", "/x/..", "/%2e%2e", "/%2f", "/%0a", "%0a", "/;", "/gradio_api", "/assets/..", "/static/%2e%2e",
        "/media/1/..", "http://127.0.0.1", "http:", "\\", "*", "/gradio_api/..", "/kept/1/..", "/second/..",
    )],
    *[lambda path, other=other: path.replace("/", other) for other in (
        "//", "/./", "/%2e/", "%2f", "/%0a", "\\", "%5c", "/x/../", "/;/", "/%20", "%ef%bc%8f",
    )],
    *[lambda path, other=other: "/" + path[1:].replace("/", other) for other in ("%2f", "%2F", "%5c", "//", ";/", "%252f")],
    str.upper, str.title, str.swapcase,
    lambda path: "/" + "".join(f"%{ord(one):02x}" for one in path[1:]),
    lambda path: "".join(f"%{ord(one):02x}" for one in path),
    lambda path: path.replace("i", "%c4%b1").replace("s", "%c5%bf"),
]  # fmt: skip


def judged(routes: Routes, method: str, path: str) -> str | None:
    """The route that the guard takes a request for, None where it refuses it."""
    guard = Guard(None, Access(), lambda _: True, routes)  # type: ignore[arg-type]
    scope = {"type": "http", "method": method, "path": path, "headers": [(b"host", b"localhost")], "query_string": b""}
    if method == "WEBSOCKET":
        del scope["method"]
    return getattr(guard._judge(scope), "path", None)


def test_every_route_is_decided_about(app: FastAPI) -> None:
    there = {str(found.path) for found in leaves(app)}
    served = {path for _, path, _ in (*OURS, *SIGN_IN, *GRADIOS)} | {"/second", "/second/"}
    refused = {f"/gradio_api{path}" for path in UNUSED} | set(UNUSED_AT_THE_ROOT)
    new = "\n".join(sorted(there - served - refused))
    assert not new, (
        f"Nobody has decided about these routes; serve them in ui/server/routes.py or list them here:\n{new}"
    )
    gone = "\n".join(sorted((served | refused) - there))
    assert not gone, f"These routes are no longer there:\n{gone}"
    assert not served & refused


def test_what_is_served_is_reached_and_nothing_else(app: FastAPI, routes: Routes) -> None:
    served = {entry.path: entry for entry in routes.served}
    for path in {str(found.path) for found in leaves(app)}:
        for method in METHODS:
            taken = judged(routes, method, written(path))
            assert taken == (path if path in served and method in served[path].methods else None), (method, path)
            assert taken in (None, reached(app, method, written(path)))


def test_no_odd_form_of_a_path_reaches_what_the_guard_took_for_something_else(app: FastAPI, routes: Routes) -> None:
    forms = {odd(written(str(found.path))) for found in leaves(app) for odd in ODD}
    assert len(forms) > 4_000
    wrong = [
        f"{method} {form}: judged as {taken}, reaches {reached(app, method, unquote(form))}"
        for form in forms
        for method in ("GET", "POST", "WEBSOCKET")
        if (taken := judged(routes, method, unquote(form))) and taken != reached(app, method, unquote(form))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", ["/assets/" + "x" * 256, "/static/" + "x/" * 1_500, "/media/" + "é" * 128])
def test_a_name_that_no_file_can_have_is_not_looked_for(routes: Routes, path: str) -> None:
    assert judged(routes, "GET", path) is None
    assert judged(routes, "GET", path[:60])


@pytest.mark.parametrize(
    "path",
    [
        "http://example.org/x", "https://example.org/x", "HTTP://example.org/x", "http:/example.org/x", "http:example.org",
        "//example.org/x", "ftp://example.org/x", "file:///etc/passwd", "/etc/passwd", "etc/passwd", "", ".", "data:,x",
        "FOLDER/hash/../../etc/passwd", "FOLDER/tmpupload", "FOLDER/deep_links/x/state.json", "FOLDER", "FOLDER/",
        "FOLDERx/hash/picture.png", "FOLDER//hash/picture.png", "FOLDER/./hash/picture.png", "xFOLDER/hash/x.png",
        "FOLDER\\hash\\..\\x", "http://example.orgFOLDER/hash/x.png",
    ],
)  # fmt: skip
def test_a_file_is_one_that_was_uploaded_or_made_here(routes: Routes, path: str) -> None:
    for method in ("GET", "HEAD"):
        assert judged(routes, method, f"/gradio_api/file={path.replace('FOLDER', FOLDER)}") is None
        assert judged(routes, method, f"/gradio_api/file={FOLDER}/hash/picture.png")
