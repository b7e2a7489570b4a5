"""Every regular expression that the code writes down, with how it is used, found in the source."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

FUNCTIONS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer", "template"}
_FLAGS_AT = {"compile": 1, "search": 2, "match": 2, "fullmatch": 2, "findall": 2, "finditer": 2, "split": 3, "sub": 4}


@dataclass(frozen=True)
class Written:
    """A pattern where it is written; None where it can't be told without running the code around it."""

    place: str  # as "widgets/examples/gallery.py"
    line: int
    source: str  # the code of the first argument
    pattern: re.Pattern[Any] | None
    methods: frozenset[str]  # how it is used; all of them where that can't be told

    @property
    def name(self) -> str:
        """The place, and the code of the pattern."""
        return f"{self.place}: {self.source}"


def written(root: Path, packages: tuple[str, ...]) -> list[Written]:
    """The patterns of some folders."""
    files = sorted(file for package in packages for file in (root / package).rglob("*.py"))
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}
    uses = _uses(trees.values())
    return [found for file, tree in trees.items() for found in _of(file.relative_to(root), tree, uses)]


def _uses(trees: Any) -> dict[str, set[str]]:
    """The methods that are called on each name, in all files together."""
    uses: dict[str, set[str]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                held = node.value
                name = held.id if isinstance(held, ast.Name) else held.attr if isinstance(held, ast.Attribute) else ""
                uses.setdefault(name, set()).add(node.attr)
    return uses


def _of(file: Path, tree: ast.Module, uses: dict[str, set[str]]) -> Iterator[Written]:
    named = dict(_named(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("re", "regex"):
            yield Written(str(file), node.lineno, f"from {node.module} import", None, frozenset())
        if isinstance(node, ast.Import) and any(
            name.name == "regex" or (name.name == "re" and name.asname) for name in node.names
        ):
            yield Written(str(file), node.lineno, ast.unparse(node), None, frozenset())
        if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.")) or not node.args:
            continue
        function = ast.unparse(node.func).removeprefix("re.")
        if function in FUNCTIONS:
            methods = {function} if function != "compile" else uses.get(named.get(id(node), "?"), set()) & FUNCTIONS
            methods = methods or _methods(tree)
            yield Written(
                str(file), node.lineno, ast.unparse(node.args[0]), _pattern(file, node, function), frozenset(methods)
            )


def _named(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The calls whose result gets a name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names, values = (
                    ([target], [node.value]) if isinstance(target, ast.Name) else _elements(target, node.value)
                )
                yield from (
                    (id(value), name.id)
                    for name, value in zip(names, values, strict=False)
                    if isinstance(name, ast.Name)
                )


def _elements(target: ast.expr, value: ast.expr) -> tuple[list[ast.expr], list[ast.expr]]:
    both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
    return (target.elts, value.elts) if both else ([], [])


def _methods(tree: ast.Module) -> set[str]:
    """What a file does with patterns that it hands around, and `search` in any case."""
    called = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id == "re")
    }
    return (called & FUNCTIONS) | {"search"}


def _pattern(file: Path, node: ast.Call, function: str) -> re.Pattern[Any] | None:
    """The pattern, where it is made of what the module knows by itself."""
    place = _FLAGS_AT.get(function, 4)
    flags = next((word.value for word in node.keywords if word.arg == "flags"), None)
    flags = flags or (node.args[place] if len(node.args) > place else None)
    try:
        return re.compile(_value(file, node.args[0]), _value(file, flags) if flags else 0)
    except (NameError, AttributeError, TypeError):
        return None


def _value(file: Path, node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    code = compile(ast.Expression(node), str(file), "eval")
    return eval(code, {**vars(_module(file)), "re": re})


def _module(file: Path) -> ModuleType:
    return importlib.import_module("showcard." + ".".join(file.with_suffix("").parts).removesuffix(".__init__"))
