"""One YAML document to data: bounds, odd characters, and where everything stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from yaml.nodes import Node

from showcard.metadata.codes import diagnose
from showcard.metadata.diagnostics import Diagnostic

from .repair import compose_or_mend
from .yaml12 import (
    ALIAS_ALLOWANCE,
    MAX_DEPTH,
    Builder,
    Marks,
    TooDeep,
    children,
    expanded_size,
    make_marks,
    uncollected,
)

SMALL = 10_000  # characters; up to here the garbage collector is no burden
LARGEST = 2_000_000  # characters; larger front matter is refused before it is parsed

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_FINE = bytes((9, 10, 13, *range(32, 127)))
_BREAKS_OF_1_1 = {0x85: "\ue085", 0x2028: "\ue028", 0x2029: "\ue029"}  # libyaml takes these for line ends; 1.2 does not
_BREAKS_BACK = {ord(stand_in): chr(code) for code, stand_in in _BREAKS_OF_1_1.items()}


@dataclass(frozen=True, slots=True)
class Document:
    """What was read: the value, where everything stands, and what was odd."""

    data: Any
    marks: Marks
    diagnostics: tuple[Diagnostic, ...] = ()


class _Refused(Exception):
    """A document that is not read at all, and why."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix


def read_document(text: str, first_line: int = 1) -> Document:
    """The value of a YAML document; `first_line` is the line of the file it starts on. Never raises."""
    found: list[Diagnostic] = []
    try:
        if len(text) <= SMALL:
            return _read(text, first_line, found)
        with uncollected():
            return _read(text, first_line, found)
    except (TooDeep, RecursionError):
        refused = _Refused("yaml-too-deep", f"The YAML nests deeper than {MAX_DEPTH} levels.", "Flatten it.")
    except _Refused as error:
        refused = error
    message = f"{refused.message} It was not read."
    found.append(diagnose(refused.code, message, first_line, 1, fix=refused.fix))
    return Document(None, Marks(None, first_line), tuple(found))


def _read(text: str, first_line: int, found: list[Diagnostic]) -> Document:
    if len(text) > LARGEST:
        message = f"The front matter has {len(text):,} characters, more than the {LARGEST:,} that are read."
        raise _Refused("yaml-too-large", message, "Move long texts and results out of the front matter.")
    text = _replace_controls(text, first_line, found)
    swapped = not text.isascii() and any(chr(code) in text for code in _BREAKS_OF_1_1)
    if swapped:
        text = text.translate(_BREAKS_OF_1_1)
    root, text = compose_or_mend(text, first_line, found)
    if root is None:
        return Document(None, Marks(None, first_line), tuple(found))
    if "*" in text and expanded_size(root) > 10 * len(text) + ALIAS_ALLOWANCE:
        message = "The YAML's aliases expand to far more than the card holds."
        raise _Refused("yaml-alias-bomb", message, "Write the values out.")
    if swapped:
        _restore_breaks(root)
    builder = Builder(first_line)
    data = builder.build(root)
    return Document(data, make_marks(root, text, first_line), (*found, *builder.diagnostics))


def _replace_controls(text: str, first_line: int, found: list[Diagnostic]) -> str:
    if text.isascii() and not text.encode().translate(None, _FINE):
        return text
    bad = _CONTROL.search(text)
    if bad is None:
        return text
    before = text[: bad.start()]
    line, column = before.count("\n") + first_line, bad.start() - (before.rfind("\n") + 1) + 1
    message = f"The character U+{ord(bad.group()):04X} is not allowed in YAML."
    found.append(diagnose("yaml-character", message, line, column, fix="Delete the character."))
    return _CONTROL.sub("\ufffd", text)


def _restore_breaks(root: Node) -> None:
    stack = [root]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node.value, str):
            node.value = node.value.translate(_BREAKS_BACK)
        else:
            stack.extend(children(node))
