"""What a module touches of the inside of the libraries that the app leans on, as far as its syntax shows it."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# Where the private parts of a library may be touched; nowhere else.
PLACES: dict[str, tuple[str, ...]] = {
    "gradio": ("ui/gradio_patches/",),
    "huggingface_hub": ("wire/hub_private.py",),
    "anyio": ("ui/server/threads.py",),
    "starlette": ("ui/server/threads.py",),
    **dict.fromkeys(("httpcore2", "httpx2", "uvicorn", "fastapi", "h11", "gradio_client"), ()),
}
GRADIOS_MODULES = {"gradio", "gradio.themes", "gradio.components"}
# What Gradio documents of no app, though its name does not say so.
UNDOCUMENTED = {"default_config", "temp_file_sets", "has_launched", "preprocess_data", "state_holder", "create_limiter",
                "limiter", "state_session_capacity", "max_threads", "is_template", "stop_event", "root_block", "fns",
                "renderable", "run_startup_events", "process_api"}  # fmt: skip
OF_TUPLES = {"_replace", "_asdict", "_fields", "_make"}
OF_ITSELF = {"self", "cls"}


def private_parts(source: str) -> Iterator[tuple[int, str, str]]:
    """What a module touches of the inside of the libraries of PLACES: the line, the library, and the part.

    An attribute whose name begins with `_` counts where the module imports such a library, but for those of `self` and
    of what comes from elsewhere; where several are imported and the name does not say whose it is, it counts as the first of PLACES."""
    tree = ast.parse(source)
    roots: dict[str, str] = {}  # by the name in the module
    others = set(OF_ITSELF)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            whole, name = f"{module}.{alias.name}".strip("."), alias.asname or alias.name.partition(".")[0]
            library = whole.partition(".")[0]
            if library not in PLACES or (isinstance(node, ast.ImportFrom) and node.level):
                others.add(name)
                continue
            roots[name] = library
            if (
                _is_private(whole)
                or (library == "gradio" and (module or alias.name) not in GRADIOS_MODULES)
                or (library == "gradio" and module == "gradio" and alias.name not in gradios_names())
            ):
                yield node.lineno, library, whole
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            library = node.value.partition(".")[0]
            if library in PLACES and _is_private(node.value) and " " not in node.value:
                yield node.lineno, library, node.value
        elif roots and isinstance(node, ast.Attribute):
            yield from _of_attribute(node, roots, others)


def _of_attribute(node: ast.Attribute, roots: dict[str, str], others: set[str]) -> Iterator[tuple[int, str, str]]:
    whole, base = ast.unparse(node), node.value
    root = whole.partition(".")[0]
    library = roots.get(root) or min(roots.values(), key=list(PLACES).index)
    named = isinstance(base, ast.Name) and base.id in others
    if (_is_private(node.attr) and node.attr not in OF_TUPLES and not named) or (
        library == "gradio" and node.attr in UNDOCUMENTED and not named
    ):
        yield node.lineno, library, whole
    elif isinstance(node.ctx, ast.Store) and root in roots:
        yield node.lineno, library, f"{whole} is replaced"
    elif isinstance(base, ast.Name) and base.id == "gr" and node.attr not in gradios_names():
        yield node.lineno, library, whole


def _is_private(dotted: str) -> bool:
    return any(part.startswith("_") and not part.startswith("__") for part in dotted.split("."))


@cache
def gradios_names() -> frozenset[str]:
    """What Gradio offers to everybody; read, not imported, which takes long."""
    found = importlib.util.find_spec("gradio")
    assert found
    assert found.origin
    for node in ast.parse(Path(found.origin).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value)) | {"components", "themes"}
    raise AssertionError("Gradio says no longer what is public")
