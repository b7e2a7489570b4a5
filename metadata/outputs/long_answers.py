"""A long answer, read from a file: its output and its JSON, of each what a person can look at.

`read` is called in a worker process, as JSON of 200 MB takes seconds and gigabytes. What comes back is short, so that
it holds up nobody when it is unpacked and drawn, but for media: their bytes are appended to the file, and `with_media`
reads them from there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import find_task

from .read import Output, Unknown, normalise

MAX_ITEMS = 1_000  # of a list of labels, spans, boxes and so on
MAX_NUMBERS = 100_000  # of an embedding
MAX_VALUES = 20_000  # of an answer, its lists taken together
MAX_CHARACTERS = 1_000_000  # of all its texts together
# The JSON as it is shown.
MAX_SHOWN_ITEMS, MAX_SHOWN_VALUES, MAX_SHOWN_TEXT = 1_000, 20_000, 2_000
DEEPEST = 60
_MOST_IN_A_LIST = {"vector": MAX_NUMBERS}
_NEVER_CUT = frozenset(("image", "audio", "video", "mesh", "message", "unknown"))  # as one value out of it is shown


@dataclass(frozen=True, slots=True)
class Stored:
    """Media in the file: where their bytes begin, and how many there are."""

    offset: int
    length: int
    media_type: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class LongAnswer:
    """What was read. `cut` says in a sentence what of the output was left out, nothing where all of it is there."""

    output: Output
    raw: Any
    cut: str = ""


def read(path: str, task_id: str) -> LongAnswer | None:
    """The answer of a task in a file, None where that is no JSON. Raises OSError, MemoryError."""
    file = Path(path)
    try:
        raw = _loaded(file)
    except (ValueError, RecursionError):
        return None
    size = f"The answer is {file.stat().st_size / 2**20:.0f} MB long"
    shown = _Shown().of(raw)
    lists = _Lists(find_task(task_id))
    lists.cut(raw)
    output = normalise(task_id, raw)
    if type(output).kind == "unknown":
        return LongAnswer(Unknown(shown), shown)
    texts = _Texts()
    output = texts.cut(output)
    with file.open("ab") as end:
        output = mapped_media(output, lambda media: _stored(media, end))
    cut = lists.said or texts.said
    return LongAnswer(output, shown, f"{size}: {cut}" if cut else "")


def read_json(path: str) -> Any:
    """The JSON in a file, without what its lists and texts have beyond the bounds. Raises ValueError where there is
    none."""
    try:
        raw = _loaded(Path(path))
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None
    return _Shown(MAX_ITEMS, MAX_NUMBERS, MAX_CHARACTERS).of(raw)


def _loaded(file: Path) -> Any:
    """The JSON in a file; whole numbers above 64 bits become floats. What the quick reader refuses (NaN, half a
    surrogate pair, UTF-16) is left to Python's own."""
    data = file.read_bytes()
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)


def with_media(output: Output, path: Path) -> Output:
    """The output with the bytes of its media, which are read from the file. Raises OSError."""
    with path.open("rb") as file:

        def loaded(held: Any) -> Any:
            if not isinstance(held, Stored):
                return held
            file.seek(held.offset)
            return Media(data=file.read(held.length), media_type=held.media_type, name=held.name)

        found: Output = mapped_media(output, loaded)
        return found


def _stored(media: Any, end: Any) -> Any:
    if media.data is None:
        return media
    offset = end.seek(0, 2)
    end.write(media.data)
    return Stored(offset, len(media.data), media.media_type, media.name)


def mapped_media(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value of output types, with another in place of its media."""
    if isinstance(value, Media | Stored):
        return change(value)
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return tuple(mapped_media(item, change) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in fields(value)}
        return replace(value, **{name: mapped_media(item, change) for name, item in held.items()})
    return value


class _Lists:
    """Cuts long lists where they stand. Of a list of lists none but the first stays that is not whole."""

    def __init__(self, row: Any) -> None:
        kind = row.output if row else ""
        self.off = kind in _NEVER_CUT
        self.most = _MOST_IN_A_LIST.get(kind, MAX_ITEMS)
        self.left = MAX_NUMBERS + DEEPEST if kind == "vector" else MAX_VALUES
        self.longest = (0, 0)  # how many were kept of how many

    @property
    def said(self) -> str:
        kept, count = self.longest
        return f"of a list of {count:,}, the first {kept:,} are shown." if count else ""

    def cut(self, value: Any, depth: int = 0) -> bool:
        """Whether it had to be cut."""
        self.left -= 1
        if self.off or depth > DEEPEST:
            return False
        if isinstance(value, dict):
            return max([self.cut(item, depth + 1) for item in value.values()], default=False)
        if not isinstance(value, list):
            return False
        for place, item in enumerate(value):
            if place >= self.most or self.left <= 0:
                return self._end(value, place)
            if self.cut(item, depth + 1):
                return self._end(value, place)
        return False

    def _end(self, value: list[Any], place: int) -> bool:
        if place:  # else it is said already of the list in its first place
            self.longest = (place, len(value))
        del value[max(place, 1) :]
        return True


class _Texts:
    """Cuts the texts of an output, which have a bound together."""

    def __init__(self) -> None:
        self.left = MAX_CHARACTERS
        self.whole = 0

    @property
    def said(self) -> str:
        return f"of a text of {self.whole:,} characters, the beginning is shown." if self.whole else ""

    def cut(self, value: Any) -> Any:
        if isinstance(value, str):
            if len(value) > self.left:
                self.whole = max(self.whole, len(value))
                value = value[: self.left]
            self.left -= len(value)
            return value
        if isinstance(value, tuple) and value and not isinstance(value[0], int | float):
            return tuple(map(self.cut, value))
        if is_dataclass(value) and not isinstance(value, Media | type):
            held = {field.name: getattr(value, field.name) for field in fields(value)}
            return replace(value, **{name: self.cut(item) for name, item in held.items()})
        return value


class _Shown:
    """A copy of JSON, as far as it is shown; what is left out is said in its place."""

    def __init__(
        self, items: int = MAX_SHOWN_ITEMS, values: int = MAX_SHOWN_VALUES, text: int = MAX_SHOWN_TEXT
    ) -> None:
        self.items, self.left, self.text = items, values, text
        self.characters = MAX_CHARACTERS

    def of(self, value: Any, depth: int = 0) -> Any:
        self.left -= 1
        if isinstance(value, str):
            kept = value[: min(self.text, self.characters)]
            self.characters -= len(kept)
            return kept if len(kept) == len(value) else f"{kept}… ({len(value):,} characters)"
        if not isinstance(value, list | dict):
            return value
        if depth > DEEPEST:
            return "…"
        count, most = len(value), max(1, min(self.items, self.left))
        if isinstance(value, list):
            items: list[Any] = []
            for item in value[:most]:
                if self.left <= 0 and items:
                    break
                items.append(self.of(item, depth + 1))
            return items if len(items) == count else [*items, f"… ({count:,} in all)"]
        held: dict[str, Any] = {}
        for name, item in value.items():
            if len(held) >= most or (self.left <= 0 and held):
                return {**held, "…": f"{count:,} in all"}
            held[name[: self.text]] = self.of(item, depth + 1)
        return held
