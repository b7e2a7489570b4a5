"""Asks for a session: with its keys, at places it trusts, by the API it chose, and patiently where a model loads.

Whoever asks a model for a person asks through this module."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from dataclasses import dataclass, replace
from time import monotonic

from showcard.inference import run as client
from showcard.inference.answers import responses
from showcard.inference.errors import InferenceFailure
from showcard.inference.processes.folder import FOLDER
from showcard.inference.reply import Delta, Reply
from showcard.inference.resolve import resolve, resolve_offline
from showcard.inference.transport.http import Exchange
from showcard.metadata.outputs.read import Unknown
from showcard.wire.request import RESPONSES, Request, ResolvedRequest
from showcard.wire.secrets import hidden, hidden_in, keys_in

from .session import Session

MAX_SECONDS = 300.0  # that a person is made to wait for a model to load
LONGEST_PAUSE = 10.0


@dataclass(slots=True)
class Progress:
    """What a call is waiting for, in a few words; empty while it runs."""

    sentence: str = ""

    def tell(self, sentence: str) -> None:
        """Wait for this now."""
        self.sentence = sentence


async def resolved_for(session: Session, request: Request, progress: Progress | None = None) -> ResolvedRequest:
    """Where a request of this person goes; the embedded engine is waited for where it starts again.

    Raises RequestError, InferenceFailure or httpx2.HTTPError."""
    keys, trusted = session.keys_for(request.base_url), session.trusts(request.base_url)
    return await resolve(request, session.site.embedded, keys, trusted, (progress or Progress()).tell)


def resolved_offline(session: Session, request: Request, endpoint_key: str = "") -> ResolvedRequest:
    """Where a request goes as far as is known without asking anyone; `endpoint_key` is one that is not kept yet."""
    keys, trusted = session.keys_for(request.base_url), session.trusts(request.base_url)
    if endpoint_key and request.base_url:
        keys["API_TOKEN"] = endpoint_key
    return resolve_offline(request, None, session.site.embedded, keys, trusted)


async def loaded(session: Session, request: Request, progress: Progress) -> None:
    """Waits for the model of a folder, which is loaded when it is first asked. Raises InferenceFailure."""
    if request.provider != FOLDER or session.site.folders is None:
        return

    await session.site.folders.ready(request.base_url or "", progress.tell)
    progress.sentence = ""


def keys_of(session: Session, request: Request) -> set[str]:
    """The keys that a call may send: the person's, and those that stand in the request itself."""
    typed = keys_in((request.extra, request.parameters, request.tools, {"headers": request.headers}))
    return {*session.keys_for(request.base_url).values(), *typed}


async def explained(session: Session, resolved: ResolvedRequest, failure: InferenceFailure) -> InferenceFailure:
    """A failure without the keys of this person, should a server have said one back; or why its process ended."""
    keys = keys_of(session, resolved.request)
    failure.reason, failure.detail = hidden(failure.reason, keys), hidden(failure.detail, keys)
    failure.args = (failure.reason,)
    if resolved.provider != FOLDER or session.site.folders is None:
        return failure
    return await session.site.folders.explain(resolved.route, failure)


async def run(
    session: Session, resolved: ResolvedRequest, exchange: Exchange | None = None, progress: Progress | None = None
) -> Reply:
    """The whole answer. Raises InferenceFailure."""
    with session.calling():
        return await _run(session, resolved, exchange, progress)


async def _run(
    session: Session, resolved: ResolvedRequest, exchange: Exchange | None, progress: Progress | None
) -> Reply:
    exchange, keys = _exchange(session, resolved, exchange), session.keys_for(resolved.request.base_url)
    ask = responses.respond if resolved.request.api == RESPONSES else client.run
    patience = Patience(progress)
    while True:
        try:
            return _quiet(await ask(resolved, keys, exchange), exchange, keys_of(session, resolved.request))
        except InferenceFailure as failure:
            said = hidden(exchange.body.decode("utf-8", "surrogateescape"), keys_of(session, resolved.request))
            exchange.body[:] = said.encode("utf-8", "surrogateescape")
            await patience.wait(await explained(session, resolved, failure))


async def stream(
    session: Session, resolved: ResolvedRequest, exchange: Exchange | None = None, progress: Progress | None = None
) -> AsyncIterator[Delta]:
    """The pieces of a chat answer as they arrive; closing it closes the connection. Raises InferenceFailure."""
    with session.calling():
        async with aclosing(_stream(session, resolved, exchange, progress)) as deltas:
            async for delta in deltas:
                yield delta


async def _stream(
    session: Session, resolved: ResolvedRequest, exchange: Exchange | None, progress: Progress | None
) -> AsyncGenerator[Delta, None]:
    exchange, keys = _exchange(session, resolved, exchange), session.keys_for(resolved.request.base_url)
    ask = responses.stream if resolved.request.api == RESPONSES else client.stream
    patience, begun = Patience(progress), False
    while True:
        try:
            async with aclosing(ask(resolved, keys, exchange)) as deltas:  # type: ignore[type-var]
                async for delta in deltas:
                    begun = True
                    yield delta
            return
        except InferenceFailure as failure:
            told = await explained(session, resolved, failure)
            if begun:
                raise told from failure
            await patience.wait(told)


class Patience:
    """Waits while a model loads, and says so; no other failure is waited for."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.progress = progress or Progress()
        self.until = monotonic() + MAX_SECONDS

    async def wait(self, failure: InferenceFailure) -> None:
        """Wait before the next try, as long as the server says that its model still needs. Raises the failure where the
        model is not loading, or would take longer than MAX_SECONDS in all."""
        if not failure.loading or failure.retry_after is None:
            raise failure
        if monotonic() + failure.retry_after > self.until:
            raise failure
        self.progress.sentence = f"The model is loading, about {max(failure.retry_after, 1):.0f} s more"
        await asyncio.sleep(min(max(failure.retry_after, 0.2), LONGEST_PAUSE))
        self.progress.sentence = "The model is loading, asking again"


def _quiet(reply: Reply, exchange: Exchange, keys: Collection[str]) -> Reply:
    """The reply with the keys hidden that the server repeated in its answer; most answers repeat none, and may be
    long."""
    body = exchange.body
    if exchange.whole and b"\\" not in body and not any(key.encode() in body for key in keys):
        return reply
    output = Unknown(hidden_in(reply.output.raw, keys)) if isinstance(reply.output, Unknown) else reply.output
    return replace(reply, raw=hidden_in(reply.raw, keys), output=output)


def _exchange(session: Session, resolved: ResolvedRequest, exchange: Exchange | None) -> Exchange:
    """The exchange of a call, with the endpoint that may get the Hugging Face token as the person ticked."""
    exchange = exchange or Exchange()
    exchange.trusted_host = resolved.host if session.trusts(resolved.request.base_url) else None
    return exchange
