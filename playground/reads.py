"""What the page reads beside its events, by the secret name of the tab's feed: texts, raw exchanges, the whole."""

from __future__ import annotations

import json

from showcard.playground.core.keyless import without_keys
from showcard.playground.core.saving import pieces, to_json
from showcard.playground.core.state import ChatMessage, Raw
from showcard.ui.markup.html import Markup, code_text, element, join, p
from showcard.ui.session.live_channel import Kept

from .session import CompareSession

SHOWN_HEADERS = 60
MAX_PRETTY = 500_000  # characters


def read(compare: CompareSession, what: str) -> Kept | None:
    """`comparison` as JSON, `text/{message}` to copy, `raw/{message}` as HTML; None where there is no such thing.

    All of a comparison takes its time, so call it in a thread."""
    kind, _, name = what.partition("/")
    if kind == "comparison":
        held = to_json(without_keys(compare.comparison), raw=True)
        return b"".join(pieces(held)), "application/json"
    if kind == "text":
        found = _text(compare, name)
        return (found.encode("utf-8", "replace"), "text/plain; charset=utf-8") if found is not None else None
    if kind == "raw" and not compare.comparison.hidden:
        message = _message(compare, name)
        return (raw_html(message).encode("utf-8", "replace"), "text/html; charset=utf-8") if message else None
    return None


def _text(compare: CompareSession, name: str) -> str | None:
    for pane in compare.comparison.panes:
        if name == f"system-{pane.id}" and not compare.comparison.hidden:
            return pane.settings.system
    message = _message(compare, name)
    return message.content if message else None


def _message(compare: CompareSession, name: str) -> ChatMessage | None:
    return next((found for pane in compare.comparison.panes if (found := pane.message(name))), None)


def raw_html(message: ChatMessage) -> Markup:
    """What went over the wire for the answer that a message shows."""
    raw = message.variant.record.raw if message.variant.record else None
    if raw is None:
        return p("The raw exchange of this answer was not kept: it came with a file, or is an old one.", class_="dim")
    headers = "\n".join(f"{name}: {value}" for name, value in raw.headers[:SHOWN_HEADERS])
    return join([
        element("h4", "Sent"), p(raw.method, " ", raw.url, class_="num"), _code(_pretty(raw.sent)),
        p("The key, if one was sent, is left out.", class_="dim"),
        element("h4", "Received"), p(f"HTTP {raw.status}", class_="num"), _code(headers),
        element("h4", "Timeline"), timeline_html(raw),
    ])  # fmt: skip


def _code(text: str) -> Markup:
    return element("pre", code_text(text), tabindex=0)


def _pretty(body: str) -> str:
    if len(body) > MAX_PRETTY:
        return body
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body


def timeline_html(raw: Raw) -> Markup:
    """The pieces as they arrived: each a stroke at its time, as high as it was long."""
    if not raw.timeline:
        return p("Nothing arrived.", class_="dim")
    end, most = raw.timeline[-1][0] or 1.0, max(size for _, size in raw.timeline) or 1
    strokes = "".join(f"M{980 * at / end + 10:.1f} 40V{40 - max(2, 36 * size / most):.1f}" for at, size in raw.timeline)
    pauses = [later[0] - sooner[0] for sooner, later in zip(raw.timeline, raw.timeline[1:], strict=False)]
    longest = f", the longest pause {max(pauses):.3f} s" if pauses else ""
    said = f"{len(raw.timeline)} pieces from {raw.timeline[0][0]:.3f} s to {raw.timeline[-1][0]:.3f} s{longest}"
    line = element(
        "path", d=strokes, stroke="var(--color-accent)", stroke_width=2, vector_effect="non-scaling-stroke", fill="none"
    )
    box = {"viewBox": "0 0 1000 44", "preserveAspectRatio": "none"}
    return element("svg", line, class_="chart", **box, role="img", aria_label=said) + p(said, class_="dim")
