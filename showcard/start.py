"""Run a module of this package in a process of its own: `python .../showcard/start.py showcard.local --port 8080`.

Any Python can run it, from any folder: the package is found where this file lies, and no entry is added to `sys.path`,
so that nothing that lies beside the package is imported by accident."""

from __future__ import annotations

import importlib.util
import runpy
import sys
from pathlib import Path

FILE = Path(__file__)


def command(module: str, *arguments: str, python: str = sys.executable) -> list[str]:
    """The command line that runs a module of this package, such as `showcard.local`."""
    return [python, str(FILE), module, *arguments]


def main() -> None:
    """Run the module that the first argument names, as `python -m` would."""
    here = FILE.resolve().parent
    if sys.path and Path(sys.path[0]) == here:  # what Python adds for a script
        del sys.path[0]
    spec = importlib.util.spec_from_file_location(
        "showcard", here / "__init__.py", submodule_search_locations=[str(here)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["showcard"] = package
    spec.loader.exec_module(package)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
