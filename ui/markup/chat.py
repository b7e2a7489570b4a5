"""Chat as HTML: turns that are finished, and an answer that grows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from showcard.inference.reply import Delta, McpCall, Usage
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Message, ToolCall
from showcard.metadata.visible import whole
from showcard.ui.session.growing_text import GrowingText
from showcard.ui.session.streams import Batch
from showcard.wire.request import ResolvedRequest

from .html import attribute, code_text, escape, open_line, running_text, tag, verbatim
from .live_markdown import LiveMarkdown
from .markdown import chat_html, more_than
from .panels import ILLUSTRATION, RECORDED

MAX_LIVE_HTML = 64_000  # characters: of a longer answer only the end is sent while it grows
LIVE_END = 4_000
MAX_THOUGHT = MAX_ARGUMENTS = 50_000
WHO = {"user": "You", "assistant": "Model", "system": "System", "tool": "Tool"}


def words(content: Any) -> str:
    """The text of a message's content, which may be a string or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(p.get("text", "")) for p in parts if isinstance(p, dict) and p.get("type") == "text")


def message_html(message: Message, mcp_calls: Sequence[McpCall] = ()) -> str:
    """A chat answer: reasoning folded, Markdown, remote tools that were called for it, and the calls it asks for."""
    thought = _thought(message.reasoning[:MAX_THOUGHT]) + "</p>" + more_than(message.reasoning, MAX_THOUGHT)
    thought = f"<details>{thought}</details>" if message.reasoning else ""
    said = f'<div class="md text" dir="auto">{chat_html(message.content)}</div>' if message.content.strip() else ""
    calls = "".join(call_html(call) for call in message.tool_calls)
    remote = "".join(map(mcp_html, mcp_calls))
    return thought + remote + said + calls or '<p class="dim">The answer is empty.</p>'


def call_html(call: ToolCall) -> str:
    """A call of a function that the model asks for, with its arguments."""
    arguments, broken = call.arguments[:MAX_ARGUMENTS], more_than(call.arguments, MAX_ARGUMENTS)
    try:
        if not broken:
            arguments = json.dumps(json.loads(arguments or "{}"), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        broken = '<p class="dim">The arguments are not JSON.</p>'
    who = f"<p>Calls <strong>{escape(call.name)}</strong></p>"
    return f'<div class="call">{who}<pre>{code_text(arguments)}</pre>{broken}</div>'


def mcp_html(call: McpCall) -> str:
    """A call of a remote MCP tool, with what it gave; folded."""
    gave = (
        f"<p>It failed:</p><pre>{code_text(call.error)}</pre>" if call.error else f"<pre>{code_text(call.output)}</pre>"
    )
    return (
        f'<details class="call"><summary>Called <strong>{escape(call.name)}</strong> at {escape(call.server)}'
        f"{', which failed' if call.error else ''}</summary><pre>{code_text(call.arguments)}</pre>{gave}</details>"
    )


def wire_calls(calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    """Calls of functions as they go back to the model in its history."""
    return [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in calls
    ]


def calls_of(turn: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    """The calls of functions in a turn, whatever a card wrote there."""
    found = []
    calls = turn.get("tool_calls")
    for call in calls if isinstance(calls, list | tuple) else ():
        function = call.get("function") if isinstance(call, Mapping) else None
        if isinstance(function, Mapping):
            arguments = function.get("arguments")
            text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False, default=str)
            found.append(ToolCall(str(call.get("id") or ""), str(function.get("name") or ""), text))
    return tuple(found)


def _thought(reasoning: str) -> str:
    return f'<summary>Reasoning</summary><p class="said dim" dir="auto">{running_text(reasoning)}'


def pictures_html(content: Any, address: Callable[[Media], str] | None) -> str:
    """The images in a message's content; those of another host are named, and loaded when asked for."""
    shown = []
    for part in content if isinstance(content, list) and address is not None else ():
        held = part.get("image_url") if isinstance(part, dict) and part.get("type") == "image_url" else None
        source = held.get("url") if isinstance(held, dict) else None
        if isinstance(source, Media) and address is not None:
            shown.append(tag("img", src=address(source), alt=source.name or "An image of this message"))
        elif isinstance(source, str) and source.strip() and address is not None:
            where = address(Media(source=source))
            shown.append(
                f'<button type="button" class="remote" data-src="{verbatim(where)}">{escape(source[:120])}</button>'
            )
    return f'<div class="attached">{"".join(shown)}</div>' if shown else ""


def turn_html(turn: Mapping[str, Any], model: str = "Model", address: Callable[[Media], str] | None = None) -> str:
    """A finished turn; `note` and `recorded` are said with it. Images are shown where `address` leads to them."""
    role = str(turn.get("role", ""))
    name = escape(model if role == "assistant" else WHO.get(role, role))
    if role == "tool" and turn.get("name"):
        name += f" · {escape(turn['name'])}"
    if role != "assistant":
        said = words(turn.get("content"))
        body = pictures_html(turn.get("content"), address)
        body += f'<div class="text" dir="auto">{running_text(said)}</div>' if said or not body else ""
        return f'<div class="turn {attribute(role)}"><div class="who">{name}</div>{body}</div>'
    recorded = ILLUSTRATION if turn.get("illustrated") else RECORDED
    badge = f' <span class="badge">{recorded[0]}</span>' if turn.get("recorded") else ""
    message = Message(words(turn.get("content")), "assistant", str(turn.get("reasoning") or ""), calls_of(turn))
    shown = message_html(message, turn.get("mcp_calls") or ())
    note = f'<div class="stats">{escape(turn["note"])}</div>' if turn.get("note") else ""
    return f'<div class="turn assistant"><div class="who">{name}{badge}</div>{shown}{note}</div>'


def transcript_html(
    turns: Sequence[Mapping[str, Any]],
    empty: str,
    model: str = "Model",
    address: Callable[[Media], str] | None = None,
) -> str:
    """A chat so far, or what to do where there is none."""
    if not turns:
        return f'<div class="blank"><p>{escape(empty)}</p></div>'
    return (
        f'<div class="chat" role="log" aria-label="Chat">{"".join(turn_html(t, model, address) for t in turns)}</div>'
    )


@dataclass(slots=True)
class GrowingAnswer:
    """A chat answer as it grows."""

    model: str = "Model"
    resolved: ResolvedRequest | None = None
    text: GrowingText = field(default_factory=GrowingText)
    thoughts: GrowingText = field(default_factory=GrowingText)
    tool_calls: tuple[ToolCall, ...] = ()
    mcp_calls: tuple[McpCall, ...] = ()
    dropped: tuple[str, ...] = ()  # parameters that could not be sent
    finish_reason: str | None = None
    usage: Usage | None = None
    ended: bool = False
    stopped: bool = False
    error: Exception | None = None
    markdown: LiveMarkdown = field(default_factory=LiveMarkdown)

    def take(self, batch: Batch[Delta]) -> None:
        """Add what came since the last time."""
        content = "".join(delta.content for _, delta in batch.items)
        self.text.add(content)
        self.thoughts.add("".join(delta.reasoning for _, delta in batch.items))
        self.markdown.add(content)
        for _, delta in batch.items:
            self.tool_calls = delta.tool_calls or self.tool_calls
            self.mcp_calls = delta.mcp_calls or self.mcp_calls
            self.finish_reason = delta.finish_reason or self.finish_reason
            self.usage = delta.usage or self.usage
        self.ended, self.stopped = self.ended or batch.ended, self.stopped or batch.stopped
        self.error = self.error or batch.error

    @property
    def content(self) -> str:
        """What it says so far."""
        return str(self.text)

    @property
    def reasoning(self) -> str:
        """What was thought before that."""
        return str(self.thoughts)

    @property
    def message(self) -> Message:
        """The answer as an output."""
        reason = "stopped" if self.stopped else self.finish_reason
        return Message(self.content, "assistant", self.reasoning, self.tool_calls, reason)

    @property
    def html(self) -> str:
        """The answer so far, on one line with its end open: while a block grows, the HTML only grows at its end. Of a
        long answer its last words, as an update costs what it carries."""
        who = f'<div class="who">{escape(self.model)}</div>'
        return open_line(f'<div class="turn assistant live" aria-busy="true">{who}{self._live}')

    @property
    def _live(self) -> str:
        if len(self.thoughts) + self.markdown.html_size > MAX_LIVE_HTML:
            size, last = len(self.text) + len(self.thoughts), self.text if self.text else self.thoughts
            told = f"{size:,} characters so far. The last ones are here, and more when the answer has ended."
            return f'<p class="dim">{told}</p><p class="said" dir="auto">{running_text(whole(last.end(LIVE_END)))}'
        thought = f"<details open>{_thought(self.reasoning)}" if self.thoughts else ""
        if thought and self.text:
            thought += "</p></details>"
        return thought + (f'<div class="md text" dir="auto">{self.markdown.html}' if self.text else "")

    @property
    def partial(self) -> str:
        """What came before a failure."""
        begun = self.text or self.thoughts or self.tool_calls
        return f'<div class="turn assistant">{message_html(self.message, self.mcp_calls)}</div>' if begun else ""
