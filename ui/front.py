"""The files of the front end: where the scripts and the styles of the pages are."""

from __future__ import annotations

from pathlib import Path

FRONT = Path(__file__).parent.parent / "front"


def read(name: str) -> str:
    """The text of a file below `front/`, such as "shared/page.js"."""
    return (FRONT / name).read_text(encoding="utf-8")
