"""What goes wrong between the app and a server, beyond the statuses and bodies of every day: connections that trickle, are
reset or never end, answers that are too large or half, and addresses behind which there is no server at all.

`Fault` says what a person is told of each: for a plain task (labels are promised), and for a streamed chat."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .payloads import PAYLOADS
from .recorder import recording
from .scripted import Script, Talk

PAUSE = 0.1  # seconds between the pieces of what trickles


@dataclass(frozen=True, slots=True)
class Fault:
    """What a server does; a part of the sentence for a plain task and for a chat, empty where it answers well; the
    beginning of a chat that is kept; and whether it lasts until a bound of time."""

    script: Script
    plain: str
    chat: str
    kept: str = ""
    lasts: bool = False


def answering(status: str, body: str | bytes, kind: str = "application/json", *headers: str) -> Script:
    """A whole answer."""

    async def script(talk: Talk) -> None:
        await talk.answer(status, body, kind, *headers)

    return script


def saying(first: str | bytes, again: str | bytes = b"", pause: float | None = None, reset: bool = False) -> Script:
    """Bytes as they are, then others again and again: with a pause, or as fast as they are taken. Then the connection is
    closed, or reset."""

    async def script(talk: Talk) -> None:
        await talk.say(first)
        while again:
            await asyncio.sleep(pause or 0)
            await talk.say(again)
        if reset:
            await asyncio.sleep(PAUSE)  # what was said is read first
            held = talk.writer.get_extra_info("socket")
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            talk.writer.transport.abort()

    return script


async def silent(talk: Talk) -> None:
    """Nothing at all, until the client leaves."""
    await talk.gone()


def stalling(first: str) -> Script:
    """A beginning, and then nothing until the client leaves."""

    async def script(talk: Talk) -> None:
        await talk.say(first)
        await talk.gone()

    return script


def _labels(count: int) -> str:
    return json.dumps([{"label": f"A{n}", "score": 0.5} for n in range(count)])


OK = "HTTP/1.1 200 OK\r\n"
JSON = f"{OK}content-type: application/json\r\n"
EVENTS = f"{OK}content-type: text/event-stream\r\n\r\n"
HEL = 'data: {"choices": [{"index": 0, "delta": {"content": "Hel"}}]}\n\n'
CHAT = '{"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}'
LABELS = '[[{"label": "A", "score": 0.75}]]'
PACKED = ("application/json", "content-encoding: gzip")
BEGIN, ENDED, SAID = "did not begin to answer in time", "had not ended after", "said nothing for"
HTTP, BROKE, JSONLESS, NOTHING = "did not answer in HTTP", "broke off in the middle", "is not JSON", "nothing in it"
ELSEWHERE, LARGER = "leads elsewhere", "is larger than 32 MB and was cut off"
NO_LABELS, NO_CHAT = "not what text classification promises", "not what chat promises"
LONG = " ".join(PAYLOADS)

# By the bound that ends them, so that those of one can last together.
LASTING: dict[str, tuple[Script, str, str, str]] = {
    "a body that trickles": (saying(f"{JSON}\r\n[", " ", PAUSE), ENDED, SAID, ""),
    "a counted body that trickles": (saying(f"{JSON}content-length: 900\r\n\r\n[", " ", PAUSE), ENDED, SAID, ""),
    "comments that trickle": (saying(EVENTS, ": wait\n\n", PAUSE), ENDED, SAID, ""),
    "an event that trickles": (saying(f"{EVENTS}{HEL}data: ", "[", PAUSE), ENDED, SAID, "Hel"),
    "nothing is said": (silent, BEGIN, BEGIN, ""),
    "half a head": (stalling(f"{OK}content-"), BEGIN, BEGIN, ""),
    "a head that trickles": (saying(f"{OK}x-a: ", "a", PAUSE), BEGIN, BEGIN, ""),
    "a status that trickles": (saying("H", "T", PAUSE), BEGIN, BEGIN, ""),
    "to be continued": (saying("", "HTTP/1.1 100 Continue\r\n\r\n", PAUSE), BEGIN, BEGIN, ""),
    "half a body, then nothing": (stalling(f"{JSON}content-length: 900\r\n\r\n["), "stopped in the", "stopped in the", ""),
    "words, then nothing": (stalling(EVENTS + HEL), "stopped in the", "stopped in the", "Hel"),
    "a refusal that trickles": (saying("HTTP/1.1 500 E\r\n\r\nboom", "!", PAUSE), "failed while", "failed while", ""),
    "a refusal, then nothing": (stalling("HTTP/1.1 403 F\r\n\r\nno"), "does not allow", "does not allow", ""),
    "a redirect that trickles": (
        saying("HTTP/1.1 302 F\r\nlocation: /\r\n\r\n", "!", PAUSE), ELSEWHERE, ELSEWHERE, "",
    ),
}  # fmt: skip
QUICK: dict[str, tuple[Script, str, str, str]] = {
    # connections
    "reset at once": (saying("", reset=True), HTTP, HTTP, ""),
    "reset in the head": (saying(f"{OK}content-", reset=True), HTTP, HTTP, ""),
    "reset in the body": (saying(f"{JSON}content-length: 900\r\n\r\n[[", reset=True), BROKE, BROKE, ""),
    "reset in a body of any length": (saying(f"{JSON}\r\n[[", reset=True), BROKE, BROKE, ""),
    "reset in a stream": (saying(EVENTS + HEL, reset=True), BROKE, BROKE, "Hel"),
    "closed in the head": (saying(f"{OK}content-"), HTTP, HTTP, ""),
    "half an answer, of any length": (saying(f'{JSON}\r\n[[{{"label": "A", "sc'), BROKE, BROKE, ""),
    "half a chat, of any length": (saying(f"{JSON}\r\n{CHAT[:70]}"), BROKE, BROKE, ""),
    "half a long answer": (saying(f"{JSON}\r\n{_labels(40_000)[:-30]}"), BROKE, BROKE, ""),
    "no body": (saying("HTTP/1.1 204 No Content\r\n\r\n"), JSONLESS, JSONLESS, ""),
    "a body of nothing": (saying(f"{JSON}\r\n"), JSONLESS, JSONLESS, ""),
    "rubbish": (saying(b"\x00\xff\x16\x03\x01 rubbish\r\n\r\n"), HTTP, HTTP, ""),
    "HTTP/2": (saying(b"\0\0\x12\x04\0\0\0\0\0"), HTTP, HTTP, ""),
    "another protocol": (saying("HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nabc"), HTTP, HTTP, ""),
    "a status below 100": (saying("HTTP/1.1 099 Odd\r\n\r\n"), HTTP, HTTP, ""),
    "a status above 599": (saying("HTTP/1.1 999 Odd\r\n\r\nhm"), "failed while", "failed while", ""),
    "two lengths": (saying(f"{OK}content-length: 3\r\ncontent-length: 5\r\n\r\n[1]"), HTTP, HTTP, ""),
    "a length below 0": (saying(f"{OK}content-length: -3\r\n\r\n[1]"), HTTP, HTTP, ""),
    "a chunk of no length": (saying(f"{OK}transfer-encoding: chunked\r\n\r\nzz\r\n"), BROKE, BROKE, ""),
    "an endless head": (saying(OK, "x-a: a\r\n" * 9_000), HTTP, HTTP, ""),
    "an endless body": (saying(f"{JSON}\r\n", "[" * 60_000), LARGER, LARGER, ""),
    "an endless body of blanks": (saying(f"{JSON}\r\n", " " * 60_000), LARGER, LARGER, ""),
    "an endless refusal": (saying("HTTP/1.1 500 E\r\n\r\n", "x" * 60_000), "failed while", "failed while", ""),
    # sizes
    "a bomb": (answering("200 OK", gzip.compress(b" " * 2**26), *PACKED), LARGER, LARGER, ""),
    "a bomb of a refusal": (answering("500 E", gzip.compress(b"x" * 2**26), *PACKED), "failed while", "failed while", ""),
    "3 MB of a refusal": (answering("413 F", "x " * 3 * 2**19, "text/plain"), "too large", "too large", ""),
    "above 1 MB": (answering("200 OK", _labels(40_000)), "", NO_CHAT, ""),
    "above 20 MB": (answering("200 OK", f'{_labels(1)[:-2]}, "more": "{"x" * 22 * 2**20}"}}]'), "", NO_CHAT, ""),
    "a chat above 20 MB": (answering("200 OK", f'{CHAT[:-1]}, "more": "{"x" * 22 * 2**20}"}}'), NO_LABELS, "", ""),
    # kinds and shapes
    "HTML as JSON": (answering("200 OK", "<html><script>window.pwned=1</script>"), JSONLESS, JSONLESS, ""),
    "labels as HTML": (answering("200 OK", LABELS, "text/html"), "", NO_CHAT, ""),
    "labels as a picture": (answering("200 OK", LABELS, "image/png"), "", NO_CHAT, ""),
    "a chat as HTML": (answering("200 OK", CHAT, "text/html"), NO_LABELS, "", ""),
    "a stream as JSON": (answering("200 OK", f"{HEL}data: [DONE]\n\n"), JSONLESS, "", "Hel"),
    "a picture": (answering("200 OK", b"\x89PNG\r\n\x1a\n" + bytes(99), "image/png"), JSONLESS, JSONLESS, ""),
    "no UTF-8": (answering("200 OK", '[[{"label": "\xe9", "score": 1}]]'.encode("latin-1")), JSONLESS, JSONLESS, ""),
    "an empty list": (answering("200 OK", "[]"), NOTHING, NOTHING, ""),
    "a list of an empty list": (answering("200 OK", "[[]]"), NOTHING, NOTHING, ""),
    "an empty object": (answering("200 OK", "{}"), NOTHING, NOTHING, ""),
    "null": (answering("200 OK", "null"), NOTHING, NOTHING, ""),
    "lists without a bottom": (answering("200 OK", "[" * 100_000), JSONLESS, JSONLESS, ""),
    "an error as a list": (answering("200 OK", '{"error": ["a", "b"]}'), "an error: a; b", "an error: a; b", ""),
    # refusals
    "401 of hostile text": (answering("401 F", json.dumps({"error": LONG})), "wants a key", "wants a key", ""),
    "403 in HTML": (answering("403 F", f"<html>{LONG}", "text/html"), "allow this call.", "allow this call.", ""),
    "404 of nothing": (answering("404 F", "[]"), "model or address.", "model or address.", ""),
    "413 of bytes": (answering("413 F", bytes(range(256))), "for the server.", "for the server.", ""),
    "429 until tomorrow": (
        answering("429 F", "{}", "application/json", "retry-after: Wed, 21 Oct 2099 07:28:00 GMT"),
        "in a day or later", "in a day or later", "",
    ),
    "429 until an odd time": (
        answering("429 F", "null", "application/json", "retry-after: soon"), "many requests", "many requests", "",
    ),
    "500 in brackets": (answering("500 F", "[" * 100_000), "worked on this.", "worked on this.", ""),
    "503 for a day": (
        answering("503 F", "<html>", "text/html", "retry-after: 86400"), "not ready yet.", "not ready yet.", "",
    ),
    "504 in HTML": (answering("504 F", "<html>nginx", "text/html"), "long to answer.", "long to answer.", ""),
    # redirects
    "to itself": (answering("307 F", "", "text/html", "location: "), ELSEWHERE, ELSEWHERE, ""),
    "to a file": (answering("302 F", "", "text/html", "location: file:///etc/passwd"), ELSEWHERE, ELSEWHERE, ""),
    "to a script": (answering("302 F", "", "text/html", "location: javascript:alert(1)"), ELSEWHERE, ELSEWHERE, ""),
    "to no address": (answering("302 F", "", "text/html", "location: http://[::1"), ELSEWHERE, ELSEWHERE, ""),
    "to another port": (
        answering("307 F", "", "text/html", "location: http://127.0.0.1:9/"), "to 127.0.0.1:9", "to 127.0.0.1:9", "",
    ),
}  # fmt: skip
FAULTS = {
    **{name: Fault(*fault) for name, fault in QUICK.items()},
    **{name: Fault(*fault, lasts=True) for name, fault in LASTING.items()},
}


@contextmanager
def addresses(folder: Path) -> Iterator[dict[str, tuple[str, str]]]:
    """Addresses behind which no call gets to a server, and what is said of each; `folder` takes a certificate.

    A name that ends in `.invalid` is never known, with a network or without."""
    with ExitStack() as stack:
        plain = stack.enter_context(_puzzled())
        tls = stack.enter_context(recording(folder)).port
        full = stack.enter_context(_full())
        yield {
            "refused": ("http://127.0.0.1:9", "Nothing answers at this address"),
            "a name that is not known": ("http://no-such-host.invalid", "name of the server is not known here"),
            "TLS to a plain server": (f"https://127.0.0.1:{plain}", "does not speak TLS"),
            "plain to a TLS server": (f"http://127.0.0.1:{tls}", HTTP),
            "a certificate that nobody signed": (f"https://localhost:{tls}", "certificate is not trusted"),
            "a connection that is not taken": (f"http://127.0.0.1:{full}", "could not be reached in time"),
        }


@contextmanager
def _puzzled() -> Iterator[int]:
    """The port of a plain server that does not know what it was asked."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1_000)
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def _full() -> Iterator[int]:
    """The port of a server that takes no connection, with nobody left in front of it: Linux then lets one wait."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(server.getsockname())
        yield server.getsockname()[1]
