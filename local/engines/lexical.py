"""Texts as vectors of their spelling: hashed words and pieces of words. Serves similarity and feature extraction."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Refusal
from .base import flag_of, json_name, text_of
from .words import STOP, spans, stem

SIZE = 128

_MOST_SENTENCES = 1_000
# What a text is about stands in its rarer words; the common ones only break ties.
_COMMON, _WORD, _PIECE = 0.15, 1.0, 0.4


class Lexical:
    """Similarities of a sentence to others, or the vectors themselves."""

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> Any:
        """For `source_sentence` and `sentences` a number a sentence; for a text its vector, for texts theirs."""
        normalize = flag_of(parameters, "normalize", True)
        if isinstance(inputs, dict):
            return similarities(inputs)
        if isinstance(inputs, list) and inputs:
            return [vector(text_of(text), normalize) for text in inputs[:_MOST_SENTENCES]]
        return vector(text_of(inputs), normalize)


def similarities(inputs: Mapping[str, Any]) -> list[float]:
    """The cosine between a sentence and each of the others."""
    sentences = inputs.get("sentences")
    if not isinstance(sentences, list) or not sentences:
        raise Refusal(f'"inputs.sentences" must be a list of sentences, but it is {json_name(sentences)}.')
    if len(sentences) > _MOST_SENTENCES:
        raise Refusal(f'"inputs.sentences" holds {len(sentences):,} sentences; the most is {_MOST_SENTENCES:,}.')
    source = vector(text_of(inputs.get("source_sentence"), "inputs.source_sentence"))
    others = [vector(text_of(text, f"inputs.sentences[{number}]")) for number, text in enumerate(sentences)]
    return [round(sum(a * b for a, b in zip(source, other, strict=True)), 4) for other in others]


def vector(text: str, normalize: bool = True) -> list[float]:
    """A text as 128 numbers; of length one unless asked otherwise."""
    values = [0.0] * SIZE
    for feature, weight in _features(text):
        # Each byte of the hash is a place and a sign, so that what shares a place cancels out on average.
        for byte in hashlib.blake2b(feature.encode(), digest_size=8).digest():
            values[byte % SIZE] += weight if byte < SIZE else -weight
    length = math.sqrt(sum(value * value for value in values)) if normalize else 1.0
    return [round(value / (length or 1.0), 6) for value in values]


def _features(text: str) -> Iterator[tuple[str, float]]:
    for word, _, _ in spans(text):
        if word in STOP:
            yield word, _COMMON
            continue
        root = stem(word)
        yield root, _WORD
        edged = f"<{root}>"
        pieces = [edged[start : start + 3] for start in range(len(edged) - 2)]
        yield from ((piece, _PIECE / math.sqrt(len(pieces))) for piece in pieces)


def load() -> Lexical:
    """The engine."""
    return Lexical()
