"""From a plan to what answers: the model loaded, warm, and ready to be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from showcard.metadata.weights.runnable import ONNX, Plan

from ..errors import Refusal
from .source import Source, Tell


def load(folder: Path, plan: Plan, tell: Tell) -> Any:
    """What runs the plan's task: a `Run`, or a `TextGenerator` for a chat. Raises Refusal."""
    if plan.engine == ONNX:
        from .onnx import load_onnx  # noqa: PLC0415

        return load_onnx(folder, plan, tell)
    from .tasks import RUNNERS, WRITES  # noqa: PLC0415  (needs what is told first)
    from .writing import Speaking  # noqa: PLC0415

    source = Source(folder, plan.below, tell)
    if plan.task in WRITES:
        return Speaking(source, chats=plan.task != "text-generation", sees=WRITES[plan.task] or source.sees)
    if plan.task not in RUNNERS:
        raise Refusal(f"{plan.task} is not run here.")
    return RUNNERS[plan.task](source)
