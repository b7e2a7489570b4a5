"""The metadata tab writes no more of a long value than it shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from showcard.widgets import about


def test_of_a_long_list_only_what_is_shown_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Any] = []
    scalar = about._scalar

    def noted(value: Any) -> str:
        written.append(value)
        return scalar(value)

    def at_once(*_: Any, **__: Any) -> str:
        raise AssertionError("the whole value was written")

    assert about._value([1, "a", None]) == "1, a, null"
    monkeypatch.setattr(about, "_scalar", noted)
    monkeypatch.setattr(json, "dumps", at_once)
    found = about._value([1] * 200_000)
    assert "200,000 items" in found
    assert len(found) < 2 * about.LONGEST_FOLDED
    assert not written
