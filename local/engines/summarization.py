"""Extractive summaries: the sentences whose words the text repeats most, as they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..errors import Refusal
from .base import count_of, count_tokens, json_name, text_of
from .words import content, sentences

_LIMITS = ("max_length", "max_new_tokens")
_SHARE, _LEAST, _MOST = 0.35, 1, 4


class Summarizer:
    """A text's most telling sentences, in their order."""

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> list[dict[str, str]]:
        """One summary a text."""
        given = parameters.get("generate_parameters") or parameters.get("generation_parameters") or {}
        if not isinstance(given, dict):
            raise Refusal(f'"generate_parameters" must be an object, but it is {json_name(given)}.')
        limits = [count_of({**parameters, **given}, name, 0) for name in _LIMITS]
        longest = min((limit for limit in limits if limit), default=0)
        texts = inputs if isinstance(inputs, list) and inputs else [inputs]
        return [{"summary_text": summary(text_of(text), longest)} for text in texts]


def summary(text: str, longest: int = 0) -> str:
    """About a third of a text's sentences, at most four; `longest` limits their tokens."""
    places = sentences(text)
    bags = [content(text[start:end]) for start, end in places]
    counts = Counter(word for bag in bags for word in set(bag))
    wanted = max(_LEAST, min(_MOST, round(len(places) * _SHARE)))
    ranked = sorted(range(len(places)), key=lambda number: -_weight(bags[number], counts, number))
    chosen: list[int] = []
    left = longest
    for number in ranked:
        size = count_tokens(text[slice(*places[number])])
        if len(chosen) == wanted or (longest and size > left):
            continue
        chosen.append(number)
        left -= size
    kept = sorted(chosen) or ranked[:1]
    return " ".join(" ".join(text[slice(*places[number])].split()) for number in kept)


def _weight(bag: list[str], counts: Counter[str], number: int) -> float:
    """How much a sentence holds of what the text keeps saying; the first one usually says what it is about."""
    repeated = sum(counts[word] - 1 for word in set(bag))
    return repeated / (6 + len(bag)) * (1.5 if number == 0 else 1.0)


def load() -> Summarizer:
    """The engine."""
    return Summarizer()
