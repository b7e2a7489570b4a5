"""The tool that checks every answer; its marks stand in the panes' heads too."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from showcard.playground.core.checks import CheckMark, Checks, read_checks, run_checks
from showcard.playground.core.state import Comparison
from showcard.ui.components.panel import panel
from showcard.ui.markup.html import NOTHING, Child, Markup, div, element, isolated, one_line, p, span
from showcard.ui.markup.panels import note
from showcard.wire.request import RequestError

from .base import QUIET, Tool, answers_of, held_of, marked, table_html
from .mount import Mount

TICKS = [("Valid JSON", "json"), ("Fits the schema", "schema"), ("Its code parses", "code")]
EMPTY = p("Set a check above; every answer is checked as soon as it has ended.", class_="dim")


def build(mount: Mount) -> Tool:
    """Lay it out inside the current tab."""
    with gr.Row(elem_classes="tight fields"):
        contains = gr.Textbox(label="Contains", placeholder="A text a line, in any case", max_lines=4, min_width=180)
        lacks = gr.Textbox(label="Does not contain", placeholder="A text a line", max_lines=4, min_width=180)
        pattern = gr.Textbox(label="Matches a pattern (RE2)", placeholder=r"\d{4}", max_lines=1, min_width=180)
        longest = gr.Textbox(label="At most, in characters", placeholder="no limit", max_lines=1, min_width=140)
    with gr.Row(elem_classes="tight fields"):
        ticks = gr.CheckboxGroup(TICKS, label="Form", show_label=False, container=False, min_width=260)
        schema = gr.Textbox(
            label="JSON schema", placeholder="Empty: the schema in the pane's settings", max_lines=6, min_width=260
        )
    shown = panel(EMPTY, elem_id="checks", elem_classes="table")

    async def draw(request: gr.Request) -> dict[Any, Any]:
        checks = held_of(mount.session_of(request)).checks
        return {shown: one_line(await asyncio.to_thread(_table, mount.comparison_of(request), checks))}

    async def choose(request: gr.Request, *typed: Any) -> dict[Any, Any]:
        held = held_of(mount.session_of(request))
        contained, lacking, matched, most, ticked, described = (value or "" for value in typed)
        try:
            held.checks = read_checks(
                str(contained), str(lacking), str(matched), str(most), tuple(ticked), str(described)
            )
        except RequestError as error:
            held.checks = Checks()
            told = one_line(note(str(error), "Change it above.", error=True))
            return {**await draw_marks(mount, request), shown: told}
        return {**await draw_marks(mount, request), **await draw(request)}

    fields = [contains, lacks, pattern, longest, ticks, schema]
    gr.on([field.change for field in fields], choose, fields, [shown, *mount.marks], **QUIET)
    return Tool([shown], draw)


async def draw_marks(mount: Mount, request: gr.Request) -> dict[Any, Any]:
    """The marks in the panes' heads, by place."""
    comparison, checks = mount.comparison_of(request), held_of(mount.session_of(request)).checks
    found = await asyncio.to_thread(marks_of, comparison, checks)
    letters = "ABCD"[: len(mount.marks)]
    return {
        place: one_line(marks_html(found.get(letter, ()))) for letter, place in zip(letters, mount.marks, strict=True)
    }


def marks_of(comparison: Comparison, checks: Checks) -> Mapping[str, Sequence[CheckMark]]:
    """What the checks say of the last answers, by letter."""
    if not checks:
        return {}
    return {
        letter: run_checks(checks, pane.answer.content, pane.settings.response_format)
        for letter, pane in answers_of(comparison).items()
        if pane.answer
    }


def marks_html(marks: Sequence[CheckMark]) -> Markup:
    """Marks as a row of badges; the word of each is there for those who see no colour."""
    badges = [
        span(
            _sign(mark), " ", _quoting(mark.check), span(": ", marked(mark.passed), class_="visually-hidden"),
            class_=f"badge mark {_class(mark)}", title=mark.sentence,
        )
        for mark in marks
    ]  # fmt: skip
    return div(badges, class_="marks") if badges else NOTHING


def _quoting(sentence: str) -> Child:
    """A sentence of ours in which what somebody typed stands between quotation marks."""
    before, _, rest = sentence.partition("“")
    quoted, closing, after = rest.rpartition("”")
    return [before, "“", isolated(quoted), "”", after] if closing else sentence


def _class(mark: CheckMark) -> str:
    return {True: "ok", False: "bad", None: "open"}[mark.passed]


def _sign(mark: CheckMark) -> Markup:
    return span({True: "✓", False: "✗", None: "–"}[mark.passed], aria_hidden="true")


def _table(comparison: Comparison, checks: Checks) -> Markup:
    found = marks_of(comparison, checks)
    if not checks:
        return EMPTY
    if not found:
        return p("Ask something; what the checks say of the answers shows here.", class_="dim")
    rows = [_row(letter, mark) for letter, marks in found.items() for mark in marks]
    return table_html(("Pane", "Check", "Result", "What was seen"), rows)


def _row(letter: str, mark: CheckMark) -> Markup:
    result = element("td", _sign(mark), " ", marked(mark.passed), class_=_class(mark))
    seen = element("td", _quoting(mark.sentence))
    return element("tr", element("th", letter, scope="row"), element("td", _quoting(mark.check)), result, seen)
