"""Where entities stand in their text, whatever a model counts in; and pieces joined into what they are pieces of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate

from showcard.metadata.outputs.read import Entity

from .marks import Span

LONGEST_SEARCHED = 200
END_OF_WORD = "</w>"  # as tokenizers with byte pairs write it
MAX_READ = 20_000_000  # characters of the text that may be read in vain, over all words
_PREFIX = re.compile(r"^([BIESLU])[-_](?=.)")

Offset = Callable[[int], int | None]


def place(items: Sequence[Entity], text: str) -> tuple[list[Span], list[Entity]]:
    """Where the entities stand: by their offsets, else by searching the text onwards; and those not found."""
    offset = _counting(items, text)
    search = _Search(text)
    spans: list[Span] = []
    loose: list[Entity] = []
    for item in items:
        found = _by_offsets(item, text, offset) or search.next(_bare(item.word))
        if found is None:
            loose.append(item)
            continue
        start, end = found
        while start < end and text[start].isspace():
            start += 1
        if start < end:
            spans.append(Span(start, end, item))
        else:
            loose.append(item)
    return spans, loose


def _by_offsets(item: Entity, text: str, offset: Offset) -> tuple[int, int] | None:
    if item.start is None or item.end is None or not 0 <= item.start < item.end:
        return None
    start, end = offset(item.start), offset(item.end)
    return (start, end) if start is not None and end is not None and 0 <= start < end <= len(text) else None


def _counting(items: Sequence[Entity], text: str) -> Offset:
    """What the offsets count: characters; those of the text without the space around it (that is what is sent);
    UTF-16 units, as JavaScript does; or UTF-8 bytes. The first that fits the most words."""
    ways: list[Callable[[], Offset]] = [lambda: lambda place: place]
    lead = len(text) - len(text.lstrip())
    if lead:
        ways.append(lambda: lambda place: place + lead)
    if not text.isascii():
        ways += [lambda: _units(text, "utf-16-le", 2), lambda: _units(text, "utf-8", 1)]
    if len(ways) == 1:
        return ways[0]()
    sample = [item for item in items if item.start is not None and item.end is not None and item.word][:500]

    def fits(way: Offset) -> int:
        places = [(_by_offsets(item, text, way), item.word) for item in sample]
        return sum(place is not None and _same(text[place[0] : place[1]], word) for place, word in places)

    best, most = ways[0](), -1
    for make in ways:
        way = make()  # one at a time, as to count a text costs more than to read it
        if (found := fits(way)) > most:
            best, most = way, found
        if most == len(sample):
            break
    return best


def _units(text: str, encoding: str, width: int) -> Offset:
    ends = list(accumulate((len(c.encode(encoding, "surrogatepass")) // width for c in text), initial=0))

    def offset(place: int) -> int | None:
        found = bisect_left(ends, place)
        return found if found < len(ends) else None

    return offset


def _bare(word: str) -> str:
    """A word without the marks of the tokenizers that cut it: `##ing`, `▁word`, `Ġword`."""
    return word.strip().removeprefix("##").replace("▁", " ").replace("Ġ", " ").replace(END_OF_WORD, " ").strip()


def _same(found: str, word: str) -> bool:
    return "".join(found.split()).casefold() == "".join(_bare(word).split()).casefold()


class _Search:
    """Finds words one after another, so that the second `Paris` is not the first one again."""

    def __init__(self, text: str) -> None:
        self.text = text
        lower = text.lower()
        self.lower = lower if len(lower) == len(text) else text
        self.onwards = 0
        self.after: dict[str, int] = {}  # where to look for a word the next time
        self.absent: set[str] = set()
        self.read = 0

    def next(self, word: str) -> tuple[int, int] | None:
        """The next place of a word: after the last word found, else after its own last place."""
        if not word or word in self.absent or self.read > MAX_READ:
            return None
        mine = self.after.get(word, 0)
        for start in sorted({max(self.onwards, mine), mine}, reverse=True):
            found = self._find(word, start)
            if found:
                self.onwards = self.after[word] = found[1]
                return found
        self.absent.add(word)
        self.read += 10 * len(self.text)  # a pattern is slower to find than a word
        return None

    def _find(self, word: str, start: int) -> tuple[int, int] | None:
        place = self.text.find(word, start)
        if place < 0:
            place = self.lower.find(word.lower(), start)
        if place >= 0:
            return place, place + len(word)
        if len(word) > LONGEST_SEARCHED or not re.search(r"\W", word):
            return None
        # Tokenizers write `U . S .` for `U.S.`
        parts = re.findall(r"\w+|[^\w\s]", word)
        loose = re.compile(r"\s?".join(re.escape(part) for part in parts), re.IGNORECASE)
        match = loose.search(self.text, start) if parts else None
        return match.span() if match else None


def merged(items: tuple[Entity, ...], text: str) -> tuple[Entity, ...]:
    """The entities with B- and I- pieces of one label joined; the same ones where no label has such a prefix."""
    if not any(_PREFIX.match(item.label) for item in items):
        return items
    out: list[Entity] = []
    scores: list[list[float]] = []
    open_label = ""
    for item in items:
        match = _PREFIX.match(item.label)
        label = item.label[2:] if match else item.label
        known = [] if item.score is None else [item.score]
        if match and match[1] in "IEL" and out and open_label == label and _follows(out[-1], item, text):
            out[-1] = _joined(out[-1], item, text)
            scores[-1] += known
        else:
            out.append(Entity(label, item.word, item.score, item.start, item.end))
            scores.append(known)
        open_label = label if match and match[1] in "BI" else ""
    return tuple(
        Entity(e.label, e.word, sum(s) / len(s) if s else None, e.start, e.end)
        for e, s in zip(out, scores, strict=True)
    )


def _follows(before: Entity, item: Entity, text: str) -> bool:
    if before.end is None or item.start is None:
        return True
    return 0 <= item.start - before.end <= 1 or (
        item.start > before.end and not text[before.end : item.start].strip() and item.start <= len(text)
    )


def _joined(before: Entity, item: Entity, text: str) -> Entity:
    glued = item.word.startswith("##") or (before.end is not None and before.end == item.start)
    word = before.word + ("" if glued else " ") + item.word.removeprefix("##")
    return Entity(before.label, word, before.score, before.start, item.end)
