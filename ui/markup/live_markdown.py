"""A chat answer that grows: finished blocks become HTML once, the unfinished end stays plain text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape
from itertools import takewhile

from showcard.inference.processes.workers import WorkerError, run_apart
from showcard.metadata.visible import turning_none, whole
from showcard.ui.markup.growing_text import GrowingText

from . import markdown_worker
from .html import Markup, join, opened
from .markdown import SECONDS, chat_html, in_event_loop, keep_as_it_is, plain_html, simple_html

MAX_LIVE = 200_000
TAIL = opened("div", class_="tail")


class LiveMarkdown:
    """Every line is looked at once, so that the work grows with the length of the answer.

    Blocks become HTML in a worker process, and belong to the tail meanwhile; `on_news` is called when they are there,
    `whose` is who waits for them. What comes behind MAX_LIVE characters stays plain text until the answer has ended."""

    def __init__(self, whose: str = "", on_news: Callable[[], None] = lambda: None) -> None:
        self.settled: list[Markup] = []
        self.size = 0  # characters of the answer so far
        self.whose, self.on_news = whose, on_news
        self._settled_size = self._waiting_size = 0  # characters of the HTML, and of what waits
        self._waiting: list[str] = []  # finished blocks that are no HTML yet
        self._block = GrowingText()  # the one under way
        self._line: list[str] = []  # the pieces of its last, unfinished line
        self._says = False  # whether there is more in it than blank lines
        self._blank = 0  # its characters up to the end of the last blank line
        self._in_code = False  # whether it is the inside of a code fence
        self._opening = 0  # the characters of the line that opens the fence, and of what is above it
        self._fence = ""
        self._tail: str | None = ""
        self._rendering: asyncio.Task[None] | None = None
        self._gave_up = self._over = False

    def add(self, piece: str) -> None:
        """Append a piece of the answer."""
        if not piece:
            return
        self._tail = None
        self.size += len(piece)
        if self.size > MAX_LIVE:
            self._block.add(piece)
            return
        *ended, rest = piece.split("\n")
        for end in ended:
            if end or self._line or self._says or self._fence:  # blank lines above a block say nothing
                self._block.add(end + "\n")
                self._look("".join([*self._line, end, "\n"]))
            self._line.clear()
        if rest:
            first = not self._line
            self._line.append(rest)
            self._block.add(rest)
            if first:
                self._begin(len(self._block) - len(rest), rest[0])

    @property
    def tail(self) -> str:
        """What is no HTML yet."""
        if self._tail is None:
            self._tail = "".join([*self._waiting, str(self._block)])
        return self._tail

    @property
    def is_code(self) -> bool:
        """Whether the tail is the inside of a code fence."""
        return self._in_code and not self._waiting

    @property
    def shown(self) -> str:
        """The tail as it is shown: without the line that opens a code fence."""
        return self.tail[self._opening :] if self.is_code else self.tail

    @property
    def shown_size(self) -> int:
        """The characters of `shown`."""
        return self._waiting_size + len(self._block) - (self._opening if self.is_code else 0)

    def ending(self, characters: int) -> str:
        """The last so many characters of `shown`."""
        characters = min(characters, self.shown_size)
        return self._block.end(characters) if characters <= len(self._block) else self.tail[-characters:]

    @property
    def html(self) -> Markup:
        """The answer so far; between two finished blocks it only grows at its end."""
        return join(self.parts)

    @property
    def parts(self) -> list[Markup]:
        """What `html` is made of: a long answer is copied with every update, so as seldom as can be."""
        return [*self.settled, TAIL, Markup(escape(turning_none(self.tail), quote=False))]

    @property
    def html_size(self) -> int:
        """About the characters of `html`."""
        return self._settled_size + self.shown_size

    @property
    def whole(self) -> Markup:
        """The answer as it stands, every block rendered."""
        return join([*self.settled, chat_html(self.tail) if self.tail.strip() else None])

    async def rendered(self) -> None:
        """Wait for the blocks that are finished."""
        if self._rendering is not None:
            await self._rendering

    async def ended(self, text: str) -> None:
        """The answer `text` has come to its end: begin no more blocks, and wait for those under way. Where one of them
        took too long, the whole is not tried again."""
        self._over = True
        await self.rendered()
        if self._gave_up:
            keep_as_it_is(text)

    def _look(self, line: str) -> None:
        """A line has come to its end: a fence or a blank line may finish what is above it."""
        found, end = markdown_worker.FENCE.match(line), len(self._block)
        if self._fence:
            if found and found[1].startswith(self._fence):
                self._fence = ""
                if self._in_code:
                    self._settle(end)
        elif found:
            self._fence = found[1]
            if line[0] in "`~":  # an indented one may belong to a list
                if self._says:
                    self._settle(end - len(line))
                self._in_code, self._opening = True, len(self._block)
            self._says = True
        elif not line.strip():
            self._blank = end
        else:
            self._begin(end - len(line), line[0])
            self._says = True

    def _begin(self, place: int, first: str) -> None:
        """A line begins there; behind a blank one it begins a block, unless it goes on with a list or a table."""
        if self._says and 0 < self._blank == place and first not in "-*+" and not first.isspace():
            self._settle(place)

    def _settle(self, place: int) -> None:
        """So many characters of the block are finished."""
        text = str(self._block)
        self._waiting.append(text[:place])
        self._waiting_size += place
        self._block = GrowingText(text[place:])
        self._says = False
        self._blank, self._in_code, self._tail = 0, False, None
        if self._rendering is None:
            self._render()

    def _render(self) -> None:
        """Make HTML of what waits: at once where that is simple, else apart while the answer goes on."""
        if self._over:
            return
        made = list(takewhile(lambda html: html is not None, map(self._at_once, self._waiting)))
        self._put([html for html in made if html is not None])
        if self._waiting and in_event_loop():
            self._rendering = asyncio.create_task(self._render_apart())
        elif self._waiting:
            self._put(list(map(chat_html, self._waiting)))

    def _put(self, made: list[Markup]) -> None:
        """The HTML of so many of the blocks that wait."""
        self.settled += made
        self._settled_size += sum(map(len, made))
        self._waiting_size -= sum(map(len, self._waiting[: len(made)]))
        del self._waiting[: len(made)]
        self._tail = None

    def _at_once(self, block: str) -> Markup | None:
        return plain_html(block) if self._gave_up else simple_html(block)

    async def _render_apart(self) -> None:
        while self._waiting:
            blocks = list(self._waiting)
            try:
                made = await run_apart(
                    markdown_worker.chats, [whole(block) for block in blocks], seconds=SECONDS, whose=self.whose
                )
            except WorkerError:
                made, self._gave_up = [None] * len(blocks), True
            told = zip(blocks, made, strict=True)
            self._put([plain_html(block) if html is None else Markup(html) for block, html in told])
            self.on_news()
            if self._gave_up or self._over:
                break
        self._rendering = None
        self._render()
