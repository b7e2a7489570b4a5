"""Answers, the best one marked in its context."""

from showcard.metadata.outputs.read import Answer, Answers
from showcard.ui.markup.html import Markup, div, element, join, running_text, short_text
from showcard.ui.markup.pieces import dim, num

from .context import Context, count, empty, number, short
from .parts import MAX_ROWS, Row, actions, bars, copy_button, fold, save_json

MAX_CONTEXT = 400_000
MAX_ANSWER = 100_000


def render(output: Answers, context: Context) -> Markup:
    """The best answer, where it stands, and the alternatives."""
    found = [item for item in output.items if item.answer.strip()]
    if not found:
        return empty("No answer was found.")
    best, *others = found
    score = best.score is not None and dim("score ", num(number(best.score)))
    alternatives = bars([Row(item.answer, item.score) for item in others[:MAX_ROWS]], left=len(others) - MAX_ROWS)
    return join(
        [
            div(short_text(short(best.answer, MAX_ANSWER)), class_="answer", dir="auto"),
            score,
            _in_context(best, context.inputs.get("context")),
            fold(count(len(others), "other answer"), alternatives, "fold open-wide") if others else None,
            actions(copy_button("answer"), save_json(output.items, "answers.json", context)),
        ]
    )


def _in_context(answer: Answer, text: object) -> Markup | None:
    """The context with the answer marked; the page's script scrolls to it."""
    if not isinstance(text, str) or not text:
        return None
    place = place_of(answer, text[:MAX_CONTEXT])
    if place is None:
        return dim("The answer does not stand in the context in these words.")
    start, end = place
    before, found, after = map(running_text, (text[:start], text[start:end], text[end:MAX_CONTEXT]))
    return div(
        *(before, element("mark", found), after),
        class_="context",
        dir="auto",
        tabindex=0,
        role="region",
        aria_label="The answer in its context",
        data_arrive=True,
    )


def place_of(answer: Answer, text: str) -> tuple[int, int] | None:
    """Where an answer stands: at its offsets, else where the same words stand nearest to them."""
    start, end, words = answer.start, answer.end, answer.answer
    inside = start is not None and end is not None and 0 <= start < end <= len(text)
    if inside and start is not None and end is not None and _alike(text[start:end], words):
        return start, end
    near = _nearest(text, words, start or 0) or _nearest(text, words.strip(), start or 0)
    if near is not None:
        return near
    return (start, end) if inside and start is not None and end is not None else None


def _alike(one: str, other: str) -> bool:
    return one.split() == other.split()


def _nearest(text: str, words: str, wanted: int) -> tuple[int, int] | None:
    if not words:
        return None
    before, after = text.rfind(words, 0, max(0, wanted) + len(words)), text.find(words, max(0, wanted))
    found = [place for place in (before, after) if place >= 0]
    if not found:
        return None
    start = min(found, key=lambda place: abs(place - wanted))
    return start, start + len(words)
