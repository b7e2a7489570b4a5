"""Python functions that a chat may call: those of a file named at the start, run only when a person says so."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError, validate_call

SECONDS = 30.0
MOST_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Functions:
    """Registered functions by name. There are none unless the app was started with some."""

    held: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the functions."""
        return tuple(self.held)

    def tools(self, names: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The function schemas of those that are named; of others there are none."""
        for name in names:
            if name in self.held:
                yield _described(name, self.held[name])

    async def call(self, name: str, arguments: str) -> str:
        """The result of a call as text for the model; a failure is told as one."""
        if name not in self.held:
            return json.dumps({"error": f"There is no function {name[:64]}."})
        try:
            given = json.loads(arguments or "{}")
            if not isinstance(given, dict):
                raise TypeError("the arguments are not a JSON object")
            checked = validate_call(self.held[name])
            called = checked(**given) if inspect.iscoroutinefunction(checked) else asyncio.to_thread(checked, **given)
            result = await asyncio.wait_for(called, SECONDS)
            text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, default=str)
        except ValidationError as error:
            text = json.dumps({"error": "; ".join(f"{_place(e['loc'])}: {e['msg']}" for e in error.errors())})
        except TimeoutError:
            text = json.dumps({"error": f"{name} did not end within {SECONDS:.0f} s."})
        except Exception as error:
            text = json.dumps({"error": f"{type(error).__name__}: {error}"})
        return text[:MOST_CHARACTERS]


def load_functions(path: Path) -> Functions:
    """The public functions that a Python file defines. Runs the file; raises OSError or ImportError."""
    spec = importlib.util.spec_from_file_location("registered_functions", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ImportError(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    return Functions(found)


def _described(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    adapter: TypeAdapter[Any] = TypeAdapter(function)  # type: ignore[arg-type]  # a function has a schema too
    schema = adapter.json_schema()
    doc = " ".join((inspect.getdoc(function) or "").split())
    return {
        "type": "function",
        "function": {"name": name, **({"description": doc} if doc else {}), "parameters": schema},
    }


def _place(location: Iterable[Any]) -> str:
    return ".".join(str(part) for part in location) or "the arguments"
