"""The tool that checks every answer; its marks stand in the panes' heads too."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from showcard.playground.core.checks import CheckMark, Checks, read_checks, run_checks
from showcard.playground.core.state import Comparison
from showcard.ui.components.panel import panel
from showcard.ui.markup.html import attribute, escape, isolated, one_line
from showcard.ui.markup.panels import note
from showcard.wire.request import RequestError

from .base import QUIET, Tool, answers_of, held_of, marked
from .mount import Mount

TICKS = [("Valid JSON", "json"), ("Fits the schema", "schema"), ("Its code parses", "code")]
EMPTY = '<p class="dim">Set a check above; every answer is checked as soon as it has ended.</p>'


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


def marks_html(marks: Sequence[CheckMark]) -> str:
    """Marks as a row of badges; the word of each is there for those who see no colour."""
    badges = "".join(
        f'<span class="badge mark {_class(mark)}" title="{attribute(mark.sentence)}">'
        f'{_sign(mark)} {_quoting(mark.check)}<span class="visually-hidden">: {marked(mark.passed)}</span></span>'
        for mark in marks
    )
    return f'<div class="marks">{badges}</div>' if badges else ""


def _quoting(sentence: str) -> str:
    """A sentence of ours in which what somebody typed stands between quotation marks."""
    before, _, rest = sentence.partition("“")
    quoted, closing, after = rest.rpartition("”")
    return f"{escape(before)}“{isolated(quoted)}”{escape(after)}" if closing else escape(sentence)


def _class(mark: CheckMark) -> str:
    return {True: "ok", False: "bad", None: "open"}[mark.passed]


def _sign(mark: CheckMark) -> str:
    return f'<span aria-hidden="true">{ {True: "✓", False: "✗", None: "–"}[mark.passed] }</span>'


def _table(comparison: Comparison, checks: Checks) -> str:
    found = marks_of(comparison, checks)
    if not checks:
        return EMPTY
    if not found:
        return '<p class="dim">Ask something; what the checks say of the answers shows here.</p>'
    rows = "".join(
        f'<tr><th scope="row">{letter}</th><td>{_quoting(mark.check)}</td>'
        f'<td class="{_class(mark)}">{_sign(mark)} {marked(mark.passed)}</td><td>{_quoting(mark.sentence)}</td></tr>'
        for letter, marks in found.items()
        for mark in marks
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Pane", "Check", "Result", "What was seen"))
    return f'<div class="table" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
