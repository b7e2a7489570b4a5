"""Small English: sentences, content words and their stems, for the engines that compare texts by words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.!?](?![\s\"”’)]|$))+[.!?]*[\"”’)]*")
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Mt|vs|etc|approx|no|No|e\.g|i\.e|[A-Z])\.[\"”’)]*$")


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    text = (files(__package__) / "data" / "english.txt").read_text(encoding="utf-8")
    blocks = (block.partition("]\n") for block in text.split("\n[")[1:])
    return {name: frozenset(" ".join(item.split()) for item in body.split(",")) for name, _, body in blocks}


def listed(name: str) -> frozenset[str]:
    """A word list of `data/english.txt`."""
    return _lists()[name]


STOP = listed("stop words")


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text in lower case, with their places."""
    for match in _WORD.finditer(text):
        yield match.group().lower().replace("’", "'"), match.start(), match.end()


def stem(word: str) -> str:
    """A word without its commonest English endings; close enough to compare by."""
    word = _IRREGULAR.get(word, word)
    if word.endswith("'s"):
        word = word[:-2]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ingly", "edly", "ing", "ed", "es", "ly", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lse":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def content(text: str) -> list[str]:
    """The stems of the words that carry a text's meaning, in order."""
    return [stem(word) for word, _, _ in spans(text) if word not in STOP]


def sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text start and end."""
    found: list[tuple[int, int]] = []
    for match in _SENTENCE.finditer(text):
        raw = match.group()
        start = match.start() + len(raw) - len(raw.lstrip())
        if start == match.end():
            continue
        if (
            found
            and _ABBREVIATION.search(text, max(found[-1][0], found[-1][1] - 12), found[-1][1])
            and "\n" not in text[found[-1][1] : start]
        ):
            found[-1] = (found[-1][0], match.end())
        else:
            found.append((start, match.end()))
    return found


_IRREGULAR = {
    past: present
    for present, pasts in {
        "live": "lived living life",
        "begin": "began begun beginning",
        "bear": "born bore",
        "build": "built",
        "buy": "bought",
        "find": "found",
        "write": "wrote written writing",
        "make": "made making",
        "take": "took taken taking",
        "win": "won winning",
        "lead": "led",
        "fly": "flew flown",
        "fall": "fell fallen",
        "grow": "grew grown",
        "give": "gave given giving",
        "go": "went gone",
        "come": "came coming",
        "tall": "height high tallest higher",
        "wide": "width widest",
        "long": "length longest longer",
        "old": "age oldest older",
        "man": "men",
        "woman": "women",
        "child": "children",
        "person": "people",
        "die": "died death dying",
        "cost": "price priced costs",
        "big": "size biggest bigger large largest",
        "begins": "starts",
        "invent": "inventor invented invention",
        "discover": "discoverer discovered discovery",
        "design": "designer designed",
    }.items()
    for past in pasts.split()
}
