"""The tools below the question box: what is done with a comparison once its models have answered."""

from __future__ import annotations

from typing import Any

import gradio as gr

from showcard.playground.core.state import LETTERS
from showcard.ui.components.panel import panel
from showcard.ui.markup.html import Markup, div, element, span

from . import checks as checks_tab
from . import code as code_tab
from . import diff as diff_tab
from . import export as export_tab
from . import prompts as prompts_tab
from . import samples as samples_tab
from . import votes as votes_tab
from .base import QUIET, Tool, held_of
from .mount import Mount
from .votes import VoteRow

TOOLS = (
    ("diff", "Diff", diff_tab),
    ("code", "Code", code_tab),
    ("checks", "Checks", checks_tab),
    ("samples", "Samples", samples_tab),
    ("prompts", "Prompts", prompts_tab),
    ("votes", "Votes", votes_tab),
    ("export", "Export", export_tab),
)
LAYOUTS = (
    ("aligned", "Align turns", "Begin the same turn at the same height in every pane"),
    ("linked", "Scroll together", "Give each pane its own scroll bar, and move them together"),
)


def above() -> None:
    """The row above the panes: how they are laid out, which is the work of `front/compare/tools.js`."""
    toggles = [
        element("button", words, type="button", data_layout=name, aria_pressed="false", title=title)
        for name, words, title in LAYOUTS
    ]
    panel(
        div(
            toggles, span(class_="gap"), span("Show", class_="dim"), map(_focus, ("", *LETTERS)),
            class_="layout", role="toolbar", aria_label="Layout of the panes",
        ),
        elem_id="layout",
    )  # fmt: skip


def _focus(letter: str) -> Markup:
    """The button that shows one pane alone, or all."""
    title = f"Show pane {letter} alone" if letter else "Show every pane"
    pressed = "false" if letter else "true"
    return element("button", letter or "All", type="button", data_focus=letter, aria_pressed=pressed, title=title)


def buttons() -> VoteRow:
    """What the tools have in the ask bar: buttons that open them (the page's script does), and the row of the vote."""
    for name, label in (("diff", "Diff"), ("code", "Code"), ("checks", "More")):
        gr.Button(label, scale=0, min_width=64, elem_id=f"{name}-button", elem_classes="opens-tool")
    return votes_tab.row()


def build(mount: Mount, made: VoteRow) -> None:
    """Lay the tools out as tabs. A tab's content comes into the page when it is opened, and is drawn then."""
    tools: dict[str, Tool] = {}
    with gr.Tabs(elem_id="tools", selected="diff", overflow_behavior="wrap") as tabs:
        for name, label, module in TOOLS:
            with gr.Tab(label, id=name, elem_id=f"tool-{name}") as tab:
                tools[name] = votes_tab.build(mount, tab, made) if module is votes_tab else module.build(mount)
    labels = {label: name for name, label, _ in TOOLS}
    outputs = [output for tool in tools.values() for output in tool.outputs]
    inputs = [value for tool in tools.values() for value in tool.inputs]

    async def drawn(request: gr.Request, name: str, values: tuple[Any, ...]) -> dict[Any, Any]:
        tool = tools[name]
        if tool.draw is None:
            return {outputs[0]: gr.skip()}
        at = inputs.index(tool.inputs[0]) if tool.inputs else 0
        return await tool.draw(request, *values[at : at + len(tool.inputs)])

    async def opened(request: gr.Request, event: gr.SelectData, *values: Any) -> dict[Any, Any]:
        held = held_of(mount.session_of(request))
        held.open = labels.get(str(event.value), held.open)
        return await drawn(request, held.open, values)

    async def changed(request: gr.Request, *values: Any) -> dict[Any, Any]:
        held = held_of(mount.session_of(request))
        vote = {made.row: gr.update(visible=mount.comparison_of(request).hidden)}
        return {**vote, **await checks_tab.draw_marks(mount, request), **await drawn(request, held.open, values)}

    tabs.select(opened, inputs, outputs, **QUIET)
    mount.ran.change(changed, inputs, [*outputs, *mount.marks], **QUIET)


__all__ = ["above", "build", "buttons"]
