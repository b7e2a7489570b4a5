"""What a widget says: the HTML of its states, made from what it knows."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import Any

from showcard.inference.processes.folder import FOLDER
from showcard.inference.reply import Reply
from showcard.inference.resolve import Availability
from showcard.inference.transport.http import Exchange
from showcard.metadata.examples.read import Example
from showcard.metadata.media import Media
from showcard.metadata.outputs.long_answers import mapped_media
from showcard.metadata.outputs.read import Output, to_json
from showcard.metadata.tasks.table import Field
from showcard.metadata.visible import visible
from showcard.snippets import Snippet, local_snippets
from showcard.ui.components.code_panel import model_id
from showcard.ui.markup import panels
from showcard.ui.markup.chat import GrowingAnswer, transcript_html
from showcard.ui.markup.html import code_text, escape, verbatim
from showcard.ui.session.availability import AvailabilityCheck, support_address
from showcard.ui.session.calls import keys_of
from showcard.ui.session.session import Session
from showcard.widgets.examples.missing_media import paths_of, said_of, without_lost
from showcard.wire.request import ResolvedRequest
from showcard.wire.secrets import hidden_in

from . import views
from .state import REPLAY, REPLAYS, Page

MAX_CHOICES, LONGEST_TITLE = 200, 200
MAX_FAILED = 20_000  # bytes of an answer that failed
AWAY = "The images of the first example are on another host. Choose an example to fetch them."


def example_title(example: Example) -> str:
    """How the picker calls an example."""
    group = f"{example.group} · " if example.group else ""
    recorded = " (recorded output)" if example.output is not None else ""
    return visible(f"{group}{example.title}{recorded}")


def example_choices(page: Page) -> list[tuple[str, int]]:
    """What the picker offers: the first examples, and the one that is chosen; titles with their numbers."""
    shown = list(enumerate(page.examples[:MAX_CHOICES]))
    if page.number is not None and page.number >= MAX_CHOICES:
        shown.append((page.number, page.examples[page.number]))
    return [(example_title(example)[:LONGEST_TITLE], number) for number, example in shown]


def examples_label(page: Page) -> str:
    """What the picker of examples is called."""
    if len(page.examples) > MAX_CHOICES:
        return f"Examples (the first {MAX_CHOICES} of {len(page.examples):,})"
    return "Examples" if page.model.examples else "Examples (the card has none; these are Showcard's)"


def field_value(page: Page, spec: Field) -> Any:
    """What a field shows for the chosen example; for chat the message that is still to be sent."""
    example = page.example
    inputs = page.given if page.given is not None else example.inputs if example else {}
    if spec.kind == "messages":
        messages = inputs.get("messages") or []
        answered = page.given is None and example is not None and example.output is not None
        waiting = messages and not answered and messages[-1].get("role") == "user"
        return messages[-1].get("content") if waiting else None
    return inputs.get(spec.name)


# -- states of a run ---------------------------------------------------------------------------------------------------


def where(found: Availability | AvailabilityCheck, model: str = "") -> str:
    """Where a run goes, or why it can't start; for a model that nobody serves, where to ask for a provider."""
    unserved = isinstance(found, AvailabilityCheck) and found.unserved
    found = found.availability if isinstance(found, AvailabilityCheck) else found
    words: str = escape(f"{found.sentence} {'' if unserved else found.hint}".strip())
    if unserved:
        address = verbatim(support_address(model))
        words += f' <a href="{address}" target="_blank" rel="noopener noreferrer">Ask for provider support</a>'
    keys = ' <kbd class="dim">Ctrl+Enter</kbd>' if found.runs else ""
    return f'<div class="status"><span>{words}{keys}</span></div>'


def running(seconds: float, waits_for: str = "") -> str:
    """A run under way, with what it waits for; the seconds appear after half of one."""
    clock = f' · <span class="num">{seconds:.1f} s</span>' if seconds >= 0.5 else ""
    return _status(f'<span class="spin" aria-hidden="true"></span><span>{escape(waits_for) or "Running"}{clock}</span>')


def stopped(seconds: float) -> str:
    """A run that was stopped."""
    return _status(f'<span>Stopped after <span class="num">{seconds:.1f} s</span></span>')


def _status(words: str) -> str:
    return f'<div class="status" role="status">{words}</div>'


def done(reply: Reply) -> str:
    """A finished run: who answered, and how long it took."""
    facts = f'{_via(reply.resolved)} · <span class="num">{reply.elapsed:.2f} s</span>'
    return _status(f"<span>{facts}{_not_sent(reply.dropped)}</span>")


def _not_sent(dropped: tuple[str, ...]) -> str:
    """Which parameters the call had no place for, so that the answer is without them."""
    names = ", ".join(dict.fromkeys(name[:40] for name in dropped[:8])) + (" …" if len(dropped) > 8 else "")
    return f" · not sent, as this call has no place for it: {escape(names)}" if dropped else ""


def _via(resolved: ResolvedRequest) -> str:
    if resolved.provider == "embedded":
        return f"{escape(resolved.provider_model)}, embedded engine"
    if resolved.provider == FOLDER:
        return "Your own weights, on this machine"
    if resolved.route:
        return f"{escape(resolved.provider_model)} at {escape(resolved.host)}"
    return f"{escape(resolved.request.model)} via {escape(resolved.provider)}"


# -- results -----------------------------------------------------------------------------------------------------------


def boxed(body: str, what: str = "", stale: bool = False) -> str:
    """The place of the result, with a line that says what is shown."""
    line = f'<div class="what">{what}</div>' if what else ""
    return f'<section class="result{" stale" if stale else ""}" aria-live="polite">{line}{body}</section>'


def context_of(page: Page, session: Session) -> views.Context:
    """What the views need of a page."""

    def address(media: Media) -> str:
        if id(media) not in page.addresses:
            page.addresses[id(media)] = (media, session.shelf.put(media, page.model.files, page.opened.repo))
        return page.addresses[id(media)][1]

    return views.Context(page.inputs, address)


def result(page: Page, session: Session) -> str:
    """The output on screen, recorded or live, or what to do to get one; above it what the example lacks."""
    trouble = panels.note(page.trouble, "Choose a file of your own instead.", error=True) if page.trouble else ""
    return trouble + _result(page, session)


def _result(page: Page, session: Session) -> str:
    if page.row is None:
        options = "Set <code>pipeline_tag</code> in the card, or"
        button = '<button type="button" class="act" data-tab="metadata-body">choose a task</button>'
        return boxed(f'<div class="blank"><p>The task of this card is not known. {options} {button}</p></div>')
    if page.row.output == "message":
        waits = page.waits_elsewhere and page.example is None and page.given is None and not page.turns
        return boxed(f'<div class="blank"><p>{AWAY}</p></div>') if waits else ""
    if page.shown is None and page.row.id in REPLAYS:
        said = f"There is no {REPLAY} among the model's files, which would be shown here."
        return boxed(f'<div class="blank"><p>{said}</p></div>')
    if page.shown is None:
        said = "The output appears here." if page.row.wire else "The card records no output of this."
        return boxed(f'<div class="blank"><p>{said}</p></div>')
    context = context_of(page, session)
    if page.replayed:
        return boxed(views.render(page.shown, context), f'<span class="badge">In the repo</span><span>{REPLAY}</span>')
    if page.reply is not None:
        badge = f'<span class="badge live">Live</span>{_stands_in(page, page.reply.resolved)}'
        return boxed(views.render(page.shown, context) + _cut(page.reply.cut), badge, page.stale)
    output, names = without_lost(page.shown, paths_of(page.model.files))
    lost = said_of(names, page.model.files is not None) if names else ""
    return boxed(lost + views.render(output, context), panels.recorded_badge(page.model.illustrated), page.stale)


def _cut(said: str) -> str:
    """What of an answer was left out, where anything was."""
    return f'<p class="dim cut">{escape(said)}</p>' if said else ""


def _stands_in(page: Page, resolved: ResolvedRequest) -> str:
    """That it was another model that answered, where one of the embedded engine stood in for the card's."""
    if resolved.provider != "embedded" or resolved.provider_model == page.model.name:
        return ""
    return f"<span>of {escape(resolved.provider_model)}, not this model</span>"


def no_json() -> str:
    """The JSON tab before there is any."""
    return '<p class="dim">The raw answer appears here after a run.</p>'


def local_code(page: Page, resolved: ResolvedRequest) -> tuple[Snippet, ...]:
    """Code that runs the card's model on the person's own machine, with the inputs on the screen."""
    request, model = resolved.request, page.model
    tags = model.card.data.get("tags")
    named = [str(tag) for tag in tags] if isinstance(tags, list) else []
    return local_snippets(model_id(model.name), model.library, request.row, request.inputs, named)


def recorded_json(page: Page) -> str:
    """A recorded output as data."""
    if page.example is None or page.example.output is None:
        return no_json()
    what = "As drawn for the card; no model said it." if page.model.illustrated else "As recorded in the card."
    said = f'<p class="dim">{what}</p>'
    return said + panels.raw_json(_short(page.example.output))


def raw(page: Page, exchange: Exchange) -> str:
    """The JSON tab after a run: the raw answer, what can be said of media, or what a failing server sent."""
    if page.reply is None:
        return failed_json(exchange)
    if page.reply.raw is None:
        return media_json(page.reply)
    long = f"The answer is {exchange.received / 2**20:.0f} MB long: its long lists and texts are cut here."
    return _cut("" if exchange.whole else long) + panels.raw_json(page.reply.raw)


def media_json(reply: Reply) -> str:
    """What can be said of an answer that is no JSON: its type and size."""
    return panels.raw_json(_short(reply.output))


def failed_json(exchange: Exchange) -> str:
    """What the server sent, when the call failed."""
    if not exchange.status:
        return no_json()
    body = bytes(exchange.body[:MAX_FAILED]).decode("utf-8", "replace")
    try:
        return panels.raw_json(json.loads(body))
    except (ValueError, RecursionError):
        long = f"These are the first {MAX_FAILED:,} of {exchange.received:,} bytes that came."
        cut = _cut(long if exchange.received > MAX_FAILED else "")
        return f'<p class="dim">HTTP {exchange.status}</p>{cut}<div class="raw"><pre>{code_text(body)}</pre></div>'


def _short(output: Output) -> Any:
    """An output as data, of its media the beginning."""
    return to_json(mapped_media(output, _begun))


def _begun(media: Media) -> Any:
    """A medium as data; of its bytes, which may be many, those at the beginning."""
    if media.data is None or len(media.data) <= 60:
        return media
    length = -(-len(media.data) // 3) * 4
    begins = base64.b64encode(media.data[:45]).decode("ascii")
    return {
        "base64": f"{begins}… ({length:,} characters)",
        "media_type": media.media_type,
        "name": media.name,
    }


# -- chat --------------------------------------------------------------------------------------------------------------


def chat_done(answer: GrowingAnswer, seconds: float) -> str:
    """A finished chat answer: who, how long, how many tokens."""
    facts = ["Stopped"] if answer.stopped else []
    facts += [_via(answer.resolved)] if answer.resolved else []
    facts.append(f'<span class="num">{seconds:.2f} s</span>')
    if answer.usage:
        facts.append(f'<span class="num">{answer.usage.completion_tokens} tokens</span>')
    return _status(f"<span>{' · '.join(facts)}{_not_sent(answer.dropped)}</span>")


def chat_json(answer: GrowingAnswer, session: Session) -> str:
    """A streamed answer as data, without the keys that it says back."""
    said = '<p class="dim">Put together from the chunks of the stream.</p>'
    remote = {"mcp_calls": [asdict(call) for call in answer.mcp_calls]} if answer.mcp_calls else {}
    keys = keys_of(session, answer.resolved.request) if answer.resolved else ()
    return said + panels.raw_json(hidden_in({**to_json(answer.message), **remote}, keys))


def transcript(page: Page, session: Session, asking: Any = None) -> str:
    """The chat so far; `asking` is a message under way."""
    turns = [*page.turns, {"role": "user", "content": asking}] if asking else page.turns
    empty = "Type a message and press Send."
    return f'<div class="result">{transcript_html(turns, empty, address=context_of(page, session).address)}</div>'
