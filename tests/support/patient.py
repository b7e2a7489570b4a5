"""A server on loopback that never ends its answer: it waits until its client leaves, and notes when that was."""

from __future__ import annotations

import select
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Queue
from time import perf_counter
from typing import Any

CHUNK = b'data: {"choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": null}]}\n\n'
EVENTS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + CHUNK
NOTHING = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
PAUSE = 0.05  # seconds between two pieces of a stream


@dataclass
class Patient:
    """Its address, and when calls began and were left (`perf_counter`). A streamed call gets a word now and then."""

    url: str
    begun: Queue[float] = field(default_factory=Queue)
    left: Queue[float] = field(default_factory=Queue)


@contextmanager
def patient() -> Iterator[Patient]:
    """The server, in threads of its own."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            head, _, body = self._until(b"", b"\r\n\r\n").partition(b"\r\n\r\n")
            length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            if not head.startswith(b"POST") or not length:
                self.request.sendall(NOTHING)
                return
            while len(body) < int(length[0].split(b":")[1]):
                body += self.request.recv(65_536)
            streamed = b'"stream":true' in body.replace(b" ", b"")
            held.begun.put(perf_counter())
            with suppress(ConnectionError):
                self._wait(streamed)
            held.left.put(perf_counter())

        def _until(self, data: bytes, end: bytes) -> bytes:
            while end not in data and (more := self.request.recv(65_536)):
                data += more
            return data

        def _wait(self, streamed: bool) -> None:
            if streamed:
                self.request.sendall(EVENTS)
            while True:
                readable, _, _ = select.select([self.request], [], [], PAUSE)
                if readable and not self.request.recv(1):
                    return
                if streamed:
                    self.request.sendall(CHUNK)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, *_: Any) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        held = Patient(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield held
        server.shutdown()
