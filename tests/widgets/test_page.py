"""The model page's listeners, which anybody may post anything to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from inference.errors import InferenceFailure
from inference.resolve import Embedded
from ui.session import Session, Site
from ui.shelf import Shelf
from ui.sources import open_source
from widgets.page import ModelPage


@pytest.mark.parametrize("odd", [None, 3, [], {"a": 1}, ["x"], "\ud800", "#", "#in=%", "x" * 300_000])
async def test_odd_values_open_a_card_or_are_a_sentence(odd: Any) -> None:
    page, tab = ModelPage(Site(Embedded("http://127.0.0.1:1"), Shelf()), ""), SimpleNamespace(session_hash="tab")
    request: Any = tab
    for updates in (
        await page._follow_link(odd, request),
        await page._open_named(odd, request),
        await page._open_other(odd, odd, request),
        await page._reopen(odd, odd, request),
    ):
        assert len(updates) == 4
    assert await page._text(odd, request)


async def test_a_long_line_is_no_name() -> None:
    for shared in (False, True):
        with pytest.raises(InferenceFailure, match="not a Hub id") as caught:
            await open_source("x" * 300_000, Session(Site(Embedded("http://127.0.0.1:1"), Shelf(), shared=shared)))
        assert len(caught.value.reason) < 300
