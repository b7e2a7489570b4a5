"""The panel of a folder's model: whatever Load fails with is said."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from showcard.inference.errors import InferenceFailure
from showcard.inference.processes.folder import FAILED, IDLE
from showcard.inference.resolve import EmbeddedEngine
from showcard.metadata.model import read_model
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.ui.session.sources import Opened
from showcard.widgets.folder import FolderPanel
from showcard.widgets.state import Page


async def loaded(error: Exception, phase: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What stands in the panel after a Load that failed."""

    async def ready(_: str) -> None:
        raise error

    session = Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore()))
    panel = FolderPanel(Page(Opened(read_model("# x"), None, "")), session)
    held: Any = SimpleNamespace(phase=phase)
    panel.folders, panel.address = SimpleNamespace(ready=ready, find=lambda _: held), "a"  # type: ignore[assignment]
    with gr.Blocks():
        panel.standing = gr.Markdown()
    monkeypatch.setattr(panel, "updates", lambda: {panel.standing: "as it stands"})
    return [one async for one in panel._load()][-1][panel.standing]  # type: ignore[no-any-return]


async def test_what_is_found_before_a_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No torch here." in await loaded(InferenceFailure("No torch here."), IDLE, monkeypatch)
    assert await loaded(InferenceFailure("It ended."), FAILED, monkeypatch) == "as it stands"


@pytest.mark.unforeseen
async def test_what_nobody_foresaw_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Showcard itself failed at this." in await loaded(ZeroDivisionError("no"), FAILED, monkeypatch)
