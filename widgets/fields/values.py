"""How lists and tables stand in a text area: as JSON that keeps every value as it came.

A table is `{"names", "rows", "fresh"}`. A cell is null, `"s"` and a text, or `"j"` and a number, true or false as JSON
writes it, so that no browser rounds it; `fresh` says what a number becomes that a person types into an empty column."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from math import isfinite
from typing import Any

from showcard.wire.request import RequestError

MAX_CHARACTERS = 8_000_000
MAX_CELLS = 200_000


def write_list(value: Any) -> str:
    """Texts as JSON."""
    return json.dumps([str(item) for item in value or ()], ensure_ascii=False)


def read_list(text: Any, what: str) -> list[str]:
    """The texts that JSON holds, whatever it is that was sent. Raises RequestError."""
    value = _json(text, what)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RequestError(f"{what} is not a list of texts.")
    return value


def write_table(value: Any) -> str:
    """A dict of columns as JSON; where the columns hold only texts, as servers that are asked about a table want them,
    a number that a person types is a text too."""
    columns = value if isinstance(value, Mapping) else {"Column 1": [None], "Column 2": [None]}
    lists = [list(column) if isinstance(column, list | tuple) else [column] for column in columns.values()]
    height = max((len(column) for column in lists), default=0)
    rows = [[_cell(column[row]) if row < len(column) else None for column in lists] for row in range(height)]
    known = [cell[0] for row in rows for cell in row if cell]
    table = {"names": [str(name) for name in columns], "rows": rows, "fresh": "j" if not known or "j" in known else "s"}
    return json.dumps(table, ensure_ascii=False)


def read_table(text: Any, what: str) -> dict[str, list[Any]] | None:
    """The dict of columns that JSON holds, None where every cell is empty. Raises RequestError."""
    value = _json(text, what)
    if value is None:
        return None
    names, rows = (value.get("names"), value.get("rows")) if isinstance(value, dict) else (None, None)
    if not isinstance(names, list) or not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise RequestError(f"{what} is not a table.")
    if not all(isinstance(name, str) for name in names) or len(names) * len(rows) > MAX_CELLS:
        raise RequestError(f"{what} is not a table of at most {MAX_CELLS:,} cells.")
    if len(set(names)) < len(names):
        [(twice, _)] = Counter(names).most_common(1)
        raise RequestError(f"Two columns of the table are called “{twice[:60]}”. Rename one.")
    columns = {name: [_value(row[n], what) if n < len(row) else None for row in rows] for n, name in enumerate(names)}
    blank = all(cell is None or cell == "" for column in columns.values() for cell in column)
    return None if blank else columns


def _cell(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return None
    return f"s{value}" if isinstance(value, str) else f"j{json.dumps(value, default=str)}"


def _value(cell: Any, what: str) -> Any:
    if cell is None:
        return None
    if not isinstance(cell, str) or cell[:1] not in ("s", "j"):
        raise RequestError(f"{what} is not a table.")
    if cell[0] == "s":
        return cell[1:]
    try:
        found = json.loads(cell[1:])
    except (ValueError, RecursionError):
        raise RequestError(f"{what} has a cell that can't be read.") from None
    if not isinstance(found, int | float) or not isfinite(found):
        raise RequestError(f"{what} has a cell that can't be read.")
    return found


def _json(text: Any, what: str) -> Any:
    if text is None or not str(text).strip():
        return None
    if len(str(text)) > MAX_CHARACTERS:
        raise RequestError(f"{what} is too long.")
    try:
        return json.loads(str(text))
    except (ValueError, RecursionError):
        raise RequestError(f"{what} can't be read.") from None
