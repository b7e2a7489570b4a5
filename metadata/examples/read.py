"""`widget:` in every shape found in the wild, as typed examples."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from showcard.metadata.codes import diagnose
from showcard.metadata.diagnostics import Diagnostic
from showcard.metadata.near import closest
from showcard.metadata.outputs.read import Output, normalise
from showcard.metadata.reading.card import Card
from showcard.metadata.reading.yaml12 import KeyPath, Marks
from showcard.metadata.tasks.table import Task

from .inputs import FIELDS, KNOWN_INPUTS, ExampleInputs, Problem, read_inputs


@dataclass(frozen=True, slots=True)
class Example:
    """An example of a card. `inputs` holds the fields of the task by their names in `Request.inputs`."""

    title: str
    inputs: Mapping[str, Any]
    group: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output: Output | None = None
    line: int = 0


TITLES = ("example_title", "title", "label", "name")
_ABOUT = frozenset(("group", "output", "parameters", *TITLES))
MAX_ITEMS = 2_000  # examples of one card; more would only keep a page busy
MAX_KEYS = 200  # findings about keys
_DEFAULT_GROUP = "Group 1"
# What a person might write instead, and what is meant.
_MEANT = {
    "outputs": "output", "widget_output": "output", "expected_output": "output", "example_output": "output",
    "input": "text", "inputs": "text", "sentence": "text", "passage": "context", "url": "src", "image_url": "src",
    "parameter": "parameters", "example": "example_title", "example_name": "example_title", "groups": "group",
}  # fmt: skip


def read_examples(
    card: Card, row: Task | None, conversational: bool
) -> tuple[tuple[Example, ...], tuple[Diagnostic, ...]]:
    """The examples of a card for a task, and what was wrong with those that are not among them."""
    reader = _Reader(card.marks, row, conversational)
    reader.read(card.data.get("widget"), "widget" in card.data)
    if "widgets" in card.data:
        reader.say("widget-key", "“widgets” is not read.", ("widgets",), "Call it “widget”.")
    return _titled(reader.found), tuple(reader.diagnostics)


def count_items(card: Card) -> int:
    """How many examples a card means to give; each becomes an Example or a Diagnostic."""
    widget = card.data.get("widget")
    if isinstance(widget, list):
        return sum(1 for _ in _items(widget, ("widget",)))
    return 0 if widget is None else 1


def _items(value: list[Any], path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """The items of a list, and of lists in it."""
    for index, item in enumerate(value):
        if isinstance(item, list) and item:
            yield from _items(item, (*path, index))
        else:
            yield (*path, index), item


class _Reader:
    """Reads the items one by one; remembers where they stand."""

    def __init__(self, marks: Marks, row: Task | None, conversational: bool) -> None:
        self.marks = marks
        self.row = row
        self.conversational = conversational
        self.found: list[Example] = []
        self.diagnostics: list[Diagnostic] = []

    def say(self, code: str, message: str, path: KeyPath, fix: str) -> None:
        """Note a finding at the key of a path, or at the item of a list."""
        mark = self.marks.key(path)
        self.diagnostics.append(diagnose(code, message, mark.line, mark.column, fix=fix))

    def read(self, widget: Any, present: bool) -> None:
        path: KeyPath = ("widget",)
        if isinstance(widget, list):
            for number, (at, item) in enumerate(_items(widget, path), start=1):
                if number > MAX_ITEMS:
                    message = f"Only the first {MAX_ITEMS:,} examples are read."
                    self.say("widget-long", message, at, "Keep those that show something.")
                    break
                self.item(item, at, f"Example {number}")
        elif isinstance(widget, dict) or (isinstance(widget, str) and widget.strip()):
            self.item(widget, path, "The example")
        elif widget is not None:
            self.drop(
                "The example", f"is {_kind(widget)}, not a mapping", path, "Write “widget:” and below it “- text: …”."
            )
        elif present:
            self.say("widget-empty", "“widget” is empty.", path, "Add examples, or remove the key.")

    def drop(self, who: str, why: str, path: KeyPath, fix: str) -> None:
        self.say("example-unusable", f"{who} can't be used: it {why}.", path, fix)

    def item(self, item: Any, path: KeyPath, who: str) -> None:
        """One item: an Example, or a diagnostic that says why not."""
        if _is_scalar(item):
            key = str(item).partition(":")[0]
            if key != item and key in KNOWN_INPUTS | _ABOUT:
                self.drop(who, f"has no space after “{key}:”", path, f"Write “{key}: …”.")
                return
            if not self._takes_text():
                self.drop(who, "is only a text, and the task needs more", path, "Write it as a mapping.")
                return
            item = {"text": str(item)}
        if item in (None, "", [], {}) or (isinstance(item, str) and not item.strip()):
            self.drop(who, "is empty", path, "Fill it in, or remove it.")
            return
        if not isinstance(item, dict):
            self.drop(who, f"is {_kind(item)}, not a mapping", path, "Write “- text: …”.")
            return
        output = self._output(item, path, who)
        try:
            read = read_inputs(item, self.row, self.conversational, has_output=output is not None)
        except Problem as problem:
            if output is None or output.kind == "unknown":
                self.drop(who, problem.why, path, problem.fix)
            else:
                self.say("example-no-input", f"{who} {problem.why}: only its output is shown.", path, problem.fix)
                self.found.append(self._example(item, path, who, ExampleInputs({}, set()), output))
            self._unknown_keys(item, path, who, KNOWN_INPUTS)
            return
        self.found.append(self._example(item, path, who, read, output))
        self._unknown_keys(item, path, who, read.used)

    def _takes_text(self) -> bool:
        needed = [f.name for f in self.row.fields if f.required] if self.row else ["text"]
        return needed in (["text"], ["messages"]) or self.conversational

    def _example(
        self, item: Mapping[str, Any], path: KeyPath, who: str, read: ExampleInputs, output: Output | None
    ) -> Example:
        """An example whose title is still empty where the card gives none."""
        given = (item.get(key) for key in TITLES if key not in read.used)
        parameters = item.get("parameters")
        if parameters is not None and not isinstance(parameters, dict):
            message = f"{who}: “parameters” is {_kind(parameters)}, not a mapping."
            self.say("example-parameters", message, (*path, "parameters"), "Write them as “name: value” lines.")
        return Example(
            title=next((str(title).strip() for title in given if _is_scalar(title)), ""),
            inputs=read.inputs,
            group=str(item["group"]).strip() if _is_scalar(item.get("group")) else None,
            parameters=parameters if isinstance(parameters, dict) else {},
            output=output,
            line=self.marks.at(path).line,
        )

    def _output(self, item: Mapping[str, Any], path: KeyPath, who: str) -> Output | None:
        raw = item.get("output")
        if raw is None:
            return None
        task = "conversational" if self.conversational else self.row.id if self.row else ""
        output = normalise(task, raw)
        if output.kind == "unknown" and self.row is not None and self.row.output != "unknown":
            self.say("example-output", f"{who}: its output does not look like one of {self.row.id}.",
                     (*path, "output"), f"Write it as {self.row.output} (see the task's page).")  # fmt: skip
        return output

    def _unknown_keys(self, item: Mapping[str, Any], path: KeyPath, who: str, used: Collection[str]) -> None:
        """Say which keys were not read, and what may have been meant."""
        for key in item:
            if key in used or key in _ABOUT:
                continue
            if len(self.diagnostics) > len(self.found) + MAX_KEYS:
                return
            meant = _MEANT.get(key) or (None if key in KNOWN_INPUTS else closest(key, self._readable))
            if meant and meant not in item:
                said, code, fix = "is not read", "example-key", f"Did you mean “{meant}”?"
            elif key in KNOWN_INPUTS:
                said, code, fix = "is no input of this task", "example-key-unused", "Remove it, or check the task."
            else:
                said, code, fix = "is not read", "example-key-unused", "Remove it."
            self.say(code, f"{who}: “{key[:60]}” {said}.", (*path, key), fix)

    @property
    def _readable(self) -> frozenset[str]:
        """The keys that an item of this task may have."""
        if self.row is None:
            return KNOWN_INPUTS | _ABOUT
        return frozenset(name for field in self.row.fields for name in FIELDS.get(field.name, ())) | _ABOUT


def _titled(found: list[Example]) -> tuple[Example, ...]:
    """Fill in missing titles, counting within each group, and the default group where others have one."""
    default = _DEFAULT_GROUP if any(example.group for example in found) else None
    counts: dict[str | None, int] = {}
    for index, example in enumerate(found):
        group = example.group or default
        counts[group] = counts.get(group, 0) + 1
        if not example.title or group != example.group:
            found[index] = replace(example, title=example.title or f"Example {counts[group]}", group=group)
    return tuple(found)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and bool(str(value).strip())


def _kind(value: Any) -> str:
    names: dict[type, str] = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list",
                              dict: "a mapping", type(None): "empty"}  # fmt: skip
    return names.get(type(value), "something else")
