"""The tool that runs a list of prompts on all panes, and hands over the table as a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import gradio as gr

from showcard.metadata.media import Media
from showcard.playground.core import prompts
from showcard.playground.core.checks import CheckMark, Checks, run_checks
from showcard.playground.core.figures import seconds
from showcard.playground.core.outcome import Outcome
from showcard.playground.core.prompts import Key, Listed, PromptBatch
from showcard.playground.downloads import link
from showcard.ui.components.panel import panel
from showcard.ui.markup import panels
from showcard.ui.markup.html import NOTHING, Markup, div, element, isolated, one_line, p, running_text, short_text
from showcard.wire.request import Request, RequestError

from .base import QUIET, Stop, Tool, asker, held_of, question_request, spinner, stopping, table_html
from .checks import marks_html
from .mount import Mount

RUN = "compare-prompts"
MAX_ROWS = 100
MAX_BYTES = 8_000_000
SHOWN_CHARACTERS = 400
DRAW_SECONDS = 1.0
EXAMPLE = 'One prompt a line; or CSV with a column “prompt” (and “tag”); or JSON lines: {"prompt": "…"}'
EMPTY = p("Every prompt is asked by itself, with each pane's settings; the chat above stays as it is.", class_="dim")


@dataclass(frozen=True, slots=True)
class State:
    """What a list shows: a line of progress, the table where that was drawn anew, and which buttons make sense."""

    said: Markup
    table: Markup | None = None
    running: bool = False
    left: bool = False


def build(mount: Mount) -> Tool:
    """Lay it out inside the current tab."""
    listed = gr.Textbox(label="Prompts", placeholder=EXAMPLE, lines=4, max_lines=12, elem_id="prompt-list")
    with gr.Row(elem_classes="tight end"):
        kinds = [".txt", ".csv", ".jsonl"]
        upload = gr.UploadButton("Open a file", file_types=kinds, type="binary", scale=0, min_width=110)
        at_once = gr.Radio(["1", "2", "4", "8"], value="2", label="Calls at once", min_width=200)
        start = gr.Button("Run the list", variant="primary", scale=0, min_width=110, elem_id="run-prompts")
        resume = gr.Button("Resume", scale=0, min_width=90, interactive=False, elem_id="resume-prompts")
        stop = gr.Button("Stop", scale=0, min_width=80, interactive=False, elem_id="stop-prompts")
        jsonl = gr.Button("JSON lines", scale=0, min_width=100, interactive=False, elem_id="prompts-jsonl")
        table = gr.Button("CSV", scale=0, min_width=70, interactive=False, elem_id="prompts-csv")
    file = panel(elem_id="prompts-file")
    said = panel(elem_id="prompts-said")
    shown = panel(EMPTY, elem_id="prompts")

    def running(anew: bool) -> Any:
        async def run(request: gr.Request, text: str, at_once: str) -> AsyncGenerator[dict[Any, Any], None]:
            async with aclosing(_run(mount, request, str(text or ""), at_once, anew)) as states:
                async for state in states:
                    yield {said: gr.skip()} if state is None else update(mount, request, state)

        return run

    def update(mount: Mount, request: gr.Request, state: State) -> dict[Any, Any]:
        answers = bool(held_of(mount.session_of(request)).batch.outcomes)
        on = {start: not state.running, resume: state.left, stop: state.running, jsonl: answers, table: answers}
        drawn = {} if state.table is None else {shown: one_line(state.table)}
        return {said: one_line(state.said), **drawn, **{b: gr.update(interactive=now) for b, now in on.items()}}

    def saving(form: str) -> Any:
        def save(request: gr.Request) -> str:
            held = held_of(mount.session_of(request))
            written = (prompts.to_csv if form == "csv" else prompts.to_jsonl)(held.batch, _marks(held.checks))
            media = Media(data=written.encode("utf-8", "replace"), media_type="text/plain")
            return one_line(link(mount.session_of(request).media_store, media, f"prompts.{form}"))

        return save

    async def draw(request: gr.Request) -> dict[Any, Any]:
        held = held_of(mount.session_of(request))
        return {shown: one_line(_table(held.batch, held.checks) if held.batch.outcomes else EMPTY)}

    upload.upload(_opened, [upload], [listed, said], **QUIET)
    changed = [said, shown, start, resume, stop, jsonl, table]
    start.click(running(anew=True), [listed, at_once], changed, **QUIET)
    resume.click(running(anew=False), [listed, at_once], changed, **QUIET)
    stop.click(stopping(mount, RUN), None, None, queue=False, **QUIET)
    jsonl.click(saving("jsonl"), None, [file], **QUIET)
    table.click(saving("csv"), None, [file], **QUIET)
    return Tool([shown], draw)


def _opened(data: bytes | None) -> tuple[Any, str]:
    """The text of a file that was chosen, and what is wrong with it."""
    if not data or len(data) > MAX_BYTES:
        return gr.skip(), one_line(panels.note("The file is empty or larger than 8 MB.", error=True))
    return data.decode("utf-8-sig", "replace"), ""


async def _run(
    mount: Mount, request: gr.Request, text: str, at_once: str, anew: bool
) -> AsyncGenerator[State | None, None]:
    """Run a list, from its beginning or where it was stopped. None is a heartbeat."""
    session, held = mount.session_of(request), held_of(mount.session_of(request))
    found = await prompts.read_apart(text, session.id)
    try:
        batch = _batch(mount, request, found, None if anew else held.batch)
        requests = await asyncio.to_thread(_requests, mount, request, batch)
    except RequestError as error:
        yield State(panels.note(" ".join([str(error), *found.problems]), error=True))
        return
    held.batch = batch
    yield State(_said(batch, "running", found), running=True)
    drawn = 0.0
    with Stop(session, RUN) as stopped:
        calls = int(at_once) if at_once in ("1", "2", "4", "8") else 1
        async with aclosing(prompts.run_batch(batch, requests, asker(session), calls, stopped)) as ended:
            async for keys in ended:
                now = perf_counter()
                due = bool(keys) and now - drawn > DRAW_SECONDS
                drawn = now if due else drawn
                table = await asyncio.to_thread(_table, batch, held.checks) if due else None
                yield State(_said(batch, "running", found), table, running=True) if keys else None
        state = "stopped" if stopped.is_set() else ""
    table = await asyncio.to_thread(_table, batch, held.checks)
    yield State(_said(batch, state, found), table, left=bool(batch.missing(requests)))


def _batch(mount: Mount, request: gr.Request, found: Listed, before: PromptBatch | None) -> PromptBatch:
    """The list to run, with the answers of an earlier one where it is gone on with. Raises RequestError."""
    comparison = mount.comparison_of(request)
    if comparison.hidden:
        raise RequestError("While models are hidden their speed would tell them apart. Vote first.")
    if not found.prompts:
        raise RequestError("There is no prompt in the list.")
    models = {comparison.letter(pane): pane.settings.model for pane in comparison.panes}
    batch = PromptBatch(found.prompts, models)
    if before is not None:
        batch.asked, batch.outcomes = dict(before.asked), dict(before.outcomes)
    return batch


def _requests(mount: Mount, request: gr.Request, batch: PromptBatch) -> dict[Key, Request]:
    """What every pane is asked, prompt by prompt. Raises RequestError."""
    comparison, session = mount.comparison_of(request), mount.session_of(request)
    panes = {comparison.letter(pane): pane for pane in comparison.panes}
    return {
        (number, letter): question_request(session, pane, prompt.text)
        for number, prompt in enumerate(batch.prompts)
        for letter, pane in panes.items()
    }


def _marks(checks: Checks) -> prompts.Marks:
    def marks(outcome: Outcome, request: Request) -> Sequence[CheckMark]:
        return run_checks(checks, outcome.content, request.response_format) if not outcome.error else ()

    return marks


def _said(batch: PromptBatch, state: str, found: Listed) -> Markup:
    total = len(batch.prompts) * len(batch.models)
    failed = sum(bool(outcome.error) for outcome in batch.outcomes.values())
    words = [f"{len(batch.outcomes)} of {total} answers", f"{failed} failed" if failed else "", state]
    progress = element("progress", max=total, value=len(batch.outcomes), aria_label="Answers")
    told = div(spinner(state), " · ".join(filter(None, words)), class_="status", role="status") + progress
    if not found.problems:
        return told
    problems = [element("li", problem) for problem in found.problems]
    return told + element("ul", problems, class_="problems", aria_label="Left out")


def _table(batch: PromptBatch, checks: Checks) -> Markup:
    marks = _marks(checks)
    heads = ["Prompt", *([f"{letter} · ", isolated(model)] for letter, model in batch.models.items())]
    rows = []
    for number, prompt in enumerate(batch.prompts[:MAX_ROWS]):
        cells = [_cell(batch, (number, letter), marks) for letter in batch.models]
        tag = div(isolated(prompt.tag), class_="dim") if prompt.tag else None
        asked = element("th", div(running_text(_cut(prompt.text)), dir="auto"), tag, scope="row")
        rows.append(element("tr", asked, cells))
    more = len(batch.prompts) - MAX_ROWS
    cut = f"The first {MAX_ROWS} of {len(batch.prompts):,} rows; the files hold all."
    return table_html(heads, rows, "table prompts") + (p(cut, class_="dim") if more > 0 else NOTHING)


def _cell(batch: PromptBatch, key: Key, marks: prompts.Marks) -> Markup:
    outcome = batch.outcomes.get(key)
    if outcome is None:
        return element("td", "–", class_="dim")
    if outcome.error:
        return element("td", short_text(_cut(outcome.error)), class_="bad", dir="auto")
    taken = outcome.measurement
    facts = []
    if taken and taken.time_to_first_token is not None:
        facts.append(f"{seconds(taken.time_to_first_token)} to first")
    if taken and taken.tokens_per_second is not None:
        facts.append(f"{taken.about}{taken.tokens_per_second:.0f} tok/s")
    if taken:
        facts.append(f"{taken.about}{taken.output_tokens:,} out")
    said = div(running_text(_cut(outcome.content)), class_="said", dir="auto")
    return element("td", said, marks_html(marks(outcome, batch.asked[key])), div(" · ".join(facts), class_="num dim"))


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
