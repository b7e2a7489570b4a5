"""Media that a card names and that are not there, and the replay of an agent."""

from __future__ import annotations

from pathlib import Path

import pytest

from showcard.metadata.media import Media
from showcard.metadata.model import read_model
from showcard.metadata.outputs.read import Audio, Clip, Labels, Mask, Masks
from showcard.metadata.reading.files import Folder
from showcard.ui.session.sources import Opened
from showcard.widgets import show
from showcard.widgets.examples.gallery import gallery
from showcard.widgets.examples.missing_media import is_lost, without_lost
from showcard.widgets.state import Page
from tests.widgets.test_state import session

PATHS = frozenset(("images/a b.png", "x.wav"))


@pytest.mark.parametrize(
    ("source", "lost"),
    [
        ("images/a b.png", False),
        ("./images/a%20b.png", False),
        ("/x.wav", False),
        ("gone.png", True),
        ("../x.wav", True),
        ("https://far.example/gone.png", False),
        ("", False),
    ],
)
def test_what_is_lost(source: str, lost: bool) -> None:
    assert is_lost(Media(source=source), PATHS) is lost


def test_lost_media_leave_the_rest_of_an_output() -> None:
    here, gone = Media(source="x.wav"), Media(source="gone.wav")
    found, names = without_lost(Audio((Clip(here, "a"), Clip(gone, "b"))), PATHS)
    assert isinstance(found, Audio)
    assert found.items[0].media is here
    assert (found.items[1].media.data, found.items[1].label, names) == (b"", "b", ["gone.wav"])
    masks = Masks((Mask("a", None, gone),))
    assert without_lost(masks, PATHS)[1] == ["gone.wav"]
    labels = Labels(())
    assert without_lost(labels, PATHS) == (labels, [])


def opened(folder: Path | None, front: str) -> Page:
    model = read_model(f"---\n{front}\n---\n# x", Folder(folder) if folder else None, "org/mine")
    return Page(Opened(model, None, ""))


def test_a_missing_picture_is_a_sentence_and_no_address(tmp_path: Path) -> None:
    front = (
        "pipeline_tag: text-to-image\nwidget:\n- {text: a, output: {url: '<b>.png'}}\n- {text: b, output: {url: c.png}}"
    )
    (tmp_path / "c.png").write_bytes(b"x")
    page = opened(tmp_path, front)
    html = show.result(page, session())
    assert "The card names <code>&lt;b&gt;.png</code>, which is not among the model&#x27;s files." in html.replace(
        "model's", "model&#x27;s"
    )
    assert "/media/" not in html
    assert gallery(page, session()).count("<li>") == 1
    assert "came without its files" in show.result(opened(None, front), session())


@pytest.mark.parametrize("task", ["reinforcement-learning", "robotics"])
def test_an_agent_shows_its_replay_where_there_is_one(tmp_path: Path, task: str) -> None:
    assert "There is no replay.mp4" in show.result(opened(tmp_path, f"pipeline_tag: {task}"), session())
    (tmp_path / "replay.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    html = show.result(opened(tmp_path, f"pipeline_tag: {task}"), session())
    assert "<video" in html
    assert "In the repo" in html
