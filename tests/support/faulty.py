"""A server in a thread of its own that plays faults, a model each, and else answers well."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .payloads import PAYLOADS
from .scripted import Script, Talk, scripted

# Hostile text as a model may say it: markup, Markdown, controls, what leads elsewhere, what needs room.
HOSTILE = "\n\n".join(
    [
        *PAYLOADS,
        "\u202eevil\u202c \u2066x\u2069",
        "[x](https://far.example/) ![y](https://far.example/y.png)",
        # what would lie over the page, or make it wider, or end what it stands in
        "<div style='position:fixed;inset:0;z-index:9999;width:9999px'>over</div>",
        "</div></div></section></main></body></html>",
        "wide" * 400,
        "| " + "wide | " * 60 + "\n|" + "---|" * 60,
        "> " * 60 + "deep",
    ]
)
SIZES = (1, 2, 3, 5, 7, 11, 13, 101)  # characters of the pieces that it comes in, in turn
LABELS = [[{"label": "<b>A</b>\u202eB", "score": 0.75}]]


class Faulty:
    """`faults` are the scripts that are played, by model, or by the text of a plain task; `asked` are those of the
    requests that came. `text` is what a good chat says, with `pause` seconds between its pieces."""

    def __init__(self) -> None:
        self.text, self.pause = HOSTILE, 0.0
        self.faults: dict[str, Script] = {}
        self.asked: list[str] = []
        self.url = ""

    async def script(self, talk: Talk) -> None:
        """Answer one request."""
        body = json.loads(talk.body or b"{}")
        inputs = body.get("inputs")
        model = str(body.get("model") or (inputs.get("text") if isinstance(inputs, dict) else inputs))
        self.asked.append(model)
        if model in self.faults:
            await self.faults[model](talk)
        elif "messages" in body:
            await well(talk, self.text, self.pause)
        else:
            await talk.answer("200 OK", json.dumps(LABELS))


async def well(talk: Talk, text: str, pause: float) -> None:
    """A whole answer, in pieces of odd sizes."""
    await talk.events()
    place, turn = 0, 0
    while place < len(text):
        size = SIZES[turn % len(SIZES)]
        await talk.say(chunk(text[place : place + size]))
        place, turn = place + size, turn + 1
        if pause:
            await asyncio.sleep(pause)
    call = {
        "index": 0,
        "id": "<b>",
        "function": {"name": f"{PAYLOADS[0]}\u202e", "arguments": f'{{"a": "{PAYLOADS[3][:9]}'},
    }
    await talk.say(chunk(tool_calls=[call]) + chunk(reason="stop") + "data: [DONE]\n\n")


def chunk(content: str = "", reason: str | None = None, **delta: object) -> str:
    """An event of a stream."""
    held = {"choices": [{"index": 0, "delta": {"content": content, **delta}, "finish_reason": reason}]}
    return f"data: {json.dumps(held)}\n\n"


@contextmanager
def faulty() -> Iterator[Faulty]:
    """The server, until the block ends."""
    held, started, ended = Faulty(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with scripted(held.script) as server:
            held.url = server.url
            started.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    started.wait(20)
    try:
        yield held
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(20)
        loop.close()
