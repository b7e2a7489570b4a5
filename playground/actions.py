"""What the buttons in the panes do. The page's script posts `{"act", "pane", "message", ...}`; anybody may, so that all
of it is looked at before anything is done.

An action changes the comparison at once and may name panes to ask; `unknown` is what nothing can be done about."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from showcard.metadata.visible import whole
from showcard.playground.core.state import Comparison, Pane, Variant
from showcard.wire.request import RequestError

from .core import conversation
from .session import CompareSession, Job

MAX_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Act:
    """An action as it was posted; `pane` and `message` are ids."""

    name: str = ""
    pane: str = ""
    message: str = ""
    text: str = ""
    other: str = ""
    results: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class ActResult:
    """What is left to do: panes to ask, or questions to put to one pane; and whether a pane's settings are to open."""

    jobs: list[Job] = field(default_factory=list)
    replay: tuple[str, tuple[Variant, ...]] | None = None
    settings: str = ""

    def run(self, compare: CompareSession) -> AsyncGenerator[set[str], None] | None:
        """The run that is to follow, if one is."""
        if self.replay is not None:
            return compare.replay(*self.replay)
        return compare.run(self.jobs) if self.jobs else None


def read(text: Any) -> Act:
    """An action from what was posted. Raises RequestError for what is none."""
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        raise RequestError("This is no action.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise RequestError("This is no action.") from None
    if not isinstance(value, dict):
        raise RequestError("This is no action.")
    texts = {name: whole(str(value.get(key) or "")) for name, key in _NAMES.items()}
    results = value.get("results")
    given = {str(key): whole(str(said)) for key, said in results.items()} if isinstance(results, dict) else {}
    return Act(**texts, results=given)


_NAMES = {"name": "act", "pane": "pane", "message": "message", "text": "text", "other": "from"}


def perform(compare: CompareSession, act: Act) -> ActResult:
    """Do it. Raises RequestError with a sentence where it can't be done."""
    action = ACTIONS.get(act.name, UNKNOWN)
    if not action.by_itself:
        compare.notice = ""
    if compare.comparison.hidden and not action.while_hidden:
        raise RequestError("The models are hidden: vote or reveal them first.")
    if action.whole is not None:
        return action.whole(compare, act)
    pane = compare.comparison.pane(act.pane)
    if pane is None or action.of_pane is None:
        raise RequestError("This is no longer here.")
    if pane.id in compare.asking and not action.while_asking:
        raise RequestError(f"{compare.comparison.letter(pane)} is still answering; stop it first.")
    return action.of_pane(compare, pane, act)


# On the comparison


def _add(compare: CompareSession, act: Act) -> ActResult:
    last = compare.comparison.panes[-1]
    pane = conversation.add_pane(compare.comparison, replace(last, messages=()))
    return ActResult(settings=pane.id if pane else "")


def _new(compare: CompareSession, act: Act) -> ActResult:
    compare.put(conversation.emptied(compare.comparison))
    return ActResult()


def _undo(compare: CompareSession, act: Act) -> ActResult:
    compare.undo()
    return ActResult()


def _typed(compare: CompareSession, act: Act) -> ActResult:
    """Settings were changed, which the page has taken already; or there is only something to draw anew."""
    return ActResult()


def _choose(compare: CompareSession, act: Act) -> ActResult:
    """Let the pane whose settings are open ask another model; `text` is the endpoint that has it, if one has."""
    pane = compare.comparison.pane(compare.open_pane)
    if pane is None:
        raise RequestError("This pane is no longer here.")
    settings = replace(pane.settings, model=act.other, provider="auto", base_url=act.text or None)
    conversation.set_settings(compare.comparison, pane, settings)
    return ActResult(settings=pane.id)


def _lock(compare: CompareSession, act: Act) -> ActResult:
    """Link a setting of all panes, at the value of the pane whose settings are open, or let go of it."""
    comparison, pane = compare.comparison, compare.comparison.pane(compare.open_pane)
    if pane is None or act.text not in conversation.LOCKABLE:
        raise RequestError("This can't be locked.")
    comparison.locked ^= {act.text}
    conversation.set_settings(comparison, pane, pane.settings)
    return ActResult()


def _close(compare: CompareSession, act: Act) -> ActResult:
    compare.open_pane = ""
    return ActResult()


# On a pane


def _settings(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    return ActResult(settings=pane.id)


def _duplicate(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    conversation.add_pane(compare.comparison, pane)
    return ActResult()


def _remove(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    compare.stop(pane.id)
    conversation.remove_pane(compare.comparison, pane)
    compare.open_pane = "" if compare.open_pane == pane.id else compare.open_pane
    return ActResult()


def _swap(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    if compare.busy:
        raise RequestError("Panes can be swapped when all have answered.")
    conversation.swap(compare.comparison, pane)
    return ActResult()


def _again(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    """Ask once more what failed: for the answer that is missing at the end, or for the one that broke off."""
    return ActResult([Job(pane.id, pane.answer.id if pane.answer else "")])


def _replay(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    source = compare.comparison.pane(act.other)
    if source is None or pane.messages:
        raise RequestError("These questions can be asked in an empty pane only.")
    return ActResult(replay=(pane.id, conversation.questions(source)))


def _replay_new(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    """A new pane, where the questions of this one can be asked once its model is chosen."""
    added = conversation.add_pane(compare.comparison, pane, messages=False)
    if added is None:
        raise RequestError("There are four panes already; empty or remove one first.")
    return ActResult(settings=added.id)


def _empty(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    compare.comparison.put(replace(pane, messages=()))
    compare.failures.pop(pane.id, None)
    return ActResult()


def _results(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    compare.comparison.put(conversation.with_results(pane, act.message, act.results))
    return ActResult([Job(pane.id)])


# On a message


def _edit(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    compare.editing = act.message
    return ActResult()


def _cancel(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    compare.editing = ""
    return ActResult()


def _save(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    compare.editing = ""
    if act.message == _system(pane):
        settings = replace(pane.settings, system=act.text)
        conversation.set_settings(compare.comparison, pane, settings)
    else:
        compare.comparison.put(conversation.edited(pane, act.message, act.text))
    return ActResult()


def _resend(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    """Save a question, and ask for its answer anew: as one more variant of the answer, where there is one."""
    _save(compare, pane, act)
    now = compare.comparison.pane(pane.id)
    assert now is not None
    place = [message.id for message in now.messages].index(act.message) if now.message(act.message) else -1
    after = now.messages[place + 1 : place + 2] if place >= 0 else ()
    return ActResult([Job(pane.id, after[0].id if after and after[0].role == "assistant" else "")])


def _delete(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    if act.message == _system(pane):
        conversation.set_settings(compare.comparison, pane, replace(pane.settings, system=""))
        return ActResult()
    compare.delete(pane, act.message)
    compare.notice = "Deleted."
    return ActResult()


def _retry(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    return ActResult([Job(pane.id, act.message)])


def _older(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    compare.comparison.put(conversation.shown(pane, act.message, -1))
    return ActResult()


def _newer(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    compare.comparison.put(conversation.shown(pane, act.message, 1))
    return ActResult()


def _branch(compare: CompareSession, pane: Pane, act: Act) -> ActResult:
    if pane.message(act.message) is None:
        raise RequestError("This message is no longer here.")
    branch: Comparison = conversation.branched(compare.comparison, pane, act.message)
    compare.put(branch)
    compare.notice = "This is a branch. Where it came from is under Earlier."
    return ActResult()


def _system(pane: Pane) -> str:
    return f"system-{pane.id}"


@dataclass(frozen=True, slots=True)
class Action:
    """An action: what does it, for the comparison or for one pane, when it may be done, and what it leaves to draw."""

    whole: Callable[[CompareSession, Act], ActResult] | None = None
    of_pane: Callable[[CompareSession, Pane, Act], ActResult] | None = None
    by_itself: bool = False  # the page's script posts it, no person does
    while_hidden: bool = False  # also before a vote has shown who answers
    while_asking: bool = False  # also while the pane's model answers
    refills: bool = False  # the controls of the settings are filled anew
    draws_all: bool = False  # every pane is drawn anew


ACTIONS: dict[str, Action] = {
    "add": Action(_add),
    "new": Action(_new, while_hidden=True, refills=True, draws_all=True),
    "undo": Action(_undo, refills=True, draws_all=True),
    "close": Action(_close, while_hidden=True, refills=True),
    "typed": Action(_typed, by_itself=True, while_hidden=True),
    "redraw": Action(_typed, by_itself=True, while_hidden=True, draws_all=True),
    "price": Action(_typed, by_itself=True, while_hidden=True),
    "hush": Action(_typed, while_hidden=True),
    "choose": Action(_choose),
    "lock": Action(_lock),
    "settings": Action(of_pane=_settings, while_asking=True),
    "duplicate": Action(of_pane=_duplicate, while_asking=True),
    "remove": Action(of_pane=_remove, while_asking=True, refills=True),
    "swap": Action(of_pane=_swap, while_asking=True),
    "again": Action(of_pane=_again, while_hidden=True),
    "replay": Action(of_pane=_replay),
    "replay-new": Action(of_pane=_replay_new, draws_all=True),
    "empty": Action(of_pane=_empty),
    "results": Action(of_pane=_results, while_hidden=True),
    "edit": Action(of_pane=_edit),
    "cancel": Action(of_pane=_cancel),
    "save": Action(of_pane=_save, refills=True),
    "resend": Action(of_pane=_resend),
    "delete": Action(of_pane=_delete, refills=True),
    "retry": Action(of_pane=_retry),
    "older": Action(of_pane=_older),
    "newer": Action(of_pane=_newer),
    "branch": Action(of_pane=_branch, refills=True, draws_all=True),
}
UNKNOWN = Action()
