"""Gradio without the interface files (`.pyi`) that it writes beside its own modules and ours each time it is imported.

Why: it does so as it makes each class of a component, so the one function that does has to be another before the first
is made: a finder of modules sees to that module, and leaves `sys.meta_path` with it.
Upstream: https://github.com/gradio-app/gradio/issues/10121 is about where it can't write them; that it need not: none.
Without it: the app's start takes twice as long, and type checkers read stale ones."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

WRITER = "gradio.component_meta"


class _Loader(SourceFileLoader):
    """Loads the module that writes them, with nothing in the place of its writing."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        _still(module)


class _Finder(MetaPathFinder):
    """Finds that one module, while the classes of components are not made yet."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        found = PathFinder.find_spec(fullname, path) if fullname == WRITER else None
        if found and found.origin:
            found.loader = _Loader(fullname, found.origin)
            sys.meta_path.remove(self)
        return found


def _still(module: ModuleType) -> None:
    module.create_or_modify_pyi = lambda *_: None  # type: ignore[attr-defined]


def skip() -> None:
    """Call it before Gradio is imported; later it is of use to our own components alone."""
    if WRITER in sys.modules:
        _still(sys.modules[WRITER])
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
