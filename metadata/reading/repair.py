"""YAML that the parser refuses: tabs are mended as the Hub reads them, broken lines left out, the rest is saved."""

from __future__ import annotations

import re

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from showcard.metadata.codes import diagnose
from showcard.metadata.diagnostics import Diagnostic

from .yaml12 import children, compose
from .yaml_errors import describe, guilty_line

MAX_ATTEMPTS = 40
MAX_WORK = 4_000_000  # characters parsed in all attempts together, so that a large file is given up sooner

_BLANK_LINE = re.compile(r"^[ \t]+$", re.MULTILINE)
_LEADING = re.compile(r"^[ ]*\t[ \t]*", re.MULTILINE)


def compose_or_mend(text: str, first_line: int, found: list[Diagnostic]) -> tuple[Node | None, str]:
    """The node tree, and the text as it was read: of the same length up to what was left out. Raises TooDeep."""
    try:
        return compose(text), text
    except yaml.YAMLError as error:
        return _Repair(text, first_line, found).run(error)


class _Repair:
    """Attempts at one document, until the parser is content or the budget is spent."""

    def __init__(self, text: str, first_line: int, found: list[Diagnostic]) -> None:
        self.text = text
        self.first_line = first_line
        self.found = found
        self.tabs: list[int] = []
        self.reported = False
        self.attempts = max(3, min(MAX_ATTEMPTS, MAX_WORK // (len(text) + 1)))

    def run(self, error: yaml.YAMLError) -> tuple[Node | None, str]:
        for _ in range(self.attempts):
            if not self._mend(error):
                return None, self.text
            try:
                return self._done(compose(self.text))
            except yaml.YAMLError as next_error:
                error = next_error
        return self._cut(error)

    def _done(self, root: Node | None) -> tuple[Node | None, str]:
        self.found.extend(_indenting_tabs(self.text, self.tabs, root, self.first_line))
        return root, self.text

    def _mend(self, error: yaml.YAMLError) -> bool:
        """Change the text so that this error is gone; False where nothing is left to change."""
        if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
            self.found.append(diagnose("yaml-syntax", f"The YAML can't be read: {error}.", self.first_line, 1))
            return False
        at = error.problem_mark.index
        if self.text[at : at + 1] == "\t":
            self._mend_tab(at)
            return True
        return self._leave_out(error)

    def _mend_tab(self, at: int) -> None:
        """Spaces for the tabs the parser stopped at; after many, for all that begin a line."""
        self.tabs.append(at)
        if len(self.tabs) == 1:
            self.text = _BLANK_LINE.sub(lambda m: " " * len(m[0]), self.text)
        elif len(self.tabs) > self.attempts // 2:
            self.text = _LEADING.sub(lambda m: " " * len(m[0]), self.text)
        end = at
        while self.text[end : end + 1] == "\t":
            end += 1
        self.text = f"{self.text[:at]}{' ' * (end - at)}{self.text[end:]}"

    def _leave_out(self, error: yaml.MarkedYAMLError) -> bool:
        lines = self.text.split("\n")
        unit = broken_unit(lines, guilty_line(error, lines))
        if not self.reported:
            self.found.append(describe(error, lines, self.first_line, unit))
            self.reported = True
        if unit is None:
            return False
        lines[unit[0] : unit[1]] = [""] * (unit[1] - unit[0])
        self.text = "\n".join(lines)
        return True

    def _cut(self, error: yaml.YAMLError) -> tuple[Node | None, str]:
        """The budget is spent: what stands above the error is kept, the rest left out."""
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        lines = self.text.split("\n")
        at = min(mark.line, len(lines) - 1) if mark else 0
        while at > 0 and (not lines[at].strip() or lines[at][0] in " \t-"):
            at -= 1
        message = "There are too many mistakes in the YAML: what follows this line is left out."
        self.found.append(
            diagnose("yaml-syntax", message, at + self.first_line, 1, fix="Mend the first ones and try again.")
        )
        self.text = "\n".join(lines[:at]) + "\n"
        try:
            return compose(self.text), self.text
        except yaml.YAMLError:
            return None, self.text


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


def broken_unit(lines: list[str], at: int) -> tuple[int, int] | None:
    """The lines (from, to) to leave out around a broken one: its list item, else its top-level key."""
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
