"""How much is held at once: by one person, by all at one address, and by everybody; and what to say where it is full.

A person's bound comes before that of all: who has reached it is told so, and nobody else notices. What one address may
hold is a few people's share, since a new cookie is free.

They are kept where things are held: tabs and calls in `ui/session/session.py`, uploads in `ui/server/uploads.py`,
pictures in `ui/session/media_store.py`, events in `ui/gradio_patches/fair_queue.py`, requests and WebSockets in
`ui/server/open_requests.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from showcard.ui.session.visitors import Visitor

PEOPLE_AT_AN_ADDRESS = 4
LEAST_REQUESTS, LEAST_STREAMS = 32, 8  # of one person, however few tabs they may have
SOON, LATER, MUCH_LATER = "Try again in a moment.", "Try again in some minutes.", "Try again in an hour."


@dataclass(frozen=True, slots=True)
class Level:
    """One bound that holds for a visitor: what it counts by, and how many there may be; 0 is no end."""

    who: str
    key: str
    most: int


@dataclass(frozen=True, slots=True)
class Bound:
    """How many of something one person, one address and all may have; 0 is no end. `what` and `way` are for people."""

    what: str
    way: str = SOON
    each: int = 0
    near: int = 0
    all: int = 0

    def levels(self, visitor: Visitor) -> Iterator[Level]:
        """The bounds that hold for a visitor, the narrowest first."""
        if self.each and visitor.person:
            yield Level("You have as many {what} as one person may", visitor.keys[0], self.each)
        if self.near and visitor.address:
            yield Level("As many {what} come from your address as one may have", visitor.keys[-1], self.near)
        if self.all:
            yield Level("This server holds as many {what} as it may", "", self.all)

    def sentence(self, level: Level, amount: str = "") -> str:
        """What to say to who has reached a bound."""
        return f"{level.who.format(what=self.what)} ({amount or f'{level.most:,}'}). {self.way}"


def shared_out(what: str, way: str, all_: int, each: int | None, part: int, least: int) -> Bound:
    """A bound of all, and of each: as given, else a part of it, yet never less than `least` nor more than half.

    Where all have no end, each has none either unless one is given."""
    if each is None:
        each = min(max(all_ // part, least), max(all_ // 2, 1)) if all_ else 0
    near = PEOPLE_AT_AN_ADDRESS * each
    return Bound(what, way, each, max(min(near, all_ * 3 // 4), each) if all_ else near, all_)


class Reached(Exception):
    """A bound that a visitor has reached; its text is a sentence for them."""


class HeldShare:
    """Counts what is held under a bound."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self._counts: Counter[str] = Counter()

    def full(self, visitor: Visitor, more: int = 1) -> Level | None:
        """The bound that `more` would pass, the narrowest first; None where there is room."""
        return next((one for one in self.bound.levels(visitor) if self._counts[one.key] + more > one.most), None)

    def add(self, visitor: Visitor, amount: int = 1) -> None:
        """Count something for a visitor; a negative amount takes it away again."""
        for level in self.bound.levels(visitor):
            self._counts[level.key] += amount
            if self._counts[level.key] <= 0:
                del self._counts[level.key]

    def clear(self) -> None:
        """Count anew."""
        self._counts.clear()

    @contextmanager
    def one(self, visitor: Visitor) -> Iterator[None]:
        """Hold one for as long as the block takes. Raises Reached."""
        if level := self.full(visitor):
            raise Reached(self.bound.sentence(level))
        self.add(visitor)
        try:
            yield
        finally:
            self.add(visitor, -1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """All bounds of an app. Without any, as on a machine of one's own, there is no end to anything.

    `uploads` is in bytes. `events` are what pages ask of the server, `streams` the open connections of pages."""

    tabs: Bound = Bound("open tabs", LATER)
    uploads: Bound = Bound("files", MUCH_LATER)
    files: Bound = Bound("uploaded files", MUCH_LATER)
    calls: HeldShare = field(default_factory=lambda: HeldShare(Bound("calls under way")))
    fetches: HeldShare = field(default_factory=lambda: HeldShare(Bound("pictures of other hosts on their way")))
    events: Bound = Bound("requests in line")
    requests: HeldShare = field(default_factory=lambda: HeldShare(Bound("requests under way")))
    streams: HeldShare = field(default_factory=lambda: HeldShare(Bound("open connections")))


def bounds_of(
    shared: bool,
    tabs: int = 0,
    uploads: int = 0,
    calls: int = 0,
    tabs_each: int | None = None,
    uploads_each: int | None = None,
    calls_each: int | None = None,
) -> Bounds:
    """The bounds of an app by what all may hold and, where given, each. Only a shared app has any for each.

    `uploads` and `uploads_each` are in bytes."""
    if not shared:
        tabs_each = uploads_each = calls_each = 0
    open_tabs = shared_out("open tabs", LATER, tabs, tabs_each, 20, 20)
    asked = shared_out("calls under way", SOON, calls, calls_each, 16, 16)
    if not shared:
        kept = Bound("files", MUCH_LATER, all=uploads)
        return Bounds(open_tabs, kept, calls=HeldShare(asked))
    each = open_tabs.each or 100
    return Bounds(
        open_tabs,
        shared_out("files", MUCH_LATER, uploads, uploads_each, 10, 100 * 2**20),
        Bound("uploaded files", MUCH_LATER, 1_000, 1_000 * PEOPLE_AT_AN_ADDRESS),
        HeldShare(asked),
        HeldShare(Bound("pictures of other hosts on their way", SOON, 24, 48)),
        Bound("requests in line", SOON, 48, 120),
        _each_and_near("requests under way", max(each * 4, LEAST_REQUESTS)),
        _each_and_near("open connections", max(each * 2, LEAST_STREAMS)),
    )


def _each_and_near(what: str, each: int) -> HeldShare:
    return HeldShare(Bound(what, SOON, each, each * PEOPLE_AT_AN_ADDRESS))
