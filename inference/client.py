"""Runs a ResolvedRequest through huggingface_hub's client, and reads the answer off the wire."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing
from time import perf_counter
from typing import Any

from huggingface_hub import AsyncInferenceClient
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.hf_api import InferenceProviderMapping
from huggingface_hub.inference._providers import _common
from PIL.Image import Image

from metadata.media import sniff
from metadata.outputs import Message, Output, ToolCall, Unknown, normalise
from wire.call import ClientCall, client_call
from wire.request import ResolvedRequest

from .errors import InferenceFailure, explain
from .reply import Delta, Reply, Usage
from .transport import Exchange, install, recording

install()


async def run(
    resolved: ResolvedRequest, keys: Mapping[str, str] | None = None, exchange: Exchange | None = None
) -> Reply:
    """The whole answer to a request whose media hold their bytes. Raises InferenceFailure."""
    exchange = exchange or Exchange()
    started = perf_counter()
    async with _calling(resolved, keys or {}, exchange) as stack:
        try:
            result = await stack.call(stream=False)
        except Exception as error:
            if not _understood_anyway(error, exchange):
                raise explain(error) from error
            result = None
        output, raw = _read(resolved, result, exchange)
    elapsed = perf_counter() - started
    return Reply(output, raw, resolved.provider, elapsed, _usage(_field(raw, "usage")), resolved)


async def stream(
    resolved: ResolvedRequest, keys: Mapping[str, str] | None = None, exchange: Exchange | None = None
) -> AsyncIterator[Delta]:
    """The pieces of a chat answer as they arrive; closing the iterator closes the connection.

    Raises InferenceFailure."""
    exchange = exchange or Exchange()
    calls = _ToolCalls()
    async with _calling(resolved, keys or {}, exchange) as stack:
        try:
            chunks = await stack.call(stream=True)
            async with aclosing(chunks):
                async for chunk in chunks:
                    yield _delta(chunk, calls)
        except Exception as error:
            raise explain(error) from error


class _calling:
    """One client for one call: its connection closes when the block is left, however it is left."""

    def __init__(self, resolved: ResolvedRequest, keys: Mapping[str, str], exchange: Exchange) -> None:
        self.resolved = resolved
        self.keys = keys
        self.exchange = exchange
        self.stack = AsyncExitStack()

    async def __aenter__(self) -> _calling:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stack.aclose()

    async def call(self, stream: bool) -> Any:
        """Start the call; its result is the client's own. `stream` overrides what the request says."""
        with recording(self.exchange):
            call = client_call(self.resolved)
            key = self._key(call)
            client = await self.stack.enter_async_context(AsyncInferenceClient(**dict(call.client), api_key=key))
            arguments = call.bound_arguments()
            if call.method == "chat_completion":
                arguments["stream"] = stream
                if not stream:
                    arguments.pop("stream_options", None)
            _publish_mapping(self.resolved)
            return await getattr(client, call.method)(**arguments)

    def _key(self, call: ClientCall) -> str | None:
        if call.key_name is None:
            return None
        key = self.keys.get(call.key_name)
        if not key:
            raise InferenceFailure(
                f"{self.resolved.host} needs a key ({call.key_name}).", "Add it under Runs on; it stays in memory."
            )
        return key


def _publish_mapping(resolved: ResolvedRequest) -> None:
    """Tell the library which id the provider uses, so that it does not ask the Hub with this machine's token."""
    if resolved.route or resolved.provider == "auto":
        return
    known = _common.HARDCODED_MODEL_INFERENCE_MAPPING.setdefault(resolved.provider, {})
    known[resolved.request.model] = InferenceProviderMapping(  # type: ignore[no-untyped-call]
        provider=resolved.provider,
        hf_model_id=resolved.request.model,
        providerId=resolved.provider_model,
        status="live",
        task=resolved.request.task,
        adapterWeightsPath=resolved.adapter,
    )


def _understood_anyway(error: Exception, exchange: Exchange) -> bool:
    """Whether the server did answer and only the client's own reading of it failed: other servers differ in shape."""
    answered = 200 <= exchange.status < 300
    return (
        answered
        and isinstance(error, ValueError | KeyError | TypeError | IndexError | AttributeError)
        and not (isinstance(error, HfHubHTTPError | InferenceFailure))
    )


def _read(resolved: ResolvedRequest, result: Any, exchange: Exchange) -> tuple[Output, Any]:
    """The output and the raw JSON of an answer. Raises InferenceFailure when it holds neither."""
    task = resolved.request.task
    body = bytes(exchange.body)
    if isinstance(result, bytes):
        return normalise(task, result), None
    if isinstance(result, Image):
        return normalise(task, body if sniff(body) else _png(result)), None
    try:
        raw = json.loads(body)
    except ValueError:
        hint = "It sent a web page." if body.lstrip()[:1] == b"<" else "" if body else "It is empty."
        raise InferenceFailure(
            "The server's answer is not JSON.", f"{hint} Check that the base URL leads to this task.".strip()
        ) from None
    if isinstance(raw, dict) and raw.get("error"):
        raise InferenceFailure(f"The server reports an error: {str(raw['error'])[:500]}", "Look at the inputs.")
    output = normalise(task, raw)
    if isinstance(output, Unknown) and task != "conversational":
        expected = resolved.request.row
        raise InferenceFailure(
            f"The answer is not what {expected.name.lower()} promises.",
            "Check that the model does this task; the JSON tab shows what came.",
            detail=json.dumps(raw)[:2000],
        )
    return output, raw


def _png(image: Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


class _ToolCalls:
    """Tool calls that arrive in pieces: gathered by index."""

    def __init__(self) -> None:
        self.calls: dict[int, ToolCall] = {}

    def add(self, parts: Any) -> tuple[ToolCall, ...]:
        for position, part in enumerate(parts or ()):
            index = _field(part, "index")
            index = position if index is None else index
            function = _field(part, "function")
            held = self.calls.get(index, ToolCall("", "", ""))
            self.calls[index] = ToolCall(
                held.id or str(_field(part, "id") or ""),
                held.name or str(_field(function, "name") or ""),
                held.arguments + str(_field(function, "arguments") or ""),
            )
        return tuple(self.calls.values()) if parts else ()


def _delta(chunk: Any, calls: _ToolCalls) -> Delta:
    choices = _field(chunk, "choices") or []
    delta = _field(choices[0], "delta") if choices else None
    content = _field(delta, "content")
    reasoning = _field(delta, "reasoning_content") or _field(delta, "reasoning")
    return Delta(
        content if isinstance(content, str) else "",
        reasoning if isinstance(reasoning, str) else "",
        calls.add(_field(delta, "tool_calls")),
        _field(choices[0], "finish_reason") if choices else None,
        _usage(_field(chunk, "usage")),
    )


def _usage(value: Any) -> Usage | None:
    prompt, completion = _field(value, "prompt_tokens"), _field(value, "completion_tokens")
    if not isinstance(prompt, int) or not isinstance(completion, int):
        return None
    reasoning = _field(_field(value, "completion_tokens_details"), "reasoning_tokens")
    return Usage(prompt, completion, reasoning if isinstance(reasoning, int) else None)


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def message_of(output: Output) -> Message:
    """The chat message of an output; an empty one where it is something else."""
    return output if isinstance(output, Message) else Message("")
