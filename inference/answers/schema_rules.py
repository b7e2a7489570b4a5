"""jsonschema's rules, made safe for schemas that strangers wrote: bounded in time, with patterns that can't run away.

Python's own `re` would hold the whole process while it searches; `uniqueItems` would compare each item with each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from time import monotonic
from typing import Any

import jsonschema
from jsonschema import ValidationError

from .patterns import matches

SECONDS = 1.0
_until: ContextVar[float] = ContextVar("until")

Rule = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]


class TooLong(Exception):
    """The comparison was given up."""


def begin() -> None:
    """From now on a comparison may take `SECONDS`."""
    _until.set(monotonic() + SECONDS)


@cache
def bounded(kind: Any) -> Any:
    """A validator class of jsonschema with these rules. Its use raises TooLong and PatternError."""
    rules = {**kind.VALIDATORS, **{name: rule for name, rule in _OURS.items() if name in kind.VALIDATORS}}
    return jsonschema.validators.extend(kind, {name: _timed(rule) for name, rule in rules.items()})


def _timed(rule: Rule) -> Rule:
    def timed(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if monotonic() > _until.get():
            raise TooLong
        yield from rule(validator, value, instance, schema) or ()

    return timed


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not matches(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], instance: Any, schema: Any
) -> Iterator[ValidationError]:
    for pattern, described in patterns.items() if isinstance(instance, dict) else ():
        for name, value in instance.items():
            if matches(pattern, name):
                yield from validator.descend(value, described, path=name, schema_path=pattern)


def _additional_properties(validator: Any, described: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    patterns = schema.get("patternProperties", {})
    more = [
        name
        for name in instance
        if name not in schema.get("properties", {}) and not any(matches(pattern, name) for pattern in patterns)
    ]
    if isinstance(described, Mapping):
        for name in more:
            yield from validator.descend(instance[name], described, path=name)
    elif not described and more:
        yield ValidationError(f"{', '.join(map(repr, more))} was not expected")


def _unique_items(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list) and len({_canonical(item) for item in instance}) < len(instance):
        yield ValidationError(f"{instance!r} has non-unique elements")


def _canonical(value: Any) -> str:
    """A text that equal JSON values have in common: 1 and 1.0 are equal, 1 and true are not."""

    def plain(held: Any) -> Any:
        if isinstance(held, float) and held.is_integer():
            return int(held)
        if isinstance(held, dict):
            return {name: plain(inner) for name, inner in held.items()}
        return [plain(inner) for inner in held] if isinstance(held, list) else held

    return json.dumps(plain(value), sort_keys=True)


_OURS: dict[str, Rule] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "uniqueItems": _unique_items,
}
