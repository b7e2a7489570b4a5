"""Python functions that a chat may call: those of a file named at the start, run only when a person says so."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError, validate_call

from showcard.inference.processes.threads import in_its_own

SECONDS = 30.0
MAX_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Functions:
    """Registered functions by name. There are none unless the app was started with some.

    `left_out` says why others of the file can't be offered."""

    held: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

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
            is_async = inspect.iscoroutinefunction(checked)
            called = checked(**given) if is_async else asyncio.wrap_future(in_its_own(checked, **given))
            result = await asyncio.wait_for(called, SECONDS)
            text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, default=str)
        except ValidationError as error:
            text = json.dumps({"error": "; ".join(f"{_place(e['loc'])}: {e['msg']}" for e in error.errors())})
        except TimeoutError:
            text = json.dumps({"error": f"{name} did not end within {SECONDS:.0f} s."})
        except Exception as error:
            text = json.dumps({"error": f"{type(error).__name__}: {error}"})
        return text[:MAX_CHARACTERS]


def load_functions(path: Path) -> Functions:
    """The public functions that a Python file defines. Runs the file; raises ImportError where that fails."""
    spec = importlib.util.spec_from_file_location("registered_functions", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ImportError(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise ImportError(_failed(error, path)) from error
    found = {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    refused = {name: why for name, value in found.items() if (why := _refusal(name, value))}
    held = {name: value for name, value in found.items() if name not in refused}
    return Functions(held, tuple(f"{name} can't be offered: {why}" for name, why in refused.items()))


def _failed(error: BaseException, path: Path) -> str:
    """What went wrong in a file, and the line of it where it did."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    line = getattr(error, "lineno", None) or (lines[-1] if lines else None)
    return f"{f'line {line}: ' if line else ''}{type(error).__name__}: {getattr(error, 'msg', error)}"


def _refusal(name: str, function: Callable[..., Any]) -> str:
    """Why a function can't be called with a JSON object, empty where it can."""
    try:
        schema = _described(name, function)["function"]["parameters"]
    except Exception as error:  # pydantic has many, some of them Python's own
        return str(error).partition("\n")[0]
    return "" if schema.get("type") == "object" else "its arguments have no names."


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
