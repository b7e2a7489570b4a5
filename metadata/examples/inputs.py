"""The inputs of one example: from the names and types found in cards to the fields of a task."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import Task

# A field of `Request.inputs` -> the keys that feed it in cards, the usual one first.
FIELDS: dict[str, tuple[str, ...]] = {
    "text": ("text", "prompt"),
    "text_pair": ("text_pair", "textPair"),
    "question": ("text", "question", "query"),
    "query": ("text", "query", "question"),
    "context": ("context",),
    "candidate_labels": ("candidate_labels", "labels", "candidateLabels"),
    "multi_label": ("multi_label", "multi_class", "multiclass"),
    "source_sentence": ("source_sentence", "query", "text"),
    "sentences": ("sentences", "documents", "texts"),
    "messages": ("messages", "text"),
    "image": ("src", "image"),
    "audio": ("src", "audio"),
    "video": ("src", "video"),
    "prompt": ("prompt", "text"),
    "table": ("structured_data", "structuredData", "table"),
}
KNOWN_INPUTS = frozenset(name for names in FIELDS.values() for name in names)
MAX_CELLS = 100_000
_BLANK = frozenset(("", "-", "–", "—", "."))
_PICTURES = frozenset(("image", "video", "audio", "mesh"))
_ENOUGH = frozenset(("text", "prompt", "messages", "table", "image", "audio", "video", "sentences"))
_ROLES = frozenset(("system", "user", "assistant", "tool", "developer", "function"))


class Problem(Exception):
    """Why an example can't be used, and what to do."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix


@dataclass(frozen=True, slots=True)
class ExampleInputs:
    """The inputs read, and the keys of the item that fed them."""

    inputs: Mapping[str, Any]
    used: set[str]


def read_inputs(item: Mapping[str, Any], row: Task | None, conversational: bool, has_output: bool) -> ExampleInputs:
    """The inputs of an item. Raises Problem where the task can't use it."""
    if row is None:
        return _any_inputs(item)
    if conversational or [f.name for f in row.fields] == ["messages"]:
        return _chat(item)
    inputs: dict[str, Any] = {}
    used: set[str] = set()
    for field in row.fields:
        key = _key(item, field.name, used, row)
        if key is None or item[key] is None:
            if not field.required:
                continue
            if has_output and row.output in _PICTURES and field.name == "text":
                inputs["text"] = ""  # a picture of a gallery that was drawn without a prompt
                continue
            raise _missing(item, field.name, row)
        inputs[field.name] = _READERS[field.name](item[key], key)
        used.add(key)
    if has_output and row.output in _PICTURES and str(inputs.get("text", "x")).strip() in _BLANK:
        inputs["text"] = ""
    elif not has_output and "text" in inputs and not inputs["text"].strip():
        raise Problem("has a blank text", "Fill it in, or give it an “output” to show.")
    if not row.fields and not has_output:
        raise Problem(f"has nothing to show: {row.id} takes no input", "Give it an “output”.")
    _check_labels(inputs)
    return ExampleInputs(inputs, used)


def read_given(item: Mapping[str, Any], row: Task) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The inputs that an item gives, however few; and what is wrong with those that can't be read."""
    inputs: dict[str, Any] = {}
    used: set[str] = set()
    problems = []
    for field in row.fields:
        key = _key(item, field.name, used, row)
        if key is None or item[key] is None:
            continue
        used.add(key)
        try:
            inputs[field.name] = _READERS[field.name](item[key], key)
        except Problem as problem:
            problems.append(problem)
    return inputs, tuple(problems)


def _key(item: Mapping[str, Any], field: str, used: set[str], row: Task) -> str | None:
    """The key of the item that feeds a field; zero-shot tasks read `labels`, others keep it as a title."""
    return next((key for key in FIELDS[field] if key in item and key not in used), None)


def _missing(item: Mapping[str, Any], field: str, row: Task) -> Problem:
    name = FIELDS[field][0]
    half = ", which may stand in another item" if field in ("source_sentence", "sentences") else ""
    others = [key for key in item if key in KNOWN_INPUTS]
    if others:
        return Problem(f"has no “{name}”, which {row.id} needs{half}", f"Add “{name}” to this item.")
    return Problem(f"has no input that {row.id} reads", f"Add “{name}”.")


# A key of an item -> the input it gives where no task says which are read.
_ANY = {
    **{
        name: name
        for name in ("text", "prompt", "context", "source_sentence", "sentences", "candidate_labels", "messages")
    },
    **dict.fromkeys(("structured_data", "structuredData", "table"), "table"),
}


def _any_inputs(item: Mapping[str, Any]) -> ExampleInputs:
    """What an item holds where no task is known: text, media, messages, a table."""
    inputs: dict[str, Any] = {}
    used: set[str] = set()
    for key, value in item.items():
        name = _ANY.get(key)
        if name is not None and value is not None and name not in inputs:
            inputs[name] = _READERS[name](value, key)
            used.add(key)
    if item.get("src") is not None:
        media = _media(item["src"], "src")
        inputs[media.kind if media.kind in ("audio", "video") else "image"] = media
        used.add("src")
    if _ENOUGH.isdisjoint(inputs):
        raise Problem("holds no input (no text, src, messages or table)", "Add “text” or “src”.")
    return ExampleInputs(inputs, used)


def _chat(item: Mapping[str, Any]) -> ExampleInputs:
    if item.get("messages") is not None:
        return ExampleInputs({"messages": _messages(item["messages"], "messages")}, {"messages"})
    used = {key for key in ("text", "prompt", "src") if item.get(key) is not None}
    if not used & {"text", "prompt"}:
        raise Problem("has neither “text” nor “messages”", "Add “text” with what the person says.")
    key = "text" if "text" in used else "prompt"
    text = _text(item[key], key)
    if not text.strip():
        raise Problem("has a blank text", "Fill it in.")
    content: Any = text
    if "src" in used:
        media = _media(item["src"], "src")
        url = media.source or media.data_url()
        content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": text}]
    return ExampleInputs({"messages": [{"role": "user", "content": content}]}, used)


def _text(value: Any, key: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        raise Problem(
            f"has a list as “{key}”, which has to be a text", "Put it in quotes, or make each line its own item."
        )
    raise Problem(f"has a mapping as “{key}”, which has to be a text", "Put the text in quotes.")


def _media(value: Any, key: str) -> Media:
    if isinstance(value, dict):
        value = next((value[k] for k in ("src", "url", "path") if isinstance(value.get(k), str)), value)
    if not isinstance(value, str) or not value.strip():
        raise Problem(f"has no path or address as “{key}”", "Name a file of the repo or an https address.")
    try:
        return Media.from_reference(value.strip())
    except (ValueError, UnicodeError):
        raise Problem(f"has a “{key}” that can't be read as an address", "Check the address.") from None


def _labels(value: Any, key: str) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise Problem(f"has no list of names as “{key}”", "Write “a, b, c”.")
    named = [_text(part, key).strip() for part in parts if part is not None]
    labels = list(dict.fromkeys(name for name in named if name))
    if not labels:
        raise Problem(f"has an empty “{key}”", "Write at least two names, as “a, b, c”.")
    return labels


def _switch(value: Any, key: str) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "on", "1")
    return bool(value)


def _sentences(value: Any, key: str) -> list[str]:
    if isinstance(value, str):
        value = [line for line in value.splitlines() if line.strip()]
    if not isinstance(value, list):
        raise Problem(f"has no list as “{key}”", "Write one “- sentence” a line below it.")
    sentences = [_text(part, key) for part in value if part is not None]
    if not sentences:
        raise Problem(f"has an empty “{key}”", "Write one “- sentence” a line below it.")
    return sentences


def _messages(value: Any, key: str) -> list[dict[str, Any]]:
    if isinstance(value, str):
        return [{"role": "user", "content": value}]
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not value:
        raise Problem(f"has no list as “{key}”", "Write “- role: user” and “content: …” below it.")
    return [_message(message) for message in value]


def _message(message: Any) -> dict[str, Any]:
    if isinstance(message, str):
        return {"role": "user", "content": message}
    if not isinstance(message, dict):
        raise Problem("has a message that is no mapping", "Write “- role: user” and “content: …”.")
    role = message.get("role", message.get("from", "user"))
    if not isinstance(role, str) or role.lower() not in _ROLES:
        raise Problem(f"has a message with the role “{str(role)[:40]}”", "Use system, user, assistant or tool.")
    content = message.get("content", message.get("value"))
    if isinstance(content, list):
        content = [_part(part) for part in content]
    elif content is None:
        if not message.get("tool_calls"):
            raise Problem("has a message without “content”", "Add “content”.")
    else:
        content = _text(content, "content")
    rest = {k: message[k] for k in ("name", "tool_call_id", "tool_calls") if message.get(k) is not None}
    return {"role": role.lower(), "content": content, **rest}


def _part(part: Any) -> dict[str, Any]:
    """A content part in the shape the chat API takes; cards write images in several ways."""
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if not isinstance(part, dict):
        raise Problem("has a content part that is no mapping", "Write “- type: text” and “text: …”.")
    kind = part.get("type")
    if kind == "text" or (kind is None and "text" in part):
        return {"type": "text", "text": _text(part.get("text", ""), "text")}
    source = part.get("image_url", part.get("image", part.get("url", part.get("src"))))
    if kind in ("image", "image_url", None) and source is not None:
        url = source.get("url") if isinstance(source, dict) else source
        return {"type": "image_url", "image_url": {"url": _text(url, "image_url")}}
    return {str(k): v for k, v in part.items()}


def _table(value: Any, key: str) -> dict[str, list[Any]]:
    """A table as columns, from columns, rows as mappings, or rows as lists under a header."""
    if isinstance(value, dict) and isinstance(value.get("data"), dict | list) and len(value) == 1:
        value = value["data"]
    if isinstance(value, list) and value and all(isinstance(r, dict) for r in value):
        names = list(dict.fromkeys(str(name) for r in value for name in r))
        _check_size(len(names), len(value), key)
        return {name: [_cell(r.get(name)) for r in value] for name in names}
    if isinstance(value, list) and len(value) > 1 and all(isinstance(r, list) for r in value):
        header, *body = value
        _check_size(len(header), len(body), key)
        return {str(name): [_cell(r[i]) if i < len(r) else None for r in body] for i, name in enumerate(header)}
    if not isinstance(value, dict) or not value:
        raise Problem(f"has no table as “{key}”", "Write it as columns: “name:” and below it “- value” lines.")
    columns = {str(name): column if isinstance(column, list) else [column] for name, column in value.items()}
    height = max(len(column) for column in columns.values())
    _check_size(len(columns), height, key)
    return {name: [*map(_cell, column), *[None] * (height - len(column))] for name, column in columns.items()}


def _check_size(width: int, height: int, key: str) -> None:
    """Short rows are filled up, so that a few lines can stand for millions of cells."""
    if not width or not height:
        raise Problem(f"has an empty table as “{key}”", "Add a row.")
    if width * height > MAX_CELLS:
        raise Problem(f"has a table of {width * height:,} cells as “{key}”", "Show a part of it.")


def _cell(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _check_labels(inputs: Mapping[str, Any]) -> None:
    sentences = inputs.get("sentences")
    if sentences is not None and not any(s.strip() for s in sentences):
        raise Problem("has only blank sentences", "Fill them in.")


_READERS: dict[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(("text", "text_pair", "question", "query", "context", "source_sentence", "prompt"), _text),
    **dict.fromkeys(("image", "audio", "video"), _media),
    "candidate_labels": _labels,
    "multi_label": _switch,
    "sentences": _sentences,
    "messages": _messages,
    "table": _table,
}
