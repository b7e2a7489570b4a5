"""`widget:` in every shape found in the wild, as typed examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .outputs import Output


@dataclass(frozen=True, slots=True)
class Example:
    """An example of a card. `inputs` holds the fields of the task by their names in `Request.inputs`."""

    title: str
    inputs: Mapping[str, Any]
    group: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output: Output | None = None
    line: int = 0
