"""A model as its card and files tell it: everything that is read, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from showcard.metadata.codes import diagnose
from showcard.metadata.examples.read import Example, read_examples
from showcard.metadata.outputs.read import plain, to_json
from showcard.metadata.reading.card import Card, decode, parse_card
from showcard.metadata.reading.document import LARGEST
from showcard.metadata.reading.files import Files, Folder
from showcard.metadata.tasks.case import card_tags, find_library
from showcard.metadata.tasks.hints import Hints, mask_token, read_hints
from showcard.metadata.tasks.infer import TaskGuess, infer, override

from .diagnostics import Diagnostic

CARD = "README.md"
ILLUSTRATED = "illustrated-outputs"
LARGEST_CARD = 4 * LARGEST  # bytes
Parse = Callable[[str | bytes], Card]


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
    diagnostics: tuple[Diagnostic, ...]  # of reading; `lint` adds the rest
    hints: Hints = field(default_factory=Hints)

    @property
    def illustrated(self) -> bool:
        """Whether the card says that its outputs are illustrations, no model's answers: by the tag ILLUSTRATED."""
        tags = self.card.data.get("tags")
        return isinstance(tags, list) and ILLUSTRATED in tags

    def to_json(self, source: str) -> dict[str, Any]:
        """The model as `inspect --json` prints it."""
        return {
            "source": source,
            "task": self.guess.task.id if self.guess.task else None,
            "conversational": self.guess.conversational,
            "rule": self.guess.rule,
            "trace": [asdict(step) for step in self.guess.trace],
            "library": self.library,
            "examples": [_example(example) for example in self.examples],
            "diagnostics": [_diagnostic(d) for d in self.diagnostics],
        }


def _example(example: Example) -> dict[str, Any]:
    return {
        "title": example.title,
        "group": example.group,
        "inputs": plain(example.inputs),
        "parameters": plain(example.parameters),
        "output": to_json(example.output) if example.output is not None else None,
        "line": example.line,
    }


def _diagnostic(found: Diagnostic) -> dict[str, Any]:
    order = ("severity", "code", "message", "line", "column", "fix")
    return {name: found.to_json()[name] for name in order}


def read_model(
    text: str | bytes,
    files: Files | None = None,
    name: str | None = None,
    task: str | None = None,
    parse: Parse = parse_card,
) -> Model:
    """A model from its card's text and the files beside it. `task` is a person's word against the inferred one, `parse`
    reads the card.

    Raises ValueError only where `task` is no task."""
    card = parse(text)
    hints = read_hints(files)
    guess = override(card, hints, task) if task else infer(card, hints)
    examples, found = read_examples(card, guess.task, guess.conversational)
    parameters, opted_out, odd = _inference(card)
    masked = guess.task is not None and guess.task.id == "fill-mask"
    return Model(
        name=name or (files.name if files else "") or _card_name(card),
        card=card,
        files=files,
        guess=guess,
        library=find_library(card.data, card_tags(card.data), hints),
        examples=examples,
        parameters=parameters,
        opted_out=opted_out,
        mask_token=mask_token(card.data, files, hints) if masked else None,
        diagnostics=(*card.diagnostics, *hints.diagnostics, *odd, *found),
        hints=hints,
    )


def source_model(path: Path, task: str | None = None, parse: Parse = parse_card) -> Model:
    """The model of a README.md or of a folder with one; the card's folder holds its files.

    Raises FileNotFoundError or ValueError, with a sentence for a person."""
    if not path.exists():
        raise FileNotFoundError(f"There is no file or folder {str(path)!r}.")
    if path.is_dir():
        card, folder = path / CARD, Folder(path)
        if card.is_file() and folder.opens(CARD):
            return read_model(_read(card), folder, task=task, parse=parse)
        found = read_model(b"", folder, task=task)
        others = (d for d in found.diagnostics if d.code != "front-matter-missing")
        return replace(found, diagnostics=(_no_card(card), *others))
    beside = path.name.lower() == CARD.lower()
    files = Folder(path.parent) if beside else None
    if files and not files.opens(path.name):
        away = f"{str(path)!r} is a link that leads out of its folder, to {str(path.resolve())!r}."
        raise ValueError(f"{away} Name that file itself, if it is the card.")
    return read_model(_read(path), files, name=None if beside else path.stem, task=task, parse=parse)


def _no_card(path: Path) -> Diagnostic:
    """That a folder has no card; what has its name is said."""
    message = f"There is no {CARD} in this folder"
    if path.is_dir():
        message = f"{CARD} is a folder, not a file"
    elif path.is_symlink() and not path.exists():
        message = f"{CARD} is a link that leads nowhere"
    elif path.is_symlink() and path.is_file():
        message = f"{CARD} is a link that leads out of the folder, which is not followed"
    elif path.exists():
        message = f"{CARD} is no regular file"
    fix = f"Write the card as {CARD}, beginning with its metadata."
    return diagnose("card-missing", f"{message}, so the model has no card.", fix=fix)


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise ValueError(f"{str(path)!r} is no regular file.")
    with path.open("rb") as file:
        data = file.read(LARGEST_CARD + 1)
    if len(data) > LARGEST_CARD:
        raise ValueError(f"{str(path)!r} is larger than {LARGEST_CARD:,} bytes; no card is.")
    return data


def _card_name(card: Card) -> str:
    stated = card.data.get("model_name")
    return stated if isinstance(stated, str) and stated.strip() else "model"


def _inference(card: Card) -> tuple[Mapping[str, Any], bool, tuple[Diagnostic, ...]]:
    """The card's `inference`: its parameters, whether it opts out, and what is odd about it."""
    value = card.data.get("inference")
    if isinstance(value, str) and value.strip().lower() in ("false", "no", "off", "true", "yes", "on"):
        off = value.strip().lower() in ("false", "no", "off")
        return {}, off, (_odd(card, "inference", f"“inference: {value}” is a text, not true or false."),)
    if value is None or isinstance(value, bool):
        return {}, value is False, ()
    parameters = value.get("parameters") if isinstance(value, dict) else None
    if isinstance(parameters, dict):
        return parameters, False, ()
    if isinstance(value, dict) and (parameters is None and "parameters" in value):
        return {}, False, ()
    return {}, False, (_odd(card, "inference", "“inference” is neither true nor false nor has “parameters”."),)


def _odd(card: Card, key: str, message: str) -> Diagnostic:
    mark = card.marks.at((key,))
    fix = "Write “inference: false”, or “inference:” with “parameters:” below it."
    return diagnose("inference-shape", message, mark.line, mark.column, fix=fix)


__all__ = ["CARD", "Model", "decode", "read_model", "source_model"]
