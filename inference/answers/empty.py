"""Answers with nothing in them: for some tasks that is a finding (no object, no entity), for the others a fault."""

from __future__ import annotations

from typing import Any

from showcard.inference.errors import InferenceFailure
from showcard.metadata.outputs.read import Answers, Boxes, Entities, Masks, Output

# Of these there may be none in a text or an image; the page says which were not found.
FINDINGS = (Answers, Boxes, Entities, Masks)
DEEPEST_BATCH = 2  # lists around the items of an answer


def check_something(output: Output, raw: Any) -> None:
    """Raises InferenceFailure for an answer without anything in it, where that is no answer. `raw`: its JSON."""
    depth = empty_depth(raw)
    if depth is None and not (_holds_none(output) and not isinstance(output, FINDINGS)):
        return
    if depth is not None and isinstance(output, FINDINGS) and depth <= DEEPEST_BATCH:
        return
    raise InferenceFailure(
        "The server answered with nothing in it.", "Run again, or check that the model does this task.", retry=True
    )


def empty_depth(raw: Any) -> int | None:
    """How many levels of lists there are in a value with nothing in them (`[]` has one, `{}` and null none); None for a
    value that holds something."""
    level, depth = [raw], 0
    while True:
        if any(not isinstance(value, list) and value is not None and value != {} for value in level):
            return None
        level = [item for value in level if isinstance(value, list) for item in value]
        if not level:
            return depth + isinstance(raw, list)
        depth += 1


def _holds_none(output: Output) -> bool:
    """Whether an output of many things has none."""
    held = (getattr(output, name, None) for name in ("items", "values", "scores"))
    return any(value == () for value in held)
