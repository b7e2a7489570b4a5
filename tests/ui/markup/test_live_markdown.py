"""Chat answers become HTML apart from the event loop: in order, once, and never while it waits."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from time import thread_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcard.inference.processes import workers
from showcard.inference.reply import Delta
from showcard.metadata.outputs.read import Message, ToolCall
from showcard.ui.markup import markdown, markdown_worker
from showcard.ui.markup.chat import MAX_LIVE_HTML, GrowingAnswer, message_html
from showcard.ui.markup.live_markdown import LiveMarkdown
from showcard.ui.markup.markdown import AS_IT_IS, chat_html, laid_out, simple_html
from tests.conftest import ROOT
from tests.support.growth import grows

BLOCKS = "One *block*.\n\nTwo\n\n```py\nx = 1\n```\n- a\n- b\n\n**Three**\n\n"
HANGS = "[" * 60_000


async def test_blocks_become_html_apart_and_in_order() -> None:
    news: list[int] = []
    live = LiveMarkdown(on_news=lambda: news.append(1))
    for letter in BLOCKS + "End":
        live.add(letter)
    assert "<em>" not in "".join(live.settled)
    assert live.tail
    await live.rendered()
    assert news
    html = "".join(live.settled)
    places = [html.index(part) for part in ("<em>block</em>", "<p>Two</p>", "x = 1", "<li>a</li>", "<strong>Three")]
    assert places == sorted(places)
    assert live.tail == "End"


async def test_the_event_loop_does_not_wait_for_a_block_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("showcard.ui.markup.live_markdown.SECONDS", 0.3)
    live, began = LiveMarkdown(), thread_time()
    live.add(HANGS + "\n\nAfter\n\nit")
    await live.rendered()
    assert thread_time() - began < 0.2
    assert live.settled[0].startswith('<p class="said">[[[')
    assert "After" in "".join(live.settled[1:])
    assert live.tail == "it"


async def test_a_text_whose_block_hung_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("showcard.ui.markup.live_markdown.SECONDS", 0.3)
    live, text = LiveMarkdown(), HANGS + "\n\nAfter\n\n*it*"
    live.add(text)
    await live.ended(text)
    monkeypatch.setattr(markdown, "run_apart", None)
    assert AS_IT_IS in await laid_out(lambda: chat_html(text))


async def test_behind_a_bound_an_answer_stays_text_until_it_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("showcard.ui.markup.live_markdown.MAX_LIVE", 100)
    live = LiveMarkdown()
    for _ in range(30):
        live.add("Some *words*.\n\n")
    await live.rendered()
    assert 0 < len(live.settled) < 10
    assert live.ending(20) == live.shown[-20:]
    assert len(live.shown) == live.shown_size


@given(st.lists(st.text(st.sampled_from("a`~- \n\t*"), max_size=9), max_size=12))
def test_what_is_said_of_the_end_is_its_end(pieces: list[str]) -> None:
    live = LiveMarkdown()
    live._render = lambda: None  # type: ignore[method-assign]
    for piece in pieces:
        live.add(piece)
        assert live.shown_size == len(live.shown)
        assert live.ending(3) == live.shown[-3:]


async def test_an_update_of_a_long_answer_is_short_and_has_its_end() -> None:
    for delta in (Delta("word" * 10), Delta("", "thought" * 10), Delta("*a*\n\n")):
        answer, longest = GrowingAnswer(), 0
        for _ in range(4_000):
            answer.take(delta)
        answer.take(Delta("the end", "" if delta.content else "the end"))
        await answer.markdown.rendered()
        longest = max(longest, len(answer.html))
        assert longest < 2 * MAX_LIVE_HTML
        assert "the end" in answer.html


def test_a_finished_answer_is_shown_up_to_a_bound() -> None:
    call = ToolCall("1", "f", json.dumps(["x"] * 100_000))
    shown = message_html(Message("word" * 200_000, "assistant", "thought" * 100_000, (call,)))
    assert len(shown) < 400_000
    assert shown.count("characters more, which are not shown.") == 3


async def test_what_is_drawn_in_the_event_loop_is_drawn_again_with_its_html() -> None:
    text, drawings = "A *new* answer of this test", []

    def draw() -> str:
        drawings.append(chat_html(text))
        return drawings[-1]

    assert "<em>new</em>" in await laid_out(draw)
    assert ["<em>" in html for html in drawings] == [False, True]
    assert "<em>new</em>" in await laid_out(draw)
    assert len(drawings) == 3


async def test_one_text_that_hangs_leaves_the_others_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "SECONDS", 2.0)
    shown = await laid_out(lambda: [chat_html(HANGS), chat_html("A *good* one beside it")])
    assert AS_IT_IS in shown[0]
    assert "<em>good</em>" in shown[1]


async def test_nothing_is_parsed_in_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: Any) -> Any:
        raise AssertionError("Markdown was parsed in the process of the app")

    monkeypatch.setattr(markdown_worker.gfm, "to_html", refuse)
    assert "<em>apart</em>" in await laid_out(lambda: chat_html("parsed *apart*"))
    assert "<em>apart</em>" in await asyncio.to_thread(chat_html, "parsed *apart* in a thread")
    assert "<em>apart</em>" in await markdown.body_html("parsed *apart*", lambda source: None)


def test_the_worker_imports_neither_gradio_nor_what_goes_to_the_network() -> None:
    code = (
        "import sys, showcard.ui.markup.markdown_worker; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"gradio", "fastapi", "huggingface_hub", "httpx", "httpx2", "inference"} & set(done.stdout.split())


@given(st.text(st.sampled_from("ab1 .,:;-+*_!?()'\"\n%éß\u3042w"), max_size=30))
def test_what_is_simple_is_what_the_worker_makes_of_it(text: str) -> None:
    html = simple_html(text)
    assert html is None or html == markdown_worker.chat(text)


@pytest.mark.parametrize("piece", ["abcd", "a\n", "\n", "```\n", "- a\n", "a\n\n", " ", "~", "\n\n- "])
def test_a_growing_answer_costs_its_length(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("showcard.ui.markup.live_markdown.chat_html", lambda text: "")

    def write(pieces: int) -> None:
        live = LiveMarkdown()
        for _ in range(pieces):
            live.add(piece)
        assert live.tail is not None

    assert not (said := grows(write, lambda pieces: pieces, 40_000)), said


@pytest.fixture(autouse=True)
def _workers_end() -> Any:
    yield
    workers.close()
