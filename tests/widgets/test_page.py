"""The model page's listeners, which anybody may post anything to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from showcard.inference.errors import InferenceFailure
from showcard.inference.processes import workers
from showcard.inference.resolve import EmbeddedEngine
from showcard.metadata.lint.run import lint
from showcard.metadata.model import read_model
from showcard.metadata.reading.card import parse_card
from showcard.ui.session import sources
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.ui.session.sources import open_source
from showcard.widgets import linked
from showcard.widgets.page import ModelPage, _read
from showcard.widgets.state import far
from showcard.wire.links import Link, read_link, write_link


def laid_out_page() -> ModelPage:
    """The model page of an app without an engine."""
    page = ModelPage(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore()), "")
    with gr.Blocks(analytics_enabled=False) as demo:
        page.build(demo)
    return page


@pytest.mark.parametrize("odd", [None, 3, [], {"a": 1}, ["x"], "\ud800", "#", "#in=%", "x" * 300_000])
async def test_odd_values_open_a_card_or_are_a_sentence(odd: Any) -> None:
    page, tab = laid_out_page(), SimpleNamespace(session_hash="tab")
    request: Any = tab
    for updates in (
        await page._follow_link(odd, request),
        await page._open_named(odd, request),
        await page._open_other(odd, odd, request),
        await page._reopen(odd, odd, request),
    ):
        assert len(updates) == 4
    assert await page._text(odd, request)


@pytest.mark.parametrize("letters", [999, 200_000])
async def test_a_long_link_is_read_apart_from_the_app(letters: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    async def apart(*given: Any, **bounds: Any) -> Any:
        asked.append(given[0])
        return await workers.run_apart(*given, **bounds)

    monkeypatch.setattr(linked, "run_apart", apart)
    packed = write_link(Link("org/m", fields={"text": "é" * letters})).partition("#")
    link = await linked.read_address(packed[0], packed[2], "one")
    assert link == Link("org/m", fields={"text": "é" * letters})
    assert asked == ([read_link] if letters > 999 else [])


@pytest.mark.parametrize(("front", "below", "apart"), [(1, 9_000, False), (9_000, 1, True)], ids=["a body", "metadata"])
async def test_long_metadata_are_read_apart_from_the_app(
    front: int, below: int, apart: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def noted(*given: Any, **bounds: Any) -> Any:
        asked.append((given[0], bounds["whose"]))
        return workers.run_apart_here(*given, **bounds)

    monkeypatch.setattr(sources, "run_apart_here", noted)
    card = "---\npipeline_tag: fill-mask\nwidget:\n" + "- text: hi\n" * front + "bad: [\n---\n" + "# x\n\n" * 3 * below
    session = Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore()))
    opened = await open_source(card, session)
    assert asked == ([(parse_card, session.id)] if apart else [])
    here = read_model(card, None, "Pasted card")
    assert opened.model.card.data == here.card.data
    assert (opened.model.examples, opened.notes) == (here.examples, lint(here))
    assert opened.model.card.marks.key(("widget",)) == here.card.marks.key(("widget",))


async def test_metadata_that_take_too_long_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: Any, **__: Any) -> Any:
        raise workers.TooSlow

    monkeypatch.setattr(sources, "run_apart_here", late)
    card = "---\n" + "a: b\n" * 20_000 + "---\n"
    with pytest.raises(InferenceFailure, match="too long"):
        await open_source(card, Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore())))


async def test_a_link_that_holds_too_much_is_a_sentence() -> None:
    page, tab = laid_out_page(), SimpleNamespace(session_hash="tab")
    updates = await page._follow_link(write_link(Link("org/m", fields={"text": "a" * 5_000_000})), tab)  # type: ignore[arg-type]
    assert "This link holds more than can be opened." in updates[page.trouble]


async def test_a_long_line_is_no_name() -> None:
    for shared in (False, True):
        with pytest.raises(InferenceFailure, match="not a Hub id") as caught:
            await open_source(
                "x" * 300_000, Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore(), shared=shared))
            )
        assert len(caught.value.reason) < 300


CARD = """---
pipeline_tag: image-classification
widget:
- {example_title: Far, src: "http://127.0.0.1:9/a.png"}
- {example_title: Further, src: "http://127.0.0.1:9/b.png"}
---
"""


@pytest.mark.parametrize("number", ["", "2"])
async def test_a_link_asks_no_other_host_for_the_files_of_its_card(number: str) -> None:
    """Any web page may hold a link; who opens a card by hand asks for its files."""
    held = Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore()))
    page, _ = await _read(held, CARD, "", Link(card=CARD, example=number))
    assert (page.trouble, page.number) == ("", int(number or 1) - 1)
    assert page.example is not None
    assert far(page.example.inputs["image"])
    page, _ = await _read(held, CARD, "", None)
    assert "is not a public host" in page.trouble
