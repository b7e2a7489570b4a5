"""Chat as HTML: turns that are finished, and an answer that grows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from showcard.inference.reply import Delta, McpCall, Usage
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Message, ToolCall
from showcard.metadata.visible import visible, whole
from showcard.ui.markup.growing_text import GrowingText
from showcard.wire.request import ResolvedRequest

from .html import (
    NOTHING,
    Child,
    Markup,
    code_text,
    div,
    element,
    join,
    open_line,
    opened,
    p,
    running_text,
    span,
)
from .live_markdown import LiveMarkdown
from .markdown import chat_html, more_than
from .panels import ILLUSTRATION, RECORDED
from .prepared import prepared

MAX_LIVE_HTML = 64_000  # characters: of a longer answer only the end is sent while it grows
LIVE_END = 4_000
MAX_THOUGHT = MAX_ARGUMENTS = 50_000
WHO = {"user": "You", "assistant": "Model", "system": "System", "tool": "Tool"}
REASONING = element("summary", "Reasoning")
SAID = {"class_": "said dim", "dir": "auto"}


@lru_cache(16)
def _turn(kind: str) -> Callable[..., Markup]:
    return prepared(lambda who, said: div(div(who, class_="who"), said, class_=f"turn {kind}"))


_text = prepared(lambda said: div(said, class_="text", dir="auto"))
_markdown = prepared(lambda said: div(said, class_="md text", dir="auto"))
_stats = prepared(lambda said: div(said, class_="stats"))
_folded = prepared(lambda said, more: element("details", REASONING, p(said, **SAID), more))


# Of an answer that grows, the beginnings.
THINKING = opened("details", REASONING, opened("p", **SAID), open=True)
THOUGHT = Markup("</p></details>")
MARKDOWN = opened("div", class_="md text", dir="auto")


@lru_cache(100)
def _begun(model: str) -> Markup:
    return opened("div", div(model, class_="who"), class_="turn assistant live", aria_busy="true")


def words(content: Any) -> str:
    """The text of a message's content, which may be a string or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(p.get("text", "")) for p in parts if isinstance(p, dict) and p.get("type") == "text")


def message_html(message: Message, mcp_calls: Sequence[McpCall] = ()) -> Markup:
    """A chat answer: reasoning folded, Markdown, remote tools that were called for it, and the calls it asks for."""
    parts: list[Markup] = []
    if message.reasoning:
        said = running_text(message.reasoning[:MAX_THOUGHT])
        parts.append(_folded(said, more_than(message.reasoning, MAX_THOUGHT)))
    parts += map(mcp_html, mcp_calls)
    if message.content.strip():
        parts.append(_markdown(chat_html(message.content)))
    parts += map(call_html, message.tool_calls)
    return join(parts) if parts else p("The answer is empty.", class_="dim")


def call_html(call: ToolCall) -> Markup:
    """A call of a function that the model asks for, with its arguments."""
    arguments, broken = call.arguments[:MAX_ARGUMENTS], more_than(call.arguments, MAX_ARGUMENTS)
    try:
        if not broken:
            arguments = json.dumps(json.loads(arguments or "{}"), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        broken = p("The arguments are not JSON.", class_="dim")
    return div(p("Calls ", element("strong", call.name)), _pre(arguments), broken, class_="call")


def mcp_html(call: McpCall) -> Markup:
    """A call of a remote MCP tool, with what it gave; folded."""
    gave = p("It failed:") + _pre(call.error) if call.error else _pre(call.output)
    failed = ", which failed" if call.error else ""
    summary = element("summary", "Called ", element("strong", call.name), " at ", call.server, failed)
    return element("details", summary, _pre(call.arguments), gave, class_="call")


def _pre(code: str) -> Markup:
    return element("pre", code_text(code))


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


def pictures_html(content: Any, address: Callable[[Media], str] | None) -> Markup:
    """The images in a message's content; those of another host are named, and loaded when asked for."""
    shown = []
    for part in content if isinstance(content, list) and address is not None else ():
        held = part.get("image_url") if isinstance(part, dict) and part.get("type") == "image_url" else None
        source = held.get("url") if isinstance(held, dict) else None
        if isinstance(source, Media) and address is not None:
            shown.append(element("img", src=address(source), alt=source.name or "An image of this message"))
        elif isinstance(source, str) and source.strip() and address is not None:
            where = address(Media(source=source))
            shown.append(element("button", source[:120], type="button", class_="remote", data_src=where))
    return div(shown, class_="attached") if shown else NOTHING


def turn_html(turn: Mapping[str, Any], model: str = "Model", address: Callable[[Media], str] | None = None) -> Markup:
    """A finished turn; `note` and `recorded` are said with it. Images are shown where `address` leads to them."""
    role, content = str(turn.get("role", "")), turn.get("content")
    if role == "assistant":
        return _answer(turn, model)
    name = WHO.get(role, role)
    who = [name, " · ", str(turn["name"])] if role == "tool" and turn.get("name") else name
    pictures, said = pictures_html(content, address), words(content)
    return _turn(visible(role))(who, [pictures, _text(running_text(said))] if said or not pictures else pictures)


def _answer(turn: Mapping[str, Any], model: str) -> Markup:
    message = Message(words(turn.get("content")), "assistant", str(turn.get("reasoning") or ""), calls_of(turn))
    shown = message_html(message, turn.get("mcp_calls") or ())
    who: Child = model
    if turn.get("recorded"):
        who = [model, " ", span((ILLUSTRATION if turn.get("illustrated") else RECORDED)[0], class_="badge")]
    return _turn("assistant")(who, [shown, _stats(str(turn["note"]))] if turn.get("note") else shown)


def transcript_html(
    turns: Sequence[Mapping[str, Any]],
    empty: str,
    model: str = "Model",
    address: Callable[[Media], str] | None = None,
) -> Markup:
    """A chat so far, or what to do where there is none."""
    if not turns:
        return div(p(empty), class_="blank")
    return div([turn_html(turn, model, address) for turn in turns], class_="chat", role="log", aria_label="Chat")


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
    stopped: bool = False
    markdown: LiveMarkdown = field(default_factory=LiveMarkdown)

    def take(self, delta: Delta) -> None:
        """Add what came."""
        if delta.content:
            self.text.add(delta.content)
            self.markdown.add(delta.content)
        self.thoughts.add(delta.reasoning)
        self.tool_calls = delta.tool_calls or self.tool_calls
        self.mcp_calls = delta.mcp_calls or self.mcp_calls
        self.finish_reason = delta.finish_reason or self.finish_reason
        self.usage = delta.usage or self.usage

    @property
    def size(self) -> int:
        """The characters so far, of the answer and the thoughts."""
        return len(self.text) + len(self.thoughts)

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
        return open_line(join([_begun(self.model), *self._live]))

    @property
    def _live(self) -> list[Markup]:
        if len(self.thoughts) + self.markdown.html_size > MAX_LIVE_HTML:
            last = self.text if self.text else self.thoughts
            told = f"{self.size:,} characters so far. The last ones are here, and more when the answer has ended."
            return [
                p(told, class_="dim"),
                opened("p", running_text(whole(last.end(LIVE_END))), class_="said", dir="auto"),
            ]
        thought = [THINKING, running_text(self.reasoning)] if self.thoughts else []
        if not self.text:
            return thought
        return [*thought, *([THOUGHT] if thought else ()), MARKDOWN, *self.markdown.parts]

    @property
    def partial(self) -> Markup:
        """What came before a failure."""
        begun = self.text or self.thoughts or self.tool_calls
        return div(message_html(self.message, self.mcp_calls), class_="turn assistant") if begun else NOTHING
