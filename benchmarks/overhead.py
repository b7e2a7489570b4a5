"""What the app adds to a call of huggingface_hub's client, on the embedded engine: `python -m benchmarks.overhead`.

Ratios of one run on one machine. Every call has to give the answer: of the library, of ours, of the event, of
the page."""

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

from benchmarks.support.report import Report, app, parser, run
from benchmarks.support.tabs import Tab
from showcard.inference import run as client
from showcard.inference.resolve import EmbeddedEngine, discover, resolve
from showcard.inference.transport import http as transport
from showcard.wire.request import Request

CALLS, AT_ONCE, FIRST = 100, 20, 30
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


async def median(call: Callable[[], Awaitable[Any]], calls: int) -> float:
    """The median of sequential calls in milliseconds, after three to warm up."""
    for _ in range(3):
        await call()
    return statistics.median([await timed(call) for _ in range(calls)])


async def together(call: Callable[[], Awaitable[Any]], calls: int) -> float:
    """Milliseconds a call when many are under way."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with gate:
            await call()

    return await timed(lambda: asyncio.gather(*(one() for _ in range(calls)))) / calls


class Calls:
    """One classification, by the library alone and by the app."""

    def __init__(self, url: str, embedded: EmbeddedEngine) -> None:
        self.route = f"{url}/models/{ASKED.model}"
        self.embedded = embedded
        self.kept = InferenceClient(model=self.route, headers={"authorization": ""})

    async def sync(self) -> None:
        """The library's synchronous client, made once."""
        found = await asyncio.to_thread(self.kept.text_classification, TEXT)
        assert found[0].label == "POSITIVE"

    async def direct(self) -> None:
        """The library's asynchronous client, made for each call as its documentation does."""
        async with AsyncInferenceClient(model=self.route, headers={"authorization": ""}) as library:
            found = await library.text_classification(TEXT)
        assert found[0].label == "POSITIVE"

    async def ours(self) -> None:
        """What a Run does: resolve, call, read."""
        reply = await client.run(await resolve(ASKED, self.embedded))
        assert reply.output.items[0].label == "POSITIVE"  # type: ignore[attr-defined]

    async def first_token(self) -> float:
        """Milliseconds until another session's chat says its first word."""
        started = perf_counter()
        async with aclosing(client.stream(await resolve(CHAT, self.embedded))) as deltas:  # type: ignore[type-var]
            async for delta in deltas:
                if delta.content:
                    break
            else:
                raise AssertionError("the chat said nothing")
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


async def first_tokens(calls: Calls, times: int) -> tuple[float, float]:
    """The median first token, alone and beside twenty slow calls."""
    await calls.first_token()  # loads the engine
    alone = statistics.median([await calls.first_token() for _ in range(times)])
    stop = asyncio.Event()
    slow = asyncio.create_task(slow_calls(stop))
    await asyncio.sleep(0.2)
    beside = statistics.median([await calls.first_token() for _ in range(times)])
    stop.set()
    await slow
    return alone, beside


def events(calls: Calls, times: int) -> tuple[float, float, float]:
    """The median of a Gradio event that does nothing, and that plus the median of what a Run adds to its neighbour: a
    bare one, and the one that the widget's own Run button starts, with everything it shows."""
    import gradio as gr

    async def asked(text: str) -> str:
        reply = await client.run(await resolve(ASKED, calls.embedded))
        return json.dumps(reply.raw)

    with gr.Blocks(analytics_enabled=False) as demo:
        box, out = gr.Textbox(TEXT), gr.Textbox(elem_id="out")
        gr.Button(elem_id="nothing").click(lambda text: text, box, out)
        gr.Button(elem_id="run").click(asked, box, out)
    demo.queue(default_concurrency_limit=AT_ONCE).launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    with app() as (_, address):
        nothing, bare, own = asyncio.run(_events(str(demo.local_url).rstrip("/"), address, times))
    demo.close()
    return nothing, nothing + bare, nothing + own


async def _events(demo: str, address: str, times: int) -> tuple[float, float, float]:
    """Medians: of an event for nothing, and of what a Run and the widget's Run take more than their neighbour."""
    async with httpx.AsyncClient(timeout=60) as http:
        plain, widget = await Tab.arrive(http, demo), await Tab.arrive(http, address)
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
        for _ in range(times + 3):
            plain.put(out="")
            widget.put(result="")
            rows.append([await timed_event(*one) for one in listeners])
            assert "POSITIVE" in plain.shown("out"), "the bare Run has no answer"
            assert "POSITIVE" in widget.shown("result"), "the widget's Run has no answer"
    rows = rows[3:]
    medians = [statistics.median(row[place] - row[0] for row in rows) for place in (1, 2)]
    return statistics.median(row[0] for row in rows), *medians


async def compare(calls: Calls, number: int, report: Report) -> float:
    """Calls one after the other and many at once; the milliseconds of one by the client that is kept."""
    sync = await median(calls.sync, number)
    direct, ours = await median(calls.direct, number), await median(calls.ours, number)
    one = len(transport._pool().pool.connections)
    many_direct, many_ours = await together(calls.direct, number), await together(calls.ours, number)
    most = len(transport._pool().pool.connections)
    alone, beside = await first_tokens(calls, 2 if report.small else FIRST)
    for what, found in (
        ("the client that is kept", sync),
        ("the asynchronous client", direct),
        ("here", ours),
        (f"the asynchronous client, {AT_ONCE} at once", many_direct),
        (f"here, {AT_ONCE} at once", many_ours),
        ("first token of a chat, alone", alone),
        (f"first token of a chat, beside {AT_ONCE} slow calls", beside),
    ):
        report.figure(f"a call: {what}", found, "ms")
    report.ratio("one call here, of the client that is kept", ours, sync, most=3)
    report.ratio("one call here, of the asynchronous client", ours, direct, most=1)
    report.ratio(f"a call of {AT_ONCE} at once here, of the asynchronous client", many_ours, many_direct, most=1)
    report.ratio("first token beside slow calls, of one alone", beside, alone, most=2)
    report.proof(
        f"{number} calls in turn opened {one} connection, {AT_ONCE} at once {most}", one == 1 and most <= AT_ONCE
    )
    await transport.close()
    return sync


def main() -> int:
    """Print the figures; 1 where a limit is missed."""
    report = Report(parser(__doc__).parse_args().small)
    number = 3 if report.small else CALLS
    started, url = engine()
    try:
        calls = Calls(url, asyncio.run(discover(url)))
        direct = asyncio.run(compare(calls, number, report))
        nothing, bare, own = events(calls, number)
        report.figure("a Gradio event for nothing", nothing, "ms")
        report.ratio("a Run as an event, of one for nothing and the kept client's call", bare, nothing + direct, most=2)
        report.ratio("the widget's Run, of one for nothing and the kept client's call", own, nothing + direct, most=3)
        report.proof("every call, event and page had the answer", True)
    finally:
        assert started.stdin is not None
        started.stdin.close()
        started.wait(timeout=10)
    return report.end()


if __name__ == "__main__":
    run(main)
