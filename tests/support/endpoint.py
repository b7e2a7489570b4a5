"""A server on loopback that answers what a test lays out, one answer after the other, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class Endpoint:
    """`answers` are (status, what is sent as JSON, or bytes), with status 0 nothing; `asked` what came, as JSON where it is; `headers` those of it."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.open = threading.Event()  # while it is not set, answers wait
        self.open.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                is_json = self.headers.get("content-type", "").startswith("application/json")
                outer.asked.append(json.loads(body) if is_json else body)
                outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                outer.open.wait(20)
                status, answer = outer.answers.pop(0)
                if not status:
                    self.close_connection = True
                    return
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "text/html" if isinstance(answer, bytes) else "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                with suppress(ConnectionError):  # who asked may have left
                    self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint for one test."""
    held = Endpoint()
    yield held
    held.server.shutdown()
    held.server.server_close()
