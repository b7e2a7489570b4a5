"""One pane's model asked: what it says as it arrives, how long that takes, and what went over the wire.

asking = await ask(request, session)        # to its end; never raises, `asking.failure` says what went wrong
asking.variant().record.measurement"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import httpx2

from showcard.inference.errors import InferenceFailure, explain
from showcard.inference.hub.offers import Offer, offers
from showcard.inference.hub.providers import split_model
from showcard.inference.keys import hub_token
from showcard.inference.reply import Delta, Usage
from showcard.inference.transport.http import Exchange
from showcard.inference.unforeseen import is_mistake, log_unforeseen
from showcard.metadata.outputs.read import ToolCall
from showcard.metadata.visible import whole
from showcard.playground.core.measure import measure
from showcard.playground.core.state import Raw, Record, Variant
from showcard.playground.core.stream_text import StreamText
from showcard.ui.markup.chat import words
from showcard.ui.markup.growing_text import GrowingText
from showcard.ui.session import calls as asking
from showcard.ui.session.live_channel import LiveAnswer
from showcard.ui.session.run import Run
from showcard.ui.session.session import Session
from showcard.wire.request import Request, ResolvedRequest
from showcard.wire.secrets import hidden

from .core import keyless

MAX_POINTS = 400
MAX_SENT = 200_000
OFFER_SECONDS = 4.0
MAX_PROVIDER = 80
SERVED_BY = "x-inference-provider"  # the router says it to whoever leaves the choice to it
_DATA_URL = re.compile(r'"data:([\w.+/-]{1,80});base64,([A-Za-z0-9+/=]{200,})"')


@dataclass(eq=False)
class PaneCall:
    """A call under way, or ended. Times are of `perf_counter`.

    What arrives goes to `growing`, and `on_news` is called. `name` is what it is stopped by in the session's `runs`."""

    request: Request
    session: Session
    growing: LiveAnswer = field(default_factory=lambda: LiveAnswer(""))
    text: GrowingText = field(default_factory=GrowingText)
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    usage: Usage | None = None
    failure: Exception | None = None
    started: float = 0.0
    first: float | None = None
    first_size: int = 0
    last: float | None = None
    ended_at: float = 0.0
    resolved: ResolvedRequest | None = None
    offer: Offer | None = None
    exchange: Exchange = field(default_factory=Exchange)
    arrivals: list[tuple[float, int]] = field(default_factory=list)
    on_news: Callable[[], None] = lambda: None
    name: str = ""
    _run: Run[None] | None = None
    _content: StreamText = field(default_factory=StreamText)
    _reasoning: StreamText = field(default_factory=StreamText)

    @property
    def content(self) -> str:
        """The answer so far."""
        return str(self.text)

    @property
    def reasoning(self) -> str:
        """The thoughts so far, apart from the answer."""
        return self.growing.reasoning

    @property
    def keys(self) -> Collection[str]:
        """The keys that this call may have sent."""
        return self.session.keys_for(self.request.base_url).values()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before its end."""
        return self._run is not None and self._run.state == "stopped"

    @property
    def said_anything(self) -> bool:
        """Whether there is something to keep."""
        return bool(self.content or self.reasoning or self.tool_calls)

    async def run(self) -> None:
        """Ask, to the end of the answer. Never raises; cancelling it, and `stop`, close the connection."""
        self._run = Run(self.session.runs, self.name, self._read)
        async with self._run, Run(self.session.runs, "", self._find_offer) as offering:
            await self._run.ended()
            await self.growing.markdown.ended(self.content)
            if self.offer is None and self.usage is not None:
                await offering.ended(OFFER_SECONDS)
            if offering.error:
                log_unforeseen(offering.error, self.request)

    def stop(self) -> None:
        """Close the connection; what came is kept, and marked as stopped."""
        if self._run is not None:
            self._run.stop()

    def variant(self) -> Variant:
        """The answer with the record of how it came about."""
        return Variant(self.content, (), self.reasoning, tuple(map(self._clean, self.tool_calls)), self._record())

    def _clean(self, call: ToolCall) -> ToolCall:
        """A call without half characters and keys."""
        return replace(call, id=self._told(call.id), name=self._told(call.name), arguments=self._told(call.arguments))

    def _told(self, text: str) -> str:
        """A text of the server's as it may be shown."""
        return hidden(whole(text), self.keys)

    async def _read(self, run: Run[None]) -> None:
        self.started = perf_counter()
        self._content, self._reasoning = StreamText(self.keys), StreamText(self.keys)
        try:
            self.resolved = await asking.resolved_for(self.session, self.request)
            self.started = perf_counter()  # who serves the model was asked of the Hub, not of the model
            async with aclosing(asking.stream(self.session, self.resolved, self.exchange)) as deltas:  # type: ignore[type-var]
                async for delta in deltas:
                    self._take(delta)
        except Exception as error:
            self.failure = error
            if is_mistake(error):
                log_unforeseen(error, self.request)
        finally:
            self.ended_at = perf_counter()
            self._say(self._content.end(), self._reasoning.end())

    def _take(self, delta: Delta) -> None:
        now, characters = perf_counter(), len(delta.content) + len(delta.reasoning)
        if characters or delta.tool_calls:
            if self.first is None:
                self.first, self.first_size = now, characters
            self.last = now
            self._arrived(now - self.started, characters)
        self._say(
            self._content.feed(delta.content) if delta.content else "",
            self._reasoning.feed(delta.reasoning) if delta.reasoning else "",
        )
        self.tool_calls = delta.tool_calls or self.tool_calls
        self.finish_reason = delta.finish_reason or self.finish_reason
        self.usage = delta.usage or self.usage
        self.on_news()

    def _say(self, content: str, reasoning: str) -> None:
        if content:
            self.text.add(content)
            self.growing.markdown.add(content)
        self.growing.thoughts.add(reasoning)

    def _arrived(self, seconds: float, characters: int) -> None:
        """Note a piece in the timeline; a long one gets coarser, two pieces becoming one."""
        self.arrivals.append((round(seconds, 4), characters))
        if len(self.arrivals) > MAX_POINTS:
            pairs = zip(self.arrivals[::2], self.arrivals[1::2], strict=False)
            self.arrivals[: len(self.arrivals) // 2 * 2] = [(one[0], one[1] + two[1]) for one, two in pairs]

    async def _find_offer(self, _: Run[None]) -> None:
        """The published prices of who serves this; none for the embedded engine and endpoints of one's own."""
        request = self.request
        if request.base_url or request.model in self.session.site.embedded.models:
            return
        token = hub_token(self.session.keys_for(None))
        try:
            served = (await offers(token)).get(split_model(request.model)[0], ())
        except (InferenceFailure, httpx2.HTTPError):
            return
        assert self._run is not None
        await self._run.ended()
        self.offer = next((offer for offer in served if offer.provider == self.provider), None)

    @property
    def provider(self) -> str:
        """Who served the answer; `auto` where the router decided and did not say. All are named where several are."""
        said = [
            part.strip()
            for name, told in self.exchange.headers
            if name.lower() == SERVED_BY
            for part in told.split(",")
        ]
        named = ", ".join(dict.fromkeys(filter(None, said)))[:MAX_PROVIDER]
        return self._told(named) or (self.resolved.provider if self.resolved else self.request.provider)

    def _record(self) -> Record:
        called = "".join(call.name + call.arguments for call in self.tool_calls)
        said = (_text(self.request.inputs.get("messages") or ()), self.content + called, self.reasoning)
        ended = self.ended_at or perf_counter()
        taken = measure(self.started, self.first, ended, said, self.usage, self.offer, self.last, self.first_size)
        reason = "stopped" if self.stopped else self._told(self.finish_reason or "") or None
        return Record(self.request.model, self.provider, taken, reason, self._raw())

    def _raw(self) -> Raw:
        exchange = self.exchange
        sent = keyless.sent(_DATA_URL.sub(_shortened, exchange.asked.decode("utf-8", "replace")))
        told = ((name, value) for name, value in exchange.headers if name.lower() != "set-cookie")
        headers = tuple((name, self._told(value)) for name, value in told)
        address = urlsplit(exchange.url)
        url = address._replace(netloc=address.netloc.rpartition("@")[2], query="").geturl()
        return Raw(exchange.method, url, sent[:MAX_SENT], exchange.status, headers, tuple(self.arrivals))


async def ask(request: Request, session: Session) -> PaneCall:
    """Ask and wait for the end of the answer; a page may go on meanwhile. Cancelling closes the connection."""
    call = PaneCall(request, session)
    await call.run()
    return call


def failure_of(call: PaneCall) -> InferenceFailure | None:
    """What went wrong, as a sentence with a way out; a key that the server said back is hidden."""
    if call.failure is None:
        return None
    failure = explain(call.failure)
    failure.reason = hidden(failure.reason, call.keys)
    failure.hint = hidden(failure.hint, call.keys)
    failure.detail = hidden(failure.detail, call.keys)
    return failure


def _text(messages: Sequence[Any]) -> str:
    """The text of the messages that are sent, for an estimate of their tokens."""
    return "\n".join(words(message.get("content")) for message in messages)


def _shortened(found: re.Match[str]) -> str:
    return f'"data:{found[1]};base64,… ({len(found[2]) * 3 // 4:,} bytes)"'
