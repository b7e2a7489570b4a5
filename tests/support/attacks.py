"""Texts that make a regular expression slow where it can be: built of its own characters, groups and runs."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from .growth import LONGEST, grows

REPEATING = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
MANY = 3  # a group that repeats more often than this may run away
WINDOW = 3  # parts of a pattern that are repeated together
BREAKS = ("", "\0", "\n", "!")
MAX = 300  # attacks on one pattern
_CANDIDATES = [*" \t\n\raA0_-.:;,|`<>/\"'=()[]{}*#$é€\u2028!~", "\0"]
_CATEGORIES = {
    op.CATEGORY_DIGIT: "0", op.CATEGORY_NOT_DIGIT: "a", op.CATEGORY_SPACE: " ", op.CATEGORY_NOT_SPACE: "a",
    op.CATEGORY_WORD: "a", op.CATEGORY_NOT_WORD: "-",
}  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """A text by the number of its pieces."""

    head: str
    piece: str
    tail: str = ""

    def __call__(self, pieces: int) -> str:
        return self.head + self.piece * pieces + self.tail

    def bytes(self, pieces: int) -> bytes:
        """The same for a pattern of bytes."""
        return self(pieces).encode("latin-1", "replace")


def slow(pattern: re.Pattern[Any], methods: Collection[str] = ("search", "match", "fullmatch")) -> str | None:
    """An attack for which the pattern needs more than linear time, and its times; None where none was found.

    `methods` are those it is used by: what is looked for anywhere (`search`, `sub`, ...) is tried by `finditer`."""
    named = [name for name in ("match", "fullmatch") if name in methods]
    calls = [getattr(pattern, name) for name in named]
    if set(methods) - set(named):
        calls.append(lambda text: deque(pattern.finditer(text), 0))
    for attack in attacks(pattern):
        for call in calls:
            made, longest = attack.bytes if isinstance(pattern.pattern, bytes) else attack, LONGEST // len(attack.piece)
            if said := grows(call, made, longest):
                return f"{attack.head!r} + {attack.piece!r} * n + {attack.tail!r}: {said}"
    return None


def attacks(pattern: re.Pattern[Any]) -> list[Attack]:
    """The texts to try, without doubles."""
    source = pattern.pattern
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    flags = pattern.flags & ~(re.UNICODE if isinstance(source, bytes) else 0)
    parsed = parser.parse(text, flags)
    return list(islice((attack for attack in dict.fromkeys(_made(list(parsed))) if attack.piece), MAX))


def _made(parts: list[Any]) -> Iterator[Attack]:
    alphabet = list(dict.fromkeys(_letters(parts)))
    breaks = [*BREAKS, *(letter + "\0" for letter in dict.fromkeys(_refused(parts)))][:7]
    for head, body in _repeats(parts, ""):
        for piece in body:
            yield from (Attack(head, piece, end) for end in breaks)
            yield Attack("", head + piece)
            yield from (Attack(head, piece + letter) for letter in alphabet[:8])
    flat = list(_flat(parts))
    for said in dict.fromkeys(tuple(filter(None, (_sample([part], times) for part in flat))) for times in (0, 1)):
        for number in range(len(said)):
            head = "".join(said[:number])
            for size in range(1, WINDOW + 1):
                piece = "".join(said[number : number + size])
                yield from (Attack(head, piece, end) for end in (breaks[0], breaks[1], breaks[-1]))
                yield Attack("", head + piece + "\n")
            yield from (Attack("", head, end) for end in ("\0", *(["\n"] if head else [])) if head)
    for letter in alphabet:
        yield from (Attack("", letter, end) for end in breaks[:3])
    yield from (Attack("", first + second) for first in alphabet[:8] for second in alphabet[:8] if first != second)
    yield from (Attack(first, second, "\0") for first in alphabet[:8] for second in alphabet[:8])


def _flat(parts: list[Any]) -> Iterator[Any]:
    """The parts one after another, without the groups around them."""
    for kind, value in parts:
        if kind is op.SUBPATTERN:
            yield from _flat(list(value[-1]))
        elif kind is op.ATOMIC_GROUP:
            yield from _flat(list(value))
        elif kind in REPEATING and len(list(value[2])) == 1 and value[2][0][0] is op.SUBPATTERN:
            yield from _flat(list(value[2]))
        else:
            yield kind, value


def _refused(parts: list[Any]) -> Iterator[str]:
    """The characters that a class leaves out."""
    for kind, value in parts:
        if kind is op.NOT_LITERAL:
            yield chr(value)
        elif kind is op.IN and value[0][0] is op.NEGATE:
            yield from (chr(held) for name, held in value if name is op.LITERAL)
        elif kind in REPEATING:
            yield from _refused(list(value[2]))
        elif kind is op.SUBPATTERN:
            yield from _refused(list(value[-1]))
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from _refused(list(branch))


def _repeats(parts: list[Any], head: str) -> Iterator[tuple[str, list[str]]]:
    """What stands before each part that may repeat, and what it may repeat."""
    for number, (kind, value) in enumerate(parts):
        before = head + _sample(parts[:number])
        if kind in REPEATING:
            _low, high, inner = value
            if high > MANY:
                longer = _sample(list(inner), 2)
                yield before, list(dict.fromkeys([_sample(list(inner), 1), longer, *_letters(list(inner))]))
            yield from _repeats(list(inner), before)
        elif kind is op.SUBPATTERN:
            yield from _repeats(list(value[-1]), before)
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from _repeats(list(branch), before)
        elif kind in (op.ASSERT, op.ASSERT_NOT):
            yield from _repeats(list(value[1]), before)
        elif kind is op.ATOMIC_GROUP:
            yield from _repeats(list(value), before)


def _sample(parts: list[Any], times: int = 0) -> str:
    """A text that the parts match, with each repeat at its least, or `times` times where that is more."""
    return "".join(_of(kind, value, times) for kind, value in parts)


def _of(kind: Any, value: Any, times: int) -> str:
    if kind in REPEATING:
        low, high, inner = value
        return _sample(list(inner), times) * min(max(low, times), int(high), 50)
    if kind is op.SUBPATTERN:
        return _sample(list(value[-1]), times)
    if kind is op.BRANCH:
        return _sample(list(value[1][0]), times)
    if kind is op.ATOMIC_GROUP:
        return _sample(list(value), times)
    letters = _matched(kind, value)
    return letters[0] if letters else ""


def _letters(parts: list[Any]) -> Iterator[str]:
    for kind, value in parts:
        if kind in REPEATING:
            yield from _letters(list(value[2]))
        elif kind is op.SUBPATTERN:
            yield from _letters(list(value[-1]))
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from _letters(list(branch))
        elif kind in (op.ASSERT, op.ASSERT_NOT):
            yield from _letters(list(value[1]))
        elif kind is op.ATOMIC_GROUP:
            yield from _letters(list(value))
        else:
            yield from _matched(kind, value)[:3]


def _matched(kind: Any, value: Any) -> list[str]:
    """Some characters that one part of a pattern matches."""
    if kind is op.LITERAL:
        return [chr(value)]
    if kind is op.ANY:
        return ["a", " ", "-"]
    if kind is op.NOT_LITERAL:
        return [letter for letter in ("a", " ", "-", "\n") if letter != chr(value)]
    if kind is op.IN:
        return _in(value)
    return []


def _in(items: list[Any]) -> list[str]:
    negated = items[0][0] is op.NEGATE
    named: list[str] = []
    for kind, value in items:
        if kind is op.LITERAL:
            named.append(chr(value))
        elif kind is op.RANGE:
            named.append(chr(value[0]))
        elif kind is op.CATEGORY:
            named.append(_CATEGORIES.get(value, "a"))
    if not negated:
        return named
    refused = re.compile(_written(items))
    return [letter for letter in ("a", " ", "\n", "-", *_CANDIDATES) if refused.fullmatch(letter)][:4]


def _written(items: list[Any]) -> str:
    """A negated class as a pattern again."""
    said = ""
    names = {
        op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_SPACE: r"\s",
        op.CATEGORY_NOT_SPACE: r"\S", op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W",
    }  # fmt: skip
    for kind, value in items:
        if kind is op.LITERAL:
            said += re.escape(chr(value))
        elif kind is op.RANGE:
            said += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        elif kind is op.CATEGORY:
            said += names[value]
    return f"[^{said}]"
