"""The tool that asks the same several times: how long the answers take, and how far they agree."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from itertools import combinations
from typing import Any

import gradio as gr

from showcard.playground.core import sampling
from showcard.playground.core.figures import seconds
from showcard.playground.core.outcome import Outcome
from showcard.playground.core.sampling import MAX_SAMPLES, Agreement, Samples, Spread
from showcard.ui.components.panel import panel
from showcard.ui.markup import panels
from showcard.ui.markup.html import NOTHING, Markup, div, element, join, one_line, p, running_text
from showcard.wire.request import Request, RequestError

from .base import (
    QUIET,
    Stop,
    Tool,
    asker,
    has_question,
    held_of,
    percent,
    question_request,
    spinner,
    stopping,
    table_html,
)
from .mount import Mount

RUN = "compare-samples"
TOGETHER, ONE_BY_ONE = "All at once", "One after the other"
EMPTY = p(
    "One answer says little about speed, and nothing about how steady a model is. Ask each pane several times; the "
    "chat above stays as it is.",
    class_="dim",
)


def build(mount: Mount) -> Tool:
    """Lay it out inside the current tab."""
    with gr.Row(elem_classes="tight fields end"):
        question = gr.Textbox(
            label="Question", placeholder="Empty: each pane's last question, with its history", max_lines=4, scale=3
        )
        count = gr.Textbox("5", label=f"Times a pane, up to {MAX_SAMPLES}", max_lines=1, min_width=120)
        order = gr.Radio([TOGETHER, ONE_BY_ONE], value=ONE_BY_ONE, label="Order", min_width=220)
        start = gr.Button("Sample", variant="primary", scale=0, min_width=96, elem_id="sample")
        stop = gr.Button("Stop", scale=0, min_width=80, interactive=False, elem_id="stop-samples")
    shown = panel(EMPTY, elem_id="samples")

    async def run(request: gr.Request, question: str, count: str, order: str) -> AsyncGenerator[dict[Any, Any], None]:
        session, held = mount.session_of(request), held_of(mount.session_of(request))
        try:
            wanted = _count(str(count or ""))
            requests = _requests(mount, request, str(question or ""))
        except RequestError as error:
            yield {shown: one_line(panels.note(str(error), error=True))}
            return
        yield {start: gr.update(interactive=False), stop: gr.update(interactive=True)}
        seen = -1
        with Stop(session, RUN) as stopped:
            growing = sampling.sample(requests, wanted, asker(session), order == TOGETHER, stopped)
            async with aclosing(growing) as samples:
                async for held.samples in samples:
                    if held.samples.count != seen:
                        seen = held.samples.count
                        yield {shown: one_line(_shown(held.samples, order == TOGETHER, "running"))}
                    else:
                        yield {shown: gr.skip()}
            state = "stopped" if stopped.is_set() else ""
        assert held.samples is not None
        yield {
            shown: one_line(_shown(held.samples, order == TOGETHER, state)),
            start: gr.update(interactive=True),
            stop: gr.update(interactive=False),
        }

    gr.on([start.click, question.submit], run, [question, count, order], [shown, start, stop], **QUIET)
    stop.click(stopping(mount, RUN), None, None, queue=False, **QUIET)
    return Tool()


def _count(text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit() or not 1 <= int(text.strip()[:4]) <= MAX_SAMPLES:
        raise RequestError(f"How often is a whole number from 1 to {MAX_SAMPLES}.")
    return int(text)


def _requests(mount: Mount, request: gr.Request, question: str) -> dict[str, Request]:
    comparison, session = mount.comparison_of(request), mount.session_of(request)
    if comparison.hidden:
        raise RequestError("While models are hidden their speed would tell them apart. Vote first.")
    panes = [pane for pane in comparison.panes if question.strip() or has_question(pane)]
    if not panes:
        raise RequestError("There is no question yet: type one here, or ask one above.")
    return {comparison.letter(pane): question_request(session, pane, question) for pane in panes}


def _shown(samples: Samples, together: bool, state: str) -> Markup:
    total = samples.wanted * len(samples.by_pane)
    done = f"{samples.count} of {total} answers" + (f" · {state}" if state else "")
    rows = [_row(letter, outcomes) for letter, outcomes in samples.by_pane.items()]
    rows += [_between(samples, *pair) for pair in combinations(samples.by_pane, 2)]
    names = ("Pane", "Answers", "Time to first token", "Speed", "The same answer", "Words in common")
    every = [one for outcomes in samples.by_pane.values() for one in outcomes]
    skewed = f"Started within {sampling.skew(every) * 1000:.0f} ms of each other. " if together and every else ""
    note = (
        f"{skewed}Median, and in brackets the p95: 95 % of the answers were at least as good. The same answer: of a "
        "pane, the share of its most frequent one; of two panes, the share of pairs that are equal."
    )
    told = div(spinner(state), done, class_="status", role="status")
    return told + table_html(names, rows) + p(note, class_="dim") + _answers(samples)


def _row(letter: str, outcomes: Sequence[Outcome]) -> Markup:
    failed = sum(bool(one.error) for one in outcomes)
    count = f"{len(outcomes) - failed}" + (f", {failed} failed" if failed else "")
    about = "≈" if sampling.estimated(outcomes) else ""
    agreed = sampling.agreement(outcomes)
    first = _spread(sampling.first_token(outcomes), seconds)
    speed = _spread(sampling.speed(outcomes), lambda speed: f"{about}{speed:.0f} tok/s")
    return _cells(letter, count, first, speed, *_agreed(agreed))


def _between(samples: Samples, one: str, other: str) -> Markup:
    agreed = sampling.between(samples.by_pane[one], samples.by_pane[other])
    return _cells(f"{one} and {other}", "", "", "", *_agreed(agreed)) if agreed else NOTHING


def _agreed(agreed: Agreement | None) -> tuple[str, str]:
    return (percent(agreed.exact), percent(agreed.similar)) if agreed else ("–", "–")


def _cells(name: str, *cells: str) -> Markup:
    return element("tr", element("th", name, scope="row"), [element("td", cell, class_="num") for cell in cells])


def _spread(found: Spread | None, form: Callable[[float], str]) -> str:
    return f"{form(found.median)} ({form(found.p95)})" if found else "–"


def _answers(samples: Samples) -> Markup:
    """Every answer, folded."""
    shown = []
    for letter, outcomes in samples.by_pane.items():
        texts = [running_text(_cut(one.error or one.content)) for one in outcomes]
        items = [element("li", text, class_="said", dir="auto") for text in texts]
        shown.append(
            element("details", element("summary", "Answers of ", letter), element("ol", items)) if items else NOTHING
        )
    return join(shown)


def _cut(text: str) -> str:
    return text if len(text) <= 1_000 else f"{text[:1_000]}…"
