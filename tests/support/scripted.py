"""A server on loopback that answers byte for byte as a test scripts it, and says when its client left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Script = Callable[["Talk"], Awaitable[None]]


@dataclass
class Talk:
    """One connection: the request that arrived, and the way to answer it."""

    head: str
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: str | bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data.encode() if isinstance(data, str) else data)
        await self.writer.drain()

    async def answer(self, status: str, body: str | bytes, kind: str = "application/json", *headers: str) -> None:
        """A whole HTTP answer."""
        data = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status}", f"content-type: {kind}", f"content-length: {len(data)}", *headers]
        await self.say("\r\n".join([*lines, "connection: close", "", ""]).encode() + data)

    async def events(self) -> None:
        """The head of an event stream, to be followed by `say`."""
        await self.say("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")

    async def gone(self) -> None:
        """Wait until the client has closed the connection."""
        while await self.reader.read(1024):
            pass


@dataclass
class Scripted:
    """The server: its address, what it does with a request, and the heads of the requests that arrived."""

    script: Script
    url: str = ""
    heads: list[str] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self._serving.add(asyncio.current_task())  # type: ignore[arg-type]
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = next((int(h.split(":")[1]) for h in head.lower().split("\r\n") if h[:15] == "content-length:"), 0)
            self.heads.append(head)
            await self.script(Talk(head, await reader.readexactly(length), reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.left.set()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def end(self) -> None:
        """Leave every connection that is still open."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)


@asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[Scripted]:
    """A server that runs `script` for every request."""
    held = Scripted(script)
    server = await asyncio.start_server(held.serve, "127.0.0.1", 0)
    held.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield held
    finally:
        server.close()
        await held.end()
