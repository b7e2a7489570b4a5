"""Servers to measure, each a process of its own that prints its address.

python benchmarks/support/served.py ours          the app as it is
python benchmarks/support/served.py synthetic     the app, its models replaced by a source within the process
python benchmarks/support/served.py plain URL     a plain pair of gr.Chatbot over the source at URL, or within (-)"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from benchmarks.support.paced import asked_of, paced

FLUSH = 0.06


def ours() -> None:
    """The app."""
    import app

    app.main(["--port", "0"])


def synthetic() -> None:
    """The app, with panes that a source within the process speaks in."""
    from showcard.inference.reply import Delta, Usage
    from showcard.playground import stream as compare_stream
    from showcard.wire.request import ResolvedRequest

    async def resolved_for(session: Any, request: Any) -> Any:
        return ResolvedRequest(request, "endpoint", request.model, None, request.base_url or "", "", None)

    async def stream(session: Any, resolved: Any, exchange: Any) -> AsyncIterator[Any]:
        rate, count = asked_of(resolved.request.model)
        async for piece in paced(rate, count):
            yield Delta(piece)
        yield Delta(finish_reason="stop", usage=Usage(9, count))

    compare_stream.asking = SimpleNamespace(resolved_for=resolved_for, stream=stream)
    ours()


def plain(source: str) -> None:
    """Two chatbots that one generator fills, as most apps have it, updated at the rate of ours."""
    import gradio as gr
    import httpx

    async def pieces(model: str) -> AsyncIterator[str]:
        if source == "-":
            async for piece in paced(*asked_of(model)):
                yield piece
            return
        asked = {"model": model, "stream": True, "messages": []}
        async with (
            httpx.AsyncClient(timeout=300) as client,
            client.stream("POST", f"{source}/v1/chat/completions", json=asked) as answer,
        ):
            async for line in answer.aiter_lines():
                if line.startswith("data: {"):
                    choices = json.loads(line[6:])["choices"]
                    yield choices[0]["delta"].get("content", "") if choices else ""

    async def answer(text: str, left: list[Any], right: list[Any]) -> AsyncIterator[tuple[Any, Any]]:
        sides = [
            [*side, {"role": "user", "content": "Go"}, {"role": "assistant", "content": ""}] for side in (left, right)
        ]
        open_ = 2

        async def read(side: list[Any]) -> None:
            nonlocal open_
            async for piece in pieces(text):
                side[-1] = {"role": "assistant", "content": side[-1]["content"] + piece}
            open_ -= 1

        tasks = [asyncio.create_task(read(side)) for side in sides]
        while open_:
            await asyncio.sleep(FLUSH)
            yield list(sides[0]), list(sides[1])
        await asyncio.gather(*tasks)
        yield list(sides[0]), list(sides[1])

    history = json.loads(os.environ.get("HISTORY", "[]"))
    with gr.Blocks(analytics_enabled=False) as demo:
        with gr.Row():
            left, right = gr.Chatbot(history, elem_id="left"), gr.Chatbot(history, elem_id="right")
        text = gr.Textbox(elem_id="text")
        send = gr.Button("Send", elem_id="send")
        send.click(answer, [text, left, right], [left, right])
    demo.queue(default_concurrency_limit=None, max_size=1_000)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    print(address.rstrip("/"), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    {"ours": ours, "synthetic": synthetic, "plain": plain}[sys.argv[1]](*sys.argv[2:])
