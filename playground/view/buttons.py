"""The buttons of the panes. What one does is in its `data-act`: the page's script sends that, with the ids of the
message and the pane around it, to `actions.py`."""

from __future__ import annotations

from functools import cache

from showcard.ui.markup.html import Attribute, Markup, element, join, span

LABELS = {
    "copy": "Copy",
    "edit": "Edit",
    "retry": "Ask again, and keep this answer",
    "branch": "Branch: go on from here in a new comparison",
    "replay-new": "Ask these questions of another model",
    "delete": "Delete",
}


def button(act: str, label: str, text: str = "", *, class_: str = "", **more: Attribute) -> Markup:
    """A button that the page's script knows; without a text it is an icon."""
    said = None if text == label else label
    return element(
        "button", text, type="button", class_=class_ or ("" if text else f"i i-{act}"), data_act=act,
        aria_label=said, title=said, **more,
    )  # fmt: skip


def toolbar(who: str, acts: tuple[str, ...]) -> Markup:
    """The buttons of a message."""
    return span(_icons(acts), class_="i-row", role="toolbar", aria_label=who)


@cache
def _icons(acts: tuple[str, ...]) -> Markup:
    return join(button(act, LABELS[act]) for act in acts)
