"""What every engine is, and how engines read what they are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import Refusal

MAX_CHARACTERS = 20_000

# A word (with its apostrophes), or one other visible character.
_TOKEN = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
_PIECE = re.compile(rf"\s*(?:{_TOKEN.pattern})|\s+$")


class Runner(Protocol):
    """An engine of a task: inputs and parameters as the wire carries them, to the answer the wire carries."""

    def run(self, inputs: Any, parameters: Mapping[str, Any]) -> Any:
        """The answer as JSON data, or bytes for an image or a sound. Raises Refusal for inputs it can't take."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A message of a conversation."""

    role: str
    content: str
    images: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an answer. `text` is empty while a character's bytes are not complete; engines that draw tokens by
    chance give its number, its log-probability, and the likeliest tokens in its place with theirs."""

    text: str
    data: bytes = b""
    number: int = 0
    logprob: float | None = None
    top: tuple[tuple[bytes, float], ...] = ()


class TextGenerator:
    """An engine that says one token after another: an answer to a conversation, or what comes after a text.

    `pause` is how many seconds the server waits between two streamed tokens; `sees` says whether it takes images."""

    pause = 0.0
    sees = False
    knows_probabilities = False

    def stream(self, turns: Sequence[Turn], parameters: Mapping[str, Any]) -> Iterator[Token | str]:
        """The answer to a conversation, a token each; a bare text is a token without probabilities, and may be empty
        where a token makes no whole character. Raises Refusal."""
        raise NotImplementedError

    def count(self, turns: Sequence[Turn]) -> int:
        """The tokens that a conversation has."""
        return sum(count_tokens(turn.content) for turn in turns)

    def write(self, text: str, parameters: Mapping[str, Any]) -> Iterator[Token | str]:
        """What comes after a text, for engines that go on from one. Raises Refusal."""
        raise Refusal("This engine answers in a conversation; it does not go on from a text.")

    def length(self, text: str) -> int:
        """The tokens that a text has."""
        return count_tokens(text)


@dataclass(frozen=True, slots=True)
class Engine:
    """A row of the table: an engine's name, what it does and how to load it.

    `task` is a pipeline tag, or `conversational`. `context_length` is in tokens as the engine counts them."""

    id: str
    task: str
    description: str
    load: Callable[[], Runner | TextGenerator]
    license: str = "apache-2.0"
    languages: tuple[str, ...] = ()
    context_length: int | None = None


def count_tokens(text: str) -> int:
    """The number of words and of other visible characters: the token rule of every engine without a tokenizer."""
    return len(_TOKEN.findall(text))


def pieces(text: str) -> list[str]:
    """A text cut into tokens, each with the white space before it; joined they are the text."""
    return _PIECE.findall(text)


def text_of(value: Any, what: str = "inputs", limit: int = MAX_CHARACTERS) -> str:
    """A text that is there and not too long. Raises Refusal."""
    if not isinstance(value, str):
        raise Refusal(f'"{what}" must be a string, but it is {json_name(value)}.')
    if not value.strip():
        raise Refusal(f'"{what}" is empty.')
    if len(value) > limit:
        raise Refusal(f'"{what}" has {len(value):,} characters; this engine takes at most {limit:,}.')
    return value


def count_of(parameters: Mapping[str, Any], name: str, default: int, lowest: int = 1) -> int:
    """A parameter that is a whole number from 1, or from `lowest`, on. Raises Refusal."""
    value = parameters.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
        raise Refusal(f'"{name}" must be a whole number above {lowest - 1}, but it is {json_name(value)}.')
    return value


def number_of(parameters: Mapping[str, Any], name: str, lowest: float, highest: float, default: float) -> float:
    """A parameter that is a number of a range. Raises Refusal."""
    value = parameters.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        raise Refusal(f'"{name}" must be a number from {lowest:g} to {highest:g}, but it is {json_name(value)}.')
    return float(value)


def seed_of(parameters: Mapping[str, Any]) -> int | None:
    """The seed, None where there is none. Raises Refusal."""
    value = parameters.get("seed")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise Refusal(f'"seed" must be a whole number, but it is {json_name(value)}.')
    return value


def choice_of(parameters: Mapping[str, Any], name: str, choices: Sequence[str], default: str) -> str:
    """A parameter that is one of a few words. Raises Refusal."""
    value = parameters.get(name)
    if value is None:
        return default
    if value not in choices:
        raise Refusal(f'"{name}" must be one of {", ".join(choices)}, but it is {json_name(value)}.')
    return str(value)


def flag_of(parameters: Mapping[str, Any], name: str, default: bool = False) -> bool:
    """A parameter that is true or false. Raises Refusal."""
    value = parameters.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise Refusal(f'"{name}" must be true or false, but it is {json_name(value)}.')
    return value


def json_name(value: Any) -> str:
    """How a sentence calls a JSON value: its kind, and the value itself where that is short."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 40 else "a string"
    if isinstance(value, bytes):
        return "a file"
    return "a list" if isinstance(value, list) else "an object"
