"""What the page reads beside its events, by the secret name of the tab's feed: texts, raw exchanges, the whole."""

from __future__ import annotations

import json

from showcard.playground.core.keyless import without_keys
from showcard.playground.core.saving import pieces, to_json
from showcard.playground.core.state import ChatMessage, Raw
from showcard.ui.markup.html import code_text, escape
from showcard.ui.session.live_channel import Kept

from .session import CompareSession

SHOWN_HEADERS = 60
MAX_PRETTY = 500_000  # characters


def read(desk: CompareSession, what: str) -> Kept | None:
    """`comparison` as JSON, `text/{message}` to copy, `raw/{message}` as HTML; None where there is no such thing.

    All of a comparison takes its time, so call it in a thread."""
    kind, _, name = what.partition("/")
    if kind == "comparison":
        held = to_json(without_keys(desk.comparison), raw=True)
        return b"".join(pieces(held)), "application/json"
    if kind == "text":
        found = _text(desk, name)
        return (found.encode("utf-8", "replace"), "text/plain; charset=utf-8") if found is not None else None
    if kind == "raw" and not desk.comparison.hidden:
        message = _message(desk, name)
        return (raw_html(message).encode("utf-8", "replace"), "text/html; charset=utf-8") if message else None
    return None


def _text(desk: CompareSession, name: str) -> str | None:
    for pane in desk.comparison.panes:
        if name == f"system-{pane.id}" and not desk.comparison.hidden:
            return pane.settings.system
    message = _message(desk, name)
    return message.content if message else None


def _message(desk: CompareSession, name: str) -> ChatMessage | None:
    return next((found for pane in desk.comparison.panes if (found := pane.message(name))), None)


def raw_html(message: ChatMessage) -> str:
    """What went over the wire for the answer that a message shows."""
    raw = message.variant.record.raw if message.variant.record else None
    if raw is None:
        return '<p class="dim">The raw exchange of this answer was not kept: it came with a file, or is an old one.</p>'
    headers = "\n".join(f"{name}: {value}" for name, value in raw.headers[:SHOWN_HEADERS])
    return (
        f"<h4>Sent</h4><p class='num'>{escape(raw.method)} {escape(raw.url)}</p><pre tabindex='0'>"
        f"{code_text(_pretty(raw.sent))}</pre><p class='dim'>The key, if one was sent, is left out.</p>"
        f"<h4>Received</h4><p class='num'>HTTP {raw.status}</p><pre tabindex='0'>{code_text(headers)}</pre>"
        f"<h4>Timeline</h4>{timeline_html(raw)}"
    )


def _pretty(body: str) -> str:
    if len(body) > MAX_PRETTY:
        return body
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body


def timeline_html(raw: Raw) -> str:
    """The pieces as they arrived: each a stroke at its time, as high as it was long."""
    if not raw.timeline:
        return '<p class="dim">Nothing arrived.</p>'
    end, most = raw.timeline[-1][0] or 1.0, max(size for _, size in raw.timeline) or 1
    strokes = "".join(f"M{980 * at / end + 10:.1f} 40V{40 - max(2, 36 * size / most):.1f}" for at, size in raw.timeline)
    pauses = [later[0] - sooner[0] for sooner, later in zip(raw.timeline, raw.timeline[1:], strict=False)]
    longest = f", the longest pause {max(pauses):.3f} s" if pauses else ""
    said = f"{len(raw.timeline)} pieces from {raw.timeline[0][0]:.3f} s to {raw.timeline[-1][0]:.3f} s{longest}"
    return (
        f'<svg class="chart" viewBox="0 0 1000 44" preserveAspectRatio="none" role="img" aria-label="{said}">'
        f'<path d="{strokes}" stroke="var(--color-accent)" stroke-width="2" vector-effect="non-scaling-stroke" '
        f'fill="none"/></svg><p class="dim">{said}</p>'
    )
