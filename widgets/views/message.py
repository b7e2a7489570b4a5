"""A chat answer: reasoning folded, Markdown, code to copy, tool calls."""

from __future__ import annotations

import json

from showcard.metadata.outputs.read import Message, ToolCall
from showcard.ui.markup.html import code_text, escape, running_text, short_text
from showcard.ui.markup.markdown import chat_html
from showcard.ui.markup.panels import raw_json

from .context import Context, empty
from .parts import actions, copy_button, fold, save_json

_OPEN, _END = "<pre><code", "</code></pre>"
_COPY = '<button type="button" class="copy" aria-label="Copy this code">Copy</button>'
ENDINGS = {"length": "The answer was cut at the most tokens.", "content_filter": "A filter ended the answer."}


def render(output: Message, context: Context) -> str:
    """The answer as a person reads it."""
    if not (output.content.strip() or output.reasoning.strip() or output.tool_calls):
        return empty("The answer is empty.")
    thought = ""
    if output.reasoning.strip():
        thought = fold(
            "Reasoning", f'<div class="said dim" dir="auto">{running_text(output.reasoning)}</div>', "fold thought"
        )
    said = f'<div class="md text" dir="auto">{with_copy(chat_html(output.content))}</div>' if output.content else ""
    calls = "".join(_call(call) for call in output.tool_calls)
    ended = ENDINGS.get(output.finish_reason or "", "")
    note = f'<p class="dim">{escape(ended)}</p>' if ended else ""
    return (
        thought
        + said
        + calls
        + note
        + actions(copy_button("text") if output.content.strip() else "", save_json(output, "message.json", context))
    )


def with_copy(html: str) -> str:
    """Sanitised Markdown with a copy button at each block of code."""
    first, *blocks = html.split(_OPEN)
    return first + "".join(_block(block) for block in blocks)


def _block(rest: str) -> str:
    code, end, after = rest.partition(_END)
    if not end:
        return _OPEN + rest
    return f'<div class="block">{_COPY}<pre tabindex="0"><code{code}{end}</div>{after}'


def _call(call: ToolCall) -> str:
    """A tool that the model asks for; arguments as JSON where they are, else as they were written."""
    try:
        arguments = raw_json(json.loads(call.arguments)) if call.arguments.strip() else ""
    except (ValueError, RecursionError):
        arguments = f'<div class="raw"><pre tabindex="0">{code_text(call.arguments)}</pre></div>'
    return f'<div class="call"><p>Calls <strong dir="auto">{short_text(call.name)}</strong></p>{arguments}</div>'
