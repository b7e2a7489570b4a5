"""What Gradio holds for tabs, shared out: nobody's events fill its queue, and nobody's tabs push out those of others.

Why: Gradio has one queue for all, with one bound (`max_size`), and holds the messages and the state of a tab by the
hash that its page made up: the oldest of all leave where there are too many. Here each person's own leave first.
Upstream: none filed that asks for a person's share; the one bound is https://github.com/gradio-app/gradio/pull/2036.
Without it: one person who asks a thousand times keeps all others from asking, and who opens many tabs ends theirs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import gradio as gr
from fastapi import HTTPException, Request

from showcard.ui.session.bounds import Bounds, HeldShare
from showcard.ui.session.visitors import Visitor, visitor_of

from .unbounded_records import let_go_of_tab

MAX_UNREAD = 1_000  # messages that nobody fetched, of one tab
MAX_KNOWN = 20_000  # hashes


def share_out(demo: gr.Blocks, bounds: Bounds) -> None:
    """Bound what a person may have in Gradio's queue, and how many tabs it holds for them."""
    queue = demo._queue
    push, held = queue.push, _Tabs(demo, bounds)

    async def bounded(body: Any, request: Request, username: str | None) -> Any:
        visitor = visitor_of(request.scope)
        line = HeldShare(bounds.events)
        for event in _events(queue):
            line.add(visitor_of(event.request.scope))
        if level := line.full(visitor):
            raise HTTPException(429, bounds.events.sentence(level))
        unread = queue.pending_messages_per_session.get(body.session_hash)
        if unread is not None and unread.qsize() > MAX_UNREAD:
            raise HTTPException(429, "This page has not fetched the answers to what it asked. Load it again.")
        held.note(visitor, body.session_hash)
        return await push(body, request, username)

    queue.pending_messages_per_session.max_size = max(2 * bounds.tabs.all, queue.pending_messages_per_session.max_size)
    queue.push = bounded


def _events(queue: Any) -> Iterator[Any]:
    """The events that wait, and those that are worked on."""
    for waiting in queue.event_queue_per_concurrency_id.values():
        yield from waiting.queue
    for job in queue.active_jobs:
        yield from job or ()


class _Tabs:
    """The hashes of tabs, by who made them up; the oldest of theirs leave when they have twice what they may have open.

    An address counts before a person: a new cookie is free."""

    def __init__(self, demo: gr.Blocks, bounds: Bounds) -> None:
        self.demo, self.bound = demo, bounds.tabs
        self.known: OrderedDict[str, str] = OrderedDict()
        self.theirs: dict[str, OrderedDict[str, None]] = {}

    def note(self, visitor: Visitor, tab: str) -> None:
        """A tab asks something."""
        levels = [level for level in self.bound.levels(visitor) if level.key]
        if not levels:
            return
        who = self.known.setdefault(tab, levels[-1].key)
        self.known.move_to_end(tab)
        theirs = self.theirs.setdefault(who, OrderedDict())
        theirs[tab] = None
        theirs.move_to_end(tab)
        if len(theirs) > 2 * levels[-1].most:
            self._let_go(next(iter(theirs)))
        if len(self.known) > MAX_KNOWN:
            self._forget(next(iter(self.known)))

    def _forget(self, tab: str) -> None:
        who = self.known.pop(tab)
        self.theirs[who].pop(tab, None)
        if not self.theirs[who]:
            del self.theirs[who]

    def _let_go(self, tab: str) -> None:
        self._forget(tab)
        let_go_of_tab(self.demo, tab)
