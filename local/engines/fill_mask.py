"""Fills a gap with the word that makes the sentence likeliest to a language model that reads from left to right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import Refusal
from .base import count_of, json_name, text_of
from .llama import Array, Cache, log_softmax
from .tiny_lm import TinyLM
from .tiny_lm import load as load_model

_WORD = re.compile(rb" ?(?:[A-Za-z]{2,}|[aAI])")
MASKS = "[MASK] (or <mask>)"
_MASK = re.compile(r"\[MASK\]|<mask>")
# How many words are tried in the place, and how many tokens after it are looked at.
_TRIED, _AFTER, _BEFORE = 60, 40, 200


class FillMask:
    """Words for the one gap of a text, best first."""

    def __init__(self, lm: TinyLM) -> None:
        self._lm = lm
        self._words = {
            number: data.decode() for number, data in lm.datas.items() if re.fullmatch(rb" ?[A-Za-z]+", data)
        }

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Each with its score, among the words that were tried, and the whole sentence."""
        text, top_k = text_of(inputs, limit=5_000), count_of(parameters, "top_k", 5)
        masks = _MASK.findall(text)
        if len(masks) != 1:
            raise Refusal(f'"inputs" must hold one {MASKS}, but it holds {len(masks)}.')
        before, after = _MASK.split(text)
        past, read = self._lm.model.cache(), self._ids(before.removesuffix(" "))
        first = self._lm.model.scores(np.array([read]), past, last=True)[0, -1]
        tried = self._tried(first, before.endswith(" "), parameters.get("targets"))
        scores = log_softmax(first)[tried] + self._following(past, tried, after)
        shares = np.exp(log_softmax(scores))
        return [
            {
                "score": round(float(shares[place]), 4), "token": int(tried[place]),
                "token_str": self._words[int(tried[place])].strip(),
                "sequence": f"{before}{self._words[int(tried[place])].strip()}{after}",
            }
            for place in np.argsort(-scores, kind="stable")[:top_k]
        ]  # fmt: skip

    def _ids(self, text: str) -> list[int]:
        # A text may begin with the gap; then it follows the end of another.
        return self._lm.tokenizer.encode(text)[-_BEFORE:] or [self._lm.tokenizer.special["<|endoftext|>"]]

    def _tried(self, scores: Array, spaced: bool, targets: Any) -> list[int]:
        """The words that may stand here: those that were asked for, or the likeliest after what stands before."""
        fitting = {word.strip(): n for n, word in self._words.items() if word.startswith(" ") == spaced}
        if targets is not None:
            listed = targets if isinstance(targets, list) else [targets]
            found = [fitting[word] for word in listed if isinstance(word, str) and word in fitting]
            if not found:
                raise Refusal(f'None of "targets" is a word of this model: {json_name(targets)}.')
            return found
        numbers = np.array(list(fitting.values()))
        return [int(n) for n in numbers[np.argsort(-scores[numbers], kind="stable")[:_TRIED]]]

    def _following(self, past: Cache, tried: list[int], after: str) -> Array | float:
        """How likely what stands after the gap is, after each of the words."""
        rest = self._lm.tokenizer.encode(after)[:_AFTER]
        if not rest:
            return 0.0
        texts = np.column_stack([tried, np.tile(rest, (len(tried), 1))])[:, :-1]
        scores = log_softmax(self._lm.model.scores(texts, past.repeated(len(tried), len(rest))))
        return np.asarray(scores[:, np.arange(len(rest)), rest].sum(axis=1))


def load() -> FillMask:
    """The engine, over the weights of the larger tiny chat model."""
    return FillMask(load_model())
