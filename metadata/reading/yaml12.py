"""YAML 1.2 core schema over PyYAML's C parser, with line and column of every value."""

from __future__ import annotations

import gc
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from showcard.metadata.codes import diagnose
from showcard.metadata.diagnostics import Diagnostic

KeyPath = tuple[str | int, ...]

MAX_DEPTH = 100  # deeper nesting than any card has, far below what would exhaust a stack
LARGE = 50_000  # characters
MAX_COMPOSED = 80_000  # characters of a part of it, of which the places of values are found
MAX_FINDINGS = 100  # of one document; more would tell nobody anything
ALIAS_ALLOWANCE = 100_000  # characters that aliases may add to a document, beside ten times its own length


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the file; line and column count from 1."""

    line: int
    column: int


class TooDeep(Exception):
    """The document nests deeper than `MAX_DEPTH`."""


class _Composer:
    """No tag is looked up while parsing: `tag` keeps what was implicit, and `Builder` reads the value from it."""

    def resolve(self, kind: type, value: Any, implicit: Any) -> Any:
        return implicit

    # Called once a value: both do nothing, at the speed of C.
    descend_resolver: Callable[..., Any] = staticmethod(operator.is_)
    ascend_resolver: Callable[..., Any] = staticmethod(tuple)


class _Counter(_Composer):
    """Stops at a depth that could exhaust the C stack: its recursion has no limit of its own."""

    depth = 0

    def descend_resolver(self, parent: Any, index: Any) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooDeep

    def ascend_resolver(self) -> None:
        self.depth -= 1


try:
    from yaml._yaml import CParser

    class _Parser(_Composer, CParser):
        pass

    class _CountingParser(_Counter, CParser):
        pass

except ImportError:  # PyYAML was built without libyaml: slower, same results

    class _PurePython(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser, yaml.composer.Composer):
        def __init__(self, stream: bytes) -> None:
            yaml.reader.Reader.__init__(self, stream)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)
            yaml.composer.Composer.__init__(self)

    class _Parser(_Composer, _PurePython):  # type: ignore[no-redef]
        pass

    class _CountingParser(_Counter, _PurePython):  # type: ignore[no-redef]
        pass


# Nesting needs brackets, or a long run of indentation and list dashes: where neither is, nothing has to be counted.
_RUN = 60
_INDENTING = bytes.maketrans(b"-?:\t", b"    ")


def compose(text: str) -> Node | None:
    """The node tree of one document. Raises yaml.YAMLError or TooDeep."""
    raw = text.encode()
    deep = raw.count(b"[") + raw.count(b"{") > _RUN or b" " * _RUN in raw.translate(_INDENTING)
    parser = _CountingParser(raw) if deep else _Parser(raw)
    try:
        return parser.get_single_node()
    except yaml.scanner.ScannerError as error:
        if error.problem == "exceeded maximum nesting depth":  # libyaml's own limit, newer than ours and above it
            raise TooDeep from None
        raise
    finally:
        parser.dispose()


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection meanwhile: a large tree makes it walk all that was built, again and again, for nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Marks:
    """Where the values of a document stand, found on demand in its node tree."""

    def __init__(self, root: Node | None = None, first_line: int = 1) -> None:
        self._root = root
        self._first_line = first_line

    def __reduce__(self) -> tuple[Any, ...]:
        """A tree does not leave its process: what arrives knows the places of the outermost keys alone."""
        return TopMarks, (self._first_line, {key: (self.key((key,)), self.at((key,))) for key in self._keys()})

    def _keys(self) -> list[str]:
        pairs = self._root.value if isinstance(self._root, MappingNode) else ()
        return [key_text(key) for key, _ in pairs]

    def at(self, path: KeyPath) -> Mark:
        """The place of the value at a key path; of the nearest parent where the path leads nowhere."""
        return self._find(path, of_key=False)

    def key(self, path: KeyPath) -> Mark:
        """The place of the key that leads to a value; of the value itself inside a list."""
        return self._find(path, of_key=True)

    def _find(self, path: KeyPath, of_key: bool) -> Mark:
        node, key = self._root, None
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            key, node = child
        node = (key or node) if of_key else node
        if node is None:
            return Mark(self._first_line, 1)
        return Mark(node.start_mark.line + self._first_line, node.start_mark.column + 1)


class LargeMarks(Marks):
    """Marks of a large document: its text is kept, not its tree, and only the part asked for is composed again. Of a
    part above MAX_COMPOSED characters the lines at its beginning are: what stands below them is at the part's start,
    as a tree of all of it would hold the process for seconds."""

    def __init__(self, root: Any, text: str, first_line: int) -> None:
        super().__init__(None, first_line)
        starts = [(key.value, key.start_mark) for key, _ in root.value]
        ends = [mark.index for _, mark in starts[1:]] + [len(text)]
        self._parts = {
            name: (text[mark.index : end], mark.line + first_line)
            for (name, mark), end in zip(starts, ends, strict=True)
        }
        self._known: dict[str, Marks] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return _large_marks, (self._first_line, self._parts)

    def _find(self, path: KeyPath, of_key: bool) -> Mark:
        name = str(path[0]) if path else ""
        if name not in self._parts:
            return super()._find((), of_key)
        if name not in self._known:
            text, line = self._parts[name]
            if len(text) > MAX_COMPOSED:
                text = text[: text.rfind("\n", 0, MAX_COMPOSED) + 1]
            try:
                with uncollected():
                    self._known[name] = Marks(compose(text), line)
            except (yaml.YAMLError, TooDeep):  # it takes an alias from another part: the part's start is near enough
                self._known[name] = Marks(None, line)
        return self._known[name]._find(path, of_key)


class TopMarks(Marks):
    """Marks that came from another process: of each outermost key, its own place and that of its value."""

    def __init__(self, first_line: int, places: Mapping[str, tuple[Mark, Mark]]) -> None:
        super().__init__(None, first_line)
        self._places = places

    def __reduce__(self) -> tuple[Any, ...]:
        return TopMarks, (self._first_line, self._places)

    def _find(self, path: KeyPath, of_key: bool) -> Mark:
        found = self._places.get(str(path[0])) if path else None
        return found[not (of_key and len(path) == 1)] if found else super()._find((), of_key)


def _large_marks(first_line: int, parts: dict[str, tuple[str, int]]) -> LargeMarks:
    """Marks of a large document, from its parts."""
    made = LargeMarks.__new__(LargeMarks)
    Marks.__init__(made, None, first_line)
    made._parts, made._known = parts, {}
    return made


def make_marks(root: Node, text: str, first_line: int) -> Marks:
    """The marks of a composed document. A large tree is let go: it weighs twenty times its text."""
    small = len(text) <= LARGE or not isinstance(root, MappingNode) or root.flow_style
    if small or any(not isinstance(key.value, str) for key, _ in root.value):
        return Marks(root, first_line)
    return LargeMarks(root, text, first_line)


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
_NUMBER = re.compile(
    r"(?P<integer>[-+]?[0-9]{1,300})"
    r"|(?P<other_base>0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300})"
    r"|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
)
_NO_TEXT_STARTS = frozenset("+-.0123456789~nNtTfF")  # what every value that is not text starts with


def plain(text: str) -> Any:
    """The value of a plain scalar by the core schema of YAML 1.2: `no`, `12:30` and dates stay text."""
    if text and text[0] not in _NO_TEXT_STARTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    if number is None:
        return text
    if number.lastgroup == "integer":
        return int(text)
    return int(text, 0) if number.lastgroup else float(text)


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

    def build(self, node: Any, depth: int = 0) -> Any:
        """The value of a node and all below it. Raises TooDeep."""
        kind, tag = node.__class__, node.tag
        if kind is ScalarNode:
            if tag.__class__ is tuple:
                return plain(node.value) if tag[0] else node.value
            return self._tagged(node)
        if depth > MAX_DEPTH:
            raise TooDeep
        if tag.__class__ is str:
            self._check_tag(node)
        if kind is SequenceNode:
            return [self.build(item, depth + 1) for item in node.value]
        return self._mapping(node, depth)

    def _mapping(self, node: Any, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        merged: list[Node] = []
        for key, value in node.value:
            name, tag, held = key.value, key.tag, value.tag
            if key.__class__ is not ScalarNode:
                name = key_text(key)
            elif name == "<<" and tag[0] is True:
                merged.extend(value.value if value.__class__ is SequenceNode else [value])
                continue
            if name in data:
                self._duplicate(key, name)
            if held.__class__ is tuple and value.__class__ is ScalarNode:  # most values: spared a call
                data[name] = plain(value.value) if held[0] else value.value
            else:
                data[name] = self.build(value, depth + 1)
        for other in merged:
            if isinstance(other, MappingNode):
                for name, value in self._mapping(other, depth + 1).items():
                    data.setdefault(name, value)
        return data

    def _duplicate(self, key: Node, name: str) -> None:
        message = f"The key “{name[:60]}” is given twice; the Hub refuses such a card."
        self._say("yaml-duplicate-key", message, key, "Keep one of them; the last one is read here.")

    def _tagged(self, node: ScalarNode) -> Any:
        if node.tag == f"{_PREFIX}str":
            return node.value
        self._check_tag(node)
        return plain(node.value) if node.tag in _TAGS else node.value

    def _check_tag(self, node: Node) -> None:
        if node.tag not in _TAGS:
            message = f"The YAML tag {node.tag[:80]} is not followed; the value is read as plain data."
            self._say("yaml-tag", message, node, "Remove the tag.")

    def _say(self, code: str, message: str, node: Node, fix: str) -> None:
        if len(self.diagnostics) >= MAX_FINDINGS:
            return
        mark = node.start_mark
        self.diagnostics.append(diagnose(code, message, mark.line + self.first_line, mark.column + 1, fix=fix))


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
