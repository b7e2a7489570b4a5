"""One YAML document to data: bounds, odd characters, tabs, and what can be saved where it is broken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from .diagnostics import Diagnostic
from .yaml12 import ALIAS_ALLOWANCE, MAX_DEPTH, Builder, Marks, TooDeep, children, compose, expanded_size
from .yaml_errors import describe

LARGEST = 2_000_000  # characters; larger front matter is refused before it is parsed
MOST_REPAIRS = 40

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_BREAKS_OF_1_1 = {0x85: "\ue085", 0x2028: "\ue028", 0x2029: "\ue029"}  # libyaml takes these for line ends; 1.2 does not
_BREAKS_BACK = {ord(stand_in): chr(code) for code, stand_in in _BREAKS_OF_1_1.items()}


@dataclass(frozen=True, slots=True)
class Document:
    """What was read: the value, where everything stands, and what was odd."""

    data: Any
    marks: Marks
    diagnostics: tuple[Diagnostic, ...] = ()


def read_document(text: str, first_line: int = 1) -> Document:
    """The value of a YAML document; `first_line` is the line of the file it starts on. Never raises."""
    marks = Marks(None, first_line)
    if len(text) > LARGEST:
        return Document(None, marks, (_too_large(len(text), first_line),))
    found: list[Diagnostic] = []
    text = _replace_controls(text, first_line, found)
    swapped = any(chr(code) in text for code in _BREAKS_OF_1_1)
    if swapped:
        text = text.translate(_BREAKS_OF_1_1)
    try:
        root = _compose(text, first_line, found)
    except TooDeep:
        message = f"The YAML nests deeper than {MAX_DEPTH} levels and was not read."
        found.append(Diagnostic("error", "yaml-too-deep", message, first_line, 1, "Flatten it."))
        return Document(None, marks, tuple(found))
    if root is None:
        return Document(None, marks, tuple(found))
    if "*" in text and expanded_size(root) > 10 * len(text) + ALIAS_ALLOWANCE:
        message = "The YAML's aliases expand to far more than the card holds, so it was not read."
        found.append(Diagnostic("error", "yaml-alias-bomb", message, first_line, 1, "Write the values out."))
        return Document(None, marks, tuple(found))
    if swapped:
        _restore_breaks(root)
    builder = Builder(first_line)
    data = builder.build(root)
    return Document(data, Marks(root, first_line), (*found, *builder.diagnostics))


def _too_large(size: int, line: int) -> Diagnostic:
    message = f"The front matter has {size:,} characters, more than the {LARGEST:,} that are read."
    return Diagnostic(
        "error", "yaml-too-large", message, line, 1, "Move long texts and results out of the front matter."
    )


def _replace_controls(text: str, first_line: int, found: list[Diagnostic]) -> str:
    bad = _CONTROL.search(text)
    if bad is None:
        return text
    before = text[: bad.start()]
    line, column = before.count("\n") + first_line, bad.start() - (before.rfind("\n") + 1) + 1
    message = f"The character U+{ord(bad.group()):04X} is not allowed in YAML."
    found.append(Diagnostic("error", "yaml-character", message, line, column, "Delete the character."))
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


def _compose(text: str, first_line: int, found: list[Diagnostic]) -> Node | None:
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
                return None
            lines[unit[0] : unit[1]] = [""] * (unit[1] - unit[0])
            text = "\n".join(lines)
        except yaml.YAMLError as error:
            found.append(Diagnostic("error", "yaml-syntax", f"The YAML can't be read: {error}.", first_line, 1))
            return None
        else:
            found.extend(_indenting_tabs(text, tabs, root, first_line))
            return root
    return None


def _indenting_tabs(text: str, tabs: list[int], root: Node | None, first_line: int) -> list[Diagnostic]:
    """A tab that indents is refused by the Hub, unless it stands inside brackets."""
    for at in tabs:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        if text[start:at].strip() or not text[at : None if end < 0 else end].strip() or _in_flow(root, at):
            continue
        line = text.count("\n", 0, at) + first_line
        message = "A tab indents this line; YAML, and so the Hub, wants spaces."
        return [Diagnostic("error", "yaml-tab", message, line, at - start + 1, "Replace the tab by two spaces.")]
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
