"""Answers that grow on an open page: sent past Gradio over one WebSocket a tab, so that an update costs its own length.

The page's own script opens `/live/{name}` while something grows, and appends what each line brings. A line is JSON:
`k` names the answer; `s` is HTML of blocks that are finished; `t` is added to the unfinished end, which is plain text,
or replaces it where `f` comes along, which tells whether the end is code; `r` adds to the reasoning; `e` says that no
more comes. Nothing is lost: a line is made from what was not sent yet, and a new connection begins anew.

`/kept/{name}/{what}` reads what belongs to the same tab, such as the text of a message to copy.

(A WebSocket, as a browser opens six HTTP connections to a host, over all tabs, and Gradio needs two for each.)"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from weakref import WeakValueDictionary

from showcard.ui.markup.growing_text import GrowingText
from showcard.ui.markup.live_markdown import LiveMarkdown

FLUSH_SECONDS = 0.06
BUSY_SECONDS = 0.1
BUSY = 40  # connections that stream at the same time
IDLE_SECONDS = 2.0

Kept = tuple[bytes, str]  # and its media type


@dataclass(slots=True)
class LiveAnswer:
    """An answer under way, as a page shows it."""

    key: str
    markdown: LiveMarkdown = field(default_factory=LiveMarkdown)
    thoughts: GrowingText = field(default_factory=GrowingText)
    ended: bool = False

    @property
    def reasoning(self) -> str:
        """The thoughts so far, apart from the answer."""
        return str(self.thoughts)

    def line(self, sent: SentSoFar) -> str | None:
        """What was not sent yet, as a line; None where that is nothing."""
        held, said = self.markdown, dict[str, Any]()
        size, thoughts = held.shown_size, len(self.thoughts)
        if sent.blocks < len(held.settled):
            said["s"] = "".join(held.settled[sent.blocks :])
        if said or sent.code != held.is_code:
            said |= {"t": held.shown, "f": int(held.is_code)}
        elif sent.tail < size:
            said["t"] = held.ending(size - sent.tail)
        if sent.reasoning < thoughts:
            said["r"] = self.thoughts.end(thoughts - sent.reasoning)
        if self.ended and not sent.ended:
            said["e"] = 1
        sent.blocks, sent.tail, sent.reasoning = len(held.settled), size, thoughts
        sent.code, sent.ended = held.is_code, self.ended
        return json.dumps({"k": self.key, **said}, ensure_ascii=False, separators=(",", ":")) if said else None


@dataclass(slots=True)
class SentSoFar:
    """How much of an answer a connection has sent."""

    blocks: int = 0
    tail: int = 0
    code: bool = False
    reasoning: int = 0
    ended: bool = False

    @property
    def nothing(self) -> bool:
        """Whether nothing was sent: the first piece does not wait."""
        return not (self.blocks or self.tail or self.reasoning or self.ended)


class LiveChannel:
    """What grows on one tab's page. `read` gives what `/kept` serves by its name, None where there is no such thing."""

    def __init__(self, feeds: LiveChannels) -> None:
        self.name = secrets.token_urlsafe(18)
        self.read: Callable[[str], Kept | None] = lambda what: None
        self._feeds = feeds
        self._growing: dict[str, LiveAnswer] = {}
        self._watching: set[asyncio.Event] = set()

    def open(self, key: str) -> LiveAnswer:
        """Begin an answer; one that grew under the same key is forgotten."""
        self._growing[key] = LiveAnswer(key, LiveMarkdown(self.name, self.tell))
        return self._growing[key]

    def close(self, growing: LiveAnswer) -> None:
        """An answer has ended, and the page shows it by other means."""
        growing.ended = True
        if self._growing.get(growing.key) is growing:
            del self._growing[growing.key]
        self.tell()

    def tell(self) -> None:
        """Something has grown."""
        for event in self._watching:
            event.set()

    async def lines(self) -> AsyncIterator[str]:
        """The lines for one connection, at a bounded rate; they end when nothing has grown for a while."""
        news, sent = asyncio.Event(), dict[int, tuple[LiveAnswer, SentSoFar]]()
        news.set()
        self._watching.add(news)
        self._feeds.streaming += 1
        last = 0.0
        try:
            while True:
                try:
                    await asyncio.wait_for(news.wait(), None if self._growing else IDLE_SECONDS)
                except TimeoutError:
                    return
                wait = last + self._feeds.pause - perf_counter()
                if wait > 0 and not self._first(sent):
                    await asyncio.sleep(wait)
                news.clear()
                last = perf_counter()
                for line in self._new(sent):
                    yield line
        finally:
            self._watching.discard(news)
            self._feeds.streaming -= 1

    def _first(self, sent: dict[int, tuple[LiveAnswer, SentSoFar]]) -> bool:
        """Whether an answer has begun of which nothing was sent."""
        for growing in self._growing.values():
            began = bool(growing.thoughts or growing.markdown.size)
            if began and (id(growing) not in sent or sent[id(growing)][1].nothing):
                return True
        return False

    def _new(self, sent: dict[int, tuple[LiveAnswer, SentSoFar]]) -> list[str]:
        """What was not sent yet of every answer; those that have ended are forgotten after their last line."""
        for growing in self._growing.values():
            sent.setdefault(id(growing), (growing, SentSoFar()))
        lines = [line for growing, so_far in sent.values() if (line := growing.line(so_far)) is not None]
        for key, (_, so_far) in list(sent.items()):
            if so_far.ended:
                del sent[key]
        return lines


class LiveChannels:
    """The feeds of all open tabs by a name that nobody can guess; each is held by its tab's session."""

    def __init__(self) -> None:
        self._held: WeakValueDictionary[str, LiveChannel] = WeakValueDictionary()
        self.streaming = 0

    @property
    def pause(self) -> float:
        """Seconds between two lines of a connection; longer when many stream."""
        return FLUSH_SECONDS if self.streaming < BUSY else BUSY_SECONDS

    def open(self) -> LiveChannel:
        """A new tab's feed."""
        feed = LiveChannel(self)
        self._held[feed.name] = feed
        return feed

    def get(self, name: str) -> LiveChannel | None:
        """The feed of a name."""
        return self._held.get(name)
