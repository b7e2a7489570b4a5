"""A comparison as one web page that only shows it: no scripts, nothing loaded, everything escaped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from showcard.metadata.media import base64_slices
from showcard.metadata.outputs.read import ToolCall
from showcard.metadata.visible import visible, whole
from showcard.playground.core import conversation
from showcard.playground.core.figures import facts
from showcard.playground.core.keyless import without_keys
from showcard.playground.core.state import ChatMessage, Comparison, Pane, Settings, Variant
from showcard.ui.markup.html import (
    NOTHING,
    Markup,
    code_text,
    div,
    element,
    isolated,
    join,
    opened,
    p,
    running_text,
    short_text,
    style,
)
from showcard.ui.markup.markdown import chat_html
from showcard.ui.server.front import read

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
ROLES = {"user": "You", "tool": "Result", "assistant": "Model"}
STYLE = read("compare/exported.css")


def to_html(comparison: Comparison) -> bytes:
    """The page: every pane with its settings, messages, images and measurements; without keys."""
    comparison = without_keys(comparison)
    title = conversation.title_of(comparison) or "A comparison of chat models"
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    heading = element("h1", short_text(title), dir="auto")
    saved = p(f"Compared with Showcard, saved {now}. “≈” marks what is estimated.", class_="dim")
    head = join([
        Markup('<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'),
        element("meta", **{"http-equiv": "Content-Security-Policy"}, content=POLICY),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="referrer" content="no-referrer">'),
        element("title", title), style(STYLE), Markup("</head><body>"), element("header", heading, saved),
        Markup("<main>"),
    ])  # fmt: skip
    panes = (part for pane in comparison.panes for part in _pane(comparison, pane))
    # Part by part: of tens of MB at once, nothing else would run.
    return b"".join(whole(part).encode("utf-8") for part in (head, *panes, "</main></body></html>\n"))


def _pane(comparison: Comparison, pane: Pane) -> Iterator[str]:
    name = element("h2", f"{comparison.letter(pane)} · ", isolated(pane.settings.model or "no model"))
    yield opened("section", name, _settings(pane.settings))
    for message in pane.messages:
        yield from _message(message)
    yield "</section>"


def _settings(settings: Settings) -> list[Markup]:
    """The settings that are set, the model and the system prompt aside: they have places of their own."""
    held = {name: value for name, value in conversation.values(settings).items() if name not in ("model", "system")}
    rows = [
        element("tr", element("th", isolated(name)), element("td", isolated(_value(value))))
        for name, value in held.items()
    ]
    table = element("details", element("summary", "Settings"), element("table", rows)) if rows else NOTHING
    prompt = settings.system.strip()
    who = div("System", class_="who")
    return [table, element("article", who, _said(prompt), class_="system") if prompt else NOTHING]


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _said(text: str) -> Markup:
    return p(running_text(text), class_="said", dir="auto")


def _message(message: ChatMessage) -> Iterator[str]:
    who = div(ROLES.get(message.role, message.role), class_="who")
    yield opened("article", who, class_=visible(message.role))
    yield from _variant(message.role, message.variant)
    if others := [variant for place, variant in enumerate(message.variants) if place != message.shown]:
        yield opened("details", element("summary", f"Other answers ({len(others)})"))
        for variant in others:
            yield from _variant(message.role, variant)
        yield "</details>"
    yield "</article>"


def _variant(role: str, variant: Variant) -> Iterator[str]:
    if variant.reasoning:
        yield element("details", element("summary", "Reasoning"), _said(variant.reasoning))
    yield div(chat_html(variant.content), dir="auto") if role == "assistant" else _said(variant.content)
    for image in variant.images:
        # Its bytes stand where the empty data does: they are too many to be put into an element.
        begun, data, ended = element("img", src=f"data:{image.media_type or ''};base64,", alt="").partition(";base64,")
        yield begun + data
        yield from base64_slices(image.data or b"")
        yield ended
    yield join(map(_call, variant.tool_calls)) + _facts(variant)


def _call(call: ToolCall) -> Markup:
    return p("Calls ", element("strong", isolated(call.name))) + element("pre", code_text(call.arguments))


def _facts(variant: Variant) -> Markup:
    record = variant.record
    if record is None:
        return div("edited by hand", class_="facts") if variant.edited else NOTHING
    told = [record.model, *(text for _, text, _ in facts(record))]
    return div(join((isolated(text) for text in told if text), " · "), class_="facts")
