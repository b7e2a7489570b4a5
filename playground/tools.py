"""The tools below the question box: what is done with a comparison once its models have answered."""

from __future__ import annotations

from .mount import Mount

CSS = ""
SCRIPT = ""


def above() -> None:
    """Lay out the slim row above the panes."""


def buttons() -> object:
    """Lay out what belongs beside the question; what it gives goes to `build`."""
    return None


def build(mount: Mount, made: object) -> None:
    """Lay the tools out as tabs. Each is a `build(mount)` of a module of its own."""
