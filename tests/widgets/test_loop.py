"""What takes long is done where the event loop goes on: files are read and written anew, and pictures decoded, apart."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from showcard.inference.resolve import EmbeddedEngine
from showcard.inference.transport import http as transport
from showcard.metadata.media import Media
from showcard.metadata.model import read_model
from showcard.ui.components.parameters import ParameterPanel
from showcard.ui.components.target_panel import FORGET
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.ui.session.sources import Opened
from showcard.ui.session.target import ENDPOINT
from showcard.widgets.examples.choosing import Choosing
from showcard.widgets.fields import components as fields
from showcard.widgets.fields import encode
from showcard.widgets.fields.inputs import InputPanel
from showcard.widgets.running import WidgetRunner
from showcard.widgets.state import Page, load_inputs
from showcard.widgets.views import masks
from tests.support.scripted import Talk, scripted

CHAT = "pipeline_tag: image-text-to-text\ntags: [conversational]"
MASK = {"label": "cat", "score": 0.5, "mask": "iVBORw0KGgo="}


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    """In which threads media were written anew, and masks looked at."""
    found: dict[str, set[int]] = {"encoded": set(), "decoded": set()}

    def noted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            found[name].add(threading.get_ident())
            return function(*given)

        return call

    for module in (fields, encode):
        monkeypatch.setattr(module, "encoded", noted("encoded", encode.encoded))
    monkeypatch.setattr(masks, "_means_alpha", noted("decoded", masks._means_alpha))
    return found


def made(tags: str, example: str = "") -> tuple[Page, Session]:
    page = Page(Opened(read_model(f"---\n{tags}\n{example}---\n# x", None, "org/m"), None, ""))
    return page, Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore()))


def picture(folder: Path) -> Path:
    Image.new("RGB", (8, 8)).save(folder / "x.png")
    return folder / "x.png"


@pytest.mark.parametrize("tags", ["pipeline_tag: image-segmentation", CHAT], ids=["masks", "a chat"])
async def test_a_posted_picture_and_masks_are_read_apart(
    tags: str, tmp_path: Path, threads: dict[str, set[int]]
) -> None:
    async def script(talk: Talk) -> None:
        said = {"choices": [{"message": {"role": "assistant", "content": "A cat"}, "finish_reason": "stop"}]}
        await talk.answer("200 OK", json.dumps([MASK] if "segmentation" in tags else said))

    page, session = made(tags)
    page.choose(None)
    assert page.row is not None
    panel = ParameterPanel(page.row.id, "p")
    runner, path = WidgetRunner(page, session, panel), str(picture(tmp_path))
    async with scripted(script) as server:
        place = [ENDPOINT, "auto", "", server.url, "", False, "", "", "", FORGET]
        options = ["", [], "", "", False] if runner.options else []
        typed = {"text": "What is it?", "files": [path]} if runner.options else path
        values = [*place, typed, *panel.values({}), [], *options]
        [_ async for _ in (runner.chat if runner.options else runner.run)(*values)]
    await transport.close()
    assert page.turns or page.reply
    assert threads["encoded"]
    assert bool(threads["decoded"]) == ("segmentation" in tags)
    assert threading.get_ident() not in threads["encoded"] | threads["decoded"]


async def test_the_file_of_an_example_is_read_apart(tmp_path: Path, threads: dict[str, set[int]]) -> None:
    page, session = made("pipeline_tag: image-classification", "widget:\n- src: x.png\n")

    async def load(*_: Any) -> Media:
        return Media.from_bytes(picture(tmp_path).read_bytes())

    page.load = load
    await load_inputs(page)
    inputs = InputPanel(page, session)
    choosing = Choosing(inputs, None, WidgetRunner(page, session, None))
    choosing._filled = lambda *_: []  # type: ignore[method-assign,assignment]
    await choosing._choose(0, str(picture(tmp_path)))
    assert threads["encoded"]
    assert threading.get_ident() not in threads["encoded"]
