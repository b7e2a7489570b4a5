"""No connection is held for nothing: half a request ends after a while, and makes room at once where there is none.

A newcomer takes the place of whoever has waited for longest without a whole request. Where all are at work, it takes
one of the address that holds most, so that nobody keeps the others out.

All connections are looked at once a second, so that a request costs no timer.

Why: uvicorn bounds the time between two requests, but not that of one (https://github.com/Kludex/uvicorn/issues/157).
No argument takes a watch, so a protocol and a server are made from its own; of `H11Protocol` it reads `cycle`, `flow`
and `conn`. Without it a few hundred silent connections keep everybody out. `tests/ui/server/test_slow.py` tries whether
what is read of uvicorn is there, and still needed."""

from __future__ import annotations

import asyncio
import itertools
import logging
import socket
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

SECONDS_HEAD = 20.0  # for the head of a request
SECONDS_BODY, LEAST_BYTES = 20.0, 20 * 2**10  # of a body, in each such span
SECONDS_UNREAD = 60.0  # that an answer waits for a reader, and a body that was refused for its end
SECONDS_BETWEEN = 1.0  # two looks at all connections
DESCRIPTORS = 16_384  # that are asked for: tabs need some each, and the usual limit is 1,024
MAX_CONNECTIONS = 8_192
MESSAGE_BYTES = 4 * 2**10  # of a WebSocket: pages only listen
WAITING = 128  # connections that the system holds for us: all may come in one turn of the loop
BUSY = "This server has no room for another connection. Try again in a minute."


_numbers = itertools.count()  # which of two came first: a clock of milliseconds does not tell


def room_for_connections() -> int:
    """How many connections are held at most: one for every second descriptor, as files, the engine and calls that go
    out need some too. The limit of descriptors is raised as far as the system lets us."""
    try:
        import resource  # noqa: PLC0415 not on Windows
    except ImportError:
        return MAX_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MAX_CONNECTIONS, soft // 2)


def server_options() -> dict[str, Any]:
    """The options of uvicorn that bound connections, for a BoundedServer."""
    most = room_for_connections()
    protocol = type("BoundedConnection", (Connection,), {"most": most})
    return {"http": protocol, "ws_max_size": MESSAGE_BYTES, "backlog": WAITING}


def _helps(record: logging.LogRecord) -> bool:
    """Whether a line of the log helps anybody: what a stranger sends that is no request does not."""
    return not str(record.msg).startswith(("Invalid HTTP request received", "Unsupported upgrade request"))


class BoundedServer(uvicorn.Server):
    """A server that ends connections which are too slow, and is silent about requests that are none."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, and watch."""
        logging.getLogger("uvicorn.error").addFilter(_helps)
        await super().startup(sockets)
        self.watching = asyncio.create_task(watch(self.server_state))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        self.watching.cancel()
        await super().shutdown(sockets)


class Connection(H11Protocol):
    """A connection over HTTP that knows how long it has been there, and how much it has sent."""

    most = MAX_CONNECTIONS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """It was made: where there are too many, another one makes room, or this one is told to come again."""
        super().connection_made(transport)
        self.since, self.received, self.pauses, self.ended = self.loop.time(), 0, 0, False
        self.number = next(_numbers)
        if len(self.connections) > self.most and not make_room(self.connections, self.most, self):
            words = BUSY.encode()
            transport.write(
                b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\nconnection: close\r\n"
                b"content-length: %d\r\n\r\n%s" % (len(words), words)
            )
            transport.close()

    def data_received(self, data: bytes) -> None:
        """Some more of a request came."""
        self.received += len(data)
        super().data_received(data)

    def pause_writing(self) -> None:
        """Who reads the answer is slower than we are."""
        self.pauses += 1
        super().pause_writing()

    @property
    def phase(self) -> str:
        """What it waits for: a `head`, a `body`, the rest of a body that was `refused`, who reads an answer (`unread`),
        the `next` request; empty where it waits for us."""
        answered = self.cycle is None or self.cycle.response_complete
        if self.transport.is_closing() or self.flow.write_paused:
            return "unread"
        if self.conn.their_state is h11.SEND_BODY:
            return "refused" if answered else "" if self.flow.read_paused else "body"
        if not answered:
            return ""
        return "head" if self.cycle is None or self.conn.trailing_data[0] else "next"


@dataclass(slots=True)
class _Seen:
    """What a connection was found at, since when, and what it had sent by then, or had still to read."""

    phase: str
    turn: tuple[object, int]  # the request, and how often its answer had to wait
    since: float
    count: int


async def watch(state: ServerState) -> None:
    """Look at all connections of a server again and again, and end those that are too slow, until it is cancelled."""
    seen: dict[Any, _Seen] = {}
    while True:
        await asyncio.sleep(SECONDS_BETWEEN)
        now = asyncio.get_running_loop().time()
        here = [one for one in state.connections if isinstance(one, Connection) and one.phase not in ("", "next")]
        seen = {one: _look(one, seen.get(one), now) for one in here}


def _look(one: Connection, before: _Seen | None, now: float) -> _Seen:
    """What is seen of a connection now; one that is too slow is ended."""
    phase, turn = one.phase, (one.cycle, one.pauses)
    count = one.transport.get_write_buffer_size() if phase == "unread" else one.received
    if before is None or before.phase != phase or before.turn != turn:
        return _Seen(phase, turn, one.since if one.cycle is None else now, count)
    seconds, moved = {
        "head": (SECONDS_HEAD, False),
        "body": (SECONDS_BODY, count - before.count >= LEAST_BYTES),
        "unread": (SECONDS_UNREAD, count < before.count),
        "refused": (SECONDS_UNREAD, False),
    }[phase]
    if now - before.since < seconds:
        return before
    if not moved:
        end(one)
    return _Seen(phase, turn, now, count)


def end(one: Any) -> None:
    """Cut a connection, whatever it waits for."""
    one.ended = True
    one.transport.abort()


def make_room(connections: Iterable[Any], most: int, newcomer: Any) -> bool:
    """End connections until there are no more than `most`; False where only the newcomer itself could be ended."""
    held = [one for one in connections if one is not newcomer and not getattr(one, "ended", False)]
    while len(held) >= most:
        last = _first_to_leave(held)
        if last is None:
            return False
        held.remove(last)
        end(last)
    return True


def _first_to_leave(held: list[Any]) -> Any:
    """Who makes room: who waits for nothing, for a head, for a body; else the oldest of the address that has most."""
    for phase in ("next", "unread", "refused", "head", "body"):
        if waiting := [one for one in held if isinstance(one, Connection) and one.phase == phase]:
            return min(waiting, key=lambda one: (one.received if phase == "body" else 0, one.number))
    addresses = Counter(map(_address, held))
    [(most, count), *others] = addresses.most_common(2)
    if not others or count == others[0][1]:
        return None
    return min((one for one in held if _address(one) == most), key=lambda one: getattr(one, "number", 0))


def _address(one: Any) -> str:
    """Where a connection comes from: behind a proxy that is believed, that is what it says of its last request."""
    client = (getattr(one, "scope", None) or {}).get("client") or one.client
    return client[0] if client else ""
