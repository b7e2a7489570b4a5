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
from showcard.ui.markup.html import Child, Markup, code_text, div, element, join, p, span
from showcard.ui.markup.pieces import BESIDE, SPIN, badge, blank, dim, num, status
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


def where(found: Availability | AvailabilityCheck, model: str = "") -> Markup:
    """Where a run goes, or why it can't start; for a model that nobody serves, where to ask for a provider."""
    unserved = isinstance(found, AvailabilityCheck) and found.unserved
    found = found.availability if isinstance(found, AvailabilityCheck) else found
    words = f"{found.sentence} {'' if unserved else found.hint}".strip()
    asks = unserved and [" ", element("a", "Ask for provider support", href=support_address(model), **BESIDE)]
    keys = found.runs and [" ", element("kbd", "Ctrl+Enter", class_="dim")]
    return div(span(words, asks, keys), class_="status")


def running(seconds: float, waits_for: str = "") -> Markup:
    """A run under way, with what it waits for; the seconds appear after half of one."""
    clock = [" · ", num(f"{seconds:.1f} s")] if seconds >= 0.5 else None
    return status(SPIN, span(waits_for or "Running", clock))


def stopped(seconds: float) -> Markup:
    """A run that was stopped."""
    return status(span("Stopped after ", num(f"{seconds:.1f} s")))


def done(reply: Reply) -> Markup:
    """A finished run: who answered, and how long it took."""
    return status(span(_via(reply.resolved), " · ", num(f"{reply.elapsed:.2f} s"), _not_sent(reply.dropped)))


def _not_sent(dropped: tuple[str, ...]) -> Child:
    """Which parameters the call had no place for, so that the answer is without them."""
    names = ", ".join(dict.fromkeys(name[:40] for name in dropped[:8])) + (" …" if len(dropped) > 8 else "")
    return [" · not sent, as this call has no place for it: ", names] if dropped else None


def _via(resolved: ResolvedRequest) -> Child:
    if resolved.provider == "embedded":
        return [resolved.provider_model, ", embedded engine"]
    if resolved.provider == FOLDER:
        return "Your own weights, on this machine"
    if resolved.route:
        return [resolved.provider_model, " at ", resolved.host]
    return [resolved.request.model, " via ", resolved.provider]


# -- results -----------------------------------------------------------------------------------------------------------


def boxed(body: Child, what: Child = None, stale: bool = False) -> Markup:
    """The place of the result, with a line that says what is shown."""
    line = what and div(what, class_="what")
    return element("section", line, body, class_="result stale" if stale else "result", aria_live="polite")


def context_of(page: Page, session: Session) -> views.Context:
    """What the views need of a page."""

    def address(media: Media) -> str:
        if id(media) not in page.addresses:
            page.addresses[id(media)] = (media, session.media_store.put(media, page.model.files, page.opened.repo))
        return page.addresses[id(media)][1]

    return views.Context(page.inputs, address)


def result(page: Page, session: Session) -> Markup:
    """The output on screen, recorded or live, or what to do to get one; above it what the example lacks."""
    trouble = panels.note(page.trouble, "Choose a file of your own instead.", error=True) if page.trouble else None
    return join([trouble, _result(page, session)])


def _result(page: Page, session: Session) -> Markup | None:
    if page.row is None:
        options = ["Set ", element("code", "pipeline_tag"), " in the card, or "]
        button = element("button", "choose a task", type="button", class_="act", data_tab="metadata-body")
        return boxed(blank("The task of this card is not known. ", options, button))
    if page.row.output == "message":
        waits = page.waits_elsewhere and page.example is None and page.given is None and not page.turns
        return boxed(blank(AWAY)) if waits else None
    if page.shown is None and page.row.id in REPLAYS:
        return boxed(blank(f"There is no {REPLAY} among the model's files, which would be shown here."))
    if page.shown is None:
        return boxed(blank("The output appears here." if page.row.wire else "The card records no output of this."))
    context = context_of(page, session)
    if page.replayed:
        return boxed(views.render(page.shown, context), [badge("In the repo"), span(REPLAY)])
    if page.reply is not None:
        live = [badge("Live", live=True), _stands_in(page, page.reply.resolved)]
        return boxed([views.render(page.shown, context), _cut(page.reply.cut)], live, page.stale)
    output, names = without_lost(page.shown, paths_of(page.model.files))
    lost = said_of(names, page.model.files is not None) if names else None
    return boxed([lost, views.render(output, context)], panels.recorded_badge(page.model.illustrated), page.stale)


def _cut(said: str) -> Markup | None:
    """What of an answer was left out, where anything was."""
    return p(said, class_="dim cut") if said else None


def _stands_in(page: Page, resolved: ResolvedRequest) -> Markup | None:
    """That it was another model that answered, where one of the embedded engine stood in for the card's."""
    if resolved.provider != "embedded" or resolved.provider_model == page.model.name:
        return None
    return span("of ", resolved.provider_model, ", not this model")


def no_json() -> Markup:
    """The JSON tab before there is any."""
    return dim("The raw answer appears here after a run.")


def local_code(page: Page, resolved: ResolvedRequest) -> tuple[Snippet, ...]:
    """Code that runs the card's model on the person's own machine, with the inputs on the screen."""
    request, model = resolved.request, page.model
    tags = model.card.data.get("tags")
    named = [str(tag) for tag in tags] if isinstance(tags, list) else []
    return local_snippets(model_id(model.name), model.library, request.row, request.inputs, named)


def recorded_json(page: Page) -> Markup:
    """A recorded output as data."""
    if page.example is None or page.example.output is None:
        return no_json()
    what = "As drawn for the card; no model said it." if page.model.illustrated else "As recorded in the card."
    return join([dim(what), panels.raw_json(_short(page.example.output))])


def raw(page: Page, exchange: Exchange) -> Markup:
    """The JSON tab after a run: the raw answer, what can be said of media, or what a failing server sent."""
    if page.reply is None:
        return failed_json(exchange)
    if page.reply.raw is None:
        return media_json(page.reply)
    long = f"The answer is {exchange.received / 2**20:.0f} MB long: its long lists and texts are cut here."
    return join([_cut("" if exchange.whole else long), panels.raw_json(page.reply.raw)])


def media_json(reply: Reply) -> Markup:
    """What can be said of an answer that is no JSON: its type and size."""
    return panels.raw_json(_short(reply.output))


def failed_json(exchange: Exchange) -> Markup:
    """What the server sent, when the call failed."""
    if not exchange.status:
        return no_json()
    body = bytes(exchange.body[:MAX_FAILED]).decode("utf-8", "replace")
    try:
        return panels.raw_json(json.loads(body))
    except (ValueError, RecursionError):
        long = f"These are the first {MAX_FAILED:,} of {exchange.received:,} bytes that came."
        cut = _cut(long if exchange.received > MAX_FAILED else "")
        shown = div(element("pre", code_text(body)), class_="raw")
        return join([dim(f"HTTP {exchange.status}"), cut, shown])


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


def chat_done(answer: GrowingAnswer, seconds: float) -> Markup:
    """A finished chat answer: who, how long, how many tokens."""
    facts: list[Child] = ["Stopped"] if answer.stopped else []
    facts += [_via(answer.resolved)] if answer.resolved else []
    facts.append(num(f"{seconds:.2f} s"))
    if answer.usage:
        facts.append(num(f"{answer.usage.completion_tokens} tokens"))
    return status(span(join(facts, " · "), _not_sent(answer.dropped)))


def chat_json(answer: GrowingAnswer, session: Session) -> Markup:
    """A streamed answer as data, without the keys that it says back."""
    said = dim("Put together from the chunks of the stream.")
    remote = {"mcp_calls": [asdict(call) for call in answer.mcp_calls]} if answer.mcp_calls else {}
    keys = keys_of(session, answer.resolved.request) if answer.resolved else ()
    return join([said, panels.raw_json(hidden_in({**to_json(answer.message), **remote}, keys))])


def transcript(page: Page, session: Session, asking: Any = None) -> Markup:
    """The chat so far; `asking` is a message under way."""
    turns = [*page.turns, {"role": "user", "content": asking}] if asking else page.turns
    empty = "Type a message and press Send."
    return div(transcript_html(turns, empty, address=context_of(page, session).address), class_="result")
