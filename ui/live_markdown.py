"""A chat answer that grows: finished blocks become HTML once, the unfinished end stays plain text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape

from inference.workers import WorkerError, run_apart
from metadata.visible import whole

from . import markdown_worker
from .markdown import SECONDS, chat_html, in_event_loop, plain_html, simple_html


class LiveMarkdown:
    """Every line is looked at once, so that the work grows with the length of the answer.

    Blocks become HTML in a worker process, and belong to the tail meanwhile; `on_news` is called when they are there,
    `whose` is who waits for them."""

    def __init__(self, whose: str = "", on_news: Callable[[], None] = lambda: None) -> None:
        self.settled: list[str] = []
        self.whose, self.on_news = whose, on_news
        self._waiting: list[str] = []  # finished blocks that are no HTML yet
        self._lines: list[str] = []  # of the block under way
        self._line: list[str] = []  # the pieces of its last, unfinished line
        self._in_code = False  # whether the block is the inside of a code fence
        self._fence = ""
        self._blank = 0  # how many lines stand up to the last blank one
        self._tail: str | None = ""
        self._rendering: asyncio.Task[None] | None = None
        self._gave_up = False

    def add(self, piece: str) -> None:
        """Append a piece of the answer."""
        if not piece:
            return
        self._tail = None
        *ended, rest = piece.split("\n")
        for end in ended:
            line = "".join([*self._line, end, "\n"])
            self._line.clear()
            self._lines.append(line)
            self._look(line)
        if rest:
            self._line.append(rest)
        if self._begins_a_block():
            self._settle(self._blank)

    @property
    def tail(self) -> str:
        """What is no HTML yet."""
        if self._tail is None:
            self._tail = "".join([*self._waiting, *self._lines, *self._line])
        return self._tail

    @property
    def is_code(self) -> bool:
        """Whether the tail is the inside of a code fence."""
        return self._in_code and not self._waiting

    @property
    def shown(self) -> str:
        """The tail as it is shown: without the line that opens a code fence."""
        return self.tail.partition("\n")[2] if self.is_code else self.tail

    @property
    def html(self) -> str:
        """The answer so far; between two finished blocks it only grows at its end."""
        return "".join(self.settled) + '<div class="tail">' + escape(self.tail)

    @property
    def whole(self) -> str:
        """The answer as it stands, every block rendered."""
        return "".join(self.settled) + (chat_html(self.tail) if self.tail.strip() else "")

    async def rendered(self) -> None:
        """Wait for the blocks that are finished."""
        if self._rendering is not None:
            await self._rendering

    def _look(self, line: str) -> None:
        """A line has come to its end: a fence or a blank line may finish what is above it."""
        found, above = markdown_worker.FENCE.match(line), len(self._lines) - 1
        if self._fence:
            if found and found[1].startswith(self._fence):
                self._fence = ""
                if self._in_code:
                    self._settle(above + 1)
        elif found:
            self._fence = found[1]
            if line[0] in "`~":  # an indented one may belong to a list
                if any(text.strip() for text in self._lines[:above]):
                    self._settle(above)
                self._in_code = True
        elif not line.strip():
            self._blank = above + 1
        elif self._begins_a_block():
            self._settle(self._blank)

    def _begins_a_block(self) -> bool:
        """Whether what follows a blank line begins something new: a list or a table may go on after one."""
        if not self._blank:
            return False
        following = self._lines[self._blank] if self._blank < len(self._lines) else "".join(self._line[:1])
        return following[:1] not in ("", "-", "*", "+") and not following[0].isspace()

    def _settle(self, place: int) -> None:
        """So many lines of the block are finished."""
        self._waiting.append("".join(self._lines[:place]))
        del self._lines[:place]
        self._blank, self._in_code, self._tail = 0, False, None
        if self._rendering is None:
            self._render()

    def _render(self) -> None:
        """Make HTML of what waits: at once where that is simple, else apart while the answer goes on."""
        while self._waiting and (html := self._at_once(self._waiting[0])) is not None:
            self.settled.append(html)
            del self._waiting[0]
        if self._waiting and in_event_loop():
            self._rendering = asyncio.create_task(self._render_apart())
        elif self._waiting:
            self.settled += map(chat_html, self._waiting)
            self._waiting.clear()

    def _at_once(self, block: str) -> str | None:
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
            self.settled += [plain_html(block) if html is None else html for block, html in told]
            del self._waiting[: len(blocks)]
            self._tail = None
            self.on_news()
            if self._gave_up:
                break
        self._rendering = None
        self._render()
