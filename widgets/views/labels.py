"""Labels as bars."""

from metadata.outputs import Labels

from .context import Context, bars, empty


def render(output: Labels, context: Context) -> str:
    """The labels in the order given, a bar each."""
    if not output.items:
        return empty("No classes were found.")
    return bars([(item.label, item.score) for item in output.items])
