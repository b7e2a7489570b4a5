"""The parameters of a task: a control for each, made from huggingface_hub's own types; only what is set is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import gradio as gr

from showcard.ui.session.typed_json import read_json, read_object
from showcard.wire.parameters import Parameter, parameters_of
from showcard.wire.request import RequestError

OTHER = "Other parameters"
MAX_DOC = 220
STEPS = (0.01, 0.05, 0.1, 0.5, 1.0)  # of a number that may be a fraction


class ParameterPanel:
    """The controls of a task's parameters, and one for parameters that the task does not name.

    `prefix` starts the ids of the controls on the page."""

    def __init__(self, task_id: str, prefix: str) -> None:
        self.specs = parameters_of(task_id)
        self.prefix = prefix
        self.components: list[gr.components.Component] = []

    def build(self, held: Mapping[str, Any], sources: Mapping[str, str] | None = None) -> None:
        """Lay the controls out, showing the parameters that are set; `sources` names who set which."""
        *values, other = self.values(held)
        named = zip(self.specs, values, strict=True)
        told = sources or {}
        self.components = [
            _control(spec, value, self.prefix, _info(spec, held, told.get(spec.name))) for spec, value in named
        ]
        rest = gr.Textbox(
            other,
            label=OTHER,
            info="A JSON object; sent as it is where the call has a place for it.",
            placeholder='{"name": "value"}',
            max_lines=4,
            interactive=True,
            elem_id=f"{self.prefix}-other",
        )
        self.components.append(rest)

    def values(self, held: Mapping[str, Any]) -> list[Any]:
        """What the controls show for parameters that are set."""
        names = {spec.name for spec in self.specs}
        other = {name: value for name, value in held.items() if name not in names and value is not None}
        shown = [_show(spec, held.get(spec.name)) for spec in self.specs]
        return [*shown, json.dumps(other, ensure_ascii=False) if other else ""]

    def updates(self, held: Mapping[str, Any], sources: Mapping[str, str]) -> list[Any]:
        """What makes the controls show other parameters, and who set them."""
        *values, other = self.values(held)
        told = [_info(spec, held, sources.get(spec.name)) for spec in self.specs]
        return [*(gr.update(value=v, info=i) for v, i in zip(values, told, strict=True)), gr.update(value=other)]

    def read(self, values: Sequence[Any]) -> dict[str, Any]:
        """The parameters that the controls set; an empty control sets none. Raises RequestError."""
        *own, other = values
        found: dict[str, Any] = {}
        for spec, value in zip(self.specs, own, strict=True):
            read = _read(spec, value)
            if read is not None:
                found[spec.name] = read
        return {**found, **read_object(OTHER, "" if other is None else str(other))}


def _info(spec: Parameter, held: Mapping[str, Any], source: str | None) -> str:
    """A parameter's help, and who set it."""
    doc = spec.doc if len(spec.doc) <= MAX_DOC else spec.doc[: MAX_DOC - 1] + "…"
    if source is None:
        return doc
    value = _show(spec, held.get(spec.name))
    return f"{source} sets {value[:80]}. {doc}".strip()


def _control(spec: Parameter, value: Any, prefix: str, info: str) -> gr.components.Component:
    common: dict[str, Any] = {"label": spec.name, "info": info, "interactive": True, "elem_id": f"{prefix}-{spec.name}"}
    if spec.type in ("boolean", "choice"):
        names = ("true", "false") if spec.type == "boolean" else spec.choices
        return gr.Radio([("not set", ""), *((name, name) for name in names)], value=value, **common)
    # Numbers too are typed as text: Gradio's number field shows an unset value as its minimum, and sends it. The page's
    # own script adds steps and a slider to them.
    number = spec.type in ("integer", "number")
    common["elem_classes"] = _bounds(spec) if number else []
    return gr.Textbox(value, placeholder=_placeholder(spec), max_lines=1 if number else 4, **common)


def _bounds(spec: Parameter) -> list[str]:
    """What the page's script has to know of a number, as classes."""
    low, high = spec.minimum, spec.maximum
    ends = [f"{name}:{end:g}" for name, end in (("from", low), ("to", high)) if end is not None]
    hundredth = (high - low) / 100 if low is not None and high is not None else STEPS[2]
    step = 1 if spec.type == "integer" else next((step for step in STEPS if step >= hundredth), STEPS[-1])
    return ["number", *ends, f"step:{step:g}"]


def _placeholder(spec: Parameter) -> str:
    if spec.type in ("list", "object"):
        return "JSON"
    low, high = spec.minimum, spec.maximum
    bounds = f", {low:g} to {high:g}" if low is not None and high is not None else ""
    return f"not set{bounds}" if spec.default is None else f"default: {spec.default}{bounds}"


def _show(spec: Parameter, value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _read(spec: Parameter, value: Any) -> Any:
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    if spec.type in ("integer", "number"):
        return _number(spec, text)
    if spec.type == "boolean":
        return text == "true"
    if spec.type in ("list", "object"):
        return read_json(spec.name, text)
    if spec.type == "choice" and text not in spec.choices:
        raise RequestError(f"{spec.name} can't be {text[:40]}: it is one of {', '.join(spec.choices)}.")
    return str(value)


def _number(spec: Parameter, text: str) -> int | float:
    try:
        value = int(text) if spec.type == "integer" or text.lstrip("+-").isdigit() else float(text)
    except ValueError:
        kind = "a whole number" if spec.type == "integer" else "a number"
        raise RequestError(f"{spec.name} is not {kind}: {text[:40]}.") from None
    low, high = spec.minimum, spec.maximum
    if not isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        limits = (
            f"it goes from {low:g}" + (f" to {high:g}" if high is not None else "")
            if low is not None
            else "see its help"
        )
        raise RequestError(f"{spec.name} can't be {text[:40]}: {limits}.")
    return value
