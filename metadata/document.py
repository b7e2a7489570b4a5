"""One YAML document to data: bounds, odd characters, tabs, and what can be saved where it is broken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from .codes import diagnose
from .diagnostics import Diagnostic
from .yaml12 import (
    ALIAS_ALLOWANCE,
    MAX_DEPTH,
    Builder,
    Marks,
    TooDeep,
    children,
    compose,
    expanded_size,
    make_marks,
    uncollected,
)
from .yaml_errors import describe

LARGEST = 2_000_000  # characters; larger front matter is refused before it is parsed
MOST_REPAIRS = 40

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
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
    root, text = _compose(text, first_line, found)
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


def _compose(text: str, first_line: int, found: list[Diagnostic]) -> tuple[Node | None, str]:
    """Compose; where that fails, mend tabs and leave out broken lines until it works or nothing is left."""
    reported = False
    tabs: list[int] = []
    lines: list[str] | None = None
    for _ in range(MOST_REPAIRS):
        try:
            root = compose(text)
        except yaml.MarkedYAMLError as error:
            at = error.problem_mark.index if error.problem_mark else 0
            if text[at : at + 1] == "\t":
                end = at + len(text[at:]) - len(text[at:].lstrip("\t"))
                text = f"{text[:at]}{' ' * (end - at)}{text[end:]}"
                tabs.append(at)
                continue
            lines = text.split("\n")
            unit = broken_unit(lines, error)
            if not reported:
                found.append(describe(error, lines, first_line, unit))
                reported = True
            if unit is None:
                return None, text
            lines[unit[0] : unit[1]] = [""] * (unit[1] - unit[0])
            text = "\n".join(lines)
        except yaml.YAMLError as error:
            found.append(diagnose("yaml-syntax", f"The YAML can't be read: {error}.", first_line, 1))
            return None, text
        else:
            found.extend(_indenting_tabs(text, tabs, root, first_line))
            return root, text
    return None, text


def _indenting_tabs(text: str, tabs: list[int], root: Node | None, first_line: int) -> list[Diagnostic]:
    """A tab that indents is refused by the Hub, unless it stands inside brackets."""
    for at in tabs:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        if text[start:at].strip() or not text[at : None if end < 0 else end].strip() or _in_flow(root, at):
            continue
        line = text.count("\n", 0, at) + first_line
        message = "A tab indents this line; YAML, and so the Hub, wants spaces."
        return [diagnose("yaml-tab", message, line, at - start + 1, fix="Replace the tab by two spaces.")]
    return []


def _in_flow(node: Node | None, at: int) -> bool:
    while isinstance(node, MappingNode | SequenceNode):
        if node.flow_style:
            return True
        node = next((n for n in children(node) if n.start_mark.index <= at < n.end_mark.index), None)
    return False


def broken_unit(lines: list[str], error: yaml.MarkedYAMLError) -> tuple[int, int] | None:
    """The lines (from, to) to leave out so that the rest may be read: a list item, else a top-level key."""
    mark = error.problem_mark
    if error.context and error.context_mark and ("quoted" in error.context or "flow" in error.context):
        mark = error.context_mark
    at = min(mark.line if mark else 0, len(lines) - 1)
    while at > 0 and not lines[at].strip():
        at -= 1
    if not lines[at].strip():
        return None
    start = at
    while start > 0 and not _starts_unit(lines[start]):
        start -= 1
    indent = _indent(lines[start])
    end = max(at, start) + 1
    while end < len(lines) and lines[end].strip() and _indent(lines[end]) > indent:
        end += 1
    return start, end


def _starts_unit(line: str) -> bool:
    stripped = line.lstrip(" \t")
    return stripped.startswith("- ") or (bool(stripped) and stripped == line and stripped[0] not in "#]}")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
