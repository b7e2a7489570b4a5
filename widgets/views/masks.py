"""Regions of an image: each mask with its label."""

from metadata.outputs import Masks
from ui.markup import escape

from .context import Context, colour, empty, number


def render(output: Masks, context: Context) -> str:
    """The masks side by side."""
    if not output.items:
        return empty("No region was found.")
    figures = "".join(
        f'<figure style="width:140px"><img class="shown" src="{escape(context.address(item.mask))}" '
        f'alt="mask of {escape(item.label)}" style="border:3px solid {colour(item.label)}">'
        f'<figcaption><span dir="auto">{escape(item.label)}</span><span class="num">{number(item.score)}</span>'
        "</figcaption></figure>"
        for item in output.items[:60]
    )
    return f'<div class="chips">{figures}</div>'
