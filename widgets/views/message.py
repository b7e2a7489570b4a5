"""A chat answer: reasoning folded, Markdown, code to copy, tool calls."""

from __future__ import annotations

import json

from showcard.metadata.outputs.read import Message, ToolCall
from showcard.ui.markup.html import Markup, code_text, div, element, join, p, running_text, short_text
from showcard.ui.markup.markdown import chat_html
from showcard.ui.markup.panels import raw_json
from showcard.ui.markup.pieces import dim, strong
from showcard.ui.markup.splitting import with_copy

from .context import Context, empty
from .parts import actions, copy_button, fold, save_json

ENDINGS = {"length": "The answer was cut at the most tokens.", "content_filter": "A filter ended the answer."}


def render(output: Message, context: Context) -> Markup:
    """The answer as a person reads it."""
    if not (output.content.strip() or output.reasoning.strip() or output.tool_calls):
        return empty("The answer is empty.")
    thought = None
    if output.reasoning.strip():
        reasoning = div(running_text(output.reasoning), class_="said dim", dir="auto")
        thought = fold("Reasoning", reasoning, "fold thought")
    said = output.content and div(with_copy(chat_html(output.content)), class_="md text", dir="auto")
    calls = [_call(call) for call in output.tool_calls]
    ended = ENDINGS.get(output.finish_reason or "")
    copies = copy_button("text") if output.content.strip() else None
    save = actions(copies, save_json(output, "message.json", context))
    return join([thought, said, calls, ended and dim(ended), save])


def _call(call: ToolCall) -> Markup:
    """A tool that the model asks for; arguments as JSON where they are, else as they were written."""
    try:
        arguments = raw_json(json.loads(call.arguments)) if call.arguments.strip() else None
    except (ValueError, RecursionError):
        arguments = div(element("pre", code_text(call.arguments), tabindex=0), class_="raw")
    called = p("Calls ", strong(short_text(call.name), dir="auto"))
    return div(called, arguments, class_="call")
