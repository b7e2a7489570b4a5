"""Requests that people hold open: tabs, answers under way, half uploads, half requests, and pages that nobody reads."""

from __future__ import annotations

import asyncio
import json

import httpx
import websockets

from tests.support.scripted import Talk

from .visitors import Page, Visitor

KINDS = 6


async def silent(talk: Talk) -> None:
    """A model that never answers."""
    await talk.gone()


async def half(address: str, said: str) -> asyncio.StreamWriter:
    """A connection on which a request stops in the middle."""
    url = httpx.URL(address)
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(said.encode())
    await writer.drain()
    return writer


class Held:
    """What people hold open when the app ends: a kind a method, `each` of each."""

    def __init__(self, client: httpx.AsyncClient, address: str, model: str, each: int) -> None:
        self.client, self.address, self.model, self.each = client, address, model, each
        self.connections: list[asyncio.StreamWriter] = []
        self.sockets: list[websockets.ClientConnection] = []
        self.reading: list[asyncio.Task[None]] = []

    async def take(self) -> None:
        """Open them all; returns when the app holds them."""
        page = await Page.open(self.client, self.address, "/compare")
        under_way = [asyncio.Event() for _ in range(self.each)]
        for begun in under_way:
            self.reading.append(asyncio.create_task(self._ask(Visitor(self.client, page), begun)))
        await asyncio.gather(*(begun.wait() for begun in under_way))
        beats = [asyncio.Event() for _ in range(self.each)]
        for number, begun in enumerate(beats):
            self.reading.append(asyncio.create_task(self._listen(f"tab{number}", begun)))
        await asyncio.gather(*(begun.wait() for begun in beats))
        upload = (
            "POST /gradio_api/upload HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 900000\r\n"
            "content-type: multipart/form-data; boundary=x\r\n\r\n"
            '--x\r\ncontent-disposition: form-data; name="files"; filename="half.txt"\r\n\r\n' + "half" * 1000
        )
        for said in (upload, "GET /health HTTP/1.1\r\nhost: 127.", "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"):
            self.connections += await asyncio.gather(*(half(self.address, said) for _ in range(self.each)))

    async def end(self) -> None:
        """Read on to the end that the app has made, and let go of everything."""
        await asyncio.gather(*self.reading)
        for connection in self.connections:
            connection.close()
        await asyncio.gather(*(one.wait_closed() for one in self.connections), return_exceptions=True)
        await asyncio.gather(*(one.close() for one in self.sockets))

    async def _ask(self, visitor: Visitor, begun: asyncio.Event) -> None:
        """Ask a model that never answers, on Compare, and follow its feed."""
        panes = [{"settings": {"model": "m", "base_url": self.model}, "messages": []} for _ in "AB"]
        held = json.dumps({"showcard": "comparison", "version": 1, "panes": panes, "media": {}})
        for listener, given in (
            (visitor.page.listener(None, "load"), []),
            (visitor.page.listener("restore-go", "click"), [held]),
        ):
            async for _ in visitor.trigger(listener, given):
                pass
        send = visitor.page.listener("send", "click")
        try:
            async for message in visitor.trigger(send, [{"text": "Go", "files": []}, "All panes"]):
                text = json.dumps(message)
                if "data-feed" in text:
                    feed = text.partition("data-feed=")[2].strip('\\"').partition("\\")[0]
                    self.sockets.append(
                        await websockets.connect(f"{self.address.replace('http', 'ws', 1)}/live/{feed}")
                    )
                    begun.set()
        except (httpx.HTTPError, AssertionError):
            pass

    async def _listen(self, tab: str, begun: asyncio.Event) -> None:
        """Hold what Gradio keeps open for each tab."""
        try:
            async with self.client.stream("GET", f"{self.address}/gradio_api/heartbeat/{tab}") as answer:
                async for _ in answer.aiter_lines():
                    begun.set()
        except httpx.HTTPError:
            pass
