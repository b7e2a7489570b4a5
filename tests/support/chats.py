"""An OpenAI-compatible server on loopback that talks chunk by chunk as a test scripts it, in threads of its own."""

from __future__ import annotations

import json
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 20.0


class Talk:
    """One chat that arrived, and the ways to answer it; `text` is what its last message says."""

    def __init__(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        self.body: dict[str, Any] = json.loads(body)
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.left = threading.Event()  # the client has closed the connection before the end
        self.sent = 0
        self._handler, self._began = handler, False

    @property
    def model(self) -> str:
        return str(self.body["model"])

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body["messages"])

    @property
    def text(self) -> str:
        content = self.messages[-1]["content"]
        return content if isinstance(content, str) else "".join(str(part.get("text", "")) for part in content)

    def refuse(self, status: int, said: str, **headers: str) -> None:
        """Answer with an error."""
        data = json.dumps({"error": {"message": said}}).encode()
        self._head(status, {"content-type": "application/json", "content-length": str(len(data)), **headers})
        self._handler.wfile.write(data)

    def begin(self, **headers: str) -> None:
        """The head of a stream."""
        self._began = True
        self._head(200, {"content-type": "text/event-stream", **headers})

    def say(self, content: str = "", **delta: Any) -> None:
        """A piece of the answer."""
        self.chunk({"choices": [{"index": 0, "delta": {"content": content, **delta}}]})
        self.sent += 1

    def end(self, reason: str = "stop", usage: dict[str, Any] | None = None) -> None:
        """The end of the answer, with what the provider counted."""
        self.chunk({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        if usage is not None:
            self.chunk({"choices": [], "usage": usage})
        self._write(b"data: [DONE]\n\n")

    def chunk(self, value: object) -> None:
        if not self._began:
            self.begin()
        self._write(f"data: {json.dumps(value)}\n\n".encode())

    def until_left(self) -> None:
        """Say nothing more until the client has closed the connection."""
        line = self._handler.connection
        if select.select([line], [], [], PATIENCE)[0] and not line.recv(1, socket.MSG_PEEK):
            self.left.set()

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self._handler.send_response(status)
        for name, value in {**headers, "connection": "close"}.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()

    def _write(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()


class Chats:
    """The server: its base URL, the chats that arrived, and `script`, which answers them."""

    def __init__(self, script: Callable[[Talk], None]) -> None:
        self.script, self.talks = script, list[Talk]()
        self.url = ""
        self._arrived = threading.Condition()

    def took(self, talk: Talk) -> None:
        """Note a chat."""
        with self._arrived:
            self.talks.append(talk)
            self._arrived.notify_all()

    def of(self, model: str, text: str = "") -> list[Talk]:
        """The chats that asked a model, with a text in their last message."""
        return [talk for talk in self.talks if talk.model == model and text in talk.text]

    def wait(self, model: str, text: str = "", count: int = 1) -> Talk:
        """The newest of so many chats, once they have arrived."""
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self.of(model, text)) >= count, PATIENCE)
        assert arrived, f"{model} was not asked {text!r} {count} times"
        return self.of(model, text)[-1]


@contextmanager
def chats(script: Callable[[Talk], None]) -> Iterator[Chats]:
    """A running server."""
    held = Chats(script)

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            talk = Talk(self, self.rfile.read(int(self.headers["content-length"])))
            held.took(talk)
            try:
                held.script(talk)
            except OSError:
                talk.left.set()

        def do_GET(self) -> None:
            data = b'{"data": [{"id": "org/alpha"}, {"id": "org/beta"}]}'
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    held.url = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
