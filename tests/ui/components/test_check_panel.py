"""The check of a place: what nobody foresaw is a sentence, and in the log with what was asked."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from showcard.inference.resolve import EmbeddedEngine
from showcard.metadata.tasks.table import task
from showcard.ui.components.check_panel import checking
from showcard.ui.session.availability import TypedTarget
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.ui.session.target import ENDPOINT, Target


@pytest.mark.unforeseen
async def test_an_unforeseen_failure_is_said_and_logged_with_what_was_asked(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr("showcard.ui.components.check_panel.check", fails)
    session = Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore()))
    typed = TypedTarget(Target(ENDPOINT, "http://127.0.0.1:9/v1"), "", "", "")
    with gr.Blocks():
        report, button = gr.Markdown(), gr.Button()
    row = task("text-classification")
    updates = [one async for one in checking(row, "org/m", session, typed, report, button)]
    assert "Showcard itself failed at this." in updates[-1][report]
    assert updates[-1][button]["interactive"] is True
    [record] = caplog.records
    assert "text-classification by org/m at 127.0.0.1" in record.getMessage()
