"""Markdown as HTML that is safe to show: a card's body, and chat answers.

What a text could make slow runs in a worker process (`markdown_worker.py`), bounded in time; a text that takes longer
is shown as it is written. Chat answers that were made before are kept: where they are drawn inside the event loop,
`laid_out` makes the new ones first."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from threading import Lock
from typing import TypeVar

from showcard.inference.processes.workers import WorkerError, run_apart, run_apart_here, work_for
from showcard.metadata.visible import whole

from . import markdown_worker
from .html import NOTHING, Markup, code_text, div, element, join, p, running_text
from .references import ImageAddress, reference_html

T = TypeVar("T")

MAX_CHARACTERS = 400_000
MAX_KEPT = 20_000_000  # characters of answers and of their HTML
MAX_ANSWER = 100_000  # characters of a chat answer
SECONDS_BODY, SECONDS = 6.0, 3.0  # of a card, and of an answer or of some blocks of one
SECONDS_TOGETHER = 6.0  # for all the new answers of one drawing
AS_IT_IS = "This text takes too long to lay out, so it is shown as it is written."
# A paragraph without these, and without what could be an address, is HTML as it stands.
_SPECIAL = frozenset("\\`*_[]{}<>&|~@#$/=^")
_FIRST = frozenset("-+:0123456789")


class _Kept:
    """Answers that became HTML, the last ones used."""

    def __init__(self) -> None:
        self._lock, self._size, self._held = Lock(), 0, OrderedDict[str, Markup]()

    def get(self, text: str) -> Markup | None:
        with self._lock:
            if text in self._held:
                self._held.move_to_end(text)
            return self._held.get(text)

    def put(self, text: str, html: Markup) -> Markup:
        with self._lock:
            self._size += len(text) + len(html) if text not in self._held else 0
            self._held[text] = html
            while self._size > MAX_KEPT:
                self._size -= sum(map(len, self._held.popitem(last=False)))
        return html


_kept = _Kept()
_missing: ContextVar[dict[str, None] | None] = ContextVar("missing", default=None)


async def body_html(text: str, image_address: ImageAddress, repo: str | None = None, whose: str = "") -> Markup:
    """A card's body. `image_address` gives the address on this server for an image's `src`; remote images become a
    button that names the host and loads them when pressed. `repo` completes relative links."""
    long = len(text) > MAX_CHARACTERS
    text = whole(text[:MAX_CHARACTERS])
    try:
        parts = await run_apart(markdown_worker.body, text, seconds=SECONDS_BODY, whose=whose)
    except WorkerError:
        parts = None
    if parts is None:
        shown = as_it_is(text)
    else:
        shown = join(
            Markup(part) if isinstance(part, str) else reference_html(*part, image_address, repo) for part in parts
        )
    rest = p("The rest of this card is too long to show.", class_="dim") if long else None
    return div(shown, rest, class_="md", dir="auto")


def chat_html(text: str) -> Markup:
    """A chat answer. Its images stay text: nothing is loaded because a model wrote an address.

    A new one waits for the worker in a thread; in the event loop it is plain text, which `laid_out` draws again."""
    shown = _html(_begin(text))
    return shown if len(text) <= MAX_ANSWER else shown + more_than(text, MAX_ANSWER)


def _html(text: str) -> Markup:
    found = _kept.get(text)
    if found is None and (found := simple_html(text)) is not None:
        return _kept.put(text, found)
    if found is not None:
        return found
    if (missing := _missing.get()) is not None:
        missing[text] = None
        return plain_html(text)
    if in_event_loop():
        return plain_html(text)
    try:
        return _kept.put(text, _told(text, run_apart_here(markdown_worker.chat, text, seconds=SECONDS)))
    except WorkerError:
        return _kept.put(text, as_it_is(text))


def keep_as_it_is(text: str) -> None:
    """A part of this answer took too long to lay out: it is shown as it is written."""
    text = _begin(text)
    _kept.put(text, as_it_is(text))


def more_than(text: str, most: int) -> Markup:
    """A sentence about what of a long text is not shown, nothing where all of it is."""
    more = len(text) - most
    return p(f"… and {more:,} characters more, which are not shown.", class_="dim") if more > 0 else NOTHING


def _begin(text: str) -> str:
    return whole(text[:MAX_ANSWER])


async def laid_out(draw: Callable[[], T], whose: str = "", apart: bool = False) -> T:
    """What `draw` makes, once the chat answers in it are HTML: where some are new, it is called a second time.

    `apart`: in a thread, as it decodes pictures, or walks through what a model sent."""
    if whose:
        work_for(whose)
    missing: dict[str, None] = {}
    token = _missing.set(missing)
    try:
        made = await (asyncio.to_thread(draw) if apart else _now(draw))
    finally:
        _missing.reset(token)
    if not missing:
        return made
    await prepare(missing, whose)
    return await (asyncio.to_thread(draw) if apart else _now(draw))


async def _now(draw: Callable[[], T]) -> T:
    return draw()


async def prepare(texts: Iterable[str], whose: str = "") -> None:
    """Make HTML of chat answers that are drawn next. `whose` is who waits for them."""
    shown = dict.fromkeys(map(_begin, texts))
    new = [text for text in shown if simple_html(text) is None and _kept.get(text) is None]
    making = [asyncio.create_task(_make(text, whose)) for text in new]
    if not making:
        return
    try:
        _, late = await asyncio.wait(making, timeout=SECONDS_TOGETHER)
        for text, task in zip(new, making, strict=True):
            if task in late:
                _kept.put(text, as_it_is(text))
    finally:
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)


async def warm() -> None:
    """Start a worker, so that the first card does not wait for that."""
    await prepare(["*Ready*"])


async def _make(text: str, whose: str) -> None:
    try:
        html = _told(text, await run_apart(markdown_worker.chat, text, seconds=SECONDS, whose=whose))
    except WorkerError:
        html = as_it_is(text)
    _kept.put(text, html)


def _told(text: str, html: str | None) -> Markup:
    return as_it_is(text) if html is None else Markup(html)


def in_event_loop() -> bool:
    """Whether this is called where nothing may wait."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def as_it_is(text: str) -> Markup:
    """A text that can't be laid out, with a sentence that says so."""
    return p(element("em", AS_IT_IS)) + element("pre", code_text(text))


def plain_html(text: str) -> Markup:
    """A text as it is written, while its HTML is made."""
    return p(running_text(text), class_="said")


def simple_html(text: str) -> Markup | None:
    """The HTML of one plain paragraph, None for anything else: the same as the worker's, without going there."""
    line = text.rstrip("\n")
    plain = line.isprintable() and line == line.strip() and _SPECIAL.isdisjoint(line) and line[:1] not in _FIRST
    return p(Markup(line)) if line and plain and "www." not in line.lower() else None
