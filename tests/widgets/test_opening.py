"""What is on the page of a card that was just opened, without a browser: the task, the picker, the fields, the output.

Of every task, of every shape of example that the Hub documents, and of every example card. In tests/browser a few of
each are seen on the screen."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr
import pytest

from showcard.inference.resolve import EmbeddedEngine
from showcard.metadata.media import Media
from showcard.metadata.tasks.table import TASKS, Task, find_task
from showcard.ui.markup.panels import ILLUSTRATION, RECORDED
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.widgets import show
from showcard.widgets.fields.inputs import InputPanel
from showcard.widgets.index import example_models
from showcard.widgets.page import _read
from showcard.widgets.state import Page
from showcard.wire.links import Link
from tests.support.task_cards import INPUTS, SECTIONS, Section, section_card, task_card

MEDIA = ("image", "audio", "video")


@pytest.fixture
def session() -> Session:
    return Session(Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore()))


async def opened(source: str, session: Session, link: Link | None = None) -> Page:
    page, said = await _read(session, source, "", link)
    assert (said, page.trouble) == ("", "")
    return page


def in_fields(page: Page, session: Session) -> dict[str, Any]:
    """What the fields hold, as a request would have it."""
    inputs = InputPanel(page, session)
    return inputs.readable(inputs.values())


def is_drawn(page: Page, session: Session, badge: str) -> None:
    """The output is on the page, in the view of its kind."""
    assert page.row is not None
    if page.row.output == "message":
        assert badge in show.transcript(page, session)
        return
    assert page.shown is not None
    html = show.result(page, session)
    assert badge in html
    assert f"view-{page.shown.kind}" in html
    assert 'class="nothing"' not in html
    assert 'role="alert"' not in html


@pytest.mark.parametrize("row", TASKS, ids=lambda row: row.id)
async def test_a_card_of_every_task(row: Task, session: Session) -> None:
    page = await opened(task_card(row), session)
    assert page.row is row
    assert page.number == 0
    assert show.example_choices(page) == [(f"Of {row.id} (recorded output)", 0)]
    held = in_fields(page, session)
    for spec in row.fields:
        _, value = INPUTS[spec.name]
        if spec.kind in MEDIA:
            assert isinstance(held[spec.name], Media)
            assert held[spec.name].data
        elif spec.kind == "labels":
            assert held[spec.name] == [label.strip() for label in value.split(",")]
        elif spec.kind == "table":
            assert held[spec.name].keys() == value.keys()
        elif spec.kind != "messages":
            assert held[spec.name] == value
    is_drawn(page, session, RECORDED[0])
    if row.output == "message":
        assert "Hello there" in show.transcript(page, session)
        assert "Good day" in show.transcript(page, session)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section[0])
async def test_every_documented_shape(section: Section, session: Session) -> None:
    tag, items = section
    assert len(SECTIONS) == 28
    text = section_card(section, "A card")
    page = await opened(text, session, Link(card=text))  # of a link, as that asks no other host for the files
    assert page.row is find_task(tag)
    titles = [title for title, _ in show.example_choices(page)]
    assert titles[0] == items[0].get("example_title", "Example 1")
    assert len(titles) == len(items)
    inputs = InputPanel(page, session)
    with gr.Blocks():
        inputs.build()
    if "src" in items[0]:
        assert inputs.away()[0] == items[0]["src"]
    for key in ("text", "context", "prompt", "source_sentence"):
        if key in items[0]:
            assert items[0][key] in inputs.values(), json.dumps(inputs.values(), default=str)


@pytest.mark.parametrize("folder", sorted(example_models()))
async def test_every_example_card(folder: str, session: Session) -> None:
    page = await opened(f"showcard/{folder}", session)
    example = page.model.examples[0]
    assert page.row is not None
    assert page.example is not None
    assert page.example.title == example.title
    held = in_fields(page, session)
    for spec in page.row.fields:
        value = example.inputs.get(spec.name)
        if spec.kind == "messages" or value is None:
            continue
        if spec.kind in MEDIA:
            assert held[spec.name].data
        elif spec.kind in ("text", "line"):
            assert held[spec.name] == value
        else:
            assert held[spec.name]
    if example.output is not None:
        is_drawn(page, session, (ILLUSTRATION if page.model.illustrated else RECORDED)[0])
