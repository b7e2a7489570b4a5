"""An OpenAI-compatible server that speaks at a given pace: the model `paced-50-500` says 500 tokens, 50 a second.

python benchmarks/support/paced.py        prints its address; /ended tells when each answer was over (epoch seconds)"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from itertools import cycle, islice

PARAGRAPH = "The tide **rises** twice a day, and `tide()` tells when: see the table below, or ask a fisherman.\n\n"
LIST = "- first the moon, which pulls\n- then the sun, which helps\n- and the coast, which shapes\n\n"
CODE = "```python\ndef tide(hour: int) -> float:\n    return 2.0 * sin(hour / 12.4)\n\nprint(tide(3))\n```\n\n"
DOCUMENT = f"## Tides\n\n{PARAGRAPH}{PARAGRAPH}{LIST}{PARAGRAPH}{CODE}"
PIECES = [DOCUMENT[start : start + 4] for start in range(0, len(DOCUMENT), 4)]


def tokens(count: int) -> list[str]:
    """So many pieces of a text with paragraphs, lists and code."""
    return list(islice(cycle(PIECES), count))


def asked_of(model: str) -> tuple[float, int]:
    """Tokens a second and how many, from the model's name."""
    _, rate, count = model.split("-")
    return float(rate), int(count)


async def paced(rate: float, count: int) -> AsyncIterator[str]:
    """The pieces at their times; what is late is made up for."""
    started = time.perf_counter()
    for place, piece in enumerate(tokens(count)):
        wait = started + place / rate - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        yield piece


ended: list[float] = []


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next((int(h.split(":")[1]) for h in head.lower().split("\r\n") if h.startswith("content-length:")), 0)
        body = await reader.readexactly(length)
        if "/ended" in head.split("\r\n")[0]:
            said = json.dumps(ended).encode()
            ended.clear()
            writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(said) + said)
            return
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        rate, count = asked_of(json.loads(body)["model"])
        async for piece in paced(rate, count):
            writer.write(_event({"choices": [{"index": 0, "delta": {"content": piece}}]}))
            await writer.drain()
        ended.append(time.time())
        writer.write(_event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        writer.write(_event({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": count}}))
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


def _event(data: object) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


async def main() -> None:
    """Serve until standard input ends."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1_000)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
