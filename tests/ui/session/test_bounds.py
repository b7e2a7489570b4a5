"""How much the app holds of people that nobody knows, over HTTP: files and tabs; who is refused is told so."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import gradio as gr
import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.server import uploads
from showcard.ui.server.app import Access, build_app
from showcard.ui.session import session
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Sessions, Site

KILOBYTE = 1024


@pytest.fixture
def site() -> Site:
    return Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore(), most_tabs=2, most_uploads=2 * uploads.MEGABYTE)


async def laid_out(site: Site) -> FastAPI:
    """An app with one listener, which looks up who asks. Outside of an event loop Gradio would make one, and lose it."""
    with gr.Blocks(analytics_enabled=False) as demo:
        sessions = Sessions(site)
        said = gr.Textbox()

        def who(request: gr.Request) -> str:
            return sessions.of(request).id

        gr.Button().click(who, None, said, api_visibility="private")
    return build_app(demo, site, Access())


@pytest.fixture
def client(site: Site) -> Iterator[httpx2.Client]:
    server = uvicorn.Server(uvicorn.Config(asyncio.run(laid_out(site)), port=0, log_level="warning"))
    running = threading.Thread(target=server.run)
    running.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as opened:
        yield opened
    server.should_exit = True
    running.join()


def upload(client: httpx2.Client, size: int, name: str) -> httpx2.Response:
    return client.post("/gradio_api/upload", files={"files": (name, os.urandom(size))})


def come(client: httpx2.Client, tab: str) -> Any:
    """What a tab is told when it first says something."""
    asked = {"fn_index": 0, "data": [], "session_hash": tab}
    assert client.post("/gradio_api/queue/join", json=asked).status_code == 200
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": tab}) as answer:
        for line in answer.iter_lines():
            said = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            if said.get("msg") == "process_completed":
                return said["output"].get("error") or said["output"]["data"][0]
    return None


def test_files_have_an_end_and_the_oldest_make_room(client: httpx2.Client) -> None:
    first = upload(client, 900 * KILOBYTE, "first.bin")
    assert first.status_code == 200
    assert upload(client, 900 * KILOBYTE, "second.bin").status_code == 200
    refused = upload(client, 900 * KILOBYTE, "third.bin")
    assert refused.status_code == 507
    assert refused.text == "This server holds as many files as it may (2 MB). Try again in an hour."
    assert upload(client, 10 * KILOBYTE, "small.bin").status_code == 200
    [path] = map(Path, first.json())
    long_ago = time.time() - uploads.SECONDS_SAFE - 1
    os.utime(path, (long_ago, long_ago))
    assert upload(client, 900 * KILOBYTE, "third.bin").status_code == 200
    assert not path.exists()


def test_many_tiny_files_are_counted_as_what_they_take(client: httpx2.Client) -> None:
    for _ in range(13):
        tiny = [("files", (f"{number}.bin", os.urandom(8))) for number in range(20)]
        assert client.post("/gradio_api/upload", files=tiny).status_code == 200
    assert upload(client, 1900 * KILOBYTE, "large.bin").status_code == 507


def test_an_upload_of_any_length_is_refused_before_it_is_read(client: httpx2.Client) -> None:
    asked = HTTPConnection(client.base_url.host, client.base_url.port)
    asked.putrequest("POST", "/gradio_api/upload")
    asked.putheader("content-length", str(uploads.MAX_AT_ONCE + 1))
    asked.endheaders()
    answer = asked.getresponse()
    assert (answer.status, answer.read()) == (413, b"At most 100 MB can be uploaded at once.")
    asked.close()


def in_pieces(client: httpx2.Client, size: int) -> httpx2.Response:
    """An upload that does not say its length."""
    named = b'--x\r\ncontent-disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'
    pieces = [named, *[os.urandom(50 * KILOBYTE)] * (size // (50 * KILOBYTE)), b"\r\n--x--\r\n"]
    kind = {"content-type": "multipart/form-data; boundary=x"}
    return client.post("/gradio_api/upload", content=iter(pieces), headers=kind)


def test_an_upload_that_does_not_say_its_length_is_counted_while_it_comes(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    taken = in_pieces(client, 900 * KILOBYTE)
    assert taken.status_code == 200
    [path] = map(Path, taken.json())
    assert path.stat().st_size == 900 * KILOBYTE
    assert in_pieces(client, 900 * KILOBYTE).status_code == 200
    held = sorted(tmp_path.rglob("*"))
    refused = in_pieces(client, 900 * KILOBYTE)
    assert (refused.status_code, refused.text) == (
        507,
        "This server holds as many files as it may (2 MB). Try again in an hour.",
    )
    assert sorted(tmp_path.rglob("*")) == held, "nothing is left of it"
    assert upload(client, 900 * KILOBYTE, "said.bin").status_code == 507, "what was taken still counts"
    assert upload(client, 10 * KILOBYTE, "small.bin").status_code == 200, "what was refused does not"
    assert in_pieces(client, 0).status_code < 500


def test_tabs_have_an_end_and_one_that_is_idle_makes_room(client: httpx2.Client, site: Site) -> None:
    first, second = come(client, "first"), come(client, "second")
    assert come(client, "first") == first
    told = come(client, "third")
    assert told == "This server holds as many open tabs as it may (2). Try again in some minutes."
    idle = next(tab for tab in site.tabs.values() if tab.id == second)
    idle.seen -= session.SECONDS_IDLE
    assert len(come(client, "third")) == len(first)
    assert idle.closed
    assert come(client, "first") == first
