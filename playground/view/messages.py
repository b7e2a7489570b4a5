"""What a pane says as HTML: its messages with what can be done to them, the answer that grows, and failures."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress

from showcard.inference.errors import InferenceFailure
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import ToolCall
from showcard.metadata.visible import visible
from showcard.playground.core import conversation
from showcard.playground.core.figures import facts_html
from showcard.playground.core.state import ChatMessage, Comparison, Pane, Variant
from showcard.playground.session import CompareSession
from showcard.ui.markup.chat import MAX_ARGUMENTS, MAX_THOUGHT
from showcard.ui.markup.html import NOTHING, Markup, code_text, div, element, isolated, join, p, running_text, span
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
RAW = element("summary", "Raw") + div(class_="loaded")  # the page's script loads it when it is opened
GROWING = join([
    element(
        "details", element("summary", "Reasoning"), p(class_="said dim", dir="auto"),
        class_="thought", open=True, hidden=True,
    ),
    div(class_="md text", dir="auto"),
    div(
        span(class_="spin", aria_hidden="true"), span("Waiting for the first token", class_="so-far"), class_="status"
    ),
])  # fmt: skip


def transcript(compare: CompareSession, pane: Pane) -> Markup:
    """A pane's messages; while an answer is written anew, only what stands before it."""
    job = compare.jobs.get(pane.id)
    messages = conversation.until(pane, job.of if job else "")
    system = system_html(compare, pane)
    if not messages and not system:
        return blank(compare, pane)
    shown = _last(messages, lambda message: message_html(compare, pane, message))
    label = f"Chat {compare.comparison.letter(pane)}"
    return div(system, shown, class_="chat", role="log", aria_label=label, data_pane=pane.id)


def _last(messages: Sequence[ChatMessage], draw: Callable[[ChatMessage], Markup]) -> list[Markup]:
    """The last messages as HTML, below how many more there are."""
    drawn: list[Markup] = []
    size = 0
    for message in messages[: -MAX_MESSAGES - 1 : -1]:
        if size > MAX_DRAWN:
            break
        drawn.append(draw(message))
        size += 0 if message.variant.images else len(drawn[-1])
    more = len(messages) - len(drawn)
    if more:
        drawn.append(p(f"{_count(more, 'earlier message')} not shown here: the saved file holds all.", class_="dim"))
    return drawn[::-1]


def blank(compare: CompareSession, pane: Pane) -> Markup:
    """What to do where nothing was said yet."""
    others = [held for held in compare.comparison.panes if held.id != pane.id and conversation.questions(held)]
    if compare.asking.get(pane.id):
        return NOTHING
    offers = [
        button(
            "replay", label := f"Ask the {_count(len(conversation.questions(other)), 'question')} of "
            f"{compare.comparison.letter(other)} here", label, class_="plain", data_from=other.id,
        )
        for other in others[:3]
    ]  # fmt: skip
    said = "Ask something below." if others else "Ask something below; every pane gets the same question."
    return div(p(said), offers, class_="blank", data_pane=pane.id)


def system_html(compare: CompareSession, pane: Pane) -> Markup:
    """The system prompt as the first message."""
    prompt, name = pane.settings.system, f"system-{pane.id}"
    if compare.comparison.hidden or not (prompt.strip() or compare.editing == name):
        return NOTHING
    if compare.editing == name:
        acts, body = NOTHING, editor(prompt, "system")
    else:
        acts, body = toolbar("System prompt", ("copy", "edit", "delete")), _text(prompt)
    return div(div(span("System"), acts, class_="who"), body, class_="turn system", data_message=name)


def message_html(compare: CompareSession, pane: Pane, message: ChatMessage) -> Markup:
    """A message with its toolbar, or as a field where it is being edited."""
    who = author(compare.comparison, pane, message)
    busy, hidden = pane.id in compare.asking, compare.comparison.hidden
    if compare.editing == message.id:
        body, acts = editor(message.content, message.role), NOTHING
    else:
        body = body_html(message.role, message.variant, compare.address, hidden)
        acts = NOTHING if busy or hidden else toolbar(who, acts_of(message))
    if message.role == "assistant" and not busy:
        last = pane.last is not None and pane.last.id == message.id
        body += results_html(message.variant.tool_calls) if last and message.variant.tool_calls else NOTHING
    footed = message.role == "assistant" and compare.editing != message.id and not hidden
    return div(
        div(model_html(who), acts, class_="who"), body, foot_html(message) if footed else None,
        class_=f"turn {visible(message.role)}", data_message=message.id,
    )  # fmt: skip


def author(comparison: Comparison, pane: Pane, message: ChatMessage) -> str:
    """Who a message is by."""
    if message.role != "assistant":
        return ROLES.get(message.role, message.role)
    record = message.variant.record
    if comparison.hidden:
        return f"Model {comparison.letter(pane)}"
    return record.model if record else pane.settings.model or "Model"


def body_html(role: str, variant: Variant, address: Callable[[Media], str], hidden: bool = False) -> Markup:
    """What a message says; its images are at their addresses on this server, as the page is drawn again and again."""
    if role != "assistant":
        images = [element("img", class_="shown", src=address(image), alt="") for image in variant.images]
        return _text(variant.content) + (div(images, class_="pictures") if images else NOTHING)
    parts = [thought_html(variant, hidden)]
    if variant.content.strip():
        parts.append(div(chat_html(variant.content), class_="md text", dir="auto"))
    parts += map(call_html, variant.tool_calls[:MAX_CALLS])
    if (more := len(variant.tool_calls) - MAX_CALLS) > 0:
        parts.append(p(f"… and {_count(more, 'call')} more, which the saved file has.", class_="dim"))
    return join(parts) or p(nothing(variant), class_="dim")


def _text(text: str) -> Markup:
    """The text of a question, a result or a prompt; of a long one the beginning."""
    shown, more = div(running_text(text[:MAX_SHOWN]), class_="text", dir="auto"), len(text) - MAX_SHOWN
    cut = p(f"… and {more:,} characters more, which Copy and Edit have.", class_="dim") if more > 0 else NOTHING
    return shown + cut


def thought_html(variant: Variant, hidden: bool = False) -> Markup:
    """The reasoning, folded."""
    if not variant.reasoning:
        return NOTHING
    counted = variant.record.measurement if variant.record else None
    about = "" if counted and counted.reasoning_reported else "≈"
    tokens = counted.reasoning_tokens if counted and not hidden else None
    many = [" ", span(f"{about}{tokens:,} tokens", class_="num")] if tokens is not None else None
    said = p(running_text(variant.reasoning[:MAX_THOUGHT]), class_="said dim", dir="auto")
    rest = more_than(variant.reasoning, MAX_THOUGHT)
    return element("details", element("summary", "Reasoning", many), said, rest, class_="thought")


def nothing(variant: Variant) -> str:
    """Why an answer shows nothing."""
    stopped = variant.record is not None and variant.record.finish_reason == "stopped"
    return "Stopped before the first token." if stopped else "The answer is empty."


def call_html(call: ToolCall) -> Markup:
    """A tool that the model calls, with its arguments."""
    arguments, cut = call.arguments[:MAX_ARGUMENTS], more_than(call.arguments, MAX_ARGUMENTS)
    flat = bool(cut) or sum(map(arguments.count, "[{")) > MAX_BRACKETS
    with suppress(ValueError, RecursionError):
        arguments = arguments if flat else json.dumps(json.loads(arguments or "{}"), indent=2, ensure_ascii=False)
    title = p("Calls ", element("strong", isolated(call.name)))
    return div(title, element("pre", code_text(arguments), dir="ltr"), cut, class_="call")


def results_html(calls: Sequence[ToolCall]) -> Markup:
    """A place for the result of each call, and the button that sends them."""
    fields = [
        element(
            "label", "Result of ", isolated(call.name),
            element(
                "textarea", rows=2, data_call=call.id, placeholder=f"What {call.name} returns, as text or JSON"
            ),
        )
        for call in calls
    ]  # fmt: skip
    many = "Send the results" if len(calls) > 1 else "Send the result"
    return div(fields, button("results", many, many, class_="plain primary"), class_="results own-keys")


def editor(text: str, role: str) -> Markup:
    """A message as a field."""
    field = element("textarea", text, aria_label="Edit the message", rows=min(14, text.count("\n") + 3))
    again = button("resend", "Save and ask again", "Save and ask again", class_="plain primary")
    keep = button("save", "Save", "Save", class_=f"plain{'' if role == 'user' else ' primary'}")
    leave = button("cancel", "Cancel", "Cancel", class_="plain")
    return div(field, div(again if role == "user" else None, keep, leave), class_="editing own-keys")


def acts_of(message: ChatMessage) -> tuple[str, ...]:
    """What can be done to a message."""
    if message.role == "tool":
        return ("copy", "edit")
    answer = message.role == "assistant"
    return ("copy", "edit", *(("retry", "branch") if answer else ("branch", "replay-new")), "delete")


def foot_html(message: ChatMessage) -> Markup:
    """Below an answer: its variants, what it took, and what went over the wire."""
    variant, arrows = message.variant, NOTHING
    if len(message.variants) > 1:
        arrows = span(
            button("older", "The answer before", disabled=message.shown == 0),
            span(f"{message.shown + 1} of {len(message.variants)}"),
            button("newer", "The answer after", disabled=message.shown == len(message.variants) - 1),
            class_="variants",
        )
    if variant.record is None:
        said = span("edited by hand", class_="dim") if variant.edited else NOTHING
        return div(arrows, said, class_="stats") if arrows or said else NOTHING
    raw = element("details", RAW, class_="wire", data_kept=f"raw/{message.id}")
    return div(arrows, facts_html(variant.record), class_="stats") + raw


# Below the messages


def live(compare: CompareSession, pane: Pane) -> Markup:
    """Where an answer grows; the page's script fills it."""
    letter = compare.comparison.letter(pane)
    who = model_html(f"Answer {letter}" if compare.comparison.hidden else pane.settings.model)
    stop = button("stop", f"Stop {letter}", "Stop", class_="plain stop")
    return div(
        div(who, stop, class_="who"), GROWING, class_="turn assistant live",
        data_live=pane.id, data_feed=compare.feed.name, data_pane=pane.id, aria_busy="true",
    )  # fmt: skip


def below(compare: CompareSession, pane: Pane) -> Markup:
    """What stands below the messages: the growing answer, a failure, or nothing."""
    if pane.id in compare.asking:
        return live(compare, pane)
    failure = compare.failures.get(pane.id)
    if failure and compare.comparison.hidden:
        return note("This model gave no answer.", "Its reason is shown with its name.", error=True)
    return failure_card(pane, failure) if failure else NOTHING


def failure_card(pane: Pane, failure: InferenceFailure) -> Markup:
    """Why a pane has no answer, and the ways out."""
    seconds = min(failure.retry_after or 0, MAX_LOCKED)  # another key or quota may help at once
    label = "Retry this pane"
    retry = button("again", label, label, class_="plain primary", data_after=f"{seconds:.0f}" if seconds else None)
    other = button("settings", "Other provider or model", "Other provider or model", class_="plain")
    told = note(failure.reason, failure.hint, error=True, detail=failure.detail)
    return div(told, div(retry, other, class_="ways"), class_="failed", data_pane=pane.id)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
