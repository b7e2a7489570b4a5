"""The rules of lint on the task and the examples: each looks at a model and yields what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from showcard.metadata.codes import diagnose
from showcard.metadata.diagnostics import Diagnostic
from showcard.metadata.examples.read import Example
from showcard.metadata.media import Media
from showcard.metadata.model import Model
from showcard.metadata.near import closest
from showcard.metadata.outputs.read import Audio, Image, Masks, Mesh, Video
from showcard.metadata.reading.files import Folder
from showcard.metadata.tasks.architectures import architecture_task
from showcard.metadata.tasks.case import make_case
from showcard.metadata.tasks.infer import tagged, task_possible
from showcard.metadata.tasks.table import TASKS, find_task

from .metadata_rules import metadata_keys

_FEW_FILES, _SUGGESTIONS = 200, 10  # up to here it is worth looking for a name that is close
_FILE_KEYS = ("image_url", "image", "audio_url", "audio", "video_url", "video", "url", "path", "src")
_LONGEST_NAME = 1_000
MASKS = re.compile(r"<mask>|\[MASK\]|<special1>|<extra_id_0>|<\|mask\|>|\[mask\]", re.IGNORECASE)


def task_name(model: Model) -> Iterator[Diagnostic]:
    """`pipeline_tag` is one name of a task, as the Hub writes it."""
    stated = model.card.data.get("pipeline_tag")
    found = find_task(stated) if isinstance(stated, str) else None
    if stated is None or (found is not None and found.id == stated and stated != "conversational"):
        return
    if not isinstance(stated, str):
        code, message, fix = "task-shape", "“pipeline_tag” has to be one name.", "Write one name."
    elif found is None:
        close = closest(stated, [task.id for task in TASKS])
        code, message = "task-unknown", f"“{stated[:80]}” is no task of the Hub."
        fix = f"Did you mean “{close}”?" if close else "See huggingface.co/tasks for the names."
    else:
        code, message = "task-spelling", f"“{stated[:80]}” is not how the Hub calls it."
        fix = f"Write “{found.id}”."
        if found.id == "conversational":
            fix = "Write “text-generation” and the tag “conversational”."
    mark = model.card.marks.at(("pipeline_tag",))
    yield diagnose(code, message, mark.line, mark.column, fix=fix)


def task_told(model: Model) -> Iterator[Diagnostic]:
    """Some rule finds a task, and the files and tags do not contradict it."""
    guess, marks, hints = model.guess, model.card.marks, model.hints
    stated = model.card.data.get("pipeline_tag")
    if guess.task is None and stated is None and model.card.data:
        fix = "Add “pipeline_tag: ” with a name from huggingface.co/tasks."
        yield diagnose("task-missing", "No task can be told from the card.", marks.at(()).line, 1, fix=fix)
    named = hints.architectures[0] if hints.architectures else ""
    doing = architecture_task(named, hints.config)[0] if named else ""
    if guess.rule == "pipeline_tag" and guess.task and doing and not task_possible(doing, guess.task.id):
        mark = marks.at(("pipeline_tag",))
        message = f"“pipeline_tag” says {guess.task.id}, but {named} in config.json does {doing}."
        yield diagnose("task-config", message, mark.line, mark.column, fix="Correct one of them.")
    elif doing and guess.rule not in ("pipeline_tag", "override", "tags"):
        finding = tagged(make_case(model.card.data, hints))
        if finding is not None and finding.task is None:
            mark = marks.at(("tags",))
            message = f"The tag {finding.saw} is not followed: {named} in config.json does {doing}."
            yield diagnose("task-tags", message, mark.line, mark.column, fix="Say the task with “pipeline_tag”.")


def task_chats(model: Model) -> Iterator[Diagnostic]:
    """The tag `conversational` stands beside a task that can chat."""
    tags, task = model.card.data.get("tags"), model.guess.task
    if task is None or task.id in ("text-generation", "image-text-to-text", "any-to-any"):
        return
    if isinstance(tags, list) and "conversational" in tags:
        mark = model.card.marks.at(("tags", tags.index("conversational")))
        message = f"The tag “conversational” does not count for {task.id}."
        yield diagnose("tag-conversational", message, mark.line, mark.column, fix="Remove it.")


def example_texts(model: Model) -> Iterator[Diagnostic]:
    """Fill-mask examples have a mask, zero-shot examples at least two labels."""
    task = model.guess.task.id if model.guess.task else ""
    for number, example in enumerate(model.examples, start=1):
        text = example.inputs.get("text")
        if task == "fill-mask" and isinstance(text, str) and not _masked(text, model.mask_token):
            token = model.mask_token or "[MASK] or <mask>"
            message = f"Example {number} (“{example.title[:40]}”) has no {token} in its text."
            yield diagnose("mask-missing", message, example.line, 1, fix=f"Put {token} where a word is to be guessed.")
        labels = example.inputs.get("candidate_labels")
        if isinstance(labels, list) and len(labels) < 2:
            message = f"Example {number} (“{example.title[:40]}”) has fewer than two labels."
            yield diagnose("labels-few", message, example.line, 1, fix="Write at least two, as “a, b”.")


def _masked(text: str, token: str | None) -> bool:
    return token in text if token else MASKS.search(text) is not None


def example_titles(model: Model) -> Iterator[Diagnostic]:
    """No two examples of a group have the same title."""
    seen: dict[tuple[str | None, str], int] = {}
    for example in model.examples:
        first = seen.setdefault((example.group, example.title), example.line)
        if first != example.line:
            message = f"The title “{example.title[:60]}” was given on line {first} already."
            yield diagnose("title-duplicate", message, example.line, 1, fix="Give each example its own title.")


def example_files(model: Model) -> Iterator[Diagnostic]:
    """The files that examples name are in the folder."""
    paths = model.hints.paths
    if not paths:
        return
    asked: set[str] = set()
    for example in model.examples:
        for source in _sources(example):
            path = _inside(source)
            if path == "..":
                message = f"“{source[:80]}” is outside of the repo."
                yield diagnose("file-outside", message, example.line, 1, fix="Name a file of the repo.")
            elif path in paths and isinstance(model.files, Folder) and not model.files.opens(path):
                message = f"“{path[:80]}” is a link that leads nowhere or out of the folder."
                yield diagnose("file-link", message, example.line, 1, fix="Put the file itself in its place.")
            elif path and path not in paths:
                asked.add(path)
                close = closest(path, paths) if len(asked) <= _SUGGESTIONS and len(paths) <= _FEW_FILES else None
                fix = f"Did you mean “{close}”?" if close else "Add the file, or correct the name."
                yield diagnose(
                    "file-missing", f"There is no file “{path[:80]}” in the folder.", example.line, 1, fix=fix
                )


def _sources(example: Example) -> Iterator[str]:
    """The paths and addresses that an example names, in its messages too."""
    yield from (media.source for media in _media(example) if media.source)
    for message in example.inputs.get("messages") or ():
        content = message.get("content")
        for part in content if isinstance(content, list) else ():
            if part.get("type") != "text":
                yield from _named(part)


def _named(part: Mapping[str, Any]) -> Iterator[str]:
    """The file of a content part: `{image_url: {url}}`, `{audio: path}` and the like; long texts are data."""
    for value in map(part.get, _FILE_KEYS):
        named = value.get("url", value.get("path")) if isinstance(value, Mapping) else value
        if isinstance(named, str) and len(named) <= _LONGEST_NAME:
            yield named


def _media(example: Example) -> Iterator[Media]:
    yield from (value for value in example.inputs.values() if isinstance(value, Media))
    if isinstance(example.output, Image | Video | Mesh):
        yield example.output.media
    elif isinstance(example.output, Audio):
        yield from (clip.media for clip in example.output.items)
    elif isinstance(example.output, Masks):
        yield from (region.mask for region in example.output.items)


def _inside(source: str) -> str:
    """A path as it is in the repo; empty for addresses, `..` for what leads out of it."""
    if not source or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", source):
        return ""
    parts: list[str] = []
    for part in source.split("?", maxsplit=1)[0].split("/"):
        if part == "..":
            if not parts:
                return ".."
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


Rule = Callable[[Model], Iterator[Diagnostic]]

RULES: tuple[Rule, ...] = (
    task_name,
    task_told,
    task_chats,
    example_texts,
    example_titles,
    example_files,
    metadata_keys,
)
