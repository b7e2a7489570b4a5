"""Anything else, as readable JSON."""

from __future__ import annotations

from showcard.metadata.outputs.read import Unknown, plain
from showcard.ui.markup.html import Markup, join
from showcard.ui.markup.panels import raw_json

from .context import Context, empty
from .parts import actions, save_json


def render(output: Unknown, context: Context) -> Markup:
    """The raw value, readable and to copy."""
    if output.raw is None or output.raw in ("", b"", [], {}, ()):
        return empty("The answer is empty.")
    shown = raw_json(plain(output.raw))
    return join([shown, actions(save_json(output.raw, "answer.json", context))])
