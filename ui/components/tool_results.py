"""The place where a person answers the calls of a model: one result after the other, then the chat goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from showcard.metadata.outputs.read import ToolCall
from showcard.ui.components.panel import Updates, panel
from showcard.ui.markup.chat import calls_of
from showcard.ui.markup.html import element, one_line, p
from showcard.ui.session.functions import Functions

MAX_CHARACTERS = 200_000


def pending(turns: Sequence[Mapping[str, Any]]) -> tuple[ToolCall, ...]:
    """The calls at the end of a chat that have no result yet."""
    answered: set[str] = set()
    for turn in reversed(turns):
        if turn.get("role") != "tool":
            calls = calls_of(turn) if turn.get("role") == "assistant" else ()
            return tuple(call for call in calls if call.id not in answered)
        answered.add(str(turn.get("tool_call_id") or ""))
    return ()


def result_turn(call: ToolCall, result: str) -> dict[str, Any]:
    """The turn that gives a call's result back to the model."""
    return {"role": "tool", "tool_call_id": call.id, "name": call.name, "content": result[:MAX_CHARACTERS]}


class ToolResultPanel:
    """A field for the next call's result, and what sends it: by hand, or by a registered function."""

    COUNT = 4

    def __init__(self, prefix: str, functions: Functions | None = None) -> None:
        self.prefix = prefix
        self.functions = functions or Functions()

    def build(self, turns: Sequence[Mapping[str, Any]] = ()) -> None:
        """Lay the controls out; hidden while no call waits."""
        told, result, send, run = self._states(turns)
        self.told = panel(elem_id=f"{self.prefix}-call", visible=told["visible"])
        self.result = gr.Textbox(
            label=result.get("label", "Result"),
            placeholder="What the function gives back; JSON or plain text",
            lines=2,
            max_lines=8,
            interactive=True,
            visible=result["visible"],
            elem_id=f"{self.prefix}-result",
        )
        with gr.Row(elem_classes="tight"):
            self.send = gr.Button("Send the result", visible=send["visible"], elem_id=f"{self.prefix}-send")
            self.run = gr.Button(
                run.get("value", "Run it"), visible=run["visible"], elem_id=f"{self.prefix}-run", min_width=120
            )

    @property
    def components(self) -> list[gr.components.Component]:
        """What `updates` changes."""
        return [self.told, self.result, self.send, self.run]

    def updates(self, turns: Sequence[Mapping[str, Any]]) -> Updates:
        """Updates of the controls for a chat."""
        told, result, send, run = self._states(turns)
        return {
            self.told: gr.update(**told),
            self.result: gr.update(value="", **result),
            self.send: gr.update(**send),
            self.run: gr.update(**run),
        }

    def _states(self, turns: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
        waiting = pending(turns)
        if not waiting:
            return ({"visible": False},) * self.COUNT
        call = waiting[0]
        more = f" {len(waiting) - 1} more after it." if len(waiting) > 1 else ""
        said = p("The model waits for the result of ", element("strong", call.name), ".", more, class_="dim")
        own = call.name in self.functions.held
        return (
            {"visible": True, "value": one_line(said)},
            {"visible": True, "label": f"Result of {call.name[:64]}"},
            {"visible": True},
            {"visible": own, "value": f"Run {call.name[:64]} here"},
        )
