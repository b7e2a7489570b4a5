"""The tiny language models: they chat, go on writing, and say how likely each token was.

Each is an ordinary model folder in `examples/`, made by `examples/_make/tiny_chat/train.py`."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .base import TextGenerator, Token, Turn
from .bpe import Tokenizer
from .llama import Llama
from .sampling import Sampler, sampler, token

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WRITER = "tiny-chat-1m"  # the folder whose weights also go on writing and fill masks

# As the folder's chat_template.jinja writes it; who calls these names in tests compares the two.
_ROLES = {"developer": "system", "tool": "user", "function": "user"}


class TinyLM(TextGenerator):
    """A model folder, loaded: weights, tokenizer and how it wants to be sampled."""

    knows_probabilities = True

    def __init__(self, folder: Path) -> None:
        self.model = Llama(folder)
        self.tokenizer = Tokenizer(folder)
        self.defaults = json.loads((folder / "generation_config.json").read_text(encoding="utf-8"))
        ends = self.defaults["eos_token_id"]
        self._ends = frozenset(ends if isinstance(ends, list) else [ends])
        self.datas = {number: self.tokenizer.data(number) for number in self.tokenizer.tokens}

    def prompt(self, turns: Sequence[Turn]) -> list[int]:
        """A conversation as the tokens after which the answer begins. What people type can't end their turn."""
        special, encode = self.tokenizer.special, self.tokenizer.encode
        ids: list[int] = []
        for turn in turns:
            ids += [special["<|im_start|>"], *encode(f"{_ROLES.get(turn.role, turn.role)}\n"), *encode(turn.content)]
            ids += [special["<|im_end|>"], *encode("\n")]
        return [*ids, special["<|im_start|>"], *encode("assistant\n")]

    def count(self, turns: Sequence[Turn]) -> int:
        """The tokens of a conversation as it is put to the model."""
        return len(self.prompt(turns))

    def length(self, text: str) -> int:
        """The tokens of a text."""
        return len(self.tokenizer.encode(text))

    def stream(self, turns: Sequence[Turn], parameters: Mapping[str, Any]) -> Iterator[Token]:
        """What the model says to a conversation, to its end or to the context's."""
        return self._generate(self.prompt(turns), sampler(parameters, self.defaults), top_of(parameters))

    def write(self, text: str, parameters: Mapping[str, Any]) -> Iterator[Token]:
        """How the model goes on from a text."""
        return self._generate(self.tokenizer.encode(text), sampler(parameters, self.defaults), top_of(parameters))

    def _generate(self, ids: list[int], drawn: Sampler, top: int) -> Iterator[Token]:
        cache = self.model.cache()
        said: list[int] = []
        # A character's bytes may come with several tokens; its text comes with the last of them.
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        scores = self.model.scores(np.array([ids]), cache, last=True)[0, -1]
        while True:
            number = drawn.pick(scores, said)
            if number in self._ends:
                return
            said.append(number)
            full = cache.length == self.model.context
            text = decode(self.datas[number], final=full)
            yield token(number, text, scores, self.datas, top)
            if full:
                return
            scores = self.model.scores(np.array([[number]]), cache)[0, -1]


def top_of(parameters: Mapping[str, Any]) -> int:
    """How many of the likeliest tokens are wanted at each place."""
    return int(parameters.get("top_logprobs") or 0)


def load(folder: str = WRITER) -> TinyLM:
    """The model of an example's folder."""
    return TinyLM(EXAMPLES / folder)
