"""Pieces of HTML that several pages share: the top bar, a card's head, notes, and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx2
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from showcard.inference.errors import InferenceFailure, explain
from showcard.inference.transport.assets import AssetError
from showcard.inference.unforeseen import log_unforeseen
from showcard.metadata.diagnostics import Diagnostic
from showcard.metadata.model import Model
from showcard.metadata.visible import escaped_json
from showcard.wire.request import Request, RequestError, ResolvedRequest

from .html import Markup, code_text, div, element, p, short_text, span

PAGES = (("Model", "/"), ("Compare", "/compare"), ("Find", "/find"), ("All widgets", "/widgets"))
MAX_JSON = 100_000
MAX_COLOURED = 30_000
_LEXERS = {"python": "python", "js": "javascript", "sh": "bash", "json": "json"}
_FORMAT = HtmlFormatter(nowrap=True, classprefix="hl-")


def top_bar(current: str) -> Markup:
    """The bar on top of every page."""
    links = [element("a", name, href=path, aria_current="page" if name == current else None) for name, path in PAGES]
    bar = div(
        element("a", "Showcard", class_="brand", href="/"),
        span("See a model card's widget, run it, and take the code home.", class_="say dim"),
        element("nav", links, aria_label="Pages"),
        element("button", "◐", type="button", class_="ghost theme", aria_label="Switch between light and dark"),
        class_="bar",
    )
    return element("a", "Skip to the content", class_="skip", href="#main") + bar


def head(model: Model, notes: tuple[Diagnostic, ...] = (), page: str = "", source: str = "", task: str = "") -> Markup:
    """A card's name, task, library, licence, languages and tags, and how many notes there are on it.

    `page` is what the widget below says that it belongs to; `source` (empty for a pasted card) and the `task` that was
    chosen open it again."""
    data, row = model.card.data, model.guess.widget
    chips = [span(row.name if row else "No task known", class_="chip task")]
    facts = [model.library, *_texts(data.get("license_name") or data.get("license")), *_texts(data.get("language"))]
    base = _texts(data.get("base_model"))
    facts += [f"based on {name}" for name in base[:1]]
    named = {fact for fact in facts if fact} | {row.id if row else ""}
    tags = [text for text in _texts(data.get("tags")) if text not in named]
    shown = [fact for fact in facts if fact][:8] + tags[:6]
    chips += [span(short_text(text), class_="chip", dir="auto") for text in shown]
    hidden = len(facts) + len(tags) - len(shown)
    if hidden > 0 and len(tags) > 6:
        chips.append(span(f"+{len(tags) - 6} tags", class_="chip dim", title=", ".join(tags[6:40])))
    if notes:
        words = f"{_counted(notes)} on this card"
        chips.append(element("button", words, type="button", class_="chip notes", data_tab="metadata-body"))
    name = element("h1", short_text(model.name), dir="auto", data_page=page, data_source=source, data_task=task)
    return div(name, div(chips, class_="chips"), class_="head")


def _counted(notes: Sequence[Diagnostic]) -> str:
    """How many notes and how many errors there are, each finding counted once."""
    errors = sum(note.severity == "error" for note in notes)
    counts = (("note", len(notes) - errors), ("error", errors))
    return " and ".join(f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts if count)


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items if isinstance(item, str | int | float) and str(item).strip()]


# The actions that a failure may offer: the button's words, and the controls that it leads to, the best first.
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
) -> Markup:
    """A sentence with its way out, as buttons too; details folded."""
    buttons = [element("button", words, type="button", data_way=to) for words, to in map(WAYS.__getitem__, ways)]
    buttons += [element("a", words, href=address, **_beside(address)) for words, address in links]
    return div(
        element("strong", sentence), " ", hint,
        buttons and div(buttons, class_="ways"),
        detail and element("details", element("summary", "Details"), element("pre", code_text(detail))),
        class_=f"note{' error' if error else ''}", role="alert" if error else "note",
    )  # fmt: skip


def _beside(address: str) -> dict[str, str]:
    """Another site opens beside this page, so that nothing typed is lost."""
    return {"target": "_blank", "rel": "noopener noreferrer"} if address.startswith("https://") else {}


def failure(error: BaseException, asked: Request | ResolvedRequest | None = None) -> Markup:
    """A failed call, where its result would be. What nobody foresaw is logged, with what was `asked`, and said to be
    ours."""
    if isinstance(error, InferenceFailure | RequestError | httpx2.HTTPError | httpx2.InvalidURL):
        told = explain(error)
        ways = [*(["retry"] if told.retry else []), *(way for way in told.ways if way in WAYS)]
        return note(told.reason, told.hint, error=True, detail=told.detail, ways=ways, links=told.links)
    if isinstance(error, AssetError):
        return note(str(error), "Choose another file.", error=True)
    log_unforeseen(error, asked)
    return note("Showcard itself failed at this.", "Run again; if it stays, please report it.", error=True)


# What an output that is no live one is called, and what is said beside it.
RECORDED = ("Recorded in the card", "not a live answer")
ILLUSTRATION = ("Illustration", "not a model's answer")


def recorded_badge(illustrated: bool) -> Markup:
    """The label of an output that stands in the card."""
    name, said = ILLUSTRATION if illustrated else RECORDED
    return span(name, class_="badge") + span(said)


def raw_json(value: Any) -> Markup:
    """A raw answer as readable JSON; a long one is cut, and says so: no more of it is written than is shown."""
    pieces, length = [], 0
    for piece in json.JSONEncoder(indent=2, ensure_ascii=False, default=str).iterencode(value):
        pieces.append(piece)
        length += len(piece)
        if length > MAX_JSON:
            break
    text, cut = escaped_json("".join(pieces)[: MAX_JSON + 1]), length > MAX_JSON
    shown = element("pre", element("code", coloured(text[:MAX_JSON], "json" if not cut else "")), tabindex=0)
    copy = element("button", "Copy", type="button", class_="copy", aria_label="Copy")
    rest = cut and p(f"Cut: these are the first {MAX_JSON:,} characters.", class_="dim")
    return div(div(copy, shown), rest, class_="raw")


def coloured(text: str, language: str) -> Markup:
    """Text as HTML with its syntax in colours, where it is not too long; not a letter of it is changed."""
    lexer = _LEXERS.get(language)
    if lexer is None or len(text) > MAX_COLOURED or "\r" in text:  # Pygments makes a line end of a carriage return
        return Markup(str(code_text(text)).replace("\r", "&#13;"))
    return Markup(highlight(text, get_lexer_by_name(lexer, stripnl=False), _FORMAT))
