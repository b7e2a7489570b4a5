"""Sentiment of English text, by VADER (Hutto and Gilbert, 2014): a lexicon and a few rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from ..errors import Refusal
from .base import choice_of, count_of, json_name, text_of

# VADER's authors call a text positive from a compound value of 0.05 on: there the strength is one half.
_EXPONENT = 0.2314


# VADER looks each word up from the start of its text, so a long text is read in parts: up to the end of a sentence
# where there is one, or else of a word.
_PART = re.compile(r"\S.{0,399}(?<=[.!?])(?=\s|$)|\S.{0,399}(?=\s|$)|\S.{0,399}", re.DOTALL)


class _Words(SentimentIntensityAnalyzer):  # type: ignore[misc]
    """VADER up to the strength of each word."""

    def score_valence(self, sentiments: list[float], text: str) -> dict[str, Any]:
        """The strengths as they are."""
        return {"words": sentiments}


class Sentiment:
    """POSITIVE, NEUTRAL and NEGATIVE with scores that sum to one."""

    def __init__(self) -> None:
        self._words = _Words()

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
        """One list of labels a text, best first."""
        top_k = count_of(parameters, "top_k", 3)
        choice_of(parameters, "function_to_apply", ("softmax", "sigmoid", "none"), "none")
        if isinstance(inputs, list):
            if not inputs:
                raise Refusal('"inputs" is an empty list.')
            return [self._labels(text_of(text))[:top_k] for text in inputs]
        if not isinstance(inputs, str):
            raise Refusal(f'"inputs" must be a text, or a list of texts, but it is {json_name(inputs)}.')
        return [self._labels(text_of(inputs))[:top_k]]

    def _labels(self, text: str) -> list[dict[str, Any]]:
        words = [word for part in _PART.findall(text) for word in self._words.polarity_scores(part)["words"]]
        found = SentimentIntensityAnalyzer.score_valence(self._words, words, text)
        strength = abs(found["compound"]) ** _EXPONENT if found["compound"] else 0.0
        # What speaks against the verdict keeps its share, at most half: a mixed text shows both sides.
        for_it, against = ("POSITIVE", "NEGATIVE") if found["compound"] >= 0 else ("NEGATIVE", "POSITIVE")
        shares = {"POSITIVE": found["pos"], "NEGATIVE": found["neg"]}
        minority = min(0.5, shares[against] / (sum(shares.values()) or 1))
        scores = {for_it: strength * (1 - minority), "NEUTRAL": 1 - strength, against: strength * minority}
        ranked = sorted(scores.items(), key=lambda item: -item[1])
        return [{"label": label, "score": round(score, 4)} for label, score in ranked]


def load() -> Sentiment:
    """The engine, with VADER's lexicon read."""
    return Sentiment()
