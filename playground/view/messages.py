"""What a pane says as HTML: its messages with what can be done to them, the answer that grows, and failures."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress

from showcard.inference.errors import InferenceFailure
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import ToolCall
from showcard.playground.core import conversation
from showcard.playground.core.figures import facts_html
from showcard.playground.core.state import ChatMessage, Comparison, Pane, Variant
from showcard.playground.session import CompareSession
from showcard.ui.markup.chat import MAX_ARGUMENTS, MAX_THOUGHT
from showcard.ui.markup.html import attribute, code_text, escape, isolated, running_text, verbatim
from showcard.ui.markup.markdown import chat_html, more_than
from showcard.ui.markup.panels import note

from .buttons import button, toolbar
from .heads import model_html

MAX_LOCKED = 60.0  # seconds that the button to ask again is out of reach
# The page is drawn anew with each turn. What is more than that is in what Copy gives, and in the saved file.
MAX_SHOWN = 20_000  # characters of a question or a result
MAX_CALLS = 30  # of an answer
MAX_MESSAGES = 400  # of a pane, the last ones
MAX_DRAWN = 1_000_000  # characters of HTML of a pane, from the last message on, images aside
MAX_BRACKETS = 200  # in arguments that are laid out: each level takes a line that begins further to the right
ROLES = {"user": "You", "system": "System", "tool": "Result"}


def transcript(desk: CompareSession, pane: Pane) -> str:
    """A pane's messages; while an answer is written anew, only what stands before it."""
    job = desk.jobs.get(pane.id)
    messages = conversation.until(pane, job.of if job else "")
    system = system_html(desk, pane)
    if not messages and not system:
        return blank(desk, pane)
    shown = _last(messages, lambda message: message_html(desk, pane, message))
    name = escape(f"Chat {desk.comparison.letter(pane)}")
    return f'<div class="chat" role="log" aria-label="{name}" data-pane="{pane.id}">{system}{shown}</div>'


def _last(messages: Sequence[ChatMessage], draw: Callable[[ChatMessage], str]) -> str:
    """The last messages as HTML, and how many more there are."""
    drawn: list[str] = []
    size = 0
    for message in messages[: -MAX_MESSAGES - 1 : -1]:
        if size > MAX_DRAWN:
            break
        drawn.append(draw(message))
        size += 0 if message.variant.images else len(drawn[-1])
    more = len(messages) - len(drawn)
    said = f'<p class="dim">{_count(more, "earlier message")} not shown here: the saved file holds all.</p>'
    return (said if more else "") + "".join(reversed(drawn))


def blank(desk: CompareSession, pane: Pane) -> str:
    """What to do where nothing was said yet."""
    others = [held for held in desk.comparison.panes if held.id != pane.id and conversation.questions(held)]
    if desk.asking.get(pane.id):
        return ""
    offers = "".join(
        button(
            "replay", label := f"Ask the {_count(len(conversation.questions(other)), 'question')} of "
            f"{desk.comparison.letter(other)} here", label, class_="plain", data_from=other.id,
        )
        for other in others[:3]
    )  # fmt: skip
    said = "Ask something below." if others else "Ask something below; every pane gets the same question."
    return f'<div class="blank" data-pane="{pane.id}"><p>{said}</p>{offers}</div>'


def system_html(desk: CompareSession, pane: Pane) -> str:
    """The system prompt as the first message."""
    prompt = pane.settings.system
    if desk.comparison.hidden:
        return ""
    if not prompt.strip() and desk.editing != f"system-{pane.id}":
        return ""
    body = (
        editor(prompt, "system")
        if desk.editing == f"system-{pane.id}"
        else f'<div class="text" dir="auto">{running_text(prompt[:MAX_SHOWN])}</div>{_cut(prompt)}'
    )
    acts = "" if desk.editing == f"system-{pane.id}" else toolbar("System prompt", ("copy", "edit", "delete"))
    return (
        f'<div class="turn system" data-message="system-{pane.id}"><div class="who"><span>System</span>{acts}</div>'
        f"{body}</div>"
    )


def message_html(desk: CompareSession, pane: Pane, message: ChatMessage) -> str:
    """A message with its toolbar, or as a field where it is being edited."""
    who = author(desk.comparison, pane, message)
    busy = pane.id in desk.asking
    if desk.editing == message.id:
        body, acts = editor(message.content, message.role), ""
    else:
        body = body_html(message.role, message.variant, desk.address, desk.comparison.hidden)
        acts = "" if busy or desk.comparison.hidden else toolbar(who, acts_of(message))
    if message.role == "assistant" and not busy:
        last = pane.last is not None and pane.last.id == message.id
        body += results_html(message.variant.tool_calls) if last and message.variant.tool_calls else ""
    footed = message.role == "assistant" and desk.editing != message.id and not desk.comparison.hidden
    foot = foot_html(message) if footed else ""
    return (
        f'<div class="turn {attribute(message.role)}" data-message="{message.id}"><div class="who">'
        f"{model_html(who)}{acts}</div>{body}{foot}</div>"
    )


def author(comparison: Comparison, pane: Pane, message: ChatMessage) -> str:
    """Who a message is by."""
    if message.role != "assistant":
        return ROLES.get(message.role, message.role)
    record = message.variant.record
    if comparison.hidden:
        return f"Model {comparison.letter(pane)}"
    return record.model if record else pane.settings.model or "Model"


def body_html(role: str, variant: Variant, address: Callable[[Media], str], hidden: bool = False) -> str:
    """What a message says; its images are at their addresses on this server, as the page is drawn again and again."""
    if role != "assistant":
        images = "".join(f'<img class="shown" src="{attribute(address(image))}" alt="">' for image in variant.images)
        shown = f'<div class="pictures">{images}</div>' if images else ""
        text = f'<div class="text" dir="auto">{running_text(variant.content[:MAX_SHOWN])}</div>'
        return f"{text}{_cut(variant.content)}{shown}"
    said = f'<div class="md text" dir="auto">{chat_html(variant.content)}</div>' if variant.content.strip() else ""
    calls = "".join(call_html(call) for call in variant.tool_calls[:MAX_CALLS])
    more = len(variant.tool_calls) - MAX_CALLS
    calls += f'<p class="dim">… and {_count(more, "call")} more, which the saved file has.</p>' if more > 0 else ""
    return thought_html(variant, hidden) + said + calls or f'<p class="dim">{escape(nothing(variant))}</p>'


def _cut(text: str) -> str:
    more = len(text) - MAX_SHOWN
    return f'<p class="dim">… and {more:,} characters more, which Copy and Edit have.</p>' if more > 0 else ""


def thought_html(variant: Variant, hidden: bool = False) -> str:
    """The reasoning, folded."""
    if not variant.reasoning:
        return ""
    counted = variant.record.measurement if variant.record else None
    about = "" if counted and counted.reasoning_reported else "≈"
    tokens = counted.reasoning_tokens if counted and not hidden else None
    many = f' <span class="num">{about}{tokens:,} tokens</span>' if tokens is not None else ""
    return (
        f'<details class="thought"><summary>Reasoning{many}</summary>'
        f'<p class="said dim" dir="auto">{running_text(variant.reasoning[:MAX_THOUGHT])}</p>'
        f"{more_than(variant.reasoning, MAX_THOUGHT)}</details>"
    )


def nothing(variant: Variant) -> str:
    """Why an answer shows nothing."""
    stopped = variant.record is not None and variant.record.finish_reason == "stopped"
    return "Stopped before the first token." if stopped else "The answer is empty."


def call_html(call: ToolCall) -> str:
    """A tool that the model calls, with its arguments."""
    arguments, cut = call.arguments[:MAX_ARGUMENTS], more_than(call.arguments, MAX_ARGUMENTS)
    flat = bool(cut) or sum(map(arguments.count, "[{")) > MAX_BRACKETS
    with suppress(ValueError, RecursionError):
        arguments = arguments if flat else json.dumps(json.loads(arguments or "{}"), indent=2, ensure_ascii=False)
    title = f"<p>Calls <strong>{isolated(call.name)}</strong></p>"
    return f'<div class="call">{title}<pre dir="ltr">{code_text(arguments)}</pre>{cut}</div>'


def results_html(calls: Sequence[ToolCall]) -> str:
    """A place for the result of each call, and the button that sends them."""
    fields = "".join(
        f'<label>Result of {isolated(call.name)}<textarea rows="2" data-call="{verbatim(call.id)}" '
        f'placeholder="What {attribute(call.name)} returns, as text or JSON"></textarea></label>'
        for call in calls
    )
    many = "Send the results" if len(calls) > 1 else "Send the result"
    return f'<div class="results own-keys">{fields}{button("results", many, many, class_="plain primary")}</div>'


def editor(text: str, role: str) -> str:
    """A message as a field."""
    rows = min(14, text.count("\n") + 3)
    again = button("resend", "Save and ask again", "Save and ask again", class_="plain primary")
    keep = button("save", "Save", "Save", class_=f"plain{'' if role == 'user' else ' primary'}")
    return (
        f'<div class="editing own-keys"><textarea aria-label="Edit the message" rows="{rows}">'
        f"{verbatim(text)}</textarea><div>{again if role == 'user' else ''}{keep}"
        f"{button('cancel', 'Cancel', 'Cancel', class_='plain')}</div></div>"
    )


def acts_of(message: ChatMessage) -> tuple[str, ...]:
    """What can be done to a message."""
    if message.role == "tool":
        return ("copy", "edit")
    answer = message.role == "assistant"
    return ("copy", "edit", *(("retry", "branch") if answer else ("branch", "replay-new")), "delete")


def foot_html(message: ChatMessage) -> str:
    """Below an answer: its variants, what it took, and what went over the wire."""
    variant, arrows = message.variant, ""
    if len(message.variants) > 1:
        arrows = (
            '<span class="variants">'
            + button("older", "The answer before", disabled=message.shown == 0)
            + f"<span>{message.shown + 1} of {len(message.variants)}</span>"
            + button("newer", "The answer after", disabled=message.shown == len(message.variants) - 1)
            + "</span>"
        )
    if variant.record is None:
        said = '<span class="dim">edited by hand</span>' if variant.edited else ""
        return f'<div class="stats">{arrows}{said}</div>' if arrows or said else ""
    raw = (
        f'<details class="wire" data-kept="raw/{message.id}"><summary>Raw</summary><div class="loaded"></div></details>'
    )
    return f'<div class="stats">{arrows}{facts_html(variant.record)}</div>{raw}'


# Below the messages


def live(desk: CompareSession, pane: Pane) -> str:
    """Where an answer grows; the page's script fills it."""
    letter = desk.comparison.letter(pane)
    who = model_html(f"Answer {letter}" if desk.comparison.hidden else pane.settings.model)
    stop = button("stop", f"Stop {desk.comparison.letter(pane)}", "Stop", class_="plain stop")
    return (
        f'<div class="turn assistant live" data-live="{pane.id}" data-feed="{desk.feed.name}" data-pane="{pane.id}" '
        f'aria-busy="true"><div class="who">{who}{stop}</div>'
        '<details class="thought" open hidden><summary>Reasoning</summary><p class="said dim" dir="auto"></p></details>'
        '<div class="md text" dir="auto"></div><div class="status"><span class="spin" aria-hidden="true"></span>'
        '<span class="so-far">Waiting for the first token</span></div></div>'
    )


def below(desk: CompareSession, pane: Pane) -> str:
    """What stands below the messages: the growing answer, a failure, or nothing."""
    if pane.id in desk.asking:
        return live(desk, pane)
    failure = desk.failures.get(pane.id)
    if failure and desk.comparison.hidden:
        return note("This model gave no answer.", "Its reason is shown with its name.", error=True)
    return failure_card(pane, failure) if failure else ""


def failure_card(pane: Pane, failure: InferenceFailure) -> str:
    """Why a pane has no answer, and the ways out."""
    seconds = min(failure.retry_after or 0, MAX_LOCKED)  # another key or quota may help at once
    label = "Retry this pane"
    retry = button("again", label, label, class_="plain primary", data_after=f"{seconds:.0f}" if seconds else None)
    other = button("settings", "Other provider or model", "Other provider or model", class_="plain")
    told = note(failure.reason, failure.hint, error=True, detail=failure.detail)
    return f'<div class="failed" data-pane="{pane.id}">{told}<div class="ways">{retry}{other}</div></div>'


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
