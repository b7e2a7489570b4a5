"""What comes back: a Reply as a whole, and the Deltas of a stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from showcard.metadata.outputs.read import Output, ToolCall
from showcard.wire.request import ResolvedRequest


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts as the provider reported them."""

    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class McpCall:
    """A tool of a remote MCP server that was called over there, with what it gave."""

    server: str
    name: str
    arguments: str
    output: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a streamed chat answer; fields that a chunk did not carry are empty.

    `mcp_calls`: the calls of remote tools so far."""

    content: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    usage: Usage | None = None
    mcp_calls: tuple[McpCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its output, the raw JSON (None for media), who gave it, and how long it took in seconds.

    `dropped` names the parameters that could not be sent; `cut` says what of a long answer was left out, if anything
    was."""

    output: Output
    raw: Any = field(hash=False)
    provider: str
    elapsed: float
    usage: Usage | None
    resolved: ResolvedRequest
    dropped: tuple[str, ...] = ()
    cut: str = ""
