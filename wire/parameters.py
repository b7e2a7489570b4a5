"""The parameters of a task, read from huggingface_hub's generated types and the signatures of its client."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Literal

import huggingface_hub
from huggingface_hub import InferenceClient

from showcard.metadata.tasks.table import task

from .call import CHAT_TASKS, has_method, keywords_of, method_of

# Not parameters: what is asked, where, and how it is answered.
_OTHERWISE_SET = frozenset(
    {"model", "stream", "stream_options", "tools", "response_format", "messages", "extra_body", "inputs", "parameters"}
    | {"generate_parameters", "generation_parameters", "self", "kwargs", "candidate_labels", "multi_label", "n"}
    | {"prompt", "details", "decoder_input_details"}
)
# What most people look for stands first.
_COMMON = ("max_tokens", "max_new_tokens", "temperature", "top_p", "stop", "seed")
_ROOTS = {"chat_completion": "ChatCompletionInput", "feature_extraction": "FeatureExtractionInput"}
# The specifications name no bounds except in prose.
_BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "typical_p": (0, 1),
    "epsilon_cutoff": (0, 1),
    "eta_cutoff": (0, 1),
    "threshold": (0, 1),
    "mask_threshold": (0, 1),
    "overlap_mask_area_threshold": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
    "top_logprobs": (0, 20),
    "guidance_scale": (0, 30),
    "num_inference_steps": (1, None),
    "width": (1, None),
    "height": (1, None),
    "dimensions": (1, None),
    **dict.fromkeys(
        ("max_tokens", "max_new_tokens", "max_length", "min_length", "min_new_tokens", "max_answer_len", "top_k"),
        (0, None),
    ),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: `type` is integer, number, boolean, text, choice, list or object; `choices` those of a choice."""

    name: str
    type: str
    default: Any
    choices: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    doc: str


@cache
def parameters_of(task_id: str) -> tuple[Parameter, ...]:
    """What can be set for a task: what most people look for, then in the order of its specification."""
    row = task(task_id)
    described = dict(_described("chat_completion" if task_id in CHAT_TASKS else task_id.replace("-", "_")))
    names = [name for name, found in described.items() if not found.nested]
    if has_method(task_id):
        keywords = keywords_of(method_of(task_id))
        open_ended = "extra_body" in keywords or any(item.kind is item.VAR_KEYWORD for item in keywords.values())
        optional = [name for name, item in keywords.items() if item.default is not item.empty]
        names = [*optional, *(name for name in names if open_ended and name not in keywords)]
        help_texts = _arguments_section(method_of(task_id))
        for name in optional:
            known = described.get(name)
            doc = known.doc if known and known.doc else help_texts.get(name, "")
            described[name] = _Described(known.kind if known else keywords[name].annotation, doc)
    taken = _OTHERWISE_SET | {field.name for field in row.fields}
    names.sort(key=lambda name: _rank(name, described[name].doc))
    return tuple(_parameter(name, described[name]) for name in names if name not in taken)


def _rank(name: str, doc: str) -> int:
    """Where a parameter stands; what its specification calls unused stands last."""
    return _COMMON.index(name) if name in _COMMON else len(_COMMON) + doc.startswith("UNUSED")


@dataclass(frozen=True, slots=True)
class _Described:
    kind: Any
    doc: str
    nested: bool = False  # it belongs into an object of its own, which a flat parameter can't say


def _described(module_name: str) -> Iterator[tuple[str, _Described]]:
    """Every parameter that a generated module describes."""
    module = _specification(module_name)
    if module is None:
        return
    root = _ROOTS.get(module_name)
    for name, kind in vars(module).items():
        if not isinstance(kind, type) or not is_dataclass(kind) or kind.__module__ != module.__name__:
            continue
        if name == root or (root is None and name.endswith("Parameters")):
            docs, nested = _docs(kind), name.endswith("GenerationParameters")
            for item in fields(kind):
                yield item.name, _Described(_resolved(item.type, vars(module)), docs.get(item.name, ""), nested)


def _specification(module_name: str) -> types.ModuleType | None:
    """The module of the library in which the types of a task stand, found by those that it gives to everybody."""
    for name in huggingface_hub.__all__:
        if name.endswith("Parameters") or name in _ROOTS.values():
            where: str = getattr(huggingface_hub, name).__module__
            if where.rpartition(".")[2] == module_name:
                return sys.modules[where]
    return None


def _arguments_section(method: str) -> dict[str, str]:
    """What a method's docstring says of each argument."""
    section = (getattr(InferenceClient, method).__doc__ or "").partition("Args:")[2].partition("Returns:")[0]
    found = re.findall(r"^ {12}(\w+) \(.*?\):\s*\n((?:^(?: {13,}.*| *)\n)*)", section, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def _docs(kind: type) -> dict[str, str]:
    """The text that follows each field in the source of a dataclass."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    docs: dict[str, str] = {}
    for field, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
            text = after.value.value if isinstance(after.value, ast.Constant) else ""
            docs[field.target.id] = " ".join(str(text).split())
    return docs


def _resolved(kind: Any, names: Mapping[str, Any]) -> Any:
    return eval(kind, dict(names)) if isinstance(kind, str) else kind  # noqa: S307 the library's own annotations


def _parameter(name: str, found: _Described) -> Parameter:
    plain, choices = _type_of(found.kind)
    bounds = _BOUNDS.get(name, (None, None)) if plain in ("integer", "number") else (None, None)
    return Parameter(name, plain, None, choices, *bounds, found.doc)


def _type_of(kind: Any) -> tuple[str, tuple[str, ...]]:
    """The plain type of an annotation, and its choices."""
    if isinstance(kind, typing.ForwardRef):
        kind = kind.__forward_arg__
    if isinstance(kind, str):
        kind = getattr(huggingface_hub, kind, object)
    origin = typing.get_origin(kind)
    if origin is Literal:
        return "choice", tuple(str(choice) for choice in typing.get_args(kind))
    if origin in (typing.Union, types.UnionType):
        found = [_type_of(part) for part in typing.get_args(kind) if part is not type(None)]
        return next((one for one in found if one[1]), found[0]) if found else ("object", ())
    if origin is list:
        return "list", ()
    return _PLAIN.get(kind, "object"), ()


_PLAIN: dict[Any, str] = {int: "integer", float: "number", bool: "boolean", str: "text", list: "list"}
