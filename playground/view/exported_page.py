"""A comparison as one web page that only shows it: no scripts, nothing loaded, everything escaped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from showcard.metadata.media import base64_slices
from showcard.metadata.outputs.read import ToolCall
from showcard.metadata.visible import whole
from showcard.playground.core import conversation
from showcard.playground.core.figures import facts
from showcard.playground.core.keyless import without_keys
from showcard.playground.core.state import ChatMessage, Comparison, Pane, Settings, Variant
from showcard.ui.markup.html import attribute, code_text, escape, isolated, running_text, short_text
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
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{attribute(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{attribute(title)}</title><style>{STYLE}</style></head><body>"
        f'<header><h1 dir="auto">{short_text(title)}</h1><p class="dim">Compared with Showcard, saved {now}. '
        "“≈” marks what is estimated.</p></header><main>"
    )
    panes = (part for pane in comparison.panes for part in _pane(comparison, pane))
    # Part by part: of tens of MB at once, nothing else would run.
    return b"".join(whole(part).encode("utf-8") for part in (head, *panes, "</main></body></html>\n"))


def _pane(comparison: Comparison, pane: Pane) -> Iterator[str]:
    name = f"{comparison.letter(pane)} · {isolated(pane.settings.model or 'no model')}"
    yield f"<section><h2>{name}</h2>{_settings(pane.settings)}"
    for message in pane.messages:
        yield from _message(message)
    yield "</section>"


def _settings(settings: Settings) -> str:
    """The settings that are set, the model and the system prompt aside: they have places of their own."""
    held = {name: value for name, value in conversation.values(settings).items() if name not in ("model", "system")}
    rows = "".join(
        f"<tr><th>{isolated(name)}</th><td>{isolated(_value(value))}</td></tr>" for name, value in held.items()
    )
    table = f"<details><summary>Settings</summary><table>{rows}</table></details>" if rows else ""
    prompt = settings.system.strip()
    system = f'<article class="system"><div class="who">System</div>{_said(prompt)}</article>' if prompt else ""
    return table + system


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _said(text: str) -> str:
    return f'<p class="said" dir="auto">{running_text(text)}</p>'


def _message(message: ChatMessage) -> Iterator[str]:
    who = escape(ROLES.get(message.role, message.role))
    yield f'<article class="{attribute(message.role)}"><div class="who">{who}</div>'
    yield from _variant(message.role, message.variant)
    if others := [variant for place, variant in enumerate(message.variants) if place != message.shown]:
        yield f"<details><summary>Other answers ({len(others)})</summary>"
        for variant in others:
            yield from _variant(message.role, variant)
        yield "</details>"
    yield "</article>"


def _variant(role: str, variant: Variant) -> Iterator[str]:
    thought = f"<details><summary>Reasoning</summary>{_said(variant.reasoning)}</details>" if variant.reasoning else ""
    said = f'<div dir="auto">{chat_html(variant.content)}</div>' if role == "assistant" else _said(variant.content)
    yield thought + said
    for image in variant.images:
        yield f'<img src="data:{attribute(image.media_type or "")};base64,'
        yield from base64_slices(image.data or b"")
        yield '" alt="">'
    yield "".join(map(_call, variant.tool_calls)) + _facts(variant)


def _call(call: ToolCall) -> str:
    return f"<p>Calls <strong>{isolated(call.name)}</strong></p><pre>{code_text(call.arguments)}</pre>"


def _facts(variant: Variant) -> str:
    record = variant.record
    if record is None:
        return '<div class="facts">edited by hand</div>' if variant.edited else ""
    told = [record.model, *(text for _, text, _ in facts(record))]
    return f'<div class="facts">{" · ".join(f"<bdi>{short_text(text)}</bdi>" for text in told if text)}</div>'
