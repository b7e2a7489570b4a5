"""What stands on the page after a run during which its inputs were changed."""

from __future__ import annotations

import gradio as gr
import pytest

from showcard.inference.reply import Reply
from showcard.inference.resolve import EmbeddedEngine
from showcard.metadata.model import read_model
from showcard.metadata.outputs.read import Label, Labels
from showcard.ui.components.target_panel import FORGET
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.ui.session.sources import Opened
from showcard.widgets.state import Page
from showcard.widgets.widget import Widget
from tests.support.requests import at_endpoint, request

CARD = "---\npipeline_tag: text-classification\nwidget: [{text: Now}]\n---\n"


@pytest.mark.parametrize("told", [False, True], ids=["told of when it ended", "told of while the answer was drawn"])
async def test_its_answer_is_an_old_one(told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(Opened(read_model(CARD), None, ""))
    with gr.Blocks():
        widget = Widget(
            page, Session(Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore())), gr.BrowserState("")
        )
        widget.build()
    place = ["", "auto", "", "", "", False, "", "", "", FORGET]
    parameters = widget.parameters.values({}) if widget.parameters else []
    others = [""] * (len(widget.fields) - 1)
    values = [*(None for _ in widget.code.options), *place, "Now", *others, *parameters, []]
    monkeypatch.setattr(widget, "_write_code", lambda *_: "")
    asked = at_endpoint(request("text-classification", inputs={"text": "Before"}), "http://127.0.0.1:1")
    page.keep(Reply(Labels((Label("GOOD", 1.0),)), None, "", 0.1, None, asked))
    if told:
        widget._changed(*values)  # what it draws is drawn over by the answer that is under way
    assert 'class="result stale"' in widget._ended(*values)[widget.result]
