"""Visitors without a browser: each speaks Gradio's protocol as its own page does, and reads answers as they come."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import httpx
import websockets


@dataclass
class Visit:
    """What one visitor saw of one question: seconds to the first text and to the end, and the answers."""

    first: float = 0.0
    total: float = 0.0
    answers: list[str] = field(default_factory=list)
    updates: int = 0
    sizes: int = 0


class Page:
    """A page of a Gradio app: its listeners by the element that triggers them."""

    def __init__(self, address: str, config: dict[str, Any]) -> None:
        self.address = address
        self.components = {one["id"]: one for one in config["components"]}
        self.config = config

    @classmethod
    async def open(cls, client: httpx.AsyncClient, address: str, path: str = "/") -> Page:
        """Read the page's configuration."""
        text = (await client.get(f"{address}{path}")).text
        start = text.index("window.gradio_config = ") + len("window.gradio_config = ")
        return cls(address, json.JSONDecoder().raw_decode(text[start:])[0])

    def listener(self, elem_id: str | None, event: str) -> dict[str, Any]:
        """The listener of an event of an element; of the page where no element is named, the last one."""
        found = []
        for one in self.config["dependencies"]:
            for target, name in one["targets"]:
                held = self.components.get(target, {}).get("props", {}).get("elem_id")
                if name == event and (held == elem_id if elem_id else True):
                    found.append(one)
        return dict(found[-1])


class Visitor:
    """One tab."""

    def __init__(self, client: httpx.AsyncClient, page: Page) -> None:
        self.client = client
        self.page = page
        self.hash = secrets.token_hex(6)
        self.asked = 0

    async def trigger(self, listener: dict[str, Any], data: list[Any]) -> AsyncIterator[dict[str, Any]]:
        """The messages of an event, from its beginning to its end."""
        root = f"{self.page.address}/gradio_api/queue"
        rest = [self.page.components[one]["props"].get("value") for one in listener["inputs"][len(data) :]]
        posted = {"fn_index": listener["id"], "data": [*data, *rest], "session_hash": self.hash, "event_data": None}
        (await self.client.post(f"{root}/join", json=posted)).raise_for_status()
        async with self.client.stream("GET", f"{root}/data", params={"session_hash": self.hash}) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    message = json.loads(line[5:])
                    yield message
                    if message["msg"] == "process_completed":
                        assert message["success"], message
                        return

    async def lay_out(self, model: str, base_url: str) -> None:
        """Open the compare page, and choose a model for both panes."""
        async for _ in self.trigger(self.page.listener(None, "load"), []):
            pass
        panes = [{"settings": {"model": model, "base_url": base_url}, "messages": []} for _ in "AB"]
        held = {"showcard": "comparison", "version": 1, "panes": panes, "media": {}}
        async for _ in self.trigger(self.page.listener("restore-go", "click"), [json.dumps(held)]):
            pass

    async def ask(self) -> Visit:
        """Send one more question, and read both answers to their end."""
        visit, reading = Visit(), None
        started = perf_counter()
        send = self.page.listener("send", "click")
        self.asked += 1  # the same question at once would be a double click
        async for message in self.trigger(send, [{"text": f"Go {self.asked}", "files": []}, "All panes"]):
            found = re.search(r'data-live=\\"([^"\\]+)\\" data-feed=\\"([^"\\]+)\\"', json.dumps(message))
            if found and reading is None:
                reading = asyncio.create_task(self._read(found[2], started, visit))
        visit.total = perf_counter() - started
        assert reading is not None, "no answer began"
        visit.answers = await reading
        return visit

    async def _read(self, feed: str, started: float, visit: Visit) -> list[str]:
        """Read the lines to the end of both answers; the answers as the page would copy them."""
        address = self.page.address.replace("http", "ws", 1)
        open_ = 2
        async with websockets.connect(f"{address}/live/{feed}", compression=None, max_size=None) as socket:
            async for line in socket:
                said = json.loads(line)
                visit.updates += 1
                visit.sizes += len(line)
                if not visit.first:
                    visit.first = perf_counter() - started
                open_ -= "e" in said
                if not open_:
                    break
        kept = (await self.client.get(f"{self.page.address}/kept/{feed}/comparison")).json()
        return [pane["messages"][-1]["variants"][-1]["content"] for pane in kept["panes"]]

    async def of_plain(self, model: str) -> Visit:
        """Ask a plain pair of chatbots."""
        visit, started = Visit(), perf_counter()
        async for message in self.trigger(self.page.listener("send", "click"), [model, [], []]):
            size = len(json.dumps(message.get("output", "")))
            if message["msg"] == "process_generating":
                visit.updates += 1
                visit.sizes += size
                if not visit.first and visit.updates > 1:
                    visit.first = perf_counter() - started
            elif message["msg"] == "process_completed":
                visit.answers = [_text(side[-1]["content"]) for side in message["output"]["data"]]
        visit.total = perf_counter() - started
        return visit


def _text(content: Any) -> str:
    """The text of a chatbot's message, a string or parts."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
