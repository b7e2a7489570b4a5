"""Linear models of Fisher's irises: the species of a flower, or the width of its petals, from other measures of it.

Trained by `local/train/irises.py`; the weights are a few numbers in `data/irises.json`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from ..errors import Refusal
from .base import json_name

_MOST_ROWS = 10_000


class Irises:
    """One answer a row: a species where there are several sums, a number where there is one."""

    def __init__(self, weights: Mapping[str, Any]) -> None:
        self._columns: list[str] = weights["columns"]
        self._sums: list[list[float]] = weights["sums"]
        self._species: list[str] | None = weights.get("species")

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> list[str] | list[float]:
        """The answers to a table's rows. Raises Refusal for a table without the columns."""
        table = inputs.get("data", inputs.get("table")) if isinstance(inputs, dict) else None
        rows = list(zip(*self._read(table), strict=True))
        sums = [[sum(map(math.prod, zip(one, (*row, 1.0), strict=True))) for one in self._sums] for row in rows]
        if self._species is None:
            return [round(value, 3) for (value,) in sums]
        return [self._species[values.index(max(values))] for values in sums]

    def _read(self, table: Any) -> list[list[float]]:
        if not isinstance(table, dict):
            raise Refusal(f'"inputs.data" must be an object of columns, but it is {json_name(table)}.')
        given = {_plain(name): column for name, column in table.items()}
        missing = [name for name in self._columns if _plain(name) not in given]
        if missing:
            raise Refusal(f"The table lacks {', '.join(missing)}. It needs {', '.join(self._columns)}, in centimetres.")
        columns = [_numbers(name, given[_plain(name)]) for name in self._columns]
        if len({len(column) for column in columns}) != 1:
            raise Refusal("The columns must be equally long.")
        return columns


def _plain(name: str) -> str:
    """`sepal length (cm)`, `SepalLengthCm` and `sepal_length` are the same column."""
    return "".join(letter for letter in name.lower() if letter.isalpha()).removesuffix("cm")


def _numbers(name: str, column: Any) -> list[float]:
    if not isinstance(column, Sequence) or isinstance(column, str) or not 0 < len(column) <= _MOST_ROWS:
        raise Refusal(f'"{name}" must be a list of 1 to {_MOST_ROWS:,} cells, but it is {json_name(column)}.')
    found = []
    for cell in column:
        try:
            value = math.nan if isinstance(cell, bool) else float(cell)
        except (TypeError, ValueError):
            value = math.nan
        if not math.isfinite(value):
            raise Refusal(f'"{name}" holds {json_name(cell)}, which is no number.')
        found.append(value)
    return found


def load(answers: str) -> Irises:
    """The model that answers `species` or `petal width`."""
    return Irises(json.loads((files(__package__) / "data" / "irises.json").read_text(encoding="utf-8"))[answers])
