"""Which task a card's model does, and why: every rule in turn, until one decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from showcard.metadata.reading.card import Card
from showcard.metadata.reading.files import Files

from . import formats
from .architectures import architecture_task
from .case import Case, RuleFinding, card_tags, find_library, make_case, table
from .hints import Hints, read_hints
from .table import Task, find_task, rank
from .table import task as row


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One rule that was tried: what it looked at, and what came of it."""

    rule: str
    saw: str
    verdict: str
    won: bool = False


@dataclass(frozen=True, slots=True)
class TaskGuess:
    """The task found, whether the model chats, the rule that decided, and every rule tried."""

    task: Task | None
    conversational: bool
    rule: str
    trace: tuple[TraceStep, ...]

    @property
    def widget(self) -> Task | None:
        """The row whose widget is shown: `conversational` for a model that chats, else the task's own."""
        return row("conversational") if self.conversational and self.task else self.task


def infer_task(card: Card, files: Files | None = None) -> TaskGuess:
    """The task of a card with the files beside it, and the trace of why."""
    return infer(card, read_hints(files))


def detect_library(card: Card, files: Files | None = None) -> str | None:
    """The library of a card's model: stated, among its tags, or told by the files."""
    return find_library(card.data, card_tags(card.data), read_hints(files))


def infer(card: Card, hints: Hints) -> TaskGuess:
    """The task of a card whose files were read already."""
    case = make_case(card.data, hints)
    trace: list[TraceStep] = []
    for name, rule in RULES:
        finding = rule(case)
        if finding is None:
            trace.append(_SILENT[name])
            continue
        found = find_task(finding.task) if finding.task else None
        if found is not None and (name != "pipeline_tag" and found.hidden and found.id != "conversational"):
            trace.append(TraceStep(name, finding.saw, f"{found.id} has no widget unless pipeline_tag says so"))
            continue
        if found is None and not finding.final:
            trace.append(TraceStep(name, finding.saw, finding.why))
            continue
        chats = _conversational(case, found)
        if found is not None and found.id == "conversational":
            found = row("text-generation")
        trace.append(TraceStep(name, finding.saw, f"{found.id if found else 'no task'}: {finding.why}", won=True))
        trace.append(chats)
        return TaskGuess(found, chats.won, name, tuple(trace))
    return TaskGuess(None, False, "none", tuple(trace))


def override(card: Card, hints: Hints, name: str) -> TaskGuess:
    """The guess where a person says the task; what the rules would have said stays in the trace. Raises ValueError."""
    found = find_task(name)
    if found is None:
        raise ValueError(f"{name!r} is not a task.")
    guess = infer(card, hints)
    chats = found.id == "conversational" or (guess.conversational and found == guess.task)
    if found.id == "conversational":
        found = row("text-generation")
    steps = tuple(TraceStep(s.rule, s.saw, s.verdict) for s in guess.trace)
    said = TraceStep("override", name, f"{found.id}: a person said so", won=True)
    return TaskGuess(found, chats, "override", (said, *steps))


def _stated(case: Case) -> RuleFinding | None:
    """`pipeline_tag`: always wins, also where no such task is known."""
    stated = case.data.get("pipeline_tag")
    if stated is None or stated is False:
        return None
    if not isinstance(stated, str):
        return RuleFinding(_short(stated), None, "pipeline_tag has to be one name; the Hub reads no task from it")
    found = find_task(stated)
    if found is None:
        return RuleFinding(
            _short(stated), None, "the card says so, but no such task is known", final=bool(stated.strip())
        )
    same = found.id == stated
    return RuleFinding(stated, found.id, "the card says so" if same else f"the card says so, as “{_short(stated)}”")


def tagged(case: Case) -> RuleFinding | None:
    """Task names among the tags: the first in the table's order, where the architecture can do it."""
    named = {found.id: found for tag in case.tags if (found := _tag_task(tag)) and not found.hidden}
    if not named:
        return None
    names = sorted(named, key=lambda name: rank(named[name]))
    possible = [name for name in names if _possible(case, named[name])]
    saw = ", ".join(names)
    if not possible:
        return RuleFinding(saw, None, "the architecture can't do it, so the tag is taken for a topic")
    why = "a tag names it" if len(names) == 1 else "the first of these in the Hub's order"
    return RuleFinding(saw, possible[0], why)


_LEGACY_TAGS = {"text2text-generation": "text-generation", "structured-data-classification": "tabular-classification"}


def _tag_task(tag: str) -> Task | None:
    if tag == "conversational":
        return row("text-generation")
    name = _LEGACY_TAGS.get(tag, tag)
    found = find_task(name)
    return found if found is not None and found.id == name else None


def _possible(case: Case, named: Task) -> bool:
    """Whether the class in config.json leaves a tagged task possible."""
    if case.library == "sentence-transformers":
        return True
    names = case.hints.architectures
    task = architecture_task(names[0], case.hints.config)[0] if names else ""
    return task_possible(task, named.id)


def task_possible(doing: str, name: str) -> bool:
    """Whether a class that does one task (empty: none of its own) can do another as well."""
    if not doing or doing == name:
        return True
    limits = table("formats")["compatible"].get(doing, {"only": []})
    return name in limits["only"] if "only" in limits else name not in limits["but"]


def _sentence_transformers(case: Case) -> RuleFinding | None:
    """sentence-transformers: sentence similarity, or ranking for cross-encoders."""
    types = " ".join(case.hints.modules)
    if case.library != "sentence-transformers" and "sentence_transformers" not in types:
        return None
    if {"cross-encoder", "reranker"} & set(case.tags):
        return RuleFinding("sentence-transformers with the tag cross-encoder", "text-ranking", "a cross-encoder ranks")
    return RuleFinding("sentence-transformers", "sentence-similarity", "what this library is for")


def _architecture(case: Case) -> RuleFinding | None:
    """`architectures` in config.json, or the Auto class of a model with its own code."""
    config = case.hints.config
    names = case.hints.architectures
    auto = config.get("auto_map")
    if not names and isinstance(auto, dict):
        names = tuple(key for key in auto if isinstance(key, str) and key.startswith("AutoModel"))[:1]
    if not names:
        return None
    task, how = architecture_task(names[0], config)
    if not task:
        return RuleFinding(names[0], None, "this class has no task of its own")
    return RuleFinding(names[0], task, "this class does that" if how == "table" else "the class's name says so")


def _evaluated(case: Case) -> RuleFinding | None:
    """`model-index`: named in the trace only; of 5 cards of 2022 with nothing else the Hub gave none a task."""
    index = case.data.get("model-index")
    first = index[0] if isinstance(index, list) and index else None
    results = first.get("results") if isinstance(first, dict) else None
    for result in results if isinstance(results, list) else ():
        part = result.get("task") if isinstance(result, dict) else None
        name = part.get("type") if isinstance(part, dict) else None
        if isinstance(name, str):
            return RuleFinding(f"model-index task {_short(name)}", None, "the Hub does not follow evaluation results")
    return None


def _base_model(case: Case) -> RuleFinding | None:
    """`base_model`: the Hub would look at its card, which is not at hand."""
    named = case.data.get("base_model")
    if isinstance(named, list) and named:
        named = named[0]
    return (
        RuleFinding(_short(named), None, "its own card would tell; it is not at hand")
        if isinstance(named, str)
        else None
    )


def _conversational(case: Case, found: Task | None) -> TraceStep:
    """Whether the model chats: a tag, a chat template, or examples made of messages."""
    if found is None or found.id not in ("text-generation", "image-text-to-text", "conversational"):
        return TraceStep("conversational", found.id if found else "no task", "does not apply")
    if found.id == "conversational":
        return TraceStep("conversational", "pipeline_tag", "the card says so", won=True)
    if "conversational" in case.tags:
        return TraceStep("conversational", "a tag", "the card says so", won=True)
    if case.hints.chat_template:
        return TraceStep("conversational", f"a chat template in {case.hints.chat_template}", "it chats", won=True)
    widget = case.data.get("widget")
    if isinstance(widget, list) and any(isinstance(item, dict) and "messages" in item for item in widget):
        return TraceStep("conversational", "examples with messages", "it chats", won=True)
    return TraceStep("conversational", "no tag, no chat template", "it completes text")


def _short(value: object) -> str:
    return str(value)[:80]


Rule = Callable[[Case], RuleFinding | None]

RULES: tuple[tuple[str, Rule], ...] = (
    ("pipeline_tag", _stated),
    ("tags", tagged),
    ("sentence-transformers", _sentence_transformers),
    ("gguf", formats.gguf),
    ("peft", formats.peft),
    ("diffusers", formats.diffusers),
    ("architecture", _architecture),
    ("library", formats.library_format),
    ("base_model", _base_model),
    ("model-index", _evaluated),
)

_SILENT = {name: TraceStep(name, "nothing", "does not apply") for name, _ in RULES}
