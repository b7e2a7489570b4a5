"""Small readings of raw JSON that the output readers share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


class Unreadable(Exception):
    """A raw value that is not of the type asked for."""


def first_of(raw: Any, *keys: str) -> Any:
    """The first value of a mapping that is there and not null. Raises Unreadable for anything else."""
    if not isinstance(raw, Mapping):
        raise Unreadable
    return next((raw[key] for key in keys if raw.get(key) is not None), None)


def listed(raw: Any) -> list[Any]:
    """A list as it is. Raises Unreadable for anything else."""
    if isinstance(raw, tuple):
        return list(raw)
    if not isinstance(raw, list):
        raise Unreadable
    return raw


def unwrapped(raw: Any) -> Any:
    """What is inside lists of one, as batches wrap it."""
    depth = 0
    while isinstance(raw, list) and len(raw) == 1 and depth < 10:
        raw, depth = raw[0], depth + 1
    return raw


def text_of(raw: Any) -> str:
    """A scalar as text. Raises Unreadable for lists, mappings and null."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str | int | float):
        return str(raw)
    raise Unreadable


def text_or_blank(raw: Any) -> str:
    """A scalar as text, nothing for null. Raises Unreadable for lists and mappings."""
    return "" if raw is None else text_of(raw)


def number(raw: Any) -> float | None:
    """A finite number, also one written as text; else None."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, str):
        try:
            raw = float(raw)
        except ValueError:
            return None
    if not isinstance(raw, int | float):
        return None
    try:
        value = float(raw)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


score = number


def finite(raw: Any) -> float:
    """A finite number. Raises Unreadable."""
    value = number(raw)
    if value is None:
        raise Unreadable
    return value


def number_or_nan(raw: Any) -> float:
    """A finite number, also one written as text; NaN for anything else, so that what stands beside it is kept."""
    value = number(raw)
    return math.nan if value is None else value


def integer(raw: Any) -> int | None:
    """A whole number; else None."""
    value = number(raw)
    return int(value) if value is not None and value == int(value) else None
