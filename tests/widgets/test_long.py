"""What the page says of an answer that was too long to be shown whole: which bound was reached, and of how much."""

from __future__ import annotations

import html
import re
import tracemalloc

from showcard.inference.reply import Reply
from showcard.inference.transport.http import Exchange
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Image, Label, Labels, Output
from showcard.widgets import show
from tests.support.requests import at_endpoint, request
from tests.widgets.examples.test_missing_media import opened
from tests.widgets.test_state import session

CUT = "The answer is 26 MB long: of a list of 500,000, the first 10,000 are shown."


def text_of(shown: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", shown))


def reply(output: Output, raw: object, cut: str = "") -> Reply:
    asked = request("text-classification")
    return Reply(output, raw, "endpoint", 1.0, None, at_endpoint(asked, "https://here.example"), (), cut)


def test_what_of_the_output_was_left_out_is_said_below_it() -> None:
    page = opened(None, "pipeline_tag: text-classification")
    page.keep(reply(Labels((Label("A", 0.5),)), [], CUT))
    assert CUT in text_of(show.result(page, session()))
    page.keep(reply(Labels((Label("A", 0.5),)), []))
    assert "The answer is" not in text_of(show.result(page, session()))


def test_the_json_says_that_it_is_cut() -> None:
    page = opened(None, "pipeline_tag: text-classification")
    page.keep(reply(Labels((Label("A", 0.5),)), ["… (500,000 in all)"], CUT))
    exchange = Exchange(status=200, received=26 * 2**20)
    assert "The answer is 26 MB long: its long lists and texts are cut here." in text_of(show.raw(page, exchange))
    assert "long" not in text_of(show.raw(page, Exchange(status=200)))


def test_a_failed_answer_says_how_much_of_it_is_shown() -> None:
    exchange = Exchange(status=500, body=bytearray(b"<b>" * 10_000), received=900_000)
    assert "These are the first 20,000 of 900,000 bytes that came." in text_of(show.failed_json(exchange))
    assert "first" not in text_of(show.failed_json(Exchange(status=500, body=bytearray(b"no"), received=2)))


def test_of_media_only_the_beginning_is_written_down() -> None:
    data = b"\x89PNG\r\n\x1a\n" + bytes(3 * 2**20 - 8)
    held = reply(Image(Media.from_bytes(data, name="<b>.png")), None)
    tracemalloc.start()
    shown = text_of(show.media_json(held))
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
    assert f"… ({4 * 2**20:,} characters)" in shown
    assert '"name": "<b>.png"' in shown
    short = text_of(show.media_json(reply(Image(Media.from_bytes(b"GIF8")), None)))
    assert '"base64": "R0lGOA=="' in short


def test_of_many_examples_the_picker_has_the_first_and_the_one_that_is_chosen() -> None:
    page = opened(None, "pipeline_tag: text-classification\nwidget:\n" + "- text: x\n" * 900)
    choices = show.example_choices(page)
    assert [number for _, number in choices] == list(range(show.MAX_CHOICES))
    assert show.examples_label(page) == "Examples (the first 200 of 900)"
    page.choose(page.examples[700])
    assert page.number == 700
    assert [number for _, number in show.example_choices(page)][-2:] == [199, 700]
    few = opened(None, "pipeline_tag: text-classification\nwidget:\n- {text: x, example_title: A}\n- text: y")
    assert [number for _, number in show.example_choices(few)] == [0, 1]
    assert show.examples_label(few) == "Examples"
