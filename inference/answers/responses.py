"""A chat by OpenAI's Responses API, where an endpoint has it: remote MCP tools are called over there, and shown."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from time import perf_counter
from typing import Any

from showcard.inference.errors import InferenceFailure, explain, server_words, status_failure
from showcard.inference.keys import key_of
from showcard.inference.reply import Delta, McpCall, Reply, Usage
from showcard.inference.transport.events import BROKE_OFF, KEPT, Events
from showcard.inference.transport.http import Exchange, Spooled, client, recording
from showcard.inference.transport.large_bodies import json_body
from showcard.metadata.outputs.read import Message, ToolCall
from showcard.wire.request import ResolvedRequest
from showcard.wire.responses import responses_request

from .chat import StreamBound, field_of
from .long_answers import long_json
from .reading import check_error, check_said

MAX_ITEMS = 256  # of a response: messages, thoughts, calls
MAX_SIZE = 4_000_000


async def respond(
    resolved: ResolvedRequest, keys: Mapping[str, str] | None = None, exchange: Exchange | None = None
) -> Reply:
    """The whole answer to a chat; `mcp_calls` reads the remote calls out of its raw JSON. Raises InferenceFailure."""
    exchange = exchange or Exchange()
    exchange.streaming = False
    started = perf_counter()
    try:
        resolved = replace(resolved, request=replace(resolved.request, stream=False))
        with recording(exchange):
            session = client(timeout=exchange.timeout)
        async with session:
            try:
                response = await session.request(**_asked(resolved, keys or {}, exchange))
                if response.status_code != 200:
                    raise status_failure(response.status_code, response.content, response.headers.get("retry-after"))
            except Spooled:
                pass
        raw = await _json(exchange)
        message = read_response(raw)
        check_said(message)
    except Exception as error:
        raise explain(error, begun=bool(exchange.answered_at)) from error
    finally:
        exchange.close()
    elapsed = perf_counter() - started
    return Reply(message, raw, resolved.provider, elapsed, _usage(raw.get("usage")), resolved, exchange.dropped)


async def stream(
    resolved: ResolvedRequest, keys: Mapping[str, str] | None = None, exchange: Exchange | None = None
) -> AsyncIterator[Delta]:
    """The pieces of the answer as they arrive; closing it closes the connection.

    Raises InferenceFailure, also when the answer breaks off: what came until then is good."""
    exchange, bound = exchange or Exchange(), StreamBound()
    try:
        resolved = replace(resolved, request=replace(resolved.request, stream=True))
        with recording(exchange):
            session = client(timeout=exchange.timeout)
        async with session, session.stream(**_asked(resolved, keys or {}, exchange)) as response:
            if response.status_code != 200:
                said = await response.aread()
                raise status_failure(response.status_code, said, response.headers.get("retry-after"))
            exchange.streaming = "event-stream" in exchange.content_type
            if not exchange.streaming:
                with suppress(Spooled):
                    await response.aread()
                raw = await _json(exchange)
                message = read_response(raw)
                check_said(message)
                for delta in bound.within([_whole(message, raw)]):
                    yield delta
                return
            async with aclosing(_Pieces().deltas(aiter(Events(exchange)))) as deltas:  # type: ignore[type-var]
                async for delta in deltas:
                    for within in bound.within([delta]):
                        yield within
    except Exception as error:
        raise explain(error, begun=bool(exchange.answered_at)) from error
    finally:
        exchange.close()


def _asked(resolved: ResolvedRequest, keys: Mapping[str, str], exchange: Exchange) -> dict[str, Any]:
    """The request as the HTTP client takes it."""
    sent, exchange.dropped = responses_request(resolved)
    headers = {
        name: value if isinstance(value, str) else f"{value.scheme} {key_of(resolved, value.name, keys)}"
        for name, value in sent.headers
    }
    body = json_body(sent.json, exchange)
    return {"method": sent.method, "url": sent.url, "headers": headers, "content": body}


def _whole(message: Message, raw: Any) -> Delta:
    return Delta(
        message.content, message.reasoning, message.tool_calls, message.finish_reason, _usage(raw.get("usage")),
        mcp_calls(raw),
    )  # fmt: skip


_PIECES = {
    "response.output_text.delta": "content",
    "response.refusal.delta": "content",
    "response.reasoning_summary_text.delta": "reasoning",
    "response.reasoning_text.delta": "reasoning",
}


class _Pieces:
    """The events of a streamed response: pieces of text, calls, and at the end the whole response once more."""

    def __init__(self) -> None:
        self.said = False  # whether any words came
        self.items: list[Any] = []
        self.size = 0  # of the items as JSON, in characters

    async def deltas(self, events: AsyncIterator[Any]) -> AsyncIterator[Delta]:
        """The Deltas of the events. Raises InferenceFailure where they report an error, or end too early."""
        async for event in events:
            kind = field_of(event, "type")
            if kind in ("response.completed", "response.incomplete"):
                yield self._last(event.get("response") or {})
                return
            if kind in ("error", "response.failed"):
                said = server_words(event.get("response") or event) or "it says no more."
                raise InferenceFailure(f"The server reports an error: {said}", KEPT)
            delta = self._delta(str(kind), event)
            if delta:
                yield delta
        raise InferenceFailure(BROKE_OFF, KEPT, retry=True)

    def _delta(self, kind: str, event: Mapping[str, Any]) -> Delta | None:
        if kind in _PIECES and isinstance(event.get("delta"), str):
            self.said = self.said or _PIECES[kind] == "content"
            return Delta(**{_PIECES[kind]: event["delta"]})
        if kind == "response.output_item.done":
            self._keep(event.get("item"))
            so_far = {"output": self.items}
            return Delta(tool_calls=read_response(so_far).tool_calls, mcp_calls=mcp_calls(so_far))
        return None

    def _keep(self, item: Any) -> None:
        """Keep a part of the answer. Raises InferenceFailure for too many, or too much in them."""
        self.size += len(json.dumps(item))
        if len(self.items) == MAX_ITEMS or self.size > MAX_SIZE:
            most = f"{MAX_ITEMS} parts" if self.size <= MAX_SIZE else f"{MAX_SIZE:,} characters in its parts"
            raise InferenceFailure(f"The answer has more than {most} and was cut off.", KEPT)
        self.items.append(item)

    def _last(self, response: Any) -> Delta:
        """What the whole response adds: its reason and usage, and its words where none came in pieces."""
        raw = response if isinstance(response.get("output"), list) else {**response, "output": self.items}
        message = read_response(raw)
        if not self.said:
            check_said(message)
        content = "" if self.said else message.content
        return Delta(content, "", message.tool_calls, message.finish_reason, _usage(raw.get("usage")), mcp_calls(raw))


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


async def _json(exchange: Exchange) -> Any:
    """The JSON of an answer; of a long one as far as a person can look at it. Raises InferenceFailure."""
    try:
        return await long_json(exchange) if exchange.spool else json.loads(exchange.body)
    except (ValueError, RecursionError):
        hint = "Check that the server has the Responses API."
        raise InferenceFailure("The server's answer is not JSON.", hint) from None
