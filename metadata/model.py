"""A model as its card and files tell it: everything that is read, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .card import Card
from .diagnostics import Diagnostic
from .examples import Example
from .files import Files
from .infer import TaskGuess


@dataclass(frozen=True, slots=True)
class Model:
    """What `read_model` found. `name` is the repo id where it is known, else the folder's or the card's name."""

    name: str
    card: Card
    files: Files | None
    guess: TaskGuess
    library: str | None
    examples: tuple[Example, ...]
    parameters: Mapping[str, Any]  # the card's `inference.parameters`
    opted_out: bool  # `inference: false`
    mask_token: str | None
    diagnostics: tuple[Diagnostic, ...]
