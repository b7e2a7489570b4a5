"""Extractive question answering: the sentence that shares most words, and in it a span of the kind asked for."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Refusal
from . import entities
from .base import count_of, flag_of, json_name, text_of
from .words import STOP, content, sentences, spans, stem

_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = re.compile(
    rf"\b(?:(?:\d{{1,2}}(?:st|nd|rd|th)? )?{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?)?(?:,? \d{{4}})?"
    r"|(?:early |late |the )?(?:1\d{3}|20\d{2})s?(?: BC| AD)?|\d{1,2}(?:st|nd|rd|th) century"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: morning| evening| afternoon)?|\d{1,2}(?::\d\d)? ?[ap]\.?m\b\.?"
    r"|noon|midnight|yesterday|tomorrow|today)\b"
)
_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|"
    r"thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|half|dozen)"
)
_NUMBER = re.compile(
    rf"(?:[$€£]\s?)?(?:\b\d[\d,]*(?:\.\d+)?|\b{_NUMBER_WORD}(?:[- ]{_NUMBER_WORD})*\b)"
    rf"(?: ?(?:%|percent\b|{_NUMBER_WORD}\b))?"
    r"(?: ?(?:°C|°F|km|kg|cm|mm|m|ft|metres?|meters?|kilometres?|kilometers?|miles?|years?(?: old)?|days?|hours?|"
    r"minutes?|seconds?|weeks?|months?|tonnes?|tons?|pounds?|euros?|dollars?|degrees|people|KB|MB|GB)\b(?:²|³)?)?",
    re.IGNORECASE,
)
_REASON = re.compile(r"\b(?:because(?: of)?|since|so that|in order to|due to|thanks to)\s+([^.;]+)", re.IGNORECASE)
_ALIAS = re.compile(r"\b(?:also (?:known|called|referred to)|known|called|named)(?: in \w+)?(?: as)?\s+([^.,;()]+)")
_COPULA = re.compile(r"\b(?:is|are|was|were|means|became|becomes|remains|include[sd]?)\s+([^.;]+)")
_CLAUSE = re.compile(r"(?:[^,;:()\n]|(?<=\d),(?=\d))+")
_IN_PLACE = re.compile(
    r"\b(?:in|at|on|near|inside|under|behind|between)\s+((?:the|a|an|my|his|her|our|their)\s+[^.,;]+)"
)
_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|tall|high|long|old|far|big|large|wide|deep|heavy|fast|often|hot)\b"
    r"|\bwhat (?:percentage|number|age|height|price|size|temperature)\b"
)
_ASKS_DATE = re.compile(r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|time)\b")
_ASKS_PLACE = re.compile(
    r"\bwhere\b|\b(?:what|which) (?:city|country|place|state|town|continent|river|village|region)\b"
)
_IGNORED = ("doc_stride", "max_question_len", "max_seq_len")


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    score: float


class QuestionAnswerer:
    """Answers that are words of the context, best first; an empty answer with score 0 when nothing fits."""

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> Any:
        """One answer, or a list of at most `top_k` when more than one is asked for."""
        if not isinstance(inputs, dict) or "question" not in inputs or "context" not in inputs:
            raise Refusal(f'"inputs" must be an object with "question" and "context", but it is {json_name(inputs)}.')
        question = text_of(inputs["question"], "inputs.question", 2_000)
        context = text_of(inputs["context"], "inputs.context")
        top_k = count_of(parameters, "top_k", 1)
        longest = count_of(parameters, "max_answer_len", 30)
        flag_of(parameters, "handle_impossible_answer")
        flag_of(parameters, "align_to_words", True)
        for name in _IGNORED:
            count_of(parameters, name, 1)
        found = _shortened(answer(question, context), context, longest)
        rows = [
            {"answer": context[s.start : s.end], "score": round(s.score, 4), "start": s.start, "end": s.end}
            for s in found[:top_k]
        ] or [{"answer": "", "score": 0.0, "start": 0, "end": 0}]
        return rows[0] if top_k == 1 else rows


def answer(question: str, context: str) -> list[_Span]:
    """All spans that may answer, best first, none within another. Empty when the texts share no word."""
    asked = content(question)
    places = sentences(context)
    weights = _weights([set(content(context[a:b])) for a, b in places])
    wanted = set(asked)
    total = sum(weights.get(word, weights[""]) for word in wanted)
    found: list[_Span] = []
    for start, end in places:
        shared = wanted & set(content(context[start:end]))
        overlap = sum(weights[word] for word in shared) / total if total else 0.0
        if not shared:
            continue
        for span in _candidates(question, context, start, end, wanted):
            found.append(_Span(span.start, span.end, overlap * span.score))
    return _distinct(sorted(found, key=lambda span: -span.score))


def _weights(bags: list[set[str]]) -> dict[str, float]:
    """How much a word tells: rare ones more. The empty word stands for words that the context does not have."""
    counts = Counter(word for bag in bags for word in bag)
    rarest = math.log(1 + len(bags))
    return {word: math.log(1 + len(bags) / count) for word, count in counts.items()} | {"": rarest or 1.0}


def _candidates(question: str, context: str, start: int, end: int, wanted: set[str]) -> Iterator[_Span]:
    """The spans of a sentence that the question may mean; nearer to the question's words is better."""
    marks = [(a, b) for word, a, b in spans(context[start:end]) if stem(word) in wanted]
    for span, kind in _typed(question, context, start, end):
        words = [stem(w) for w, _, _ in spans(context[span.start : span.end]) if w not in STOP]
        new = [word for word in words if word not in wanted]
        if not new:
            continue
        gap = min((_gap(span.start - start, span.end - start, a, b) for a, b in marks), default=80)
        near = 1 / (1 + gap / 60)
        repeated = (len(words) - len(new)) / len(words)
        yield _Span(span.start, span.end, span.score * (0.55 + 0.45 * near) * (1 - 0.5 * repeated) * kind)


def _gap(start: int, end: int, other_start: int, other_end: int) -> int:
    # What follows the question's words answers more often than what comes before them.
    return max(0, start - other_end) if start >= other_start else 8 + max(0, other_start - end)


def _typed(question: str, context: str, start: int, end: int) -> Iterator[tuple[_Span, float]]:
    """Spans of the kind the question asks for, with how sure that kind is."""
    asked = question.lower().replace("’", "'")
    if _ASKS_NUMBER.search(asked):
        yield from ((span, 0.9) for span in _matches(_NUMBER, context, start, end))
    elif _ASKS_DATE.search(asked):
        yield from ((span, 0.95) for span in _matches(_DATE, context, start, end))
    elif re.search(r"\bwho(?:m|se|'s)?\b", asked):
        yield from ((span, 0.95) for span in _entities(context, start, end, {"PER": 1.0, "ORG": 0.7, "MISC": 0.7}))
    elif re.search(
        r"\bwhere\b|\b(?:what|which) (?:city|country|place|state|town|continent|river|village|region)\b", asked
    ):
        yield from ((span, 0.95) for span in _entities(context, start, end, {"LOC": 1.0, "ORG": 0.6, "MISC": 0.5}))
        yield from ((span, 0.5) for span in _matches(_IN_PLACE, context, start, end, 1))
    elif re.search(r"\bname\b", asked):
        yield from ((span, 0.9) for span in _matches(_ALIAS, context, start, end, 1))
        yield from ((span, 0.95) for span in _entities(context, start, end, {"PER": 1.0, "ORG": 0.8, "MISC": 0.8}))
    elif re.search(r"\bwhy\b", asked):
        yield from ((span, 0.9) for span in _matches(_REASON, context, start, end, 1))
    else:
        yield from ((span, 0.85) for span in _matches(_COPULA, context, start, end, 1))
        labels = {"ORG": 0.8, "MISC": 0.8, "PER": 0.7, "LOC": 0.7}
        yield from ((span, 0.75) for span in _entities(context, start, end, labels))
    yield from ((span, 0.35) for span in _matches(_CLAUSE, context, start, end))


def _matches(pattern: re.Pattern[str], context: str, start: int, end: int, group: int = 0) -> Iterator[_Span]:
    for match in pattern.finditer(context, start, end):
        text = match.group(group)
        left = match.start(group) + len(text) - len(text.lstrip())
        right = match.start(group) + len(text.rstrip(" .,;!?"))
        if right > left:
            yield _Span(left, right, 1.0)


def _entities(context: str, start: int, end: int, labels: Mapping[str, float]) -> Iterator[_Span]:
    for found in entities.find(context[start:end]):
        if found.label in labels:
            yield _Span(start + found.start, start + found.end, labels[found.label] * (0.5 + 0.5 * found.score))


def _distinct(found: list[_Span]) -> list[_Span]:
    kept: list[_Span] = []
    for span in found:
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return kept


def _shortened(found: list[_Span], context: str, longest: int) -> list[_Span]:
    """Spans of at most so many words; the rest of a longer one is cut off."""
    cut: list[_Span] = []
    for span in found:
        ends = [span.start + end for _, _, end in spans(context[span.start : span.end])]
        cut.append(_Span(span.start, ends[longest - 1] if len(ends) > longest else span.end, span.score))
    return cut


def load() -> QuestionAnswerer:
    """The engine, with the names it looks for read."""
    entities.load()
    return QuestionAnswerer()
