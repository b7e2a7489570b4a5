"""Runs a ResolvedRequest: through huggingface_hub's client where it has a method for the task, else over plain HTTP.

Both go over the one transport (`transport/http.py`), which guards the token, bounds the answer and records the
exchange. The raw answer is read off the wire, not out of the types of the client: so the JSON tab shows what the
server sent, and an answer in the shape of another server is still understood."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from time import perf_counter
from typing import Any

import httpx2
from huggingface_hub.errors import HfHubHTTPError, TextGenerationError
from PIL import UnidentifiedImageError

from showcard.inference.answers.chat import ChatAnswer, StreamBound, field_of, usage_of
from showcard.inference.answers.reading import read
from showcard.inference.transport.bridge import Carrier, carrying
from showcard.inference.transport.events import Events
from showcard.inference.transport.http import Exchange, Spooled, recording
from showcard.metadata.outputs.read import Message, Output
from showcard.wire.call import OWN_ENDPOINT_CANT, has_method
from showcard.wire.request import RequestError, ResolvedRequest

from . import library, plain
from .errors import InferenceFailure, explain, status_failure
from .reply import Delta, Reply
from .unforeseen import is_mistake, log_unforeseen

Keys = Mapping[str, str]
_Ask = Callable[[ResolvedRequest, Keys, Exchange, bool, AsyncExitStack], Awaitable[Any]]


async def run(
    resolved: ResolvedRequest,
    keys: Keys | None = None,
    exchange: Exchange | None = None,
) -> Reply:
    """The whole answer to a request whose media hold their bytes. Raises InferenceFailure."""
    exchange = exchange or Exchange()
    exchange.streaming = False
    started = perf_counter()
    try:
        async with _Call(resolved, keys or {}, exchange) as call:
            try:
                result = await call.ask(stream=False)
            except Exception as error:
                if not _understood_anyway(error, exchange):
                    raise
                result = None
            found = await read(resolved, result, exchange, call.fetched)
    except Exception as error:
        raise _failure(error, exchange, resolved) from error
    finally:
        exchange.close()
    elapsed = perf_counter() - started
    usage = usage_of(field_of(found.raw, "usage"))
    return Reply(found.output, found.raw, resolved.provider, elapsed, usage, resolved, exchange.dropped, found.cut)


async def stream(
    resolved: ResolvedRequest,
    keys: Keys | None = None,
    exchange: Exchange | None = None,
) -> AsyncIterator[Delta]:
    """The pieces of a chat answer (or of a generated text) as they arrive; closing it closes the connection.

    Raises InferenceFailure, also when the answer breaks off: what came until then is good."""
    exchange = exchange or Exchange()
    exchange.streaming = True
    answer, bound = ChatAnswer(), StreamBound()
    try:
        async with _Call(resolved, keys or {}, exchange) as call:
            async with aclosing(await call.ask(stream=True)):  # the library's own reading of it is not used
                events = Events(exchange)
                async for event in events:
                    for delta in bound.within(answer.take(event)):
                        yield delta
            if exchange.is_events:
                for delta in bound.within(answer.end()):
                    yield delta
                answer.check(events.done)
            else:
                whole, cut = await _in_one_piece(resolved, exchange)
                for delta in bound.within([whole]):
                    yield delta
                if cut:
                    raise InferenceFailure(cut, "Ask for less.")
    except Exception as error:
        for delta in answer.end():
            yield delta  # what waited for more came before this
        raise _failure(error, exchange, resolved) from error
    finally:
        exchange.close()


class _Call:
    """One client for one call: its connection closes when the block is left, however it is left."""

    def __init__(self, resolved: ResolvedRequest, keys: Keys, exchange: Exchange) -> None:
        self.resolved = resolved
        self.keys = keys
        self.exchange = exchange
        self.stack = AsyncExitStack()
        self.carrier: Carrier | None = None

    @property
    def fetched(self) -> bytes:
        """The file that the answer led to, if it did."""
        return self.carrier.fetched if self.carrier else b""

    async def __aenter__(self) -> _Call:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stack.aclose()

    async def ask(self, stream: bool) -> Any:
        """Start the call; its result is the client's own."""
        ask = _way(self.resolved)
        with recording(self.exchange), carrying(self.exchange) as self.carrier:
            return await ask(self.resolved, self.keys, self.exchange, stream, self.stack)


def _way(resolved: ResolvedRequest) -> _Ask:
    """How a task is asked for: by the client's method, where it has one that works there."""
    task_id = resolved.request.task
    at_home = not (resolved.route and task_id in OWN_ENDPOINT_CANT)
    return library.ask if has_method(task_id) and at_home else plain.ask


async def _in_one_piece(resolved: ResolvedRequest, exchange: Exchange) -> tuple[Delta, str]:
    """The answer of a server that does not stream, and what of it was left out."""
    found = await read(resolved, None, exchange)
    message = message_of(found.output)
    content = message.content or str(field_of(found.output, "text") or "")
    usage = usage_of(field_of(found.raw, "usage"))
    delta = Delta(content, message.reasoning, message.tool_calls, message.finish_reason or "stop", usage)
    return delta, found.cut


def _understood_anyway(error: Exception, exchange: Exchange) -> bool:
    """Whether the server did answer and only the client's own reading of it failed, or was not tried: other servers
    differ in shape, a long answer is read elsewhere, and the library compares a NaN with itself for ever."""
    answered = 200 <= exchange.status < 300
    return (
        answered
        and isinstance(
            error,
            Spooled
            | ValueError
            | KeyError
            | TypeError
            | IndexError
            | AttributeError
            | RecursionError
            | UnidentifiedImageError,
        )
        and not isinstance(error, HfHubHTTPError | InferenceFailure | RequestError)
    )


def _failure(error: Exception, exchange: Exchange, resolved: ResolvedRequest) -> InferenceFailure:
    """The failure that an exception means; where the server refused, what it said counts, not how that was read."""
    own = isinstance(error, InferenceFailure | RequestError)
    broken = isinstance(error, httpx2.HTTPError) and not isinstance(error, HfHubHTTPError | TextGenerationError)
    led_away = 300 <= exchange.status < 400
    if led_away or (exchange.status >= 400 and not own and not broken):
        waits = next((value for name, value in exchange.headers if name.lower() == "retry-after"), None)
        return status_failure(exchange.status, bytes(exchange.body), waits)
    if is_mistake(error):
        log_unforeseen(error, resolved)
    return explain(error, begun=bool(exchange.answered_at))


def message_of(output: Output) -> Message:
    """The chat message of an output; an empty one where it is something else."""
    return output if isinstance(output, Message) else Message("")
