"""The tool that hands over the code of the whole comparison, and of each pane."""

from __future__ import annotations

from typing import Any

import gradio as gr

from showcard.inference.resolve import resolve
from showcard.ui.components.code_panel import CodePanel
from showcard.ui.markup import panels
from showcard.ui.markup.html import NOTHING, div, element, one_line, p
from showcard.wire.request import ResolvedRequest

from .base import QUIET, Tool, has_question, name_of, question_request
from .mount import Mount

EMPTY = div(p("Ask something; the code that asks the same shows here."), class_="blank")
HIDDEN = div(p("The code names the models, so it shows after the vote."), class_="blank")


def build(mount: Mount) -> Tool:
    """Lay it out inside the current tab."""
    code = CodePanel("comparison-code")
    code.build("conversational", streams=True)
    assert code.output is not None

    async def draw(request: gr.Request, *options: Any) -> dict[Any, Any]:
        comparison, session = mount.comparison_of(request), mount.session_of(request)
        if comparison.hidden:
            return {code.output: one_line(HIDDEN)}
        resolved: dict[str, ResolvedRequest] = {}
        failed = NOTHING
        for pane in filter(has_question, comparison.panes):
            name = name_of(comparison, pane)
            try:
                asked = question_request(session, pane)
                keys = session.keys_for(asked.base_url)
                resolved[name] = await resolve(asked, session.site.embedded, keys)
            except Exception as error:
                failed += element("h3", name) + panels.failure(error)
        shown = code.show(resolved, options) if resolved else "" if failed else one_line(EMPTY)
        return {code.output: shown + one_line(failed)}

    gr.on([option.change for option in code.options], draw, code.options, [code.output], **QUIET)
    return Tool([code.output], draw, code.options)
