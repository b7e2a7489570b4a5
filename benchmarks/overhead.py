"""What the app adds to a call of huggingface_hub's client, on the embedded engine: `python -m benchmarks.overhead`.

Differences and ratios of one run on one machine; each line ends with its limit."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from time import perf_counter
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
from huggingface_hub import AsyncInferenceClient, InferenceClient

from benchmarks.support.tabs import Tab
from showcard.inference import run as client
from showcard.inference.resolve import EmbeddedEngine, discover, resolve
from showcard.inference.transport import http as transport
from showcard.wire.request import Request
from tests.conftest import process

CALLS, AT_ONCE = 100, 20
TEXT = "I like this museum, and its garden too."
ASKED = Request("text-classification", "showcard/sentiment", {"text": TEXT})
CHAT = Request("conversational", "showcard/eliza", {"messages": [{"role": "user", "content": "Hello"}]}, stream=True)


def engine() -> tuple[subprocess.Popen[str], str]:
    """The embedded engine as a process of its own, and its address."""
    command = [sys.executable, "-m", "showcard.local", "--port", "0", "--with-parent", "--pause", "0.002"]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    return started, started.stdout.readline().strip()


async def timed(call: Callable[[], Awaitable[Any]]) -> float:
    started = perf_counter()
    await call()
    return (perf_counter() - started) * 1000


async def median(call: Callable[[], Awaitable[Any]], calls: int = CALLS) -> float:
    """The median of sequential calls in milliseconds, after three to warm up."""
    for _ in range(3):
        await call()
    return statistics.median([await timed(call) for _ in range(calls)])


async def together(call: Callable[[], Awaitable[Any]]) -> float:
    """Milliseconds a call when many are under way."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with gate:
            await call()

    return await timed(lambda: asyncio.gather(*(one() for _ in range(CALLS)))) / CALLS


class Calls:
    """The same classification by the library alone and by the app."""

    def __init__(self, url: str, embedded: EmbeddedEngine) -> None:
        self.route = f"{url}/models/{ASKED.model}"
        self.embedded = embedded
        self.kept = InferenceClient(model=self.route, headers={"authorization": ""})

    async def sync(self) -> None:
        """The library's synchronous client, made once."""
        await asyncio.to_thread(self.kept.text_classification, TEXT)

    async def direct(self) -> None:
        """The library's asynchronous client, made for each call as its documentation does."""
        async with AsyncInferenceClient(model=self.route, headers={"authorization": ""}) as library:
            await library.text_classification(TEXT)

    async def ours(self) -> None:
        """What a Run does: resolve, call, read."""
        await client.run(await resolve(ASKED, self.embedded))

    async def first_token(self) -> float:
        """Milliseconds until another session's chat says its first word."""
        started = perf_counter()
        async with aclosing(client.stream(await resolve(CHAT, self.embedded))) as deltas:  # type: ignore[type-var]
            async for delta in deltas:
                if delta.content:
                    break
        return (perf_counter() - started) * 1000


async def slow_calls(stop: asyncio.Event) -> None:
    """Twenty calls to a server that takes its time, until told to stop."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    asked = Request("text-classification", "m", {"text": TEXT}, base_url=url)
    waiting = [asyncio.create_task(client.run(await resolve(asked))) for _ in range(AT_ONCE)]
    await stop.wait()
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    server.close()


async def first_tokens(calls: Calls) -> tuple[float, float]:
    """The slowest first token of thirty, alone and beside twenty slow calls."""
    await calls.first_token()  # loads the engine
    alone = max([await calls.first_token() for _ in range(30)])
    stop = asyncio.Event()
    slow = asyncio.create_task(slow_calls(stop))
    await asyncio.sleep(0.2)
    beside = max([await calls.first_token() for _ in range(30)])
    stop.set()
    await slow
    return alone, beside


def events(calls: Calls) -> tuple[float, float, float]:
    """The median of a Gradio event that does nothing, and that plus the median of what a Run adds to its neighbour: a
    bare one, and the one that the widget's own Run button starts, with everything it shows."""
    import gradio as gr

    async def run(text: str) -> str:
        reply = await client.run(await resolve(ASKED, calls.embedded))
        return json.dumps(reply.raw)

    with gr.Blocks(analytics_enabled=False) as demo:
        box, out = gr.Textbox(TEXT), gr.Textbox(elem_id="out")
        gr.Button(elem_id="nothing").click(lambda text: text, box, out)
        gr.Button(elem_id="run").click(run, box, out)
    demo.queue(default_concurrency_limit=AT_ONCE).launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    with process("app.py", "--port", "0", HF_ENDPOINT="http://127.0.0.1:10") as (_, app):
        nothing, bare, own = asyncio.run(_events(str(demo.local_url).rstrip("/"), app))
    demo.close()
    return nothing, nothing + bare, nothing + own


async def _events(demo: str, app: str) -> tuple[float, float, float]:
    """Medians: of an event for nothing, and of what a Run and the widget's Run take more than their neighbour."""
    async with httpx.AsyncClient(timeout=60) as http:
        plain, widget = await Tab.arrive(http, demo), await Tab.arrive(http, app)
        widget.put(source=ASKED.model)
        await widget.fire("open")
        widget.put(**{"in-text": TEXT})
        listeners = [(plain, plain.listener_of("nothing")), (plain, plain.listener_of("run"))]
        listeners.append((widget, widget.listener_of("run")))

        async def timed_event(tab: Tab, listener: dict[str, Any]) -> float:
            started = perf_counter()
            await tab.run(listener, follow=False)
            return (perf_counter() - started) * 1000

        # One after the other in turn, so that what else the machine does falls on both alike.
        rows = []
        for _ in range(CALLS):
            plain.put(out="")
            widget.put(result="")
            rows.append([await timed_event(*one) for one in listeners])
            assert "POSITIVE" in plain.shown("out"), "the bare Run has no answer"
            assert "POSITIVE" in widget.shown("result"), "the widget's Run has no answer"
    rows = rows[3:]
    medians = [statistics.median(row[place] - row[0] for row in rows) for place in (1, 2)]
    return statistics.median(row[0] for row in rows), *medians


def say(what: str, value: float, unit: str, limit: float) -> bool:
    print(f"{what:<72} {value:8.2f} {unit:<5} limit {limit:g}")
    return value <= limit


async def compare(calls: Calls) -> tuple[list[bool], float]:
    sync, direct, ours = await median(calls.sync), await median(calls.direct), await median(calls.ours)
    one = len(transport._pool().pool.connections)
    print(f"sequential, {CALLS} calls: {sync:.2f} ms sync client, {direct:.2f} ms async client, {ours:.2f} ms here")
    many_direct, many_ours = await together(calls.direct), await together(calls.ours)
    most = len(transport._pool().pool.connections)
    print(f"{AT_ONCE} at once, a call: {many_direct:.2f} ms async client, {many_ours:.2f} ms here")
    alone, beside = await first_tokens(calls)
    print(f"slowest first token of 30: {alone:.2f} ms alone, {beside:.2f} ms beside {AT_ONCE} slow calls")
    held = [
        say("one call here minus the same call by the kept client, median", ours - sync, "ms", 15),
        say("one call here by one of the async client, median", ours / direct, "times", 1),
        say(f"a call of {AT_ONCE} at once here by one of the async client", many_ours / many_direct, "times", 1),
        say(f"connections opened for {CALLS} calls one after the other", one, "", 1),
        say(f"connections opened for {CALLS} calls, {AT_ONCE} at once", most, "", AT_ONCE),
        say("what slow calls add to another session's slowest first token", beside - alone, "ms", 50),
    ]
    await transport.close()
    return held, sync


def main() -> int:
    started, url = engine()
    try:
        embedded = asyncio.run(discover(url))
        calls = Calls(url, embedded)
        held, direct = asyncio.run(compare(calls))
        nothing, run, own = events(calls)
        print(f"{CALLS} Gradio events: {nothing:.2f} ms for nothing, {run:.2f} ms a Run, {own:.2f} ms the widget's")
        for what, took in (("a Run as an event", run), ("the widget's Run", own)):
            held.append(
                say(f"{what} minus the kept client's call and an event for nothing", took - nothing - direct, "ms", 15)
            )
    finally:
        assert started.stdin is not None
        started.stdin.close()
        started.wait(timeout=10)
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main())
