"""Looks an answer up in a short list of questions and answers; says so when it has none."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from .base import TextGenerator, Turn, pieces
from .words import content

# Below this share of the question's weight an entry is a guess, and a guess is not given.
_ENOUGH = 0.5
_GREETING = re.compile(r"\W*(?:hi|hello|hey|good \w+|thanks|thank you)\b(?:\W+(?:there|again))?\W*", re.IGNORECASE)
_ABOUT_ITSELF = re.compile(r"\b(?:who|what) are you\b", re.IGNORECASE)
_SYNONYMS = {"readme": "card", "modelcard": "card", "demo": "widget", "licence": "license", "sample": "example"}


@dataclass(frozen=True, slots=True)
class HelpEntry:
    """A question, other ways to ask it, and its answer in Markdown."""

    question: str
    title: frozenset[str]
    words: frozenset[str]
    answer: str


class CardHelper(TextGenerator):
    """Answers the last message of the person from the list; each message stands for itself."""

    pause = 0.03

    def __init__(self, entries: Sequence[HelpEntry]) -> None:
        self._entries = entries
        counts = Counter(word for entry in entries for word in entry.words)
        self._weights = {word: math.log(1 + len(entries) / count) for word, count in counts.items()}
        self._unknown = math.log(1 + len(entries))

    def stream(self, turns: Sequence[Turn], parameters: Mapping[str, Any]) -> Iterator[str]:
        """The answer to the last message, word by word; no parameter changes it."""
        said = [turn.content for turn in turns if turn.role == "user"]
        yield from pieces(self.reply(said[-1] if said else ""))

    def reply(self, text: str) -> str:
        """The best entry's answer, or what it could be asked instead."""
        if _ABOUT_ITSELF.search(text[:200]):
            return self._entries[-1].answer
        if _GREETING.fullmatch(text[:80]):
            return f"Hello. I answer questions about model cards, widgets and Showcard. {self._offer(())}"
        ranked = self._ranked(text[:2000])
        if ranked and ranked[0][0] >= _ENOUGH:
            return ranked[0][1].answer
        return f"I don't know that one. I only have a short list of answers. {self._offer([e for _, e in ranked])}"

    def _ranked(self, text: str) -> list[tuple[float, HelpEntry]]:
        asked = set(_stems(text))
        total = sum(self._weights.get(word, self._unknown) for word in asked)
        scored = [
            (sum(self._weights[word] for word in asked & entry.words) / total, _likeness(asked, entry.title), entry)
            for entry in self._entries
            if asked & entry.words
        ]
        return [(score, entry) for score, _, entry in sorted(scored, key=lambda row: row[:2], reverse=True)]

    def _offer(self, near: Sequence[HelpEntry]) -> str:
        chosen = [*near, *(entry for entry in self._entries if entry not in near)][:3]
        return "You can ask me:\n\n" + "\n".join(f"- {entry.question}" for entry in chosen)


def _likeness(asked: set[str], title: frozenset[str]) -> float:
    return len(asked & title) / len(asked | title)


def _stems(text: str) -> frozenset[str]:
    return frozenset(_SYNONYMS.get(word, word) for word in content(text))


def read(text: str) -> list[HelpEntry]:
    """The entries of a list: `## question`, a line `also: ...`, and the answer below."""
    entries = []
    for block in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        question, _, rest = block.partition("\n")
        also, _, answer = rest.partition("\n")
        title = _stems(question)
        entries.append(HelpEntry(question.strip(), title, title | _stems(also.removeprefix("also:")), answer.strip()))
    return entries


def load() -> CardHelper:
    """The engine, with its list read."""
    return CardHelper(read((files(__package__) / "data" / "faq.md").read_text(encoding="utf-8")))
