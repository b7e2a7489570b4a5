"""Whether a chat answer is what a JSON schema asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jsonschema
from referencing import Registry
from referencing.exceptions import Unresolvable

from showcard.inference.processes.workers import WorkerError, run_apart, run_apart_here

from .patterns import PatternError
from .schema_rules import TooLong, begin, bounded

MAX_CHARACTERS = 2_000_000
SECONDS_APART = 4.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer fits, in a sentence; `place` leads to what does not, such as `$.people[0].age`."""

    fits: bool
    sentence: str
    place: str = ""


_TOO_LONG = Verdict(False, "The answer and the schema would take too long to compare.")


async def judged(answer: str, response_format: Mapping[str, Any] | None, whose: str = "") -> Verdict | None:
    """`verdict` in a worker process: a schema can be slow with any answer, and some by its size alone."""
    if not _has_schema(response_format):
        return verdict(answer, response_format)
    try:
        return await run_apart(verdict, answer, response_format, seconds=SECONDS_APART, whose=whose)
    except WorkerError:
        return _TOO_LONG


def judged_here(answer: str, response_format: Mapping[str, Any] | None) -> Verdict | None:
    """Whether an answer keeps its schema, for code that runs in a thread; the last verdicts are kept."""
    if not _has_schema(response_format):
        return verdict(answer, response_format)
    return _judged_here(answer, json.dumps(response_format))


@lru_cache(maxsize=2_000)
def _judged_here(answer: str, response_format: str) -> Verdict | None:
    try:
        return run_apart_here(verdict, answer, json.loads(response_format), seconds=SECONDS_APART)
    except WorkerError:
        return _TOO_LONG


def _has_schema(response_format: Mapping[str, Any] | None) -> bool:
    return (response_format or {}).get("type") == "json_schema"


def verdict(answer: str, response_format: Mapping[str, Any] | None) -> Verdict | None:
    """What the asked format says of an answer; None where none was asked for."""
    kind = (response_format or {}).get("type")
    if response_format is None or kind not in ("json_object", "json_schema"):
        return None
    if not answer.strip():
        return Verdict(False, "The answer is empty, so it is not JSON.")
    if len(answer) > MAX_CHARACTERS:
        return Verdict(False, "The answer is too long to be compared with the schema.")
    try:
        value = json.loads(answer, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return Verdict(False, f"The answer is not JSON: {error}.")
    if kind == "json_object":
        is_object = isinstance(value, dict)
        return Verdict(
            is_object, "The answer is a JSON object." if is_object else "The answer is JSON, but not an object."
        )
    described = response_format.get("json_schema")
    schema = described.get("schema", described) if isinstance(described, Mapping) else described
    return _against(value, schema)


def _against(value: Any, schema: Any) -> Verdict:
    if not isinstance(schema, Mapping):
        return Verdict(False, "The schema itself is not valid: it is not an object.")
    if not isinstance(schema.get("$schema", ""), str):
        return Verdict(False, "The schema itself is not valid: its $schema is not a text.")
    begin()
    try:
        return _judged(value, schema)
    except PatternError as error:
        return Verdict(False, f"The schema can't be checked. {error}")
    except TooLong:
        return _TOO_LONG
    except (Unresolvable, jsonschema.exceptions._WrappedReferencingError):
        return Verdict(False, "The schema leads elsewhere by a $ref, where nothing is found.")
    except RecursionError:
        return Verdict(False, "The schema leads in a circle.")
    except ArithmeticError:
        return Verdict(False, "A number is too large to be compared with the schema.")


def _judged(value: Any, schema: Mapping[str, Any]) -> Verdict:
    if all(f'"{name}"' in json.dumps(schema) for name in ("patternProperties", "unevaluatedProperties")):
        # jsonschema searches these patterns by itself.
        raise PatternError("patternProperties and unevaluatedProperties are not supported in one schema.")
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    best = jsonschema.exceptions.best_match
    if invalid := best(bounded(kind)(_unmarked(kind.META_SCHEMA)).iter_errors(schema)):
        return Verdict(False, f"The schema itself is not valid: {_short(invalid.message)}.")
    # An empty registry: a reference to another host is not followed.
    wrong = best(bounded(kind)(_unmarked(schema), registry=Registry()).iter_errors(value))
    if wrong is None:
        return Verdict(True, "The answer fits the schema.")
    return Verdict(
        False, f"The answer does not fit the schema at {wrong.json_path}: {_short(wrong.message)}.", wrong.json_path
    )


def _short(message: str) -> str:
    """A message that may quote a whole answer; its end says what is wrong."""
    return message if len(message) <= 300 else f"{message[:180]} … {message[-110:]}"


def _unmarked(schema: Any) -> Any:
    """A schema without the marks at which jsonschema would go on with rules of its own."""
    if isinstance(schema, Mapping):
        kept = {name: held for name, held in schema.items() if name != "$schema" or not isinstance(held, str)}
        return {name: _unmarked(held) for name, held in kept.items()}
    return [_unmarked(held) for held in schema] if isinstance(schema, list) else schema


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")
