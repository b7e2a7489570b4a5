"""A card: front matter and body from text, and where every value stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .diagnostics import Diagnostic
from .yaml12 import Marks


@dataclass(frozen=True, slots=True)
class Card:
    """A model card. `data` is the front matter as the Hub reads it, `body` the Markdown below it, `marks` tells where
    the value at a key path stands, `diagnostics` what was found while reading."""

    text: str
    data: Mapping[str, Any]
    body: str
    marks: Marks
    diagnostics: tuple[Diagnostic, ...] = ()
