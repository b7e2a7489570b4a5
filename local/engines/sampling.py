"""How a token is chosen among the scores of all: temperature, top-k, top-p, penalties and a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import Token, count_of, number_of, seed_of
from .llama import Array, log_softmax


@dataclass(slots=True)
class Sampler:
    """Draws tokens. Without a seed each run draws other ones; at temperature 0 the likeliest is taken."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    seed: int | None = None
    chance: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.chance = np.random.default_rng(None if self.seed is None else self.seed % 2**64)

    def pick(self, scores: Array, said: Sequence[int]) -> int:
        """One of the tokens that `scores` ranks; what was `said` is what the penalties look at."""
        if said and (self.presence_penalty or self.frequency_penalty):
            tokens, counts = np.unique(np.asarray(said), return_counts=True)
            scores = scores.copy()
            scores[tokens] -= self.presence_penalty + self.frequency_penalty * counts.astype(np.float32)
        if self.temperature == 0:
            return int(scores.argmax())
        with np.errstate(over="ignore"):
            shares = np.exp(log_softmax(scores / np.float32(max(self.temperature, 1e-4))).astype(np.float64))
        ranked = np.argsort(-shares, kind="stable")[: self.top_k or None]
        # The smallest set that reaches top_p: a token stays when those before it have not reached it yet.
        ranked = ranked[np.cumsum(shares[ranked]) - shares[ranked] < max(self.top_p, 1e-9)]
        return int(self.chance.choice(ranked, p=shares[ranked] / shares[ranked].sum()))


def sampler(parameters: Mapping[str, Any], default: Mapping[str, Any]) -> Sampler:
    """The sampler that a request asks for, with what the model's folder says where it asks for nothing.
    Raises Refusal."""
    asked = {name: value for name, value in parameters.items() if value is not None}
    sampled = asked.get("do_sample", default.get("do_sample", True))
    # Who sets one of these wants to sample, unless they say otherwise.
    drawn = sampled or ("do_sample" not in asked and asked.keys() & {"temperature", "top_p", "top_k"})
    return Sampler(
        temperature=number_of(asked, "temperature", 0, 100, default.get("temperature", 1.0)) if drawn else 0.0,
        top_k=count_of(asked, "top_k", 0),
        top_p=number_of(asked, "top_p", 0, 1, default.get("top_p", 1.0)),
        presence_penalty=number_of(asked, "presence_penalty", -2, 2, 0.0),
        frequency_penalty=number_of(asked, "frequency_penalty", -2, 2, 0.0),
        seed=seed_of(asked),
    )


def token(number: int, text: str, scores: Array, datas: Mapping[int, bytes], top: int) -> Token:
    """A chosen token with its log-probability, and those of the `top` likeliest."""
    logprobs = log_softmax(scores)
    ranked = np.argsort(-scores, kind="stable")[:top]
    others = tuple((datas[int(other)], float(logprobs[other])) for other in ranked)
    return Token(text, datas[number], number, float(logprobs[number]), others)
