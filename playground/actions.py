"""What the buttons in the panes do. The page's script posts `{"act", "pane", "message", ...}`; anybody may, so that all
of it is looked at before anything is done.

An action changes the desk at once and may name panes to ask; `unknown` is what nothing can be done about."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from showcard.metadata.visible import whole
from showcard.playground.core.state import Comparison, Pane, Variant
from showcard.wire.request import RequestError

from .core import conversation
from .session import Desk, Job

MOST_CHARACTERS = 2_000_000


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
class Outcome:
    """What is left to do: panes to ask, or questions to put to one pane; and whether a pane's settings are to open."""

    jobs: list[Job] = field(default_factory=list)
    replay: tuple[str, tuple[Variant, ...]] | None = None
    settings: str = ""

    def run(self, desk: Desk) -> AsyncGenerator[set[str], None] | None:
        """The run that is to follow, if one is."""
        if self.replay is not None:
            return desk.replay(*self.replay)
        return desk.run(self.jobs) if self.jobs else None


def read(text: Any) -> Act:
    """An action from what was posted. Raises RequestError for what is none."""
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
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


def perform(desk: Desk, act: Act) -> Outcome:
    """Do it. Raises RequestError with a sentence where it can't be done."""
    if act.name not in _BY_ITSELF:
        desk.notice = ""
    if desk.comparison.hidden and act.name not in _WHILE_HIDDEN:
        raise RequestError("The models are hidden: vote or reveal them first.")
    whole = _WHOLE.get(act.name)
    if whole is not None:
        return whole(desk, act)
    pane = desk.comparison.pane(act.pane)
    action = _OF_PANE.get(act.name)
    if pane is None or action is None:
        raise RequestError("This is no longer here.")
    if pane.id in desk.asking and act.name not in _WHILE_ASKING:
        raise RequestError(f"{desk.comparison.letter(pane)} is still answering; stop it first.")
    return action(desk, pane, act)


# On the comparison


def _add(desk: Desk, act: Act) -> Outcome:
    last = desk.comparison.panes[-1]
    pane = conversation.add_pane(desk.comparison, replace(last, messages=()))
    return Outcome(settings=pane.id if pane else "")


def _new(desk: Desk, act: Act) -> Outcome:
    desk.put(conversation.emptied(desk.comparison))
    return Outcome()


def _undo(desk: Desk, act: Act) -> Outcome:
    desk.undo()
    return Outcome()


def _typed(desk: Desk, act: Act) -> Outcome:
    """Settings were changed, which the page has taken already; or there is only something to draw anew."""
    return Outcome()


def _choose(desk: Desk, act: Act) -> Outcome:
    """Let the pane whose settings are open ask another model; `text` is the endpoint that has it, if one has."""
    pane = desk.comparison.pane(desk.open_pane)
    if pane is None:
        raise RequestError("This pane is no longer here.")
    settings = replace(pane.settings, model=act.other, provider="auto", base_url=act.text or None)
    conversation.set_settings(desk.comparison, pane, settings)
    return Outcome(settings=pane.id)


def _lock(desk: Desk, act: Act) -> Outcome:
    """Link a setting of all panes, at the value of the pane whose settings are open, or let go of it."""
    comparison, pane = desk.comparison, desk.comparison.pane(desk.open_pane)
    if pane is None or act.text not in conversation.LOCKABLE:
        raise RequestError("This can't be locked.")
    comparison.locked ^= {act.text}
    conversation.set_settings(comparison, pane, pane.settings)
    return Outcome()


def _close(desk: Desk, act: Act) -> Outcome:
    desk.open_pane = ""
    return Outcome()


# On a pane


def _settings(desk: Desk, pane: Pane, act: Act) -> Outcome:
    return Outcome(settings=pane.id)


def _duplicate(desk: Desk, pane: Pane, act: Act) -> Outcome:
    conversation.add_pane(desk.comparison, pane)
    return Outcome()


def _remove(desk: Desk, pane: Pane, act: Act) -> Outcome:
    desk.stop(pane.id)
    conversation.remove_pane(desk.comparison, pane)
    desk.open_pane = "" if desk.open_pane == pane.id else desk.open_pane
    return Outcome()


def _swap(desk: Desk, pane: Pane, act: Act) -> Outcome:
    if desk.busy:
        raise RequestError("Panes can be swapped when all have answered.")
    conversation.swap(desk.comparison, pane)
    return Outcome()


def _again(desk: Desk, pane: Pane, act: Act) -> Outcome:
    """Ask once more what failed: for the answer that is missing at the end, or for the one that broke off."""
    return Outcome([Job(pane.id, pane.answer.id if pane.answer else "")])


def _replay(desk: Desk, pane: Pane, act: Act) -> Outcome:
    source = desk.comparison.pane(act.other)
    if source is None or pane.messages:
        raise RequestError("These questions can be asked in an empty pane only.")
    return Outcome(replay=(pane.id, conversation.questions(source)))


def _replay_new(desk: Desk, pane: Pane, act: Act) -> Outcome:
    """A new pane, where the questions of this one can be asked once its model is chosen."""
    added = conversation.add_pane(desk.comparison, pane, messages=False)
    if added is None:
        raise RequestError("There are four panes already; empty or remove one first.")
    return Outcome(settings=added.id)


def _empty(desk: Desk, pane: Pane, act: Act) -> Outcome:
    desk.comparison.put(replace(pane, messages=()))
    desk.failures.pop(pane.id, None)
    return Outcome()


def _results(desk: Desk, pane: Pane, act: Act) -> Outcome:
    desk.comparison.put(conversation.with_results(pane, act.message, act.results))
    return Outcome([Job(pane.id)])


# On a message


def _edit(desk: Desk, pane: Pane, act: Act) -> Outcome:
    desk.editing = act.message
    return Outcome()


def _cancel(desk: Desk, pane: Pane, act: Act) -> Outcome:
    desk.editing = ""
    return Outcome()


def _save(desk: Desk, pane: Pane, act: Act) -> Outcome:
    desk.editing = ""
    if act.message == _system(pane):
        settings = replace(pane.settings, system=act.text)
        conversation.set_settings(desk.comparison, pane, settings)
    else:
        desk.comparison.put(conversation.edited(pane, act.message, act.text))
    return Outcome()


def _resend(desk: Desk, pane: Pane, act: Act) -> Outcome:
    """Save a question, and ask for its answer anew: as one more variant of the answer, where there is one."""
    _save(desk, pane, act)
    now = desk.comparison.pane(pane.id)
    assert now is not None
    place = [message.id for message in now.messages].index(act.message) if now.message(act.message) else -1
    after = now.messages[place + 1 : place + 2] if place >= 0 else ()
    return Outcome([Job(pane.id, after[0].id if after and after[0].role == "assistant" else "")])


def _delete(desk: Desk, pane: Pane, act: Act) -> Outcome:
    if act.message == _system(pane):
        conversation.set_settings(desk.comparison, pane, replace(pane.settings, system=""))
        return Outcome()
    desk.delete(pane, act.message)
    desk.notice = "Deleted."
    return Outcome()


def _retry(desk: Desk, pane: Pane, act: Act) -> Outcome:
    return Outcome([Job(pane.id, act.message)])


def _older(desk: Desk, pane: Pane, act: Act) -> Outcome:
    desk.comparison.put(conversation.shown(pane, act.message, -1))
    return Outcome()


def _newer(desk: Desk, pane: Pane, act: Act) -> Outcome:
    desk.comparison.put(conversation.shown(pane, act.message, 1))
    return Outcome()


def _branch(desk: Desk, pane: Pane, act: Act) -> Outcome:
    if pane.message(act.message) is None:
        raise RequestError("This message is no longer here.")
    branch: Comparison = conversation.branched(desk.comparison, pane, act.message)
    desk.put(branch)
    desk.notice = "This is a branch. Where it came from is under Earlier."
    return Outcome()


def _system(pane: Pane) -> str:
    return f"system-{pane.id}"


_WHOLE: dict[str, Callable[[Desk, Act], Outcome]] = {
    "add": _add,
    "new": _new,
    "undo": _undo,
    "close": _close,
    "typed": _typed,
    "redraw": _typed,
    "price": _typed,
    "hush": _typed,
    "choose": _choose,
    "lock": _lock,
}
_OF_PANE: dict[str, Callable[[Desk, Pane, Act], Outcome]] = {
    "settings": _settings,
    "duplicate": _duplicate,
    "remove": _remove,
    "swap": _swap,
    "again": _again,
    "replay": _replay,
    "replay-new": _replay_new,
    "empty": _empty,
    "results": _results,
    "edit": _edit,
    "cancel": _cancel,
    "save": _save,
    "resend": _resend,
    "delete": _delete,
    "retry": _retry,
    "older": _older,
    "newer": _newer,
    "branch": _branch,
}
_BY_ITSELF = frozenset({"typed", "redraw", "price"})  # the page's script posts these, no person does
_WHILE_HIDDEN = _BY_ITSELF | {"new", "close", "hush", "again", "results"}
_WHILE_ASKING = frozenset({"settings", "remove", "swap", "duplicate"})
