"""What switching cards costs: `python benchmarks/card_switching.py [SWITCHES]`.

In one run in Chromium: the time from a press on Open until the new card's widget stands on the page, against a bare
`gr.render` of the same components (limit 1.3 times), and what the app weighs after 500 switches, of before (1.2 times).
After each switch the page has to name the card, and to have the field that the card's task has."""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import sys
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import gradio as gr
import uvicorn

from benchmarks.support.report import Report, app, parser, resident, run
from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.components.panel import panel
from showcard.ui.server.app import Access, build_app
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Sessions, Site
from showcard.ui.session.sources import open_source
from showcard.widgets.state import Page
from showcard.widgets.widget import Widget

# Cards, and the field of each that the others do not all have.
CARDS = {
    "sentiment": "text",
    "entities": "text",
    "question-answering": "context",
    "summarization": "text",
    "table-question-answering": "table",
}
NAMES = tuple(CARDS)
TIMED, SWITCHES, WARM_UP = 40, 500, 50
MAX_TIMES, MAX_GROWTH = 1.3, 1.2
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
    served = build_app(demo, site, Access())
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"Bare at http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    asyncio.run(uvicorn.Server(uvicorn.Config(served, log_level="error")).serve([listening]))


def main() -> int:
    """Print the figures; 1 where one misses its limit."""
    from playwright.sync_api import Page as Tab
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import FLAGS
    from tests.conftest import chromium, process

    options = parser(__doc__)
    options.add_argument("switches", type=int, nargs="?", default=SWITCHES)
    asked = options.parse_args()
    report = Report(asked.small)
    timed, switches, warm_up = (1, 1, 0) if asked.small else (TIMED, asked.switches, WARM_UP)
    wrong: list[str] = []

    def switch(page: Tab, number: int, looked: bool = True) -> float:
        name = NAMES[number % len(NAMES)]
        taken = float(page.evaluate(SWITCH, [f"showcard/{name}"]))
        if looked:
            field = page.locator(f"#in-{CARDS[name]}")
            field.first.wait_for(state="attached")
            page.locator("#head h1", has_text=name).wait_for()
            wrong.extend([name] if field.count() != 1 else [])
        return taken

    def ready(page: Tab, address: str, looked: bool) -> None:
        page.goto(address)
        page.wait_for_selector("#picked", state="attached")
        for number in range(1 if asked.small else len(NAMES) * 2):
            switch(page, number + 1, looked)

    with (
        app() as (process_id, address),
        process("benchmarks/card_switching.py", "--bare") as (_, other),
        sync_playwright() as playwright,
    ):
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        ours, theirs = started.new_page(), started.new_page()
        ready(ours, address, True)
        ready(theirs, other, False)
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(timed):  # in turn, so that what slows the machine slows both
            times[0].append(switch(ours, number + 2))
            times[1].append(switch(theirs, number + 2, False))
        theirs.close()
        for number in range(warm_up):
            switch(ours, number + timed + 2)
        before = resident(process_id)
        for number in range(switches):
            switch(ours, number + timed + warm_up + 2)
        after = resident(process_id)
        started.close()
    app_time, bare_time = map(statistics.median, times)
    report.proof(f"{timed + warm_up + switches} switches each showed its card and its field", not wrong)
    report.figure("a switch", app_time, "ms")
    report.ratio("a switch, of a bare gr.render", app_time, bare_time, most=MAX_TIMES)
    report.ratio(f"memory after {switches} switches more, of before", after, before, most=MAX_GROWTH)
    return report.end()


if __name__ == "__main__":
    sys.exit(bare()) if "--bare" in sys.argv else run(main)
