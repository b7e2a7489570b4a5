"""YAML 1.2 core schema over PyYAML's C parser, with line and column of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .diagnostics import Diagnostic

KeyPath = tuple[str | int, ...]

MAX_DEPTH = 100  # deeper nesting than any card has, far below what would exhaust a stack
ALIAS_ALLOWANCE = 100_000  # characters that aliases may add to a document, beside ten times its own length


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the file; line and column count from 1."""

    line: int
    column: int


class _Composer:
    """What both parsers share: nodes keep whether they were plain in `tag`, and nesting is bounded."""

    depth = 0

    def resolve(self, kind: type, value: Any, implicit: Any) -> Any:
        """No tag is looked up while parsing: what is implicit is kept, and `Builder` reads the value from it."""
        return implicit

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Count one level down."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooDeep

    def ascend_resolver(self) -> None:
        """Count one level up."""
        self.depth -= 1


class TooDeep(Exception):
    """The document nests deeper than `MAX_DEPTH`."""


try:
    from yaml._yaml import CParser

    class _Parser(_Composer, CParser):
        pass

except ImportError:  # PyYAML was built without libyaml: slower, same results

    class _Parser(  # type: ignore[no-redef]
        _Composer, yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser, yaml.composer.Composer
    ):
        def __init__(self, stream: str) -> None:
            yaml.reader.Reader.__init__(self, stream)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)
            yaml.composer.Composer.__init__(self)


def compose(text: str) -> Node | None:
    """The node tree of one document. Raises yaml.YAMLError or TooDeep."""
    parser = _Parser(text)
    try:
        return parser.get_single_node()
    finally:
        parser.dispose()


class Marks:
    """Where the values of a document stand, found on demand in its node tree."""

    def __init__(self, root: Node | None = None, first_line: int = 1) -> None:
        self._root = root
        self._first_line = first_line

    def at(self, path: KeyPath) -> Mark:
        """The place of the value at a key path; of the nearest parent where the path leads nowhere."""
        node, _ = self._walk(path)
        return self._mark(node)

    def key(self, path: KeyPath) -> Mark:
        """The place of the key that leads to a value; of the value itself inside a list."""
        node, key = self._walk(path)
        return self._mark(key or node)

    def _walk(self, path: KeyPath) -> tuple[Node | None, Node | None]:
        node, key = self._root, None
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            key, node = child
        return node, key

    def _mark(self, node: Node | None) -> Mark:
        if node is None:
            return Mark(self._first_line, 1)
        return Mark(node.start_mark.line + self._first_line, node.start_mark.column + 1)


def _child(node: Node | None, step: str | int) -> tuple[Node | None, Node] | None:
    if isinstance(node, SequenceNode):
        return (None, node.value[step]) if isinstance(step, int) and 0 <= step < len(node.value) else None
    if isinstance(node, MappingNode):
        found = None
        for key, value in node.value:
            if key.value == step or (key.value.__class__ is not str and key_text(key) == step):
                found = (key, value)
        return found
    return None


_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_OTHER_BASE = re.compile(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NUMBER_STARTS = frozenset("+-.0123456789")


def plain(text: str) -> Any:
    """The value of a plain scalar by the core schema of YAML 1.2: `no`, `12:30` and dates stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text


def key_text(node: Node) -> str:
    """A key as text, as JSON will have it; a list or a mapping as a key is written in flow style."""
    if isinstance(node, ScalarNode):
        return str(node.value)
    if isinstance(node, SequenceNode):
        return f"[{', '.join(key_text(item) for item in node.value[:20])}]"
    return "{" + ", ".join(f"{key_text(key)}: {key_text(value)}" for key, value in node.value[:20]) + "}"


_PREFIX = "tag:yaml.org,2002:"
_TAGS = frozenset(f"{_PREFIX}{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map", "set", "omap"))


class Builder:
    """Values from nodes; what is odd about them is in `diagnostics`."""

    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.diagnostics: list[Diagnostic] = []

    def build(self, node: Any) -> Any:
        """The value of a node and all below it."""
        kind, tag = node.__class__, node.tag
        if kind is ScalarNode:
            if tag.__class__ is tuple:
                return plain(node.value) if tag[0] else node.value
            return self._tagged(node)
        if tag.__class__ is str:
            self._check_tag(node)
        if kind is SequenceNode:
            return [self.build(item) for item in node.value]
        return self._mapping(node)

    def _mapping(self, node: MappingNode) -> dict[str, Any]:
        data: dict[str, Any] = {}
        merged: list[Node] = []
        for key, value in node.value:
            name = key.value if key.__class__ is ScalarNode else key_text(key)
            if name == "<<" and key.tag == (True, False):
                merged.extend(value.value if value.__class__ is SequenceNode else [value])
                continue
            if name in data:
                self._say(
                    "error", "yaml-duplicate-key", f"The key “{name}” is given twice; the Hub refuses such a card.",
                    key, "Keep one of them; the last one is read here.",
                )  # fmt: skip
            data[name] = self.build(value)
        for other in merged:
            if isinstance(other, MappingNode):
                for name, value in self._mapping(other).items():
                    data.setdefault(name, value)
        return data

    def _tagged(self, node: ScalarNode) -> Any:
        if node.tag == f"{_PREFIX}str":
            return node.value
        self._check_tag(node)
        return plain(node.value) if node.tag in _TAGS else node.value

    def _check_tag(self, node: Node) -> None:
        if node.tag not in _TAGS:
            self._say(
                "warning", "yaml-tag", f"The YAML tag {node.tag[:80]} is not followed; the value is read as plain data.",
                node, "Remove the tag.",
            )  # fmt: skip

    def _say(self, severity: Any, code: str, message: str, node: Node, fix: str) -> None:
        mark = node.start_mark
        self.diagnostics.append(Diagnostic(severity, code, message, mark.line + self.first_line, mark.column + 1, fix))


def expanded_size(root: Node) -> float:
    """How many characters and values the tree stands for once aliases are followed; infinite where it holds itself."""
    sizes: dict[int, float] = {}

    def size(node: Node) -> float:
        known = sizes.get(id(node))
        if known is not None:
            return known
        sizes[id(node)] = float("inf")  # met again before it is finished: the node is inside itself
        total = 1.0 + (len(node.value) if isinstance(node, ScalarNode) else sum(map(size, children(node))))
        sizes[id(node)] = total
        return total

    return size(root)


def children(node: Node) -> Iterator[Node]:
    """The nodes right below a list or mapping."""
    for item in node.value:
        if item.__class__ is tuple:
            yield from item
        else:
            yield item
