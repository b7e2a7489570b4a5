"""What the app imports is asked for by name, and what is asked for is used; what private parts are used of is pinned."""

from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.private_parts import PLACES

ROOT = Path(__file__).parent.parent
PARTS = ("cli", "inference", "local", "metadata", "playground", "showcard", "snippets", "ui", "widgets", "wire")
# Used without an import: by uvicorn, by name, as data, or by those who write one.
NOT_IMPORTED = {"websockets", "pymdown-extensions", "tzdata"}
# Imported by what runs elsewhere: in the Python of a folder's model, or when its data are made.
ELSEWHERE = {"onnxruntime", "scipy", "sklearn", "tokenizers", "torch", "transformers", "pandas"}


def asked_for(file: str) -> dict[str, Requirement]:
    """The requirements of a file, by name."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    return {canonicalize_name(one.name): one for one in found}


def imported() -> dict[str, str]:
    """The packages of others that the app imports, and a module that does."""
    found: dict[str, str] = {}
    for file in (file for part in PARTS for file in (ROOT / part).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            found |= {name.partition(".")[0]: str(file.relative_to(ROOT)) for name in names}
    return {name: file for name, file in found.items() if name not in {*sys.stdlib_module_names, "showcard", "app"}}


def test_what_is_imported_is_asked_for() -> None:
    names, asked = packages_distributions(), asked_for("requirements.txt")
    wrong = [
        f"{file} imports {package}"
        for package, file in imported().items()
        if package not in ELSEWHERE and not {canonicalize_name(name) for name in names.get(package, [])} & asked.keys()
    ]
    assert not wrong, "\n".join(wrong)


def test_what_is_asked_for_is_used() -> None:
    names = packages_distributions()
    used = {canonicalize_name(name) for package in imported() for name in names.get(package, [])}
    assert asked_for("requirements.txt").keys() - used - NOT_IMPORTED - {"uvloop"} == set()


def test_what_private_parts_are_used_of_is_pinned_exactly() -> None:
    asked = asked_for("requirements.txt")
    pinned = {canonicalize_name(library) for library, places in PLACES.items() if places} | {"uvicorn", "httpcore2"}
    loose = [name for name in pinned if [one.operator for one in asked[name].specifier] != ["=="]]
    assert not loose
