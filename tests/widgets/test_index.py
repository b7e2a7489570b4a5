"""The index of all widgets: a tile for every task, with the truth about what answers."""

from __future__ import annotations

import re

import pytest

from showcard.inference.resolve import EmbeddedEngine
from showcard.metadata.tasks.table import TASKS
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Site
from showcard.widgets.index import MODALITIES, example_models, index_html


@pytest.fixture(scope="module")
def html() -> str:
    return index_html(Site(embedded=EmbeddedEngine("http://127.0.0.1:10", {}), media_store=MediaStore()))


def test_every_card_has_a_tile_and_every_tile_something_to_see(html: str) -> None:
    tiles = re.findall(
        r'<a class="tile" href="/\?model=showcard/([^"]+)"><span class="thumb">(.*?)</span><strong>', html
    )
    assert sorted(folder for folder, _ in tiles) == sorted(example_models())
    assert [folder for folder, thumb in tiles if not thumb] == []


def test_every_task_of_the_table_is_reached() -> None:
    assert {row.id for row in TASKS} == {
        model.guess.widget.id for model in example_models().values() if model.guess.widget
    }


def test_every_modality_has_a_place() -> None:
    assert {row.modality for row in TASKS} == set(MODALITIES)


def test_a_drawn_output_is_called_an_illustration_and_no_model_runs_that_is_not_there(html: str) -> None:
    tile = html.split("showcard/text-to-3d")[1].split("</a>", maxsplit=1)[0]
    assert ">Illustration<" in tile
    assert "shown, not run" in tile
    assert html.count(">Runs here<") == 1  # in the words that explain it
