"""The measurement of an answer in words: its figures, and which of them are better than those beside it."""

from __future__ import annotations

from showcard.inference.hub.providers import POLICIES
from showcard.ui.markup.html import Markup, isolated, join, span

from . import conversation
from .measure import Measurement
from .state import Comparison, Record

UNTOLD = ("auto", *POLICIES)
# The figures of which one is better, and the difference from which on it is.
BEST = (
    ("first", min, "time_to_first_token", 0.01),
    ("speed", max, "tokens_per_second", 1.0),
    ("cost", min, "cost", 0.0),
)
COUNTED = ("speed", "cost")  # those that rest on a count of tokens


def facts(record: Record) -> list[tuple[str, str, str]]:
    """What is told of an answer: name, text, and what it means."""
    free = record.provider == "embedded"
    found = [
        *measured(record.measurement, free),
        ("end", record.finish_reason or "no reason given", "Why the answer ended"),
    ]
    if record.provider in UNTOLD:
        found.append(("by", "provider not told", "The router chose one, and did not say which"))
    elif record.provider:
        found.append(("by", f"by {record.provider}", "The provider that served the answer"))
    return found


def facts_html(record: Record) -> Markup:
    """The facts of a record as HTML; each figure has its name, so that the better one of two can be marked."""
    return join(span(isolated(text), data_fact=name, title=title) for name, text, title in facts(record))


def measured(taken: Measurement, free: bool = False) -> list[tuple[str, str, str]]:
    """The figures of a measurement: name, text, and what it means. "≈" marks what is estimated."""
    about = taken.about
    facts = []
    if taken.time_to_first_token is not None:
        facts.append(("first", f"{seconds(taken.time_to_first_token)} to first", "Time to the first token"))
    if taken.tokens_per_second is not None:
        facts.append(("speed", f"{about}{taken.tokens_per_second:.0f} tok/s", "Tokens a second after the first"))
    facts.append(("total", seconds(taken.total), "Time to the end of the answer"))
    source = "estimated from the text" if about else "as the provider counted them"
    if taken.prompt_tokens is not None:
        facts.append(("in", f"{about}{taken.prompt_tokens:,} in", f"Tokens of the question, {source}"))
    facts.append(("out", f"{about}{taken.output_tokens:,} out", f"Tokens of the answer, {source}"))
    if taken.reasoning_tokens is not None:
        mark = "" if taken.reasoning_reported else "≈"
        facts.append(("reasoning", f"{mark}{taken.reasoning_tokens:,} reasoning", "Tokens of reasoning among them"))
    unknown = "no charge" if free else "cost unknown"
    cost = f"{about}{dollars(taken.cost)}" if taken.cost is not None else unknown
    facts.append(("cost", cost, "By the provider's published price, where there is one"))
    used = taken.context_used
    if used is not None and taken.context_length:
        share = f"{about}{used / taken.context_length:.1%} of {taken.context_length:,}"
        facts.append(("context", share, "How much of the model's context is used"))
    return facts


def seconds(time: float) -> str:
    """A time, short ones in milliseconds."""
    return f"{time:.2f} s" if time >= 0.1 else f"{time * 1000:.0f} ms"


def dollars(cost: float) -> str:
    """A cost in US dollars, with two digits that count."""
    return f"${cost:.2f}" if cost >= 1 else f"${cost:.2g}" if cost >= 0.0001 else f"${cost:.1e}" if cost else "$0"


def best(comparison: Comparison) -> str:
    """Which figures of the last answers are better than those beside them, as `message:figure` words."""
    if comparison.hidden or len({len(conversation.questions(pane)) for pane in comparison.panes}) != 1:
        return ""
    answers = [pane.answer for pane in comparison.panes]
    taken = [(one, one.variant.record.measurement) for one in answers if one and one.variant.record]
    alike = len({measured.reported for _, measured in taken}) == 1
    found = []
    for name, better, held, least in BEST:
        if name in COUNTED and not alike:
            continue  # an estimate and a count are not compared
        figures = [(getattr(measured, held), message.id) for message, measured in taken]
        known = [figure for figure, _ in figures if figure is not None]
        if len(known) == len(comparison.panes) > 1 and max(known) - min(known) > least:
            wanted = better(known)
            found += [f"{message}:{name}" for figure, message in figures if figure == wanted]
    return " ".join(found)
