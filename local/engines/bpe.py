"""Texts as tokens and back: the byte-level BPE of a `tokenizer.json`."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path


def _letters() -> dict[int, str]:
    """The letter that stands for each byte in the vocabulary: itself where it is visible, else one from 256 on."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in seen]
    return {byte: chr(byte) for byte in seen} | {byte: chr(256 + n) for n, byte in enumerate(rest)}


_LETTERS = _letters()
_BYTES = {letter: byte for byte, letter in _LETTERS.items()}


class Tokenizer:
    """The tokenizer of a folder, for the pieces that ours are made of: a pattern, then byte-level BPE."""

    def __init__(self, folder: Path) -> None:
        data = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        split, level = data["pre_tokenizer"]["pretokenizers"]
        assert split["behavior"] == "Isolated"
        assert not level["add_prefix_space"]
        assert not level["use_regex"]
        self._pattern = re.compile(split["pattern"]["Regex"])
        self._ids: dict[str, int] = data["model"]["vocab"]
        self._ranks = {tuple(pair): rank for rank, pair in enumerate(data["model"]["merges"])}
        self.special: dict[str, int] = {row["content"]: row["id"] for row in data["added_tokens"]}
        self.tokens = {number: token for token, number in self._ids.items()}
        self._piece = lru_cache(maxsize=10_000)(self._merged)

    def encode(self, text: str) -> list[int]:
        """A text's tokens. The names of special tokens are text like any other."""
        return [number for piece in self._pattern.findall(text) for number in self._piece(piece)]

    def data(self, number: int) -> bytes:
        """The bytes of a token; a character may be spread over several."""
        token = self.tokens[number]
        return b"" if token in self.special else bytes(_BYTES[letter] for letter in token)

    def _merged(self, piece: str) -> tuple[int, ...]:
        parts = [_LETTERS[byte] for byte in piece.encode("utf-8", "replace")]
        while len(parts) > 1:
            best = min(pairwise(parts), key=lambda pair: self._ranks.get(pair, len(self._ranks)))
            if best not in self._ranks:
                break
            joined: list[str] = []
            for part in parts:
                if joined and (joined[-1], part) == best:
                    joined[-1] += part
                else:
                    joined.append(part)
            parts = joined
        return tuple(self._ids[part] for part in parts)
