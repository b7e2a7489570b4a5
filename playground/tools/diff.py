"""The tool that shows what the last answers differ in."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr

from showcard.ui.components.panel import panel
from showcard.ui.markup.html import div, one_line, p

from .base import QUIET, Tool, answers_of, held_of
from .diff_view import diffs_html
from .mount import Mount

EMPTY = div(p("When two models have answered, what they said differently shows here."), class_="blank")
BESIDE, UNIFIED = "Side by side", "One text"


def build(mount: Mount) -> Tool:
    """Lay it out inside the current tab."""
    layout = gr.Radio([BESIDE, UNIFIED], value=BESIDE, label="Layout", show_label=False, container=False)
    shown = panel(EMPTY, elem_id="diff")

    async def draw(request: gr.Request) -> dict[Any, Any]:
        answers = answers_of(mount.comparison_of(request))
        said = [(letter, pane.answer.content) for letter, pane in answers.items() if pane.answer]
        unified = held_of(mount.session_of(request)).unified
        found = await asyncio.to_thread(diffs_html, said, unified) if len(said) > 1 else EMPTY
        return {shown: one_line(found)}

    async def choose(request: gr.Request, chosen: str) -> dict[Any, Any]:
        held_of(mount.session_of(request)).unified = chosen == UNIFIED
        return await draw(request)

    layout.input(choose, [layout], [shown], **QUIET)
    return Tool([shown], draw)
