"""Small pieces of HTML: what is said in them is text, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from showcard.ui.markup.html import Markup, span
from showcard.ui.markup.pieces import badge, blank, dim, num, status, strong

EVIL = "</b>\"'><script>&amp;"
ESCAPED = "&lt;/b&gt;&quot;&#x27;&gt;&lt;script&gt;&amp;amp;"


@pytest.mark.parametrize(
    ("piece", "drawn"),
    [
        (dim, f'<p class="dim">{ESCAPED}</p>'),
        (num, f'<span class="num">{ESCAPED}</span>'),
        (strong, f"<strong>{ESCAPED}</strong>"),
        (badge, f'<span class="badge">{ESCAPED}</span>'),
        (blank, f'<div class="blank"><p>{ESCAPED}</p></div>'),
        (status, f'<div class="status" role="status">{ESCAPED}</div>'),
    ],
)
def test_what_is_said_is_text(piece: Callable[..., Markup], drawn: str) -> None:
    assert piece(EVIL) == drawn
    assert piece(span("x")) == drawn.replace(ESCAPED, "<span>x</span>"), "what is markup stays"


def test_several_things_are_said_one_after_the_other() -> None:
    assert blank(EVIL, span("x")) == f'<div class="blank"><p>{ESCAPED}<span>x</span></p></div>'
    assert status(EVIL, None, 3) == f'<div class="status" role="status">{ESCAPED}3</div>'


def test_a_badge_of_a_live_answer_is_told_from_another() -> None:
    assert badge("live", live=True) == '<span class="badge live">live</span>'
