"""The buttons of the panes. What one does is in its `data-act`: the page's script sends that, with the ids of the
message and the pane around it, to `actions.py`."""

from __future__ import annotations

from collections.abc import Iterable

from showcard.ui.markup.html import attribute, escape, tag

LABELS = {
    "copy": "Copy",
    "edit": "Edit",
    "retry": "Ask again, and keep this answer",
    "branch": "Branch: go on from here in a new comparison",
    "replay-new": "Ask these questions of another model",
    "delete": "Delete",
}


def button(act: str, label: str, text: str = "", **more: object) -> str:
    """A button that the page's script knows; without a text it is an icon."""
    kind = more.pop("class_", "") or ("" if text else f"i i-{act}")
    return tag(
        "button", escape(text), type="button", class_=kind, data_act=act,
        aria_label=None if text == label else label, title=None if text == label else label, **more,
    )  # fmt: skip


def toolbar(who: str, acts: Iterable[str]) -> str:
    """The buttons of a message."""
    buttons = "".join(button(act, LABELS[act]) for act in acts)
    return f'<span class="i-row" role="toolbar" aria-label="{attribute(who)}">{buttons}</span>'
