"""Asks every pane's model at the same time, and gathers what each one says and how long it takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter

from inference import client
from inference.reply import Delta
from inference.resolve import resolve
from ui.chat import Answer
from ui.session import Session
from ui.streaming import Merged
from wire.request import Request

from .measure import Measurement, measure


@dataclass(slots=True)
class Side:
    """One pane's answer under way, with its times (`perf_counter`)."""

    request: Request
    answer: Answer
    started: float = field(default_factory=perf_counter)
    first: float | None = None
    ended: float | None = None

    @property
    def measurement(self) -> Measurement:
        """What the answer took so far."""
        text = self.answer.content + self.answer.reasoning
        return measure(self.started, self.first, self.ended or perf_counter(), text, self.answer.usage)


class Race:
    """The answers of all panes to one question."""

    def __init__(self, requests: Mapping[str, Request], session: Session) -> None:
        self.session = session
        self.sides = {name: Side(request, Answer(request.model)) for name, request in requests.items()}
        self.merged: Merged[Delta] = Merged({name: self._ask(name) for name in requests})

    def stop(self, name: str) -> None:
        """Stop one pane; its connection closes, the others go on."""
        if not self.sides[name].answer.ended:
            self.merged.stop(name)

    def stop_all(self) -> None:
        """Stop every pane."""
        for name in self.sides:
            self.stop(name)

    async def __aiter__(self) -> AsyncIterator[set[str]]:
        """The names of the panes that changed since the last time; none is a heartbeat."""
        async for batches in self.merged:
            for name, batch in batches.items():
                side = self.sides[name]
                if side.first is None:
                    side.first = next((at for at, delta in batch.items if delta.content or delta.reasoning), None)
                side.answer.take(batch)
                if batch.ended:
                    side.ended = batch.items[-1][0] if batch.items and not batch.stopped else perf_counter()
            yield set(batches)

    async def aclose(self) -> None:
        """Stop what still runs, and wait until every connection is closed."""
        await self.merged.aclose()

    async def _ask(self, name: str) -> AsyncIterator[Delta]:
        side = self.sides[name]
        keys = self.session.keys_for(side.request.base_url)
        side.answer.resolved = resolved = await resolve(side.request, self.session.site.embedded, keys)
        async for delta in client.stream(resolved, keys):
            yield delta
