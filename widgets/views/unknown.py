"""Anything else, as readable JSON."""

from metadata.outputs import Unknown
from ui.panels import raw_json

from .context import Context


def render(output: Unknown, context: Context) -> str:
    """The raw value."""
    return raw_json(output.raw)
