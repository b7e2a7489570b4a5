"""The panes as HTML: heads, messages with what can be done to them, measurements, failures. Everything is escaped here.

A button says what it does in `data-act`; the page's script sends that with the ids of the message and the pane around
it to `actions.py`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

from inference.errors import InferenceFailure
from metadata.outputs import ToolCall
from ui.markdown import chat_html
from ui.markup import escape, tag
from ui.panels import note

from . import conversation
from .desk import Desk
from .measure import Measurement
from .state import ChatMessage, Comparison, Pane, Record, Settings, Variant

MOST_IN_BADGE = 3
ROLES = {"user": "You", "system": "System", "tool": "Result"}
markdown = lru_cache(maxsize=1_000)(chat_html)


def button(act: str, label: str, text: str = "", **more: object) -> str:
    """A button that the page's script knows; without a text it is an icon."""
    kind = more.pop("class_", "") or ("" if text else f"i i-{act}")
    return tag(
        "button", escape(text), type="button", class_=kind, data_act=act,
        aria_label=None if text == label else label, title=None if text == label else label, **more,
    )  # fmt: skip


# Heads


def head(desk: Desk, pane: Pane) -> str:
    """Who answers in a pane, where, at what price, what differs from the other panes, and what can be done with it."""
    comparison, settings = desk.comparison, pane.settings
    letter = comparison.letter(pane)
    if comparison.hidden:
        said = f'<span class="letter">{letter}</span><span class="dim">hidden until you vote</span>'
        return f'<div class="pane-head"><div class="pane-title">{said}</div></div>'
    many, name = len(comparison.panes) > 1, settings.model or "Choose a model"
    title = (
        f'<span class="letter" aria-hidden="true">{letter}</span>'
        + button("settings", f"Settings of {letter}: {name}", name, class_="name", aria_haspopup="dialog")
    )  # fmt: skip
    tools = (
        button("duplicate", f"Duplicate pane {letter}", disabled=len(comparison.panes) >= len("ABCD"))
        + (button("swap", f"Swap pane {letter} with the next") if many else "")
        + (button("remove", f"Remove pane {letter}") if many else "")
    )
    facts = f'<span class="where dim">{escape(where(desk, settings))}</span>'
    return (
        f'<div class="pane-head" data-pane="{pane.id}"><div class="pane-title">{title}'
        f'<span class="i-row">{tools}</span></div><div class="pane-facts">{facts}{badges(comparison, pane)}</div></div>'
    )


def where(desk: Desk, settings: Settings) -> str:
    """Where a model is asked and at what published price, in a few words."""
    if settings.base_url:
        return settings.base_url.split("://")[-1].split("/")[0]
    if settings.model in desk.session.site.embedded.models:
        return "embedded, no charge"
    if not settings.model:
        return ""
    chosen = [offer for offer in desk.offers.get(settings.model, ()) if settings.provider in ("auto", offer.provider)]
    priced = [offer for offer in chosen if offer.input_price is not None and offer.output_price is not None]
    if not priced:
        return f"{settings.provider}, price unknown"
    least = min(priced, key=lambda offer: offer.output_price or 0.0)
    more = "from " if len(priced) > 1 else ""
    return f"{settings.provider}, {more}${least.input_price:g} / ${least.output_price:g} a million tokens"


def badges(comparison: Comparison, pane: Pane) -> str:
    """The settings in which a pane differs from the others; a long list is cut."""
    own = conversation.values(pane.settings)
    names = conversation.differing(comparison)
    said = [tag("span", f"{escape(name)} {escape(brief(own.get(name)))}", class_="badge diff") for name in names]
    if len(said) > MOST_IN_BADGE:
        rest = ", ".join(f"{name} {brief(own.get(name))}" for name in names[MOST_IN_BADGE:])
        said[MOST_IN_BADGE:] = [tag("span", f"+{len(names) - MOST_IN_BADGE}", class_="badge diff", title=rest)]
    return "".join(said)


def brief(value: object) -> str:
    """A setting in a few characters; one that is not set says so."""
    if value is None:
        return "not set"
    if isinstance(value, list | tuple):
        return f"({len(value)})"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return text if len(text) <= 24 else text[:23] + "…"


# Messages


def transcript(desk: Desk, pane: Pane) -> str:
    """A pane's messages; while an answer is written anew, only what stands before it."""
    job = desk.jobs.get(pane.id)
    messages = conversation.until(pane, job.of if job else "")
    system = system_html(desk, pane)
    if not messages and not system:
        return blank(desk, pane)
    shown = "".join(message_html(desk, pane, message) for message in messages)
    name = escape(f"Chat {desk.comparison.letter(pane)}")
    return f'<div class="chat" role="log" aria-label="{name}" data-pane="{pane.id}">{system}{shown}</div>'


def blank(desk: Desk, pane: Pane) -> str:
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


def system_html(desk: Desk, pane: Pane) -> str:
    """The system prompt as the first message."""
    prompt = pane.settings.system
    if desk.comparison.hidden:
        return ""
    if not prompt.strip() and desk.editing != f"system-{pane.id}":
        return ""
    body = (
        editor(prompt, "system")
        if desk.editing == f"system-{pane.id}"
        else f'<div class="text" dir="auto">{escape(prompt)}</div>'
    )
    acts = "" if desk.editing == f"system-{pane.id}" else toolbar("System prompt", ("copy", "edit", "delete"))
    return (
        f'<div class="turn system" data-message="system-{pane.id}"><div class="who"><span>System</span>{acts}</div>'
        f"{body}</div>"
    )


def message_html(desk: Desk, pane: Pane, message: ChatMessage) -> str:
    """A message with its toolbar, or as a field where it is being edited."""
    who = author(desk.comparison, pane, message)
    busy = pane.id in desk.asking
    if desk.editing == message.id:
        body, acts = editor(message.content, message.role), ""
    else:
        body = body_html(message.role, message.variant, desk.comparison.hidden)
        acts = "" if busy or desk.comparison.hidden else toolbar(who, acts_of(message))
    if message.role == "assistant" and not busy:
        last = pane.last is not None and pane.last.id == message.id
        body += results_html(message.variant.tool_calls) if last and message.variant.tool_calls else ""
    footed = message.role == "assistant" and desk.editing != message.id and not desk.comparison.hidden
    foot = foot_html(message) if footed else ""
    return (
        f'<div class="turn {escape(message.role)}" data-message="{message.id}"><div class="who">'
        f"<span>{escape(who)}</span>{acts}</div>{body}{foot}</div>"
    )


def author(comparison: Comparison, pane: Pane, message: ChatMessage) -> str:
    """Who a message is by."""
    if message.role != "assistant":
        return ROLES.get(message.role, message.role)
    record = message.variant.record
    if comparison.hidden:
        return f"Model {comparison.letter(pane)}"
    return record.model if record else pane.settings.model or "Model"


def body_html(role: str, variant: Variant, hidden: bool = False) -> str:
    """What a message says."""
    if role != "assistant":
        images = "".join(f'<img class="shown" src="{escape(image.data_url())}" alt="">' for image in variant.images)
        shown = f'<div class="pictures">{images}</div>' if images else ""
        return f'<div class="text" dir="auto">{escape(variant.content)}</div>{shown}'
    said = f'<div class="md text" dir="auto">{markdown(variant.content)}</div>' if variant.content.strip() else ""
    calls = "".join(call_html(call) for call in variant.tool_calls)
    return thought_html(variant, hidden) + said + calls or f'<p class="dim">{escape(nothing(variant))}</p>'


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
        f'<p class="said dim" dir="auto">{escape(variant.reasoning)}</p></details>'
    )


def nothing(variant: Variant) -> str:
    """Why an answer shows nothing."""
    stopped = variant.record is not None and variant.record.finish_reason == "stopped"
    return "Stopped before the first token." if stopped else "The answer is empty."


def call_html(call: ToolCall) -> str:
    """A tool that the model calls, with its arguments."""
    try:
        arguments = json.dumps(json.loads(call.arguments or "{}"), indent=2, ensure_ascii=False)
    except ValueError:
        arguments = call.arguments
    return f'<div class="call"><p>Calls <strong>{escape(call.name)}</strong></p><pre>{escape(arguments)}</pre></div>'


def results_html(calls: Sequence[ToolCall]) -> str:
    """A place for the result of each call, and the button that sends them."""
    fields = "".join(
        f'<label>Result of {escape(call.name)}<textarea rows="2" data-call="{escape(call.id)}" '
        f'placeholder="What {escape(call.name)} returns, as text or JSON"></textarea></label>'
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
        f"{escape(text)}</textarea><div>{again if role == 'user' else ''}{keep}"
        f"{button('cancel', 'Cancel', 'Cancel', class_='plain')}</div></div>"
    )


LABELS = {
    "copy": "Copy",
    "edit": "Edit",
    "retry": "Ask again, and keep this answer",
    "branch": "Branch: go on from here in a new comparison",
    "replay-new": "Ask these questions of another model",
    "delete": "Delete",
}


def acts_of(message: ChatMessage) -> tuple[str, ...]:
    """What can be done to a message."""
    if message.role == "tool":
        return ("copy", "edit")
    answer = message.role == "assistant"
    return ("copy", "edit", *(("retry", "branch") if answer else ("branch", "replay-new")), "delete")


def toolbar(who: str, acts: Iterable[str]) -> str:
    """The buttons of a message."""
    buttons = "".join(button(act, LABELS[act]) for act in acts)
    return f'<span class="i-row" role="toolbar" aria-label="{escape(who)}">{buttons}</span>'


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


def facts_html(record: Record) -> str:
    """The measurement of an answer; each figure has a name, so that the better one of two can be marked."""
    free = record.provider == "embedded"
    facts = [
        *measured(record.measurement, free),
        ("end", record.finish_reason or "no reason given", "Why the answer ended"),
    ]
    if record.provider:
        facts.append(("by", f"by {record.provider}", "The provider that served the answer"))
    return "".join(
        f'<span data-fact="{name}" title="{escape(title)}">{escape(text)}</span>' for name, text, title in facts
    )


def measured(taken: Measurement, free: bool = False) -> list[tuple[str, str, str]]:
    """The figures of a measurement: name, text, and what it means. "≈" marks what is estimated."""
    about = taken.about
    facts = []
    if taken.time_to_first_token is not None:
        facts.append(("first", f"{taken.time_to_first_token:.2f} s to first", "Time to the first token"))
    if taken.tokens_per_second is not None:
        facts.append(("speed", f"{about}{taken.tokens_per_second:.0f} tok/s", "Tokens a second after the first"))
    facts.append(("total", f"{taken.total:.2f} s", "Time to the end of the answer"))
    source = "estimated from the text" if about else "as the provider counted them"
    if taken.prompt_tokens is not None:
        facts.append(("in", f"{about}{taken.prompt_tokens:,} in", f"Tokens of the question, {source}"))
    facts.append(("out", f"{about}{taken.output_tokens:,} out", f"Tokens of the answer, {source}"))
    if taken.reasoning_tokens is not None:
        mark = "" if taken.reasoning_reported else "≈"
        facts.append(("reasoning", f"{mark}{taken.reasoning_tokens:,} reasoning", "Tokens of reasoning among them"))
    unknown = "no charge" if free else "cost unknown"
    cost = f"{about}{dollars(taken.cost)}" if taken.cost is not None else unknown
    facts.append(("cost", cost, "By the provider's published price, where there is one"))
    used = taken.context_used
    if used is not None and taken.context_length:
        share = f"{about}{used / taken.context_length:.1%} of {taken.context_length:,}"
        facts.append(("context", share, "How much of the model's context is used"))
    return facts


def dollars(cost: float) -> str:
    """A cost in US dollars, with two digits that count."""
    return f"${cost:.2f}" if cost >= 1 else f"${cost:.2g}" if cost >= 0.0001 else f"${cost:.1e}" if cost else "$0"


# Beside the messages


def live(desk: Desk, pane: Pane) -> str:
    """Where an answer grows; the page's script fills it."""
    letter = desk.comparison.letter(pane)
    who = escape(f"Answer {letter}" if desk.comparison.hidden else pane.settings.model)
    stop = button("stop", f"Stop {desk.comparison.letter(pane)}", "Stop", class_="plain stop")
    return (
        f'<div class="turn assistant live" data-live="{pane.id}" data-feed="{desk.feed.name}" data-pane="{pane.id}" '
        f'aria-busy="true"><div class="who"><span>{who}</span>{stop}</div>'
        '<details class="thought" open hidden><summary>Reasoning</summary><p class="said dim" dir="auto"></p></details>'
        '<div class="md text" dir="auto"></div><div class="status"><span class="spin" aria-hidden="true"></span>'
        '<span class="so-far">Waiting for the first token</span></div></div>'
    )


def below(desk: Desk, pane: Pane) -> str:
    """What stands below the messages: the growing answer, a failure, or nothing."""
    if pane.id in desk.asking:
        return live(desk, pane)
    failure = desk.failures.get(pane.id)
    if failure and desk.comparison.hidden:
        return note("This model gave no answer.", "Its reason is shown with its name.", error=True)
    return failure_card(pane, failure) if failure else ""


def failure_card(pane: Pane, failure: InferenceFailure) -> str:
    """Why a pane has no answer, and the ways out."""
    seconds = failure.retry_after
    label = "Retry this pane"
    retry = button("again", label, label, class_="plain primary", data_after=f"{seconds:.0f}" if seconds else None)
    other = button("settings", "Other provider or model", "Other provider or model", class_="plain")
    told = note(failure.reason, failure.way_out, error=True, detail=failure.detail)
    return f'<div class="failed" data-pane="{pane.id}">{told}<div class="ways">{retry}{other}</div></div>'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# What the page's script is told


BEST = (("first", min, "time_to_first_token"), ("speed", max, "tokens_per_second"), ("cost", min, "cost"))


def best(comparison: Comparison) -> str:
    """Which figures of the last answers are better than those beside them, as `message:figure` words."""
    if comparison.hidden or len({len(conversation.questions(pane)) for pane in comparison.panes}) != 1:
        return ""
    answers = [pane.answer for pane in comparison.panes]
    taken = [(one, one.variant.record.measurement) for one in answers if one and one.variant.record]
    found = []
    for name, better, attribute in BEST:
        figures = [(getattr(measured, attribute), message.id) for message, measured in taken]
        known = [figure for figure, _ in figures if figure is not None]
        if len(known) == len(comparison.panes) > 1 and len(set(known)) > 1:
            wanted = better(known)
            found += [f"{message}:{name}" for figure, message in figures if figure == wanted]
    return " ".join(found)


KEYS = (
    ("Ctrl or ⌘ + Enter", "Send to the panes; in a message that is being edited, save it"),
    ("Escape", "Stop every answer; leave a message that is being edited; close the settings"),
    ("/", "Go to the question box"),
    ("?", "This list"),
)


def sheets() -> str:
    """The help sheet of keys, and the list of earlier comparisons, which the page's script fills."""
    keys = "".join(f"<dt><kbd>{escape(key)}</kbd></dt><dd>{escape(what)}</dd>" for key, what in KEYS)
    done = button("dismiss", "Close", "Close", class_="plain")
    return (
        f'<dialog class="sheet" id="keys" aria-labelledby="keys-title"><h2 id="keys-title">Keys</h2><dl>{keys}</dl>'
        f'{done}</dialog><dialog class="sheet" id="earlier" aria-labelledby="earlier-title">'
        '<h2 id="earlier-title">Earlier comparisons</h2><p class="dim">Kept in this browser, never sent anywhere.</p>'
        f'<ul class="list"></ul><p class="none">Nothing was asked yet.</p>{done}</dialog>'
    )


def top(desk: Desk) -> str:
    """The title of the page, and what can be done with the whole comparison."""
    full = len(desk.comparison.panes) >= len("ABCD")
    return (
        '<h1>Compare chat models</h1><span class="dim grow">One question to all panes. Each model sees only its own '
        "answers.</span>"
        + button("add", "Add pane", "Add pane", class_="plain", disabled=full)
        + button("new", "New chat", "New chat", class_="plain")
        + button("earlier", "Earlier", "Earlier", class_="plain", aria_haspopup="dialog")
        + button("help", "Keys", "?", class_="plain", aria_haspopup="dialog")
    )


def tabs(comparison: Comparison) -> str:
    """On a phone: which pane is looked at."""
    if len(comparison.panes) < 2:
        return ""
    names = [(comparison.letter(pane), pane) for pane in comparison.panes]
    items = "".join(
        button(
            "show", label := letter if comparison.hidden else f"{letter} · {pane.settings.model.rpartition('/')[2]}",
            label, role="tab", aria_selected=str(place == 0).lower(), data_letter=letter,
        )
        for place, (letter, pane) in enumerate(names)
    )  # fmt: skip
    return f'<div role="tablist" aria-label="Panes" style="display:contents">{items}</div>'


def kept(desk: Desk) -> str:
    """Tells the page's script that there is something new to keep."""
    comparison = desk.comparison
    if comparison.hidden:
        return ""
    return (
        f'<span data-feed="{desk.feed.name}" data-id="{comparison.id}" data-revision="{comparison.revision}" '
        f'data-best="{escape(best(comparison))}"></span>'
    )


def notice(desk: Desk) -> str:
    """What was just done, and how to take it back."""
    if not desk.notice:
        return ""
    undo = button("undo", "Undo", "Undo", class_="plain") if desk.deleted and desk.notice == "Deleted." else ""
    return f'<span role="status">{escape(desk.notice)}</span>{undo}'


def drawer_head(desk: Desk, pane: Pane) -> str:
    """Whose settings are open, the way to the others', and the way out."""
    comparison = desk.comparison
    here = comparison.letter(pane)
    others = "".join(
        f'<span data-pane="{other.id}">'
        + button("settings", f"Settings of {letter}", letter, class_="plain")
        + "</span>"
        for other in comparison.panes
        if (letter := comparison.letter(other)) != here
    )
    close = button("close", "Close", "Done", class_="plain primary")
    return f'<h2><span class="letter">{here}</span> Settings</h2>{others}{close}'
