"""A list of prompts for all panes: read from text, CSV or JSON lines; asked, cancelled, resumed; written as a file."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Literal

from showcard.inference.processes.workers import WorkerError, run_apart
from showcard.wire.request import Request

from .checks import CheckMark
from .jobs import run_jobs
from .outcome import Ask, Outcome
from .spreadsheets import guarded

MAX_PROMPTS = 1_000
MAX_CHARACTERS = 2_000_000
MAX_IN_A_PROMPT = 50_000
MAX_PROBLEMS = 20
MAX_LINES = 20_000  # that are read; reading one that is broken takes as long as reading a long one
LONG = 20_000  # characters; what is longer is read apart from the app
NAMES = ("prompt", "question", "input", "text", "query")
KNOWN = frozenset({*NAMES, "tag", "id"})
DELIMITERS = ",;\t"
MAX_LOOKED = 50  # lines, for the form of a list

Form = Literal["text", "csv", "jsonl"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt of the list, and the line it stands in."""

    text: str
    tag: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """The prompts that were read, and a sentence for each line that was not."""

    prompts: tuple[Prompt, ...]
    problems: tuple[str, ...]


def read_prompts(text: str, form: Form | None = None) -> Listed:
    """The prompts of a text: one a line, CSV with a column `prompt`, or JSON lines; None: as what it looks like."""
    if len(text) > MAX_CHARACTERS:
        return Listed((), (f"The list is longer than {MAX_CHARACTERS:,} characters.",))
    text = text.removeprefix("\ufeff")
    prompts: list[Prompt] = []
    problems: list[str] = []
    for number, found in enumerate(islice(_READERS[form or form_of(text)](text), MAX_LINES + 1)):
        if number == MAX_LINES:
            problems.insert(0, f"Only the first {MAX_LINES:,} lines are read.")
        elif isinstance(found, str):
            problems.append(found)
        elif len(found.text) > MAX_IN_A_PROMPT:
            problems.append(f"Line {found.line}: the prompt is longer than {MAX_IN_A_PROMPT:,} characters.")
        elif found.text.strip():
            prompts.append(found)
    if len(prompts) > MAX_PROMPTS:
        problems.append(f"Only the first {MAX_PROMPTS:,} of {len(prompts):,} prompts are taken.")
    if len(problems) > MAX_PROBLEMS:
        problems = [*problems[:MAX_PROBLEMS], f"And {len(problems) - MAX_PROBLEMS:,} more lines."]
    return Listed(tuple(prompts[:MAX_PROMPTS]), tuple(problems))


async def read_apart(text: str, whose: str) -> Listed:
    """`read_prompts`, in a worker process where the list is a long one; `whose` is the session's id."""
    if not LONG < len(text) <= MAX_CHARACTERS:
        return read_prompts(text)
    try:
        return await run_apart(read_prompts, text, whose=whose)
    except WorkerError:
        return Listed((), ("The list could not be read in time. Make it shorter.",))


def form_of(text: str) -> Form:
    """What a list looks like: JSON lines begin with a brace, a JSON list with a bracket, CSV has a head that names the
    prompt."""
    if text.lstrip().startswith("{") or _items(text) is not None:
        return "jsonl"
    return "csv" if _delimiter(text) else "text"


def _delimiter(text: str) -> str:
    """What parts the cells of CSV, a comma, a semicolon or a tab; empty for what is none: its first line names a prompt
    and nothing unknown, or another line has as many cells."""
    lines = text.strip().splitlines() or [""]
    for delimiter in DELIMITERS:
        names = [name.strip().strip('"').lower() for name in lines[0].split(delimiter)]
        if any(name in NAMES for name in names):
            rows = csv.reader(lines[1:MAX_LOOKED], delimiter=delimiter)
            with suppress(csv.Error):
                if KNOWN.issuperset(names) or any(len(row) == len(names) > 1 for row in rows):
                    return delimiter
    return ""


def _items(text: str) -> list[Any] | None:
    """The items of a JSON list; None for what is none."""
    if not text.lstrip().startswith("["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def _text(text: str) -> Iterator[Prompt | str]:
    for number, line in enumerate(text.splitlines(), 1):
        if prompt := line.strip():
            yield Prompt(prompt, line=number)


def _csv(text: str) -> Iterator[Prompt | str]:
    reader = csv.reader(io.StringIO(text), strict=True, delimiter=_delimiter(text) or ",")
    head: list[str] | None = None
    begins = 1
    try:
        for row in reader:
            begins, line = reader.line_num + 1, begins
            if head is None:
                head = [name.strip().lower() for name in row]
                place = next((head.index(name) for name in NAMES if name in head), None)
                if place is None:
                    yield f"Line {line}: no column is called “prompt”. Name it in the first line."
                    return
                tag = head.index("tag") if "tag" in head else None
            elif len(row) != len(head):
                if any(cell.strip() for cell in row):
                    yield f"Line {line}: it has {len(row)} cells, the first line has {len(head)}."
            else:
                assert place is not None
                yield Prompt(row[place].strip(), row[tag].strip()[:100] if tag is not None else "", line)
    except csv.Error as error:
        yield f"Line {begins}: it is no CSV ({error})."


def _jsonl(text: str) -> Iterator[Prompt | str]:
    items = _items(text)
    if items is not None:
        yield from (_json_value(item, "Item", number) for number, item in enumerate(items, 1))
        return
    # Only a line feed parts JSON lines: other separators may stand inside of a string.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _json_line(line, number)


def _json_line(line: str, number: int) -> Prompt | str:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"Line {number}: it is no JSON ({error})."
    return _json_value(value, "Line", number)


def _json_value(value: Any, what: str, number: int) -> Prompt | str:
    if isinstance(value, str):
        return Prompt(value.strip(), line=number)
    if not isinstance(value, dict):
        return f"{what} {number}: it is no object with a “prompt”."
    prompt = next((value[name] for name in NAMES if isinstance(value.get(name), str)), None)
    if prompt is None:
        return f"{what} {number}: it has no text called “prompt”."
    return Prompt(prompt.strip(), str(value.get("tag") or "")[:100], number)


_READERS: Mapping[Form, Callable[[str], Iterator[Prompt | str]]] = {"text": _text, "csv": _csv, "jsonl": _jsonl}

Key = tuple[int, str]  # the number of a prompt, and a pane


@dataclass(slots=True)
class PromptBatch:
    """A list under way: what was asked and what came of it. `models` names the panes' models by letter."""

    prompts: tuple[Prompt, ...] = ()
    models: dict[str, str] = field(default_factory=dict)
    asked: dict[Key, Request] = field(default_factory=dict)
    outcomes: dict[Key, Outcome] = field(default_factory=dict)

    def missing(self, requests: Mapping[Key, Request]) -> dict[Key, Request]:
        """What is to be asked still: what has no answer yet, failed, or was asked with other settings."""
        return {
            key: request
            for key, request in requests.items()
            if key not in self.outcomes or self.outcomes[key].error or self.asked.get(key) != request
        }


async def run_batch(
    batch: PromptBatch, requests: Mapping[Key, Request], ask: Ask, at_once: int, stop: asyncio.Event | None = None
) -> AsyncGenerator[list[Key], None]:
    """Ask what is missing, and put it into the batch. Yields the keys that got an outcome, at least every 200 ms;
    `stop` or closing it cancels, and running again resumes."""
    missing = batch.missing(requests)
    for key in [key for key in batch.outcomes if key not in requests or key in missing]:
        del batch.outcomes[key]
    jobs = {key: partial(ask, request) for key, request in missing.items()}
    async with aclosing(run_jobs(jobs, at_once, stop)) as ended:
        async for done in ended:
            for one in done:
                batch.asked[one.key], batch.outcomes[one.key] = missing[one.key], one.result
            yield [one.key for one in done]


Marks = Callable[[Outcome, Request], Sequence[CheckMark]]


def to_jsonl(batch: PromptBatch, marks: Marks) -> str:
    """The table as JSON lines: a line a prompt."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(batch, marks))


def _rows(batch: PromptBatch, marks: Marks) -> Iterator[dict[str, Any]]:
    for number, prompt in enumerate(batch.prompts):
        answers = {}
        for letter, model in batch.models.items():
            outcome = batch.outcomes.get((number, letter))
            if outcome is not None:
                answers[letter] = _answer(model, outcome, marks(outcome, batch.asked[number, letter]))
        yield {"prompt": prompt.text, **({"tag": prompt.tag} if prompt.tag else {}), "answers": answers}


def _answer(model: str, outcome: Outcome, marks: Sequence[CheckMark]) -> dict[str, Any]:
    if outcome.error:
        return {"model": model, "error": outcome.error}
    reasoning = {"reasoning": outcome.reasoning} if outcome.reasoning else {}
    checks = [{"check": mark.check, "passed": mark.passed, "sentence": mark.sentence} for mark in marks]
    return {"model": model, "answer": outcome.content, **reasoning, **outcome.figures(), "checks": checks}


FIGURES = ("time_to_first_token", "tokens_per_second", "total", "output_tokens", "prompt_tokens")


def to_csv(batch: PromptBatch, marks: Marks) -> str:
    """The table as CSV, a row a prompt. What a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    # Quoted, so that a text with another country's separator stays one cell there too.
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    columns = ("model", "answer", "error", "checks passed", "checks failed", *FIGURES, "tokens_reported")
    writer.writerow(["prompt", "tag", *(f"{letter} {name}" for letter in batch.models for name in columns)])
    for row in _rows(batch, marks):
        cells = [guarded(row["prompt"]), guarded(row.get("tag", ""))]
        for letter, model in batch.models.items():
            answer = row["answers"].get(letter, {})
            checks = answer.get("checks", ())
            told = ["; ".join(c["check"] for c in checks if c["passed"] is wanted) for wanted in (True, False)]
            texts = [model if answer else "", answer.get("answer", ""), answer.get("error", ""), *told]
            cells += [guarded(text) for text in texts]
            cells += [answer.get(name) for name in (*FIGURES, "tokens_reported")]
        writer.writerow(cells)
    return out.getvalue()
