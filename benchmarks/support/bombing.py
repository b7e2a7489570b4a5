"""Somebody who opens one bomb after another, as a page would, and a server that answers with some of them.

python benchmarks/support/bombing.py server             prints its address
python benchmarks/support/bombing.py APP SERVER [NAME]  opens them; a line of JSON for each, with what was said
python benchmarks/support/bombing.py APP SERVER --plain N  opens so many ordinary cards instead
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import sys
from html import unescape
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import httpx

from benchmarks.support.bombs import BOMBS, Bomb, png
from benchmarks.support.tabs import Tab

BOUND = 60.0  # seconds after which a bomb is left
PIECE = 4  # characters of an answer in each event
NAMES = {bomb.name.replace(" ", "-"): bomb for bomb in BOMBS}
HELLO = "---\npipeline_tag: text-generation\ntags: [conversational]\n---\n"
PICTURE = png(200, 200)
SCHEMA_ANSWER = json.dumps({"a": "a" * 4_000 + "!"})


class Left(Exception):
    """A bomb whose end was not waited for."""


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection: what the bomb named in the path, or as the model, makes."""
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next((int(h.split(":")[1]) for h in head.lower().split("\r\n") if h.startswith("content-length:")), 0)
        body = await reader.readexactly(length)
        if "chat/completions" in head.split("\r\n")[0]:
            await _chat(writer, NAMES.get(json.loads(body)["model"]))
        else:
            bomb = NAMES[head.split("/")[1].split()[0]]
            await _answer(writer, await asyncio.to_thread(bomb.make))
    writer.close()


async def _answer(writer: asyncio.StreamWriter, data: bytes) -> None:
    kind = b"image/png" if data.startswith(b"\x89PNG") else b"application/json"
    writer.write(
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n" % (kind, len(data))
    )
    for start in range(0, len(data), 2**20):
        writer.write(data[start : start + 2**20])
        await writer.drain()


async def _chat(writer: asyncio.StreamWriter, bomb: Bomb | None) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
    text = bomb.make() if bomb and bomb.kind == "chat" else SCHEMA_ANSWER
    piece = max(PIECE, len(text) // 100_000)
    for start in range(0, len(text), piece):
        delta = {"index": 0, "delta": {"content": text[start : start + piece]}}
        writer.write(b"data: %s\n\n" % json.dumps({"choices": [delta]}).encode())
        if start % (100 * piece) == 0:
            await writer.drain()
    writer.write(b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n')
    await writer.drain()


class Opener:
    """A person with tabs of an app, and what each kind of bomb is opened by."""

    def __init__(self, client: httpx.AsyncClient, app: str, server: str) -> None:
        self.client, self.app, self.server = client, app, server

    async def open(self, bomb: Bomb) -> str:
        """Open it; what the page says at its end."""
        made = await asyncio.to_thread(bomb.make)
        return str(await getattr(self, bomb.kind)(bomb, made))

    async def card(self, bomb: Bomb, made: str) -> str:
        tab = await self._opened(made)
        return _said(tab, "trouble", "head", "body")

    async def answer(self, bomb: Bomb, made: bytes) -> str:
        inputs = {"text-to-image": "text: x", "feature-extraction": "text: x"}.get(bomb.task, "text: some words")
        tab = await self._opened(f"---\npipeline_tag: {bomb.task}\nwidget:\n- {inputs}\n---\n")
        await self._to_server(tab, "", f"{self.server}/{bomb.name.replace(' ', '-')}")
        await tab.fire("run")
        return _said(tab, "result", "status")

    async def chat(self, bomb: Bomb, made: str) -> str:
        tab = await self._opened(HELLO)
        await self._to_server(tab, bomb.name.replace(" ", "-"), f"{self.server}/v1")
        tab.put(**{"in-messages": "Go"})
        await tab.fire("run")
        return _said(tab, "transcript", "result", "status")

    async def schema(self, bomb: Bomb, made: str) -> str:
        return await self._asked(bomb, made)

    async def tools(self, bomb: Bomb, made: str) -> str:
        return await self._asked(bomb, made)

    async def _asked(self, bomb: Bomb, made: str) -> str:
        tab = await self._opened(HELLO)
        await self._to_server(tab, "any", f"{self.server}/v1")
        tab.put(**{"in-messages": "Go", f"chat-{bomb.kind}": made})
        await tab.fire("run")
        return _said(tab, "transcript", "result", "status")

    async def prompts(self, bomb: Bomb, made: str) -> str:
        tab = await Tab.arrive(self.client, self.app, "/compare")
        tab.put(**{"prompt-list": made})
        async with asyncio.timeout(15):
            with contextlib.suppress(TimeoutError):  # a list that is read goes on to be asked
                await tab.fire("run-prompts")
        return _said(tab, "prompts-said", "prompts")

    async def import_(self, bomb: Bomb, made: str) -> str:
        tab = await Tab.arrive(self.client, self.app, "/compare")
        tab.put(**{"import": await tab.upload(made.encode(), "comparison.json")})
        await tab.fire("import", "upload")
        await tab.fire("ran", "change")
        return _said(tab, "exported", "transcript-A", "diff")

    async def export(self, bomb: Bomb, made: str) -> str:
        tab = await Tab.arrive(self.client, self.app, "/compare")
        tab.put(**{"import": await tab.upload(made.encode(), "comparison.json")})
        await tab.fire("import", "upload")
        await tab.fire("export-json")
        await tab.fire("export-html")
        return _said(tab, "exported")

    async def masks(self, bomb: Bomb, made: bytes) -> str:
        tab = await self._opened(f"---\npipeline_tag: {bomb.task}\n---\n")
        await self._to_server(tab, "any", f"{self.server}/{bomb.name.replace(' ', '-')}")
        tab.put(**{"in-image": await tab.upload(PICTURE, "x.png")})
        await tab.fire("run")
        return _said(tab, "result", "status")

    async def link(self, bomb: Bomb, made: str) -> str:
        tab = await Tab.arrive(self.client, self.app)
        tab.put(link=made)
        await tab.fire("follow")
        return _said(tab, "trouble", "head")

    async def file(self, bomb: Bomb, made: bytes) -> str:
        tab = await self._opened(f"---\npipeline_tag: {bomb.task}\n---\n")
        await self._to_server(tab, "any", f"{self.server}/lists-900-deep")
        field, name = ("audio", "x.wav") if "speech" in bomb.task else ("image", "x.png")
        tab.put(**{f"in-{field}": await tab.upload(made, name)})
        if "question" in bomb.task:
            tab.put(**{"in-question": "What is it?"})
        await tab.fire("run")
        return _said(tab, "result", "status")

    async def _opened(self, card: str) -> Tab:
        tab = await Tab.arrive(self.client, self.app)
        tab.put(source=card)
        await tab.fire("open")
        return tab

    async def _to_server(self, tab: Tab, model: str, url: str) -> None:
        tab.put(**{"place": "endpoint", "base-url": url, "named": model})
        await tab.fire("place", "input")


def _said(tab: Tab, *elements: str) -> str:
    """The words that elements show."""
    words = []
    for one in elements:
        with contextlib.suppress(LookupError):
            words.append(unescape(re.sub(r"<[^>]*>", " ", str(tab.shown(one) or "")[:100_000])))
    return " ".join(" ".join(words).split())


ORDINARY = "---\npipeline_tag: text-classification\nwidget:\n- text: I like it\n---\n# A card\n\nIt says what it is.\n"


async def visit(app: str, server: str, count: int) -> None:
    """Open ordinary cards, and print how each ended."""
    async with httpx.AsyncClient(timeout=BOUND) as client:
        opener = Opener(client, app, server)
        for number in range(count):
            started = perf_counter()
            said = await opener.card(Bomb(f"ordinary card {number + 1}", "card", str), ORDINARY)
            ended = {"name": "ordinary card", "kind": "card", "seconds": perf_counter() - started, "said": said[:300]}
            print(json.dumps(ended), flush=True)


async def bombard(app: str, server: str, only: str) -> None:
    """Open one bomb after another, and print how each ended."""
    async with httpx.AsyncClient(timeout=BOUND) as client:
        opener = Opener(client, app, server)
        setattr(opener, "import", opener.import_)
        for bomb in BOMBS:
            if only not in f"{bomb.kind}: {bomb.name}":
                continue
            started = perf_counter()
            try:
                async with asyncio.timeout(BOUND):
                    said = await opener.open(bomb)
            except Exception as error:
                said = f"!! {type(error).__name__}: {str(error)[:200]}"
            ended = {"name": bomb.name, "kind": bomb.kind, "seconds": perf_counter() - started, "said": said[:300]}
            print(json.dumps(ended), flush=True)


async def main(given: list[str]) -> Any:
    """Be the server, or the person."""
    os.nice(10)  # they are at other machines in reality
    if given[0] == "server":
        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        print(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.to_thread(sys.stdin.read)
    elif given[2:3] == ["--plain"]:
        await visit(given[0], given[1], int(given[3]))
    else:
        await bombard(given[0], given[1], given[2] if len(given) > 2 else "")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
