"""Question answering: from the logits of a model's windows over a text to the best spans of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engines.base import count_of, flag_of
from ..errors import Refusal

Array = np.ndarray[Any, np.dtype[Any]]
LONGEST_ANSWER = 15  # tokens
STRIDE = 128  # tokens that two windows share


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the text as the model read it: its logits, and for each token where it stands in the text (none for
    tokens of the question and special ones; `nothing` is the place that stands for no answer)."""

    start: Array
    end: Array
    places: Sequence[tuple[int, int] | None]
    nothing: int = 0


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A span of characters, and its score: the product of the chances that it begins and ends there."""

    start: int
    end: int
    score: float


def question_of(inputs: Any) -> tuple[str, str]:
    """The question and the text. Raises Refusal."""
    told = inputs if isinstance(inputs, dict) else {}
    question, context = told.get("question"), told.get("context")
    if not (isinstance(question, str) and isinstance(context, str) and question.strip() and context.strip()):
        raise Refusal('"inputs" must have "question" and "context".')
    return question, context


def answers(windows: Sequence[Window], context: str, parameters: Mapping[str, Any]) -> Any:
    """One answer, or a list of them where more than one is asked for, as the wire has them."""
    most, longest = count_of(parameters, "top_k", 1), count_of(parameters, "max_answer_len", LONGEST_ANSWER)
    found = [span for window in windows for span in _spans(window, longest, most)]
    if flag_of(parameters, "handle_impossible_answer"):
        found.append(AnswerSpan(0, 0, min((_nothing(window) for window in windows), default=0.0)))
    # Windows overlap: the same span counts once, with its best score.
    best: dict[tuple[int, int], AnswerSpan] = {}
    for span in sorted(found, key=lambda span: -span.score):
        best.setdefault((span.start, span.end), span)
    rows = [
        {"score": span.score, "start": span.start, "end": span.end, "answer": context[span.start : span.end]}
        for span in list(best.values())[:most]
    ]
    return rows[0] if len(rows) == 1 and most == 1 else rows


def _chances(logits: Array, window: Window) -> Array:
    """The chance of each token of the text; the place of no answer takes part, and then is left out."""
    allowed = np.array([place is not None for place in window.places])
    allowed[window.nothing] = True
    masked = np.where(allowed, logits.astype(np.float64), -1e9)
    chances = np.exp(masked - masked.max())
    return np.asarray(chances / chances.sum())


def _nothing(window: Window) -> float:
    at = window.nothing
    return float(_chances(window.start, window)[at] * _chances(window.end, window)[at])


def _spans(window: Window, longest: int, most: int) -> list[AnswerSpan]:
    start, end = _chances(window.start, window), _chances(window.end, window)
    start[window.nothing] = end[window.nothing] = 0.0
    # The end is not before the start, and at most so many tokens behind it.
    scores = np.tril(np.triu(np.outer(start, end)), longest - 1)
    spans = []
    for place in np.argsort(-scores, axis=None)[:most]:
        first, last = np.unravel_index(place, scores.shape)
        begins, ends = window.places[first], window.places[last]
        if begins is not None and ends is not None and scores[first, last] > 0:
            spans.append(AnswerSpan(begins[0], ends[1], float(scores[first, last])))
    return spans
