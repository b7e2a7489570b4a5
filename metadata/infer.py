"""Which task a card's model does, and why."""

from __future__ import annotations

from dataclasses import dataclass

from .tasks import Task
from .tasks import task as row


@dataclass(frozen=True, slots=True)
class Step:
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
    trace: tuple[Step, ...]

    @property
    def widget(self) -> Task | None:
        """The row whose widget is shown: `conversational` for a model that chats, else the task's own."""
        return row("conversational") if self.conversational and self.task else self.task
