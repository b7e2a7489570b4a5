"""The rules of lint: each looks at a model and yields what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches

from .diagnostics import Diagnostic, Severity
from .model import Model
from .tasks import TASKS, find_task
from .yaml12 import KeyPath

Rule = Callable[[Model], Iterator[Diagnostic]]


def say(model: Model, severity: Severity, code: str, message: str, path: KeyPath, fix: str = "") -> Diagnostic:
    """A finding at the value of a key path."""
    mark = model.card.marks.at(path)
    return Diagnostic(severity, code, message, mark.line, mark.column, fix)


def task_known(model: Model) -> Iterator[Diagnostic]:
    """`pipeline_tag` names a task."""
    stated = model.card.data.get("pipeline_tag")
    if stated is None or stated is False:
        return
    if not isinstance(stated, str):
        yield say(
            model, "error", "task-shape", "“pipeline_tag” has to be one name.", ("pipeline_tag",), "Write one name."
        )
        return
    found = find_task(stated)
    if found is None:
        close = get_close_matches(stated.lower(), [t.id for t in TASKS], n=1)
        fix = f"Did you mean “{close[0]}”?" if close else "See huggingface.co/tasks for the names."
        yield say(model, "error", "task-unknown", f"“{stated[:80]}” is no task of the Hub.", ("pipeline_tag",), fix)
    elif found.id != stated:
        yield say(model, "warning", "task-spelling", f"“{stated[:80]}” is not how the Hub calls it.", ("pipeline_tag",),
                  f"Write “{found.id}”.")  # fmt: skip


RULES: tuple[Rule, ...] = (task_known,)
