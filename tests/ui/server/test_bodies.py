"""The body of every request ends somewhere, however it is sent; over HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.server.app import build_app
from showcard.ui.server.bodies import Bodies, BodyRefused
from showcard.ui.server.guard import Access
from showcard.ui.server.routes import FORM, GRADIOS, MEGABYTE, OURS, SMALL, UPLOADS
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Site
from tests.support.serving import serving

BOUNDED = [(path, most) for methods, path, most in (*OURS, *GRADIOS) if "POST" in methods]
BOUNDARY = "--b"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the app keeps uploads."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patched:
        patched.setenv("GRADIO_TEMP_DIR", name)
        yield Path(name)


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """An app with one listener, which says how long a text is."""

    async def made() -> Any:
        with gr.Blocks(analytics_enabled=False) as demo:
            text = gr.Textbox()
            text.submit(len, text, gr.Number(), queue=False, api_name="long")
        return build_app(demo, Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore()), Access())

    with serving(asyncio.run(made())) as found:
        yield found


def ask(
    port: int, path: str, pieces: list[bytes], length: int | None = None, kind: str = "json", method: str = "POST"
) -> tuple[int, bytes]:
    """The status and the answer to a body: in chunks, or with a length."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as asked:
        asked.putrequest(method, path)
        asked.putheader(
            "content-type", f"multipart/form-data; boundary={BOUNDARY}" if kind == "form" else "application/json"
        )
        asked.putheader(*(("transfer-encoding", "chunked") if length is None else ("content-length", str(length))))
        asked.endheaders()
        for piece in pieces:
            asked.send(b"%x\r\n%s\r\n" % (len(piece), piece) if length is None else piece)
        if length is None:
            asked.send(b"0\r\n\r\n")
        answer = asked.getresponse()
        return answer.status, answer.read()


def part(name: str, filename: str | None) -> bytes:
    """The head of a part of an upload."""
    said = f'; filename="{filename}"' if filename else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{said}\r\n\r\n'.encode()


END = f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize(("path", "most"), BOUNDED, ids=str)
def test_a_body_that_says_it_is_too_long_is_not_waited_for(port: int, path: str, most: int) -> None:
    status, answer = ask(port, path.format(name="x", api_name="long"), [], most + 1)
    told = answer.decode()
    assert status == 413
    size = f"{most // MEGABYTE} MB" if most >= MEGABYTE else "16 KB"
    assert size in told
    assert path == "/gradio_api/upload" or json.loads(told)["detail"] == json.loads(told)["error"]


@pytest.mark.parametrize("path", ["/gradio_api/cancel", "/left/x", "/health"])
def test_a_body_in_chunks_is_counted(port: int, path: str) -> None:
    chunks = [b"x" * 1000] * (SMALL // 1000 + 1)
    assert ask(port, path, chunks, method="GET" if path == "/health" else "POST")[0] == 413


def test_what_a_page_sends_is_counted_before_it_is_read(port: int) -> None:
    path = "/gradio_api/run/long"
    card = json.dumps({"data": ["\n" * 4_000_000]}).encode()
    assert json.loads(ask(port, path, [card], len(card))[1])["data"] == [4_000_000]
    assert json.loads(ask(port, path, [card[:5], card[5:]])[1])["data"] == [4_000_000]
    piece = b"x" * MEGABYTE
    status, answer = ask(port, path, [b'{"data": ["', *[piece] * (FORM // MEGABYTE)])
    assert (status, "Shorten its texts" in json.loads(answer)["detail"]) == (413, True)


@pytest.mark.parametrize("end", ["%0a", "%0d%0a", "%00", "/", "%2f", ";x", "%20"])
def test_no_other_form_of_its_address_takes_an_upload(port: int, folder: Path, end: str) -> None:
    before = sorted(folder.rglob("*"))
    body = [part("files", "x"), b"x" * 1000, END]
    assert ask(port, f"/gradio_api/upload{end}", body, kind="form")[0] in (400, 404)
    assert sorted(folder.rglob("*")) == before


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads of 1 MB at the most."""
    from showcard.ui.server import routes

    patched = tuple((m, path, MEGABYTE if most == UPLOADS else most) for m, path, most in GRADIOS)
    monkeypatch.setattr(routes, "GRADIOS", patched)


def test_an_upload_in_chunks_is_counted_and_leaves_nothing(few: None, folder: Path) -> None:
    async def made() -> Any:
        with gr.Blocks(analytics_enabled=False) as demo:
            gr.File()
        return build_app(demo, Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore()), Access())

    before = sorted(folder.rglob("*"))
    with serving(asyncio.run(made())) as port:
        piece = b"x" * 100_000
        status, answer = ask(port, "/gradio_api/upload", [part("files", "x"), *[piece] * 11, END], kind="form")
        assert (status, answer[:37]) == (413, b"At most 1 MB can be uploaded at once.")
        assert sorted(folder.rglob("*")) == before
        status, answer = ask(port, "/gradio_api/upload", [part("files", "x"), *[piece] * 9, END], kind="form")
        assert status == 200
        assert [Path(path).stat().st_size for path in json.loads(answer)] == [900_000]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([part("text", None) + b"x" * 10], b"Only files can be uploaded."),
        ([part("files", "a") + b"x\r\n"] * 21, b"At most 20 files can be uploaded at once."),
    ],
    ids=["a field", "many files"],
)
def test_an_upload_holds_files_alone_and_only_so_many(port: int, folder: Path, parts: list[bytes], said: bytes) -> None:
    before = sorted(folder.rglob("*"))
    body = b"".join(parts) + END
    assert ask(port, "/gradio_api/upload", [body], len(body), kind="form") == (400, said)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"[]", b'{"data": NaN}', b'{"fn_index": 1e999}', b'{"data": "\\ud800"}', b"\xff", b"[" * 9_999],
    ids=["nothing", "a letter", "a list", "NaN", "infinite", "half a character", "no UTF-8", "deep"],
)
@pytest.mark.parametrize("path", ["queue/join", "run/long", "cancel", "reset", "upload"])
def test_what_no_page_sends_is_refused_without_a_word_in_the_log(
    port: int, path: str, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    for kind in ("json", "form"):
        status, answer = ask(port, f"/gradio_api/{path}", [body], len(body), kind=kind)
        assert status in (400, 404, 422) or (path, body, answer) == ("upload", b"", b"[]")
    assert not caplog.records


def test_a_request_says_its_length_in_one_way(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as opened:
        said = "host: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked"
        opened.sendall(f"POST /gradio_api/cancel HTTP/1.1\r\n{said}\r\n\r\n".encode())
        assert opened.recv(100).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("inputs", [[], ["a", "b"], [{"path": "x"}], [3], [[[[]]]], None])
def test_a_listener_that_is_sent_something_else_says_so_and_logs_nothing(
    port: int, inputs: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = json.dumps({"data": inputs}).encode()
    ask(port, "/gradio_api/run/long", [asked], len(asked))
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("said", "given"),
    [
        (b"bytes=0-1", b"01"), (b"bytes=8-", b"89"), (b"bytes=-3", b"789"), (b"bytes=0-0,5-9", None), (b"bytes=1-2-3", None),
        (b"bytes=\xb2-\xb3", None), (b"bytes=a-b", None), (b"bytes=5-2", None), (b"bytes=-", None), (b"x", None),
        (b"bytes=0-" + b"9" * 30, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_part_of_a_file_is_one_that_can_be_told(port: int, method: str, said: bytes, given: bytes | None) -> None:
    body = part("files", "x.txt") + b"0123456789" + END
    [path] = json.loads(ask(port, "/gradio_api/upload", [body], len(body), kind="form")[1])
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as asked:
        asked.request(method, f"/gradio_api/file={path}", headers={"range": said})
        answer = asked.getresponse()
        assert answer.status == (206 if given else 200)
        assert answer.headers["content-length"] == str(len(given or b"0123456789"))
        assert answer.read() == (b"" if method == "HEAD" else given or b"0123456789")


def pieces(*parts: bytes, then: asyncio.Event | None = None) -> Any:
    """What gives the parts of a body, and no more before something has happened."""
    left = list(parts)

    async def receive() -> dict[str, Any]:
        if not left and then:
            await then.wait()
        return {"type": "http.request", "body": left.pop(0) if left else b"", "more_body": bool(left or then)}

    return receive


async def test_who_sends_most_makes_room_for_the_others() -> None:
    bodies, never = Bodies(most_at_once=100), asyncio.Event()
    large = asyncio.create_task(bodies.gather(pieces(b"x" * 60, then=never), 1_000, "a"))
    small = asyncio.create_task(bodies.gather(pieces(b"x" * 30, then=never), 1_000, "a"))
    await asyncio.sleep(0)
    given = await bodies.gather(pieces(b"y" * 10, b"y" * 25), 1_000, "b")
    assert (await given())["body"] == b"y" * 35
    with pytest.raises(BodyRefused, match="Too much is being sent"):
        await large
    assert not small.done()
    small.cancel()


async def test_a_body_larger_than_all_that_may_be_held_is_refused() -> None:
    with pytest.raises(BodyRefused, match="Too much is being sent"):
        await Bodies(most_at_once=100).gather(pieces(b"x" * 60, b"x" * 60), 1_000, "a")


VALUES = [b"[],", b'{"a":1},', b"1,", b'"a",', b"[[],", b'"\\"",', b"null ,"]


@pytest.mark.parametrize("kind", VALUES)
def test_very_many_values_are_never_parsed(port: int, kind: bytes) -> None:
    body = b'{"session_hash":"abc","fn_index":0,"data":[' + kind * 600_000 + b"0]}"
    status, said = ask(port, "/gradio_api/queue/join", [body], len(body))
    assert (status, b"50,000 values" in said) == (413, True)


@pytest.mark.parametrize("text", ["[],{}," * 100_000, 'say "[1,2,3]", ' * 50_000, "\\,[" * 100_000])
def test_a_long_text_is_one_value_whatever_it_holds(port: int, text: str) -> None:
    body = json.dumps({"data": [text]}).encode()
    status, said = ask(port, "/gradio_api/run/long", [body], len(body))
    assert (status, json.loads(said)["data"]) == (200, [len(text)])


def test_what_could_hide_its_values_is_refused(port: int) -> None:
    body = ('{"data":["\u2200",' + "[]," * 60_000 + "0]}").encode("utf-16-le")
    assert ask(port, "/gradio_api/run/long", [body], len(body))[0] == 400
