"""What a writer hands in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """Source code, and the command that installs what it needs (empty: nothing)."""

    content: str
    install: str = ""
