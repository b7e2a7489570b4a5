"""Half a request ends, an honest slow one goes on, and a newcomer is served while others hold what they can."""

from __future__ import annotations

import asyncio
import inspect
import logging
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from unittest.mock import Mock

import h11
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import RequestResponseCycle
from uvicorn.server import ServerState

from showcard.ui.server import slow
from tests.support.serving import serving

HEAD = b"POST /count HTTP/1.1\r\nhost: localhost\r\n"
LONG = b"content-length: 1000000\r\n\r\n"


class Few(slow.Connection):
    """Connections of a server that holds eight."""

    most = 8


class AtOnce(Few):
    """Connections that came, as far as the clock tells, at the same moment."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.since = 0.0


async def count(request: Request) -> PlainTextResponse:
    """How long a body is."""
    return PlainTextResponse(str(sum([len(piece) async for piece in request.stream()])))


async def refuse(request: Request) -> PlainTextResponse:
    """No, without a look at the body."""
    return PlainTextResponse("no", 413)


async def hold(request: Request) -> StreamingResponse:
    """An answer that begins, and goes on until its reader leaves."""

    async def said() -> object:
        yield b"x"
        while not await request.is_disconnected():  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    return StreamingResponse(said())  # type: ignore[arg-type]


async def pour(request: Request) -> PlainTextResponse:
    """More than any buffer holds."""
    return PlainTextResponse(b"x" * 64_000_000)


async def hear(opened: WebSocket) -> None:
    """A WebSocket that says how long a message was."""
    await opened.accept()
    await opened.send_text(str(len(await opened.receive_text())))


APP = Starlette(
    routes=[
        Route("/count", count, methods=["POST"]),
        Route("/refuse", refuse, methods=["POST"]),
        Route("/hold", hold),
        Route("/pour", pour),
        WebSocketRoute("/hear", hear),
    ]
)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that a test can wait for."""
    for name, value in [
        ("SECONDS_HEAD", 0.3), ("SECONDS_BODY", 0.3), ("SECONDS_UNREAD", 0.6), ("SECONDS_BETWEEN", 0.02), ("LEAST_BYTES", 10),
    ]:  # fmt: skip
        monkeypatch.setattr(slow, name, value)


@pytest.fixture
def port(hasty: None) -> Iterator[int]:
    with serving(APP) as found:
        yield found


def connect(port: int, said: bytes = b"") -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", port), timeout=20)
    opened.sendall(said)
    return opened


def hear_out(opened: socket.socket) -> None:
    """Read all that `hold` says: the head of its answer may come before the only piece of the body."""
    said = b""
    while not said.endswith(b"\r\n1\r\nx\r\n"):
        piece = opened.recv(1_000)
        assert piece, said
        said += piece
    assert said.startswith(b"HTTP/1.1 200")


def is_ended(opened: socket.socket) -> bool:
    """Whether the server has let a connection go; it waits for that for some time."""
    try:
        while opened.recv(65_536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def trickle(opened: socket.socket, piece: bytes) -> None:
    """Say a little again and again, until the other side hangs up."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            opened.sendall(piece)
        except ConnectionError:
            return
        if select.select([opened], [], [], 0.02)[0] and is_ended(opened):
            return
    pytest.fail("it goes on")


@pytest.mark.parametrize("said", [b"", b"G", b"GET / HTTP/1.1\r\nhost:", HEAD + LONG, HEAD + LONG + b"x" * 500])
def test_half_a_request_ends(port: int, said: bytes) -> None:
    with connect(port, said) as opened:
        assert is_ended(opened)


@pytest.mark.parametrize(
    ("said", "piece"),
    [
        (b"GET / HTTP/1.1\r\n", b"a: b\r\n"),
        (HEAD + LONG, b""),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n", b""),
        (b"POST /refuse HTTP/1.1\r\nhost: localhost\r\n" + LONG, b"x" * 100),
    ],
    ids=["head", "body", "chunked body", "refused body"],
)
def test_what_trickles_ends(port: int, said: bytes, piece: bytes) -> None:
    with connect(port, said) as opened:
        if said.startswith(b"POST /refuse"):
            assert opened.recv(1_000).startswith(b"HTTP/1.1 413")
        trickle(opened, piece)


def test_the_second_head_of_a_connection_ends_too(port: int) -> None:
    with connect(port, HEAD + b"content-length: 2\r\n\r\nhi") as opened:
        assert opened.recv(1_000).endswith(b"\r\n\r\n2")
        trickle(opened, b"a")


def test_a_slow_but_honest_body_arrives(port: int) -> None:
    with connect(port, HEAD + b"content-length: 4000\r\n\r\n") as opened:
        for _ in range(80):  # five times as long as a body may wait
            assert not select.select([opened], [], [], 0.02)[0]
            opened.sendall(b"x" * 50)
        assert opened.recv(1_000).endswith(b"\r\n\r\n4000")


def test_an_answer_that_nobody_reads_ends(hasty: None) -> None:
    lost = threading.Event()

    class Told(slow.Connection):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            lost.set()

    with serving(APP, Told) as port, connect(port, b"GET /pour HTTP/1.1\r\nhost: localhost\r\n\r\n"):
        assert lost.wait(20)


def test_an_answer_that_goes_on_is_left_alone(port: int) -> None:
    with connect(port, b"GET /hold HTTP/1.1\r\nhost: localhost\r\n\r\n") as held, connect(port) as other:
        assert held.recv(1_000).startswith(b"HTTP/1.1 200")
        assert is_ended(other)  # which is later than any bound
        while select.select([held], [], [], 0)[0]:
            assert held.recv(1_000)


def ask(port: int) -> bytes:
    """What a newcomer is told."""
    with connect(port, HEAD + b"content-length: 2\r\nconnection: close\r\n\r\nhi") as opened:
        found = b""
        try:
            while piece := opened.recv(1_000):
                found += piece
        except ConnectionError:
            pass
        return found


@pytest.mark.parametrize(
    "said", [b"", b"GET / HTTP/1.1\r\nhost:", HEAD + LONG, HEAD + b"content-length: 2\r\n\r\nhi"],
    ids=["silent", "half a head", "half a body", "idle"],
)  # fmt: skip
def test_a_newcomer_is_served_while_others_hold_what_they_can(said: bytes) -> None:
    with serving(APP, Few) as port, ExitStack() as stack:
        held = [stack.enter_context(connect(port, said)) for _ in range(40)]
        for _ in range(20):
            assert ask(port).startswith(b"HTTP/1.1 200")
        assert len([one for one in held if not select.select([one], [], [], 0)[0]]) <= Few.most


def test_where_all_are_at_work_a_newcomer_is_told_so() -> None:
    with serving(APP, Few) as port, ExitStack() as stack:
        for _ in range(Few.most):
            hear_out(stack.enter_context(connect(port, b"GET /hold HTTP/1.1\r\nhost: localhost\r\n\r\n")))
        with connect(port) as late:
            told = late.recv(1_000)
        assert told.startswith(b"HTTP/1.1 503")
        assert told.endswith(slow.BUSY.encode())


@pytest.mark.parametrize("protocol", [Few, AtOnce])
def test_who_holds_most_makes_room_for_another_address(protocol: type[Few]) -> None:
    with serving(APP, protocol, proxy_headers=True, forwarded_allow_ips="*") as port, ExitStack() as stack:
        held = []
        for address in (*["10.0.0.1"] * 6, "10.0.0.2", "10.0.0.3"):
            said = f"GET /hold HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {address}\r\n\r\n"
            held.append(stack.enter_context(connect(port, said.encode())))
            hear_out(held[-1])
        assert ask(port).startswith(b"HTTP/1.1 200")
        assert is_ended(held[0])
        assert not select.select(held[-2:], [], [], 0.05)[0]


def test_the_message_of_a_socket_has_a_bound() -> None:
    options = slow.server_options()
    with serving(APP, **{name: value for name, value in options.items() if name != "http"}) as port:
        key = b"GET /hear HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        half = slow.MESSAGE_BYTES // 2 + 1

        def frame(first: int) -> bytes:
            return bytes([first, 0xFE]) + half.to_bytes(2, "big") + b"\0" * 4 + b"x" * half

        for frames, ends in (([0x81], f"{half}".encode()), ([0x01, 0x80], b"")):
            with connect(port, key) as opened:
                assert opened.recv(1_000).startswith(b"HTTP/1.1 101")
                opened.sendall(b"".join(map(frame, frames)))
                told = opened.recv(1_000)
                assert told[2:] == ends if ends else told[2:4] == (1009).to_bytes(2, "big")


class Kept(logging.Handler):
    """Keeps what the server logs."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def test_nothing_is_logged_of_broken_requests(hasty: None) -> None:
    kept, log = Kept(), logging.getLogger("uvicorn.error")
    with serving(APP) as port:
        log.addHandler(kept)
        upgrade = b"upgrade: h2c\r\nconnection: upgrade\r\ncontent-length: 0\r\n\r\n"
        for said in (b"\0\0\r\n\r\n", HEAD + upgrade, HEAD + b"x" * 70_000):
            with connect(port, said) as opened:
                opened.shutdown(socket.SHUT_WR)
                assert is_ended(opened)
        log.removeHandler(kept)
    assert not kept.said


async def test_uvicorn_still_has_no_bound_of_its_own_and_what_is_read_of_it_is_there() -> None:
    """Where a setting bounds the time for a request, the watch can go."""
    settings = {name for name in inspect.signature(uvicorn.Config).parameters if "timeout" in name or "limit" in name}
    assert settings == {
        "limit_concurrency", "limit_max_requests", "limit_max_requests_jitter", "timeout_graceful_shutdown",
        "timeout_keep_alive", "timeout_notify", "timeout_worker_healthcheck", "ws_ping_timeout",
    }  # fmt: skip
    config = uvicorn.Config(lambda: None, ws="none", lifespan="off")
    config.load()
    one = slow.Connection(config=config, server_state=ServerState(), app_state={})
    assert one.cycle is None
    assert one.connections is one.server_state.connections
    assert one.conn.their_state is h11.IDLE
    assert one.conn.trailing_data == (b"", False)
    assert {"read_paused", "write_paused"} <= set(dir(FlowControl(Mock())))
    assert {"scope", "client", "transport", "loop"} <= set(vars(one))
    assert "response_complete" in inspect.getsource(RequestResponseCycle.__init__)
