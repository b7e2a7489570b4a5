"""A text, with timed chunks where there are some."""

from metadata.outputs import Text
from ui.markup import escape

from .context import Context, empty


def render(output: Text, context: Context) -> str:
    """The text as it is; chunks of speech below it."""
    if not output.text.strip() and not output.chunks:
        return empty("The answer holds no text.")
    rows = "".join(
        f'<tr><td class="num">{_seconds(c.start)}–{_seconds(c.end)}</td><td dir="auto">{escape(c.text)}</td></tr>'
        for c in output.chunks
    )
    table = f'<div class="table" style="margin-top:10px"><table><tbody>{rows}</tbody></table></div>' if rows else ""
    return f'<p class="said" dir="auto">{escape(output.text)}</p>{table}'


def _seconds(value: float | None) -> str:
    return "?" if value is None else f"{value:.2f} s"
