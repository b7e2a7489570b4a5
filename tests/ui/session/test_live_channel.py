"""Answers that grow are sent whole, in order, in small lines, to whoever comes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from markupsafe import Markup

from showcard.ui.markup.markdown import chat_html
from showcard.ui.session.live_channel import LiveAnswer, LiveChannel, LiveChannels

TEXT = "Here is **code**:\n\n```py\na = 1\n\nb = 2\n```\n\nA list:\n\n- one\n- two\n\nThe end, <b>really</b>."


class Shown:
    """What a page shows after the lines it got."""

    def __init__(self) -> None:
        self.html, self.tail, self.reasoning, self.ended, self.lines = "", "", "", False, 0

    def take(self, line: str) -> None:
        """Do as the page's script does."""
        said = json.loads(line)
        self.lines += 1
        if "f" in said:
            self.tail = ""
        self.html += said.get("s", "")
        self.tail += said.get("t", "")
        self.reasoning += said.get("r", "")
        self.ended = self.ended or "e" in said


async def write(feed: LiveChannel, growing: LiveAnswer, size: int = 3) -> None:
    growing.thoughts.add("Let me think.")
    for start in range(0, len(TEXT), size):
        growing.markdown.add(TEXT[start : start + size])
        feed.tell()
        await asyncio.sleep(0)
    await growing.markdown.rendered()
    feed.close(growing)


async def watch(feed: LiveChannel) -> Shown:
    shown = Shown()
    async for line in feed.lines():
        shown.take(line)
        if shown.ended:
            break
    return shown


async def test_nothing_is_lost_and_lines_are_fewer_than_pieces() -> None:
    feed = LiveChannels().open()
    growing = feed.open("a")
    async with asyncio.timeout(10):
        shown, _ = await asyncio.gather(watch(feed), write(feed, growing))
    assert shown.reasoning == "Let me think."
    assert Markup(shown.html) + chat_html(shown.tail) == growing.markdown.whole
    assert "<strong>code</strong>" in shown.html
    assert "<b>" not in shown.tail.replace("<b>really</b>", "")
    assert shown.lines < 10


async def test_who_comes_late_gets_all_of_it() -> None:
    feed = LiveChannels().open()
    growing = feed.open("a")
    growing.markdown.add(TEXT)
    async with asyncio.timeout(10):
        lines = feed.lines()
        shown = Shown()
        shown.take(await anext(lines))
        await lines.aclose()  # type: ignore[attr-defined]
    assert Markup(shown.html) + chat_html(shown.tail) == growing.markdown.whole


async def test_lines_end_when_nothing_grows(monkeypatch: Any) -> None:
    monkeypatch.setattr("showcard.ui.session.live_channel.IDLE_SECONDS", 0.01)
    feeds = LiveChannels()
    feed = feeds.open()
    async with asyncio.timeout(10):
        assert [line async for line in feed.lines()] == []
    assert feeds.streaming == 0
    assert feeds.get(feed.name) is feed
    assert feeds.get("other") is None


async def test_a_fence_is_code_while_it_grows() -> None:
    growing = LiveAnswer("a")
    growing.markdown.add("Look:\n```py\nx = 1\n")
    assert growing.markdown.is_code
    assert growing.markdown.shown == "x = 1\n"
    growing.markdown.add("```\nDone")
    assert not growing.markdown.is_code
    await growing.markdown.rendered()
    assert not growing.markdown.is_code
    assert growing.markdown.tail == "Done"
