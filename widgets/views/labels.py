"""Labels as bars."""

from showcard.metadata.outputs.read import Labels
from showcard.ui.markup.html import Markup, join

from .context import Context, empty
from .parts import MAX_ROWS, Row, actions, bars, copy_button, save_json


def render(output: Labels, context: Context) -> Markup:
    """The labels in the order given, a bar each."""
    if not output.items:
        return empty("No classes were found.")
    shown = bars([Row(item.label, item.score) for item in output.items[:MAX_ROWS]], left=len(output.items) - MAX_ROWS)
    return join([shown, actions(copy_button("bars"), save_json(output.items, "labels.json", context))])
