"""Diagnostics: what is worth saying about a card, where it stands and how to fix it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a card. `line` and `column` count from 1 in the file; 0 means the file as a whole."""

    severity: Severity
    code: str
    message: str
    line: int = 0
    column: int = 0
    fix: str = ""

    def to_json(self) -> dict[str, Any]:
        """The finding as plain JSON data."""
        return asdict(self)
