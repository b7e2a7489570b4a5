"""Pieces of HTML that several pages share: the top bar, a card's head, notes, and JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

import httpx2
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from showcard.inference.errors import InferenceFailure, explain
from showcard.inference.transport.assets import AssetError
from showcard.metadata.diagnostics import Diagnostic
from showcard.metadata.model import Model
from showcard.metadata.visible import escaped_json
from showcard.wire.request import RequestError

from .html import code_text, escape, short_text, tag

_log = logging.getLogger(__name__)

PAGES = (("Model", "/"), ("Compare", "/compare"), ("Find", "/find"), ("All widgets", "/widgets"))
MAX_JSON = 100_000
MAX_COLOURED = 30_000
_LEXERS = {"python": "python", "js": "javascript", "sh": "bash", "json": "json"}
_FORMAT = HtmlFormatter(nowrap=True, classprefix="hl-")


def top_bar(current: str) -> str:
    """The bar on top of every page."""
    links = "".join(
        tag("a", escape(name), href=path, aria_current="page" if name == current else None) for name, path in PAGES
    )
    return (
        '<a class="skip" href="#main">Skip to the content</a><div class="bar"><a class="brand" href="/">Showcard</a>'
        '<span class="say dim">See a model card\'s widget, run it, and take the code home.</span>'
        f'<nav aria-label="Pages">{links}</nav>'
        '<button type="button" class="ghost theme" aria-label="Switch between light and dark">◐</button></div>'
    )


def head(model: Model, notes: tuple[Diagnostic, ...] = (), page: str = "", source: str = "", task: str = "") -> str:
    """A card's name, task, library, licence, languages and tags, and how many notes there are on it.

    `page` is what the widget below says that it belongs to; `source` (empty for a pasted card) and the `task` that was
    chosen open it again."""
    data, row = model.card.data, model.guess.widget
    chips = [tag("span", escape(row.name if row else "No task known"), class_="chip task")]
    facts = [model.library, *_texts(data.get("license_name") or data.get("license")), *_texts(data.get("language"))]
    base = _texts(data.get("base_model"))
    facts += [f"based on {name}" for name in base[:1]]
    named = {fact for fact in facts if fact} | {row.id if row else ""}
    tags = [text for text in _texts(data.get("tags")) if text not in named]
    shown = [fact for fact in facts if fact][:8] + tags[:6]
    chips += [tag("span", short_text(text), class_="chip", dir="auto") for text in shown]
    hidden = len(facts) + len(tags) - len(shown)
    if hidden > 0 and len(tags) > 6:
        chips.append(tag("span", f"+{len(tags) - 6} tags", class_="chip dim", title=", ".join(tags[6:40])))
    if notes:
        words = f"{_counted(notes)} on this card"
        chips.append(f'<button type="button" class="chip notes" data-tab="metadata-body">{words}</button>')
    name = tag("h1", short_text(model.name), dir="auto", data_page=page, data_source=source, data_task=task)
    return f'<div class="head">{name}<div class="chips">{"".join(chips)}</div></div>'


def _counted(notes: Sequence[Diagnostic]) -> str:
    """How many notes and how many errors there are, each finding counted once."""
    errors = sum(note.severity == "error" for note in notes)
    counts = (("note", len(notes) - errors), ("error", errors))
    return " and ".join(f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts if count)


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items if isinstance(item, str | int | float) and str(item).strip()]


# The ways out that a failure may have: the button's words, and the controls of the page it leads to, the first first.
WAYS = {
    "retry": ("Run again", "run"),
    "token": ("Add a token or key", "token key place"),
    "place": ("Choose where it runs", "url place"),
    "bill": ("Bill an organisation", "bill place"),
}


def note(
    sentence: str,
    hint: str = "",
    *,
    error: bool = False,
    detail: str = "",
    ways: Sequence[str] = (),
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """A sentence with its way out, as buttons too; details folded."""
    buttons = "".join(tag("button", words, type="button", data_way=to) for words, to in map(WAYS.__getitem__, ways))
    buttons += "".join(tag("a", escape(words), href=address, **_beside(address)) for words, address in links)
    buttons = f'<div class="ways">{buttons}</div>' if buttons else ""
    more = f"<details><summary>Details</summary><pre>{code_text(detail)}</pre></details>" if detail else ""
    role = "alert" if error else "note"
    return (
        f'<div class="note{" error" if error else ""}" role="{role}"><strong>{escape(sentence)}</strong> '
        f"{escape(hint)}{buttons}{more}</div>"
    )


def _beside(address: str) -> dict[str, str]:
    """Another site opens beside this page, so that nothing typed is lost."""
    return {"target": "_blank", "rel": "noopener noreferrer"} if address.startswith("https://") else {}


def failure(error: BaseException) -> str:
    """A failed call, where its result would be. What nobody foresaw is logged, and said to be ours."""
    if isinstance(error, InferenceFailure | RequestError | httpx2.HTTPError | httpx2.InvalidURL):
        told = explain(error)
        ways = [*(["retry"] if told.retry else []), *(way for way in told.ways if way in WAYS)]
        return note(told.reason, told.hint, error=True, detail=told.detail, ways=ways, links=told.links)
    if isinstance(error, AssetError):
        return note(str(error), "Choose another file.", error=True)
    _log.error("Unforeseen failure", exc_info=error)
    return note("Showcard itself failed at this.", "Run again; if it stays, please report it.", error=True)


# What an output that is no live one is called, and what is said beside it.
RECORDED = ("Recorded in the card", "not a live answer")
ILLUSTRATION = ("Illustration", "not a model's answer")


def recorded_badge(illustrated: bool) -> str:
    """The label of an output that stands in the card."""
    name, said = ILLUSTRATION if illustrated else RECORDED
    return f'<span class="badge">{name}</span><span>{escape(said)}</span>'


def raw_json(value: Any) -> str:
    """A raw answer as readable JSON; a long one is cut, and says so: no more of it is written than is shown."""
    pieces, length = [], 0
    for piece in json.JSONEncoder(indent=2, ensure_ascii=False, default=str).iterencode(value):
        pieces.append(piece)
        length += len(piece)
        if length > MAX_JSON:
            break
    text, cut = escaped_json("".join(pieces)[: MAX_JSON + 1]), length > MAX_JSON
    rest = f'<p class="dim">Cut: these are the first {MAX_JSON:,} characters.</p>' if cut else ""
    shown = coloured(text[:MAX_JSON], "json" if not cut else "")
    copy = '<button type="button" class="copy" aria-label="Copy">Copy</button>'
    return f'<div class="raw"><div>{copy}<pre tabindex="0"><code>{shown}</code></pre></div>{rest}</div>'


def coloured(text: str, language: str) -> str:
    """Text as HTML with its syntax in colours, where it is not too long; not a letter of it is changed."""
    lexer = _LEXERS.get(language)
    if lexer is None or len(text) > MAX_COLOURED or "\r" in text:  # Pygments makes a line end of a carriage return
        return code_text(text).replace("\r", "&#13;")
    return highlight(text, get_lexer_by_name(lexer, stripnl=False), _FORMAT)
