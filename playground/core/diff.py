"""What two answers differ in: word by word along aligned sentences, or field by field where both are JSON.

Time is bounded: what is too long to be compared at once is cut into stretches that are compared one by one, and every
comparison is paid from a budget; a diff that was made so may miss words that are equal, and says so."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Literal

CELLS = 8_000_000
MAX_CELLS_AT_ONCE = 250_000
MAX_SENTENCES_AT_ONCE = 1_600
ALIKE = 0.4
MAX_FIELDS = 2_000
MAX_DEPTH = 60

Kind = Literal["same", "removed", "added", "changed"]

# A word is a run of letters and digits; scripts that set no spaces between words count character by character.
_WORD = re.compile(
    r"\s*(?:[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|[^\W\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[^\w\s])|\s+$"
)
_GAP = re.compile(r"\s+|[。！？]+")
_FENCED = re.compile(r"\A\s*```[\w-]*[ \t]*\n(.*?)\n?```\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A stretch of words: what stands on the left, and what on the right."""

    kind: Kind
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Diff:
    """Rows of pieces, a row for each pair of sentences; the left texts joined are the first answer, the right ones
    the second. `similarity` is the share of words in common, 0 to 1; where it is not `exact`, at least that."""

    rows: tuple[tuple[DiffPiece, ...], ...]
    similarity: float
    exact: bool = True

    @property
    def identical(self) -> bool:
        """Whether there is nothing to tell, white space included."""
        return all(piece.kind == "same" and piece.left == piece.right for row in self.rows for piece in row)

    @property
    def percent(self) -> str:
        """The similarity in percent, rounded down, so that only the same words are 100 %."""
        return f"{int(self.similarity * 100)} %"


@dataclass(frozen=True, slots=True)
class DiffField:
    """A field of two JSON values by its path; None is no value at all, values are JSON text."""

    path: str
    kind: Kind
    left: str | None
    right: str | None


def diff(first: str, second: str) -> Diff:
    """What the second text has that the first has not, and the other way round."""
    left, right = _sentences(first), _sentences(second)
    budget = _Budget()
    rows: list[tuple[DiffPiece, ...]] = []
    common = 0
    for a, b in _aligned(left, right, budget):
        row, equal = _compare(a, b, budget)
        common += equal
        if row:
            rows.append(row)
    total = sum(len(keys) for _, keys in left) + sum(len(keys) for _, keys in right)
    return Diff(tuple(rows), 2 * common / total if total else 1.0, not budget.short)


def similarity(first: str, second: str) -> float:
    """The share of words that two texts have in common in the same order, 0 to 1."""
    return 1.0 if first == second else diff(first, second).similarity


def fields(first: str, second: str) -> tuple[DiffField, ...] | None:
    """The fields of two JSON answers (a code fence around them is fine), None where either is no object or list."""
    left, right = _container(first), _container(second)
    if left is None or right is None:
        return None
    ours, theirs = dict(_leaves(left[0])), dict(_leaves(right[0]))
    found = []
    for path in dict.fromkeys([*ours, *theirs]):
        a, b = ours.get(path), theirs.get(path)
        kind: Kind = "same" if a == b else "added" if a is None else "removed" if b is None else "changed"
        found.append(DiffField(path, kind, a, b))
    return tuple(found)


_Sentence = tuple[tuple[str, ...], tuple[str, ...]]  # its words as they stand, and what they are compared by


class _Budget:
    def __init__(self) -> None:
        self.left = CELLS
        self.short = False

    def take(self, cells: int) -> bool:
        """Whether a comparison of so many pairs may be made."""
        if cells > min(self.left, MAX_CELLS_AT_ONCE):
            self.short = True
            return False
        self.left -= cells
        return True


def _sentences(text: str) -> list[_Sentence]:
    return [(words, tuple(map(_key, words))) for words in map(tuple, map(_WORD.findall, _cut(text)))]


def _key(word: str) -> str:
    """A word as it is compared: white space counts only as the indentation of a line."""
    bare = word.lstrip()
    space = word[: len(word) - len(bare)]
    return space[space.rfind("\n") + 1 :] + bare if "\n" in space and bare else bare


def _cut(text: str) -> Iterator[str]:
    """The text in sentences and lines, each with the white space before it."""
    start = 0
    for gap in _GAP.finditer(text):
        at = gap.start()
        before = text[max(start, at - 3) : at].rstrip("\"')]*_”’»")
        if "\n" in gap[0] or before.endswith((".", "!", "?", "…")):
            end = at
        elif not gap[0].isspace():
            end = gap.end()
        else:
            continue
        if end > start:
            yield text[start:end]
            start = end
    if start < len(text):
        yield text[start:]


def _aligned(
    left: list[_Sentence], right: list[_Sentence], budget: _Budget
) -> Iterator[tuple[list[_Sentence], list[_Sentence]]]:
    """Sentences beside each other: equal ones first, between them those that are alike, then what is left."""
    x = y = 0
    ends = (len(left), len(right))
    for i, j in [*_matches([k for _, k in left], [k for _, k in right], budget), ends]:
        yield from _alike(left[x:i], right[y:j], budget)
        if (i, j) != ends:
            yield [left[i]], [right[j]]
        x, y = i + 1, j + 1


def _alike(
    left: list[_Sentence], right: list[_Sentence], budget: _Budget
) -> Iterator[tuple[list[_Sentence], list[_Sentence]]]:
    """The pairing of two runs of unequal sentences that has the most words in common (longest weighted path)."""
    cells = len(left) * len(right)
    if cells > MAX_SENTENCES_AT_ONCE and min(len(left), len(right)) > 1:
        budget.short = True
        x, y = len(left) // 2, len(right) // 2
        yield from _alike(left[:x], right[:y], budget)
        yield from _alike(left[x:], right[y:], budget)
        return
    if cells <= 1 or cells > MAX_SENTENCES_AT_ONCE or not budget.take(cells * 20):
        if left or right:
            yield left, right
        return
    bags = [Counter(keys) for _, keys in left], [Counter(keys) for _, keys in right]
    score = [[_overlap(a, b) for b in bags[1]] for a in bags[0]]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            paired = best[i + 1][j + 1] + score[i][j] if score[i][j] >= ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    i = j = x = y = 0
    while i < len(left) and j < len(right):
        if score[i][j] >= ALIKE and best[i][j] == best[i + 1][j + 1] + score[i][j]:
            if x < i or y < j:
                yield left[x:i], right[y:j]
            yield [left[i]], [right[j]]
            i, j = i + 1, j + 1
            x, y = i, j
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    if left[x:] or right[y:]:
        yield left[x:], right[y:]


def _overlap(a: Counter[str], b: Counter[str]) -> float:
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0


def _compare(left: list[_Sentence], right: list[_Sentence], budget: _Budget) -> tuple[tuple[DiffPiece, ...], int]:
    """The pieces of a row, and how many words are equal in it."""
    ours = [word for words, _ in left for word in words]
    theirs = [word for words, _ in right for word in words]
    pairs = _matches([k for _, keys in left for k in keys], [k for _, keys in right for k in keys], budget)
    if len(left) * len(right) != 1 and 2 * len(pairs) < ALIKE / 2 * (len(ours) + len(theirs)):
        pairs = []  # a few small words in common make no sentence the other's new wording
    pieces: list[DiffPiece] = []
    x = y = 0
    for i, j in [*pairs, (len(ours), len(theirs))]:
        _add(pieces, "removed", "".join(ours[x:i]), "")
        _add(pieces, "added", "", "".join(theirs[y:j]))
        if i < len(ours):
            _add(pieces, "same", ours[i], theirs[j])
        x, y = i + 1, j + 1
    return tuple(pieces), len(pairs)


def _add(pieces: list[DiffPiece], kind: Kind, left: str, right: str) -> None:
    if not left and not right:
        return
    if pieces and pieces[-1].kind == kind:
        left, right = pieces[-1].left + left, pieces[-1].right + right
        pieces[-1] = DiffPiece(kind, left, right)
    else:
        pieces.append(DiffPiece(kind, left, right))


def _matches(a: Sequence[Hashable], b: Sequence[Hashable], budget: _Budget) -> list[tuple[int, int]]:
    """Pairs of places that hold equal items, rising on both sides."""
    found: list[tuple[int, int]] = []
    left = [(0, len(a), 0, len(b))]
    while left:
        lo, hi, at, to = left.pop()
        while lo < hi and at < to and a[lo] == b[at]:
            found.append((lo, at))
            lo, at = lo + 1, at + 1
        while lo < hi and at < to and a[hi - 1] == b[to - 1]:
            hi, to = hi - 1, to - 1
            found.append((hi, to))
        if lo == hi or at == to:
            continue
        if budget.take((hi - lo) * (to - at)):
            blocks = SequenceMatcher(None, a[lo:hi], b[at:to], autojunk=False).get_matching_blocks()
            found += [(lo + m.a + n, at + m.b + n) for m in blocks for n in range(m.size)]
            continue
        edges = [(lo - 1, at - 1), *_anchors(a, b, lo, hi, at, to), (hi, to)]
        if len(edges) > 2:
            found += edges[1:-1]
            left += [(i + 1, k, j + 1, m) for (i, j), (k, m) in pairwise(edges)]
        elif budget.left > 0 and min(hi - lo, to - at) > 1:
            x, y = (lo + hi) // 2, (at + to) // 2
            left += [(lo, x, at, y), (x, hi, y, to)]
    return sorted(found)


def _anchors(a: Sequence[Hashable], b: Sequence[Hashable], lo: int, hi: int, at: int, to: int) -> list[tuple[int, int]]:
    """Items that occur once on either side, as many as rise together (the idea of a patience diff)."""
    ours, theirs = Counter(a[lo:hi]), Counter(b[at:to])
    places = {item: n for n, item in enumerate(b[at:to], at) if theirs[item] == 1}
    pairs = [(n, places[item]) for n, item in enumerate(a[lo:hi], lo) if ours[item] == 1 and item in places]
    ends: list[int] = []
    chains: list[tuple[int, int]] = []  # a pair's number, and the number of the one before it
    last: list[int] = []
    for number, (_, place) in enumerate(pairs):
        rank = bisect_left(ends, place)
        chains.append((number, last[rank - 1] if rank else -1))
        if rank == len(ends):
            ends.append(place)
            last.append(number)
        else:
            ends[rank], last[rank] = place, number
    rising: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        rising.append(pairs[number])
        number = chains[number][1]
    return rising[::-1]


def _container(text: str) -> tuple[Any] | None:
    found = _FENCED.match(text)
    try:
        value = json.loads(found[1] if found else text)
    except (ValueError, RecursionError):
        return None
    return (value,) if isinstance(value, dict | list) else None


def _leaves(value: Any) -> Iterator[tuple[str, str]]:
    """The values that hold no others, by path, at most MAX_FIELDS of them."""
    left: list[tuple[str, Any, int]] = [("$", value, 0)]
    count = 0
    while left and count < MAX_FIELDS:
        path, item, depth = left.pop()
        if isinstance(item, dict | list) and item and depth < MAX_DEPTH:
            inside = item.items() if isinstance(item, dict) else enumerate(item)
            left += [(_step(path, key), held, depth + 1) for key, held in reversed(list(inside))]
        else:
            count += 1
            yield path, json.dumps(item, ensure_ascii=False, sort_keys=True)


def _step(path: str, key: str | int) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if key.isidentifier() else f"{path}[{json.dumps(key, ensure_ascii=False)}]"
