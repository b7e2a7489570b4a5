"""A chat by OpenAI's Responses API, where an endpoint has it: remote MCP tools are called over there, and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from metadata.outputs import Message, ToolCall
from wire.request import ResolvedRequest
from wire.responses import responses_request

from .errors import InferenceFailure, explain, status_failure
from .keys import key_of
from .reading import check_error, check_said
from .reply import Reply, Usage
from .transport import Exchange, client, recording


@dataclass(frozen=True, slots=True)
class McpCall:
    """A tool of a remote MCP server that was called over there, with what it gave."""

    server: str
    name: str
    arguments: str
    output: str
    error: str = ""


async def respond(
    resolved: ResolvedRequest, keys: Mapping[str, str] | None = None, exchange: Exchange | None = None
) -> Reply:
    """The whole answer to a chat; `mcp_calls` reads the remote calls out of its raw JSON. Raises InferenceFailure."""
    exchange = exchange or Exchange()
    started = perf_counter()
    try:
        sent, exchange.dropped = responses_request(resolved)
        own = {
            name: value if isinstance(value, str) else f"{value.scheme} {key_of(resolved, value.name, keys or {})}"
            for name, value in sent.headers
        }
        with recording(exchange):
            session = client(timeout=exchange.timeout)
        async with session:
            body = json.dumps(sent.json, ensure_ascii=False).encode("utf-8")
            response = await session.request(sent.method, sent.url, headers=own, content=body)
        if response.status_code != 200:
            raise status_failure(response.status_code, response.content, response.headers.get("retry-after"))
        raw = _json(response.content)
        message = read_response(raw)
        check_said(message)
    except Exception as error:
        raise explain(error, begun=bool(exchange.answered_at)) from error
    elapsed = perf_counter() - started
    return Reply(message, raw, resolved.provider, elapsed, _usage(raw.get("usage")), resolved, exchange.dropped)


def read_response(raw: Any) -> Message:
    """The message in a response: its words, its thoughts, and the calls of functions it asks for."""
    check_error(raw)
    if not isinstance(raw, Mapping) or not isinstance(raw.get("output"), list):
        raise InferenceFailure("The answer is not what the Responses API promises.", "Check that the server has it.")
    words, thoughts, calls = [], [], []
    for item in raw["output"]:
        kind = item.get("type") if isinstance(item, Mapping) else None
        if kind == "message":
            words += _texts(item.get("content"))
        elif kind == "reasoning":
            thoughts += _texts(item.get("summary")) or _texts(item.get("content"))
        elif kind == "function_call":
            calls.append(ToolCall(*(str(item.get(name) or "") for name in ("call_id", "name", "arguments"))))
    return Message("".join(words), "assistant", "\n".join(thoughts), tuple(calls), _reason(raw, bool(calls)))


def mcp_calls(raw: Any) -> tuple[McpCall, ...]:
    """The calls of remote MCP tools in a response."""
    output = raw.get("output") if isinstance(raw, Mapping) else None
    return tuple(
        McpCall(*(_said(item.get(name)) for name in ("server_label", "name", "arguments", "output", "error")))
        for item in (output if isinstance(output, list) else ())
        if isinstance(item, Mapping) and item.get("type") == "mcp_call"
    )


def _reason(raw: Mapping[str, Any], calls: bool) -> str:
    details = raw.get("incomplete_details")
    why = details.get("reason") if isinstance(details, Mapping) else None
    return {"max_output_tokens": "length", None: "tool_calls" if calls else "stop"}.get(why, str(why))


def _texts(parts: Any) -> list[str]:
    found = [part.get("text") for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
    return [text for text in found if isinstance(text, str)]


def _said(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _usage(value: Any) -> Usage | None:
    if not isinstance(value, Mapping):
        return None
    asked, said = value.get("input_tokens"), value.get("output_tokens")
    details = value.get("output_tokens_details")
    thought = details.get("reasoning_tokens") if isinstance(details, Mapping) else None
    if not isinstance(asked, int) or not isinstance(said, int):
        return None
    return Usage(asked, said, thought if isinstance(thought, int) else None)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        way_out = "Check that the server has the Responses API."
        raise InferenceFailure("The server's answer is not JSON.", way_out) from None
