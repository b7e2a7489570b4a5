"""Opening tags of HTML, for what must not import Gradio (else see `markup.py`)."""

from __future__ import annotations

from html import escape

ELSEWHERE = {"target": "_blank", "rel": "noopener noreferrer nofollow"}  # of a link that leaves the page


def opening(tag: str, values: dict[str, str]) -> str:
    """The opening tag of an element."""
    return f"<{tag}{''.join(f' {name}={chr(34)}{escape(value)}{chr(34)}' for name, value in values.items())}>"
