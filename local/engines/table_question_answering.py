"""Answers from a table by rules: the column that is asked for, the rows that are named, and a little arithmetic."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Refusal
from .base import json_name, text_of
from .words import content

_MOST_CELLS = 20_000
_SUM = re.compile(r"\b(?:total|sum|altogether|in all|combined)\b")
_AVERAGE = re.compile(r"\b(?:average|mean)\b")
_COUNT = re.compile(r"\bhow many\b|\bnumber of\b|\bcount\b")
_HIGHEST = re.compile(r"\b(?:most|highest|largest|biggest|greatest|maximum|max|longest|oldest|tallest|best)\b")
_LOWEST = re.compile(r"\b(?:least|lowest|smallest|fewest|minimum|min|shortest|youngest|cheapest)\b")
_NUMBER = re.compile(r"-?\d[\d,' ]*(?:\.\d+)?")
_LISTING = {"list", "show", "name", "give", "table"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns' names, and its rows."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def number(self, row: int, column: int) -> float | None:
        """A cell as a number, where it is one."""
        match = _NUMBER.search(self.rows[row][column])
        return float(re.sub(r"[,' ]", "", match.group())) if match else None

    def is_numeric(self, column: int) -> bool:
        """Whether every cell of a column is a number."""
        return all(_NUMBER.match(row[column].strip()) for row in self.rows)


class TableReader:
    """Cells of a table that answer a question, and what was done with them."""

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The answer, the cells it comes from, and NONE, SUM, AVERAGE or COUNT. An empty answer when lost."""
        if not isinstance(inputs, dict) or not ("query" in inputs or "question" in inputs):
            raise Refusal(f'"inputs" must be an object with "query" and "table", but it is {json_name(inputs)}.')
        query = text_of(inputs.get("query", inputs.get("question")), "inputs.query", 2_000)
        table = read_table(inputs.get("table"))
        rows, column, aggregator = select(query.lower(), table)
        cells = [table.rows[row][column] for row in rows]
        return {
            "answer": _answer(aggregator, table, rows, column) if rows else "",
            "coordinates": [[row, column] for row in rows],
            "cells": cells,
            "aggregator": aggregator,
        }


def read_table(value: Any) -> Table:
    """A table from its columns, or from a list of rows. Raises Refusal."""
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        value = {name: [row.get(name, "") for row in value] for name in value[0]}
    if not isinstance(value, dict) or not value or not all(isinstance(cells, list) for cells in value.values()):
        raise Refusal(
            f'"inputs.table" must be an object of columns, each a list of cells, but it is {json_name(value)}.'
        )
    lengths = {len(cells) for cells in value.values()}
    if len(lengths) != 1 or lengths == {0}:
        raise Refusal('The columns of "inputs.table" must be equally long, with at least one cell each.')
    if sum(map(len, value.values())) > _MOST_CELLS:
        raise Refusal(f'"inputs.table" has more than {_MOST_CELLS:,} cells.')
    rows = tuple(tuple(str(cell) for cell in row) for row in zip(*value.values(), strict=True))
    return Table(tuple(map(str, value)), rows)


def select(query: str, table: Table) -> tuple[list[int], int, str]:
    """The rows and the column that a question means, and what to do with their cells."""
    asked = set(content(query))
    named = _named_rows(query, table)
    naming = {column for row in named for column, cell in enumerate(table.rows[row]) if _says(query, cell)}
    columns = [c for c in _columns(asked, table) if c not in naming] or _columns(asked, table)
    numeric = [column for column in columns if table.is_numeric(column)]
    rows = named or list(range(len(table.rows)))
    if (_HIGHEST.search(query) or _LOWEST.search(query)) and not (named and columns and not numeric):
        measured = (numeric or [c for c in range(len(table.names)) if table.is_numeric(c)])[:1]
        if measured:
            best = _extreme(table, rows, measured[0], bool(_HIGHEST.search(query)))
            others = [column for column in columns if column != measured[0]]
            told = bool(re.search(r"\bwhat is the (?:highest|lowest|largest|smallest|most|least|max|min)", query))
            return best, measured[0] if told else (others or [0])[0], "NONE"
    for pattern, aggregator in ((_AVERAGE, "AVERAGE"), (_SUM, "SUM")):
        if pattern.search(query) and numeric:
            return rows, numeric[0], aggregator
    if named and columns:
        return named, columns[0], "NONE"
    if _COUNT.search(query) and (columns or named or asked & {"row", "entry"}):
        return rows, columns[0] if columns and not numeric else 0, "COUNT"
    # A whole column is an answer only where the question says nothing that the table does not.
    if columns and not named and asked <= _column_words(table) | _LISTING:
        return rows, columns[0], "NONE"
    return [], 0, "NONE"


def _column_words(table: Table) -> set[str]:
    return {word for name in table.names for word in content(name)}


def _columns(asked: set[str], table: Table) -> list[int]:
    """The columns whose name the question says, the best first."""
    shares = []
    for column, name in enumerate(table.names):
        words = set(content(name)) or {name.lower()}
        if shared := len(words & asked):
            shares.append((-shared / len(words), column))
    return [column for _, column in sorted(shares)]


def _named_rows(query: str, table: Table) -> list[int]:
    """The rows with a cell whose whole text stands in the question."""
    return [number for number, row in enumerate(table.rows) if any(_says(query, cell) for cell in row)]


def _says(query: str, cell: str) -> bool:
    said = cell.lower().strip()
    if not 1 < len(said) <= len(query):
        return False
    place = query.find(said)
    while place >= 0:
        if not (_is_word(query[max(0, place - 1) : place]) or _is_word(query[place + len(said) :][:1])):
            return True
        place = query.find(said, place + len(said))
    return False


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _extreme(table: Table, rows: Sequence[int], column: int, highest: bool) -> list[int]:
    values = {row: value for row in rows if (value := table.number(row, column)) is not None}
    best = (max if highest else min)(values.values())
    return [row for row, value in values.items() if value == best]


def _answer(aggregator: str, table: Table, rows: Sequence[int], column: int) -> str:
    if aggregator == "COUNT":
        return str(len(rows))
    if aggregator == "NONE":
        return ", ".join(table.rows[row][column] for row in rows)
    values = [value for row in rows if (value := table.number(row, column)) is not None]
    total = sum(values) / (len(values) if aggregator == "AVERAGE" else 1)
    return f"{total:.2f}".rstrip("0").rstrip(".")


def load() -> TableReader:
    """The engine."""
    return TableReader()
