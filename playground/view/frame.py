"""What stands around the panes as HTML: the title with its buttons, what was just done, and the sheets."""

from __future__ import annotations

from showcard.playground.core.figures import best
from showcard.playground.core.state import MAX_PANES, Comparison
from showcard.playground.session import CompareSession
from showcard.ui.markup.html import attribute, escape

from .buttons import button

KEYS = (
    ("Ctrl or ⌘ + Enter", "Send to the panes; in a message that is being edited, save it"),
    ("Escape", "Stop every answer, the samples or the prompts; leave an edit; close the settings"),
    ("1 to 4", "Vote, while models are hidden"),
    ("/", "Go to the question box"),
    ("?", "This list"),
)


def sheets() -> str:
    """The help sheet of keys, and the list of earlier comparisons, which the page's script fills."""
    keys = "".join(f"<dt><kbd>{escape(key)}</kbd></dt><dd>{escape(what)}</dd>" for key, what in KEYS)
    done = button("dismiss", "Close", "Close", class_="plain")
    return (
        f'<dialog class="sheet" id="keys" aria-labelledby="keys-title"><h2 id="keys-title">Keys</h2><dl>{keys}</dl>'
        f'{done}</dialog><dialog class="sheet" id="earlier" aria-labelledby="earlier-title">'
        '<h2 id="earlier-title">Earlier comparisons</h2><p class="dim">Kept in this browser, never sent anywhere.</p>'
        f'<ul class="list"></ul><p class="none">Nothing was asked yet.</p>{done}</dialog>'
    )


def top(desk: CompareSession) -> str:
    """The title of the page, and what can be done with the whole comparison."""
    full = len(desk.comparison.panes) >= MAX_PANES
    return (
        '<h1>Compare chat models</h1><span class="dim grow">One question to all panes. Each model sees only its own '
        "answers.</span>"
        + button("add", "Add pane", "Add pane", class_="plain", disabled=full)
        + button("new", "New chat", "New chat", class_="plain")
        + button("earlier", "Earlier", "Earlier", class_="plain", aria_haspopup="dialog")
        + button("help", "Keys", "?", class_="plain", aria_haspopup="dialog")
    )


def tabs(comparison: Comparison) -> str:
    """On a phone: which pane is looked at."""
    if len(comparison.panes) < 2:
        return ""
    names = [(comparison.letter(pane), pane) for pane in comparison.panes]
    items = "".join(
        button(
            "show", label := letter if comparison.hidden else f"{letter} · {pane.settings.model.rpartition('/')[2]}",
            label, role="tab", aria_selected=str(place == 0).lower(), data_letter=letter,
        )
        for place, (letter, pane) in enumerate(names)
    )  # fmt: skip
    return f'<div role="tablist" aria-label="Panes" style="display:contents">{items}</div>'


def kept(desk: CompareSession) -> str:
    """Tells the page's script that there is something new to keep, and what is locked."""
    comparison, locked = desk.comparison, attribute(" ".join(sorted(desk.comparison.locked)))
    return (
        f'<span data-feed="{desk.feed.name}" data-id="{comparison.id}" data-revision="{comparison.revision}" '
        f'data-unpriced="{attribute(" ".join(desk.unpriced))}" '
        f'data-best="{attribute(best(comparison))}" data-locked="{locked}"></span>'
    )


def notice(desk: CompareSession) -> str:
    """What was just done, and how to take it back."""
    if not desk.notice:
        return ""
    undo = button("undo", "Undo", "Undo", class_="plain") if desk.deleted and desk.notice == "Deleted." else ""
    return f"<span>{escape(desk.notice)}</span>{undo}{button('hush', 'Dismiss')}"
