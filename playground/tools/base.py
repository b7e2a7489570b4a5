"""What the tools share: their state for each tab, the names of answers, and how a model is asked from a tool.

Gradio takes an empty mapping from a listener for a missing value: a listener with nothing to say skips one output."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from showcard.playground.core import conversation
from showcard.playground.core.checks import Checks
from showcard.playground.core.outcome import Ask, Outcome
from showcard.playground.core.prompts import PromptBatch
from showcard.playground.core.sampling import Samples
from showcard.playground.core.state import Comparison, Pane
from showcard.playground.session import check
from showcard.playground.stream import ask, failure_of
from showcard.ui.markup.html import NOTHING, Child, Markup, div, element, span
from showcard.ui.session.session import Session
from showcard.wire.request import Request

from .mount import Mount

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
HELD = "compare-tools"


@dataclass(slots=True)
class ToolState:
    """The tools' state in one tab of the browser. `open` is the tool that is shown."""

    open: str = "diff"
    unified: bool = False
    checks: Checks = field(default_factory=Checks)
    samples: Samples | None = None
    batch: PromptBatch = field(default_factory=PromptBatch)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool on the page: what it shows of the comparison is drawn when its tab is opened, or a run has ended."""

    outputs: list[Any] = field(default_factory=list)
    draw: Callable[..., Awaitable[dict[Any, Any]]] | None = None  # of the request, and of the values of `inputs`
    inputs: list[Any] = field(default_factory=list)


def held_of(session: Session) -> ToolState:
    """The tools' state of a session."""
    found = session.pages.get(HELD)
    if not isinstance(found, ToolState):
        found = session.pages[HELD] = ToolState()
    return found


def name_of(comparison: Comparison, pane: Pane) -> str:
    """What a pane is called: its letter, and the model behind it where that may be known."""
    letter = comparison.letter(pane)
    return f"Model {letter}" if comparison.hidden else f"{letter} · {pane.settings.model or 'no model'}"


def answers_of(comparison: Comparison) -> dict[str, Pane]:
    """The panes whose last message is an answer with a text, by letter."""
    panes = {comparison.letter(pane): pane for pane in comparison.panes}
    return {letter: pane for letter, pane in panes.items() if pane.answer and pane.answer.content.strip()}


def question_request(session: Session, pane: Pane, question: str = "") -> Request:
    """The Request that asks a pane's model a question of its own, or else the last one of its history once more.

    Raises RequestError."""
    check(session, pane.settings)
    if question.strip():
        return conversation.request(conversation.asked(Pane(pane.settings), question.strip()))
    return conversation.request(pane, pane.answer.id if pane.answer else "")


def has_question(pane: Pane) -> bool:
    """Whether anything was asked in a pane."""
    return bool(conversation.questions(pane))


def asker(session: Session) -> Ask:
    """Asks a model apart from the panes; a failure is an outcome too."""

    async def asking(request: Request) -> Outcome:
        asked = await ask(request, session)
        failure = failure_of(asked)
        if failure is not None:
            return Outcome(error=f"{failure.reason} {failure.hint}".strip(), started=asked.started)
        said = asked.variant()
        taken = said.record.measurement if said.record else None
        return Outcome(said.content, said.reasoning, taken, started=asked.started)

    return asking


class Stop:
    """A run of a tool that can be stopped: registered in the session under its name."""

    def __init__(self, session: Session, name: str) -> None:
        self.session, self.name = session, name
        self.event = asyncio.Event()
        self._set = self.event.set

    def __enter__(self) -> asyncio.Event:
        self.session.runs.start(self.name, self._set)
        return self.event

    def __exit__(self, *error: object) -> None:
        self.session.runs.end(self.name, self._set)


def stopping(mount: Mount, name: str) -> Callable[[gr.Request], Any]:
    """A listener that stops a tool's run."""

    async def stop(request: gr.Request) -> None:
        mount.session_of(request).runs.stop(name)

    return stop


def percent(share: float) -> str:
    """A share, 0 to 1, in percent."""
    return f"{share * 100:.0f} %"


def marked(passed: bool | None) -> str:
    """The word of a check's mark."""
    return _MARKS[passed]


_MARKS: Mapping[bool | None, str] = {True: "passed", False: "failed", None: "not checked"}


def spinner(state: str) -> Markup:
    """What turns while something runs."""
    return span(class_="spin", aria_hidden="true") if state == "running" else NOTHING


def table_html(heads: Iterable[Child], rows: Iterable[Markup], class_: str = "table") -> Markup:
    """Rows of a table below the heads of its columns; a wide one scrolls."""
    head = element("thead", element("tr", [element("th", name, scope="col") for name in heads]))
    return div(element("table", head, element("tbody", rows)), class_=class_, tabindex=0)
