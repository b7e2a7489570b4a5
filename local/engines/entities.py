"""Named entities by capital letters, word lists and the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Refusal
from .base import choice_of, json_name, text_of
from .gazetteer import places
from .words import listed

_CAPITAL = r"(?:[A-Z]\.(?:[A-Z]\.)+|[^\W\d_a-zß-öø-ÿ][\w&]*(?:[-'’][\w]+)*)"
_JOINER = r"(?:of the|de la|van der|von der|de|da|di|du|la|le|van|von|of|bin|al|&)"
_SPAN = re.compile(rf"{_CAPITAL}(?:[ \t]+(?:{_JOINER}[ \t]+)?{_CAPITAL}|(?<=\bSt|\bMt)\.[ \t]+{_CAPITAL})*")
_WORD = re.compile(r"\S+")

_TITLES = listed("titles")
_ORG_WORDS = listed("words of organisations")
_PLACE_WORDS = listed("words of places")
_NO_NAMES = listed("calendar") | listed("ordinary words")
_ORGANISATIONS = listed("organisations")
_NATIONALITIES = listed("nationalities")
_FIRST_NAMES = listed("first names")
_TITLE_BEFORE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Col|Capt|Sen|Gov)\.[ \t]+$")
_PERSON_BEFORE = re.compile(
    r"(?:\b(?:my|his|her|your|our|whose) (?:\w+ )?name(?:'s| is| was)"
    r"|\b(?:I am|I'm|named|called|said|says|told|asked|met|thanked?|married|by|with)"
    r"|\b(?:friend|sister|brother|mother|father|wife|husband|daughter|son|boss|colleague))\s+$",
    re.IGNORECASE,
)
_PLACE_BEFORE = re.compile(
    r"\b(?:(?:live[sd]?|living|born|based|located|stay(?:s|ed|ing)?|arrived?|work(?:s|ed|ing)?|meet|met|city|capital|"
    r"town|village|moved|travel(?:s|led|ed)?|flew|fly|drove|went|going|go|trip|visit(?:s|ed|ing)?|from|near|outside)"
    r"(?: back)?(?: (?:in|at|to|of|from|is))?|in|to)\s+$",
    re.IGNORECASE,
)
_ORG_BEFORE = re.compile(
    r"\b(?:work(?:s|ed|ing)? (?:for|at)|employed by|joined|founded|company|startup|firm)\s+$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Found:
    label: str
    start: int
    end: int
    score: float


class EntityFinder:
    """PER, LOC, ORG and MISC spans of an English text."""

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> list[Any]:
        """A list of entities; for a list of texts, one list a text."""
        strategy = choice_of(
            parameters, "aggregation_strategy", ("none", "simple", "first", "average", "max"), "simple"
        )
        ignored = parameters.get("ignore_labels") or []
        if not isinstance(ignored, list) or not all(isinstance(label, str) for label in ignored):
            raise Refusal(f'"ignore_labels" must be a list of labels, but it is {json_name(ignored)}.')
        if isinstance(inputs, list) and inputs:
            return [self._answer(text_of(text), strategy, ignored) for text in inputs]
        return self._answer(text_of(inputs), strategy, ignored)

    def _answer(self, text: str, strategy: str, ignored: list[str]) -> list[dict[str, Any]]:
        found = [span for span in find(text) if span.label not in ignored]
        if strategy == "none":
            return [word for span in found for word in _words(text, span)]
        return [
            {
                "entity_group": span.label,
                "score": span.score,
                "word": text[span.start : span.end],
                "start": span.start,
                "end": span.end,
            }
            for span in found
        ]


def find(text: str) -> list[_Found]:
    """The entities of a text, in order; positions count characters (code points)."""
    return [found for match in _SPAN.finditer(text) for found in _spans(text, match.start(), match.group())]


def _words(text: str, span: _Found) -> Iterator[dict[str, Any]]:
    """A span word by word, labelled B- and I- as models without aggregation do."""
    before = len(_WORD.findall(text[: span.start]))
    for number, match in enumerate(_WORD.finditer(text, span.start, span.end)):
        yield {
            "entity": f"{'I' if number else 'B'}-{span.label}",
            "score": span.score,
            "index": before + number + 1,
            "word": match.group(),
            "start": match.start(),
            "end": match.end(),
        }


def _spans(text: str, start: int, span: str) -> Iterator[_Found]:
    """A run of capitalised words as entities: ordinary words cut off its ends, then judged whole or in parts."""
    words = [(start + m.start(), m.group().rstrip(".,")) for m in _WORD.finditer(span)]
    while words and span not in places() and _is_ordinary(words[0][1]):
        words.pop(0)
    while words and (_is_ordinary(words[-1][1]) or words[-1][1].islower()):
        words.pop()
    if not words or (len(words) == 1 and words[0][1] in _TITLES):
        return
    titled = bool(_TITLE_BEFORE.search(text, max(0, words[0][0] - 8), words[0][0])) or words[0][1] in _TITLES
    if words[0][1] in _TITLES:
        words.pop(0)
    first, last = words[0][0], words[-1][0] + len(words[-1][1])
    name = text[first:last]
    if text[last : last + 1] == "." and re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", name):
        last, name = last + 1, name + "."
    if re.search(r"['’]s$", name):
        last, name = last - 2, name[:-2]
    yield from _judge(text, first, last, name, titled)


def _is_ordinary(word: str) -> bool:
    return re.split("['’]", word)[0] in _NO_NAMES


def _judge(text: str, start: int, end: int, name: str, titled: bool) -> Iterator[_Found]:
    """What a name is: by its lists, by its own words, by the words before it, else MISC with a low score."""
    before, words = text[max(0, start - 60) : start], name.split()
    place_cue, person_cue = _PLACE_BEFORE.search(before), _PERSON_BEFORE.search(before)
    if titled:
        yield _Found("PER", start, end, 0.95)
    elif name in places() and not (name in _FIRST_NAMES and person_cue):
        both = name in _ORGANISATIONS and not place_cue
        yield _Found("ORG" if both else "LOC", start, end, 0.7 if both else 0.98 if place_cue else 0.9)
    elif name in _ORGANISATIONS or words[-1] in _ORG_WORDS or words[0] in _ORG_WORDS:
        yield _Found("ORG", start, end, 0.9)
    elif words[-1] in _PLACE_WORDS or words[0] in _PLACE_WORDS - {"Park", "Castle"}:
        yield _Found("LOC", start, end, 0.85)
    elif words[0] in _FIRST_NAMES:
        yield _Found("PER", start, end, 0.97 if person_cue or len(words) > 1 else 0.9)
    elif words[0] in _NATIONALITIES:
        yield from _after_nationality(text, start, end, words)
    elif _ORG_BEFORE.search(before):
        yield _Found("ORG", start, end, 0.75)
    elif place_cue and not person_cue:
        yield _Found("LOC", start, end, 0.7)
    elif person_cue:
        yield _Found("PER", start, end, 0.7)
    elif name.isupper() and len(name) > 1:
        yield _Found("ORG", start, end, 0.5)
    elif len(words) > 1 or not _starts_sentence(text, start):
        yield _Found("MISC", start, end, 0.4)


def _after_nationality(text: str, start: int, end: int, words: list[str]) -> Iterator[_Found]:
    cut = start + len(words[0])
    yield _Found("MISC", start, cut, 0.85)
    if len(words) > 1:
        rest = text.index(words[1], cut)
        yield from _judge(text, rest, end, text[rest:end], False)


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“‘(*#>-")
    return not before or before[-1] in ".!?:\n"


def load() -> EntityFinder:
    """The engine, with the places read."""
    places()
    return EntityFinder()
