"""Whether a chat answer is what a JSON schema asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema
from referencing import Registry
from referencing.exceptions import Unresolvable

MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer fits, in a sentence; `place` leads to what does not, such as `$.people[0].age`."""

    fits: bool
    sentence: str
    place: str = ""


def verdict(answer: str, response_format: Mapping[str, Any] | None) -> Verdict | None:
    """What the asked format says of an answer; None where none was asked for."""
    kind = (response_format or {}).get("type")
    if response_format is None or kind not in ("json_object", "json_schema"):
        return None
    if not answer.strip():
        return Verdict(False, "The answer is empty, so it is not JSON.")
    if len(answer) > MOST_CHARACTERS:
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
    try:
        kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
        kind.check_schema(schema)
        # An empty registry: a reference to another host is not followed.
        wrong = jsonschema.exceptions.best_match(kind(schema, registry=Registry()).iter_errors(value))
    except jsonschema.exceptions.SchemaError as error:
        return Verdict(False, f"The schema itself is not valid: {error.message[:300]}.")
    except (Unresolvable, jsonschema.exceptions._WrappedReferencingError):
        return Verdict(False, "The schema leads elsewhere by a $ref, where nothing is found.")
    except RecursionError:
        return Verdict(False, "The schema leads in a circle.")
    if wrong is None:
        return Verdict(True, "The answer fits the schema.")
    return Verdict(
        False, f"The answer does not fit the schema at {wrong.json_path}: {wrong.message[:300]}.", wrong.json_path
    )


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")
