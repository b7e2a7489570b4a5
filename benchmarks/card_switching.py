"""What switching cards costs: `python benchmarks/card_switching.py [SWITCHES]`.

In one run in Chromium: the time from a press on Open until the new card's widget stands on the page, against a bare
`gr.render` of the same components (limit 1.3 times), and how much the app grows over 500 switches (limit 30 MB)."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import statistics
import subprocess
import sys
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import gradio as gr
import uvicorn

from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.components.panel import panel
from showcard.ui.server.app import Access, build_app
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Sessions, Site
from showcard.ui.session.sources import open_source
from showcard.widgets.state import Page
from showcard.widgets.widget import Widget

CARDS = ("sentiment", "entities", "question-answering", "summarization", "table-question-answering")
TIMED, SWITCHES, WARM_UP = 40, 500, 50
MAX_TIMES, MAX_GROWTH = 1.3, 30.0
SWITCH = """async ([source]) => {
  const held = () => document.querySelector("#picked textarea, #picked input")?.value;
  const before = held(), field = document.querySelector("#source textarea");
  field.value = source;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 30));
  const started = performance.now();
  document.querySelector("#open").click();
  while (held() === before || !held()) {
    await new Promise((done) => requestAnimationFrame(done));
    if (performance.now() - started > 30000) throw new Error(`${source} did not open`);
  }
  return performance.now() - started;
}"""


def bare() -> None:
    """An app that does nothing but render the components of the cards' widgets, without listeners or opening."""

    class Bare(Widget):
        def _wire(self, code_tab: gr.Tab) -> None:
            """No listeners."""

    site = Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore())
    sessions = Sessions(site)
    count = 0
    with gr.Blocks(analytics_enabled=False) as demo:
        current, remembered = gr.State(""), gr.BrowserState({})
        panel('<div class="head"><h1>bare</h1></div>', elem_id="head")
        source = gr.Textbox("showcard/sentiment", elem_id="source", lines=1, max_lines=6)
        go = gr.Button("Open", elem_id="open")

        async def open_named(name: str, request: gr.Request) -> str:
            nonlocal count
            count += 1
            held = sessions.of(request)
            if name not in held.pages:
                held.pages[name] = Page(await open_source(name, held))
            held.pages[name].name = str(count)
            return f"{name} {count}"

        @gr.render(inputs=current, triggers=[current.change])
        def widget(name: str, request: gr.Request) -> None:
            held = sessions.of(request)
            if name:
                Bare(held.pages[name.split(" ", maxsplit=1)[0]], held, remembered).build()

        go.click(open_named, source, current, show_progress="hidden")
        demo.load(open_named, source, current, show_progress="hidden")
    app = build_app(demo, site, Access())
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"Bare at http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    asyncio.run(uvicorn.Server(uvicorn.Config(app, log_level="error")).serve([listening]))


def megabytes(process: subprocess.Popen[str]) -> float:
    """The memory that a process holds."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def main() -> int:
    """Print the figures; 1 where one misses its limit."""
    from playwright.sync_api import Page as Tab
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import FLAGS
    from tests.conftest import chromium, process

    switches = int(sys.argv[1]) if len(sys.argv) > 1 else SWITCHES

    def switch(page: Tab, number: int) -> float:
        return float(page.evaluate(SWITCH, [f"showcard/{CARDS[number % len(CARDS)]}"]))

    def ready(page: Tab, address: str) -> None:
        page.goto(address)
        page.wait_for_selector("#picked", state="attached")
        for number in range(len(CARDS) * 2):
            switch(page, number + 1)

    here = "benchmarks/card_switching.py"
    with (
        process("app.py", "--port", "0", HF_ENDPOINT="http://127.0.0.1:10") as (app, address),
        process(here, "--bare") as (_, other),
        sync_playwright() as playwright,
    ):
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        ours, theirs = started.new_page(), started.new_page()
        ready(ours, address)
        ready(theirs, other)
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(TIMED):  # in turn, so that what slows the machine slows both
            times[0].append(switch(ours, number + 1))
            times[1].append(switch(theirs, number + 1))
        theirs.close()
        for number in range(WARM_UP):
            switch(ours, number + TIMED + 1)
        before = megabytes(app)
        for number in range(switches):
            switch(ours, number + TIMED + WARM_UP + 1)
        grown = megabytes(app) - before
        started.close()
    app_time, bare_time = map(statistics.median, times)
    ratio = app_time / bare_time
    print(f"a switch: {app_time:.0f} ms, bare gr.render {bare_time:.0f} ms: {ratio:.2f} times (limit {MAX_TIMES})")
    print(f"memory over {switches} switches: {grown:+.1f} MB (limit {MAX_GROWTH:.0f}); before {before:.0f} MB")
    return int(ratio > MAX_TIMES or grown > MAX_GROWTH)


if __name__ == "__main__":
    sys.exit(bare() if "--bare" in sys.argv else main())
