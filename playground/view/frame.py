"""What stands around the panes as HTML: the title with its buttons, what was just done, and the sheets."""

from __future__ import annotations

from functools import cache

from showcard.playground.core.figures import best
from showcard.playground.core.state import MAX_PANES, Comparison
from showcard.playground.session import CompareSession
from showcard.ui.markup.html import NOTHING, Markup, div, element, join, p, span

from .buttons import button

KEYS = (
    ("Ctrl or ⌘ + Enter", "Send to the panes; in a message that is being edited, save it"),
    ("Escape", "Stop every answer, the samples or the prompts; leave an edit; close the settings"),
    ("1 to 4", "Vote, while models are hidden"),
    ("/", "Go to the question box"),
    ("?", "This list"),
)


def sheets() -> Markup:
    """The help sheet of keys, and the list of earlier comparisons, which the page's script fills."""
    keys = [[element("dt", element("kbd", key)), element("dd", what)] for key, what in KEYS]
    earlier = [
        p("Kept in this browser, never sent anywhere.", class_="dim"),
        element("ul", class_="list"),
        p("Nothing was asked yet.", class_="none"),
    ]
    return _sheet("keys", "Keys", element("dl", keys)) + _sheet("earlier", "Earlier comparisons", *earlier)


def _sheet(name: str, title: str, *content: Markup) -> Markup:
    close = button("dismiss", "Close", "Close", class_="plain")
    heading = element("h2", title, id=f"{name}-title")
    return element("dialog", heading, content, close, class_="sheet", id=name, aria_labelledby=f"{name}-title")


def top(compare: CompareSession) -> Markup:
    """The title of the page, and what can be done with the whole comparison."""
    return _top(len(compare.comparison.panes) >= MAX_PANES)


@cache
def _top(full: bool) -> Markup:
    return join([
        element("h1", "Compare chat models"),
        span("One question to all panes. Each model sees only its own answers.", class_="dim grow"),
        button("add", "Add pane", "Add pane", class_="plain", disabled=full),
        button("new", "New chat", "New chat", class_="plain"),
        button("earlier", "Earlier", "Earlier", class_="plain", aria_haspopup="dialog"),
        button("help", "Keys", "?", class_="plain", aria_haspopup="dialog"),
    ])  # fmt: skip


def tabs(comparison: Comparison) -> Markup:
    """On a phone: which pane is looked at."""
    if len(comparison.panes) < 2:
        return NOTHING
    names = [(comparison.letter(pane), pane) for pane in comparison.panes]
    items = [
        button(
            "show", label := letter if comparison.hidden else f"{letter} · {pane.settings.model.rpartition('/')[2]}",
            label, role="tab", aria_selected=str(place == 0).lower(), data_letter=letter,
        )
        for place, (letter, pane) in enumerate(names)
    ]  # fmt: skip
    return div(items, role="tablist", aria_label="Panes", style="display:contents")


def kept(compare: CompareSession) -> Markup:
    """Tells the page's script that there is something new to keep, and what is locked."""
    comparison = compare.comparison
    return span(
        data_feed=compare.feed.name,
        data_id=comparison.id,
        data_revision=comparison.revision,
        data_unpriced=" ".join(compare.unpriced),
        data_best=best(comparison),
        data_locked=" ".join(sorted(comparison.locked)),
    )


def notice(compare: CompareSession) -> Markup:
    """What was just done, and how to take it back."""
    if not compare.notice:
        return NOTHING
    undo = button("undo", "Undo", "Undo", class_="plain") if compare.deleted and compare.notice == "Deleted." else None
    return join([span(compare.notice), undo, button("hush", "Dismiss")])
