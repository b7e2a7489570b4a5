"""What a tool below the question box gets from the page: the comparison, when a run has ended, and how to draw anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from showcard.playground.core.state import Comparison
from showcard.ui.session.session import Session, Site

Drawn = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Mount:
    """The page as a tool sees it.

    `ran` changes its value whenever a run has ended or the comparison was changed otherwise: listen to `ran.change`.
    A listener that changes the comparison takes `screen` among its outputs, and returns a mapping that holds
    `draw(request)`: what all panes then show. `replace` puts another comparison in the place of the session's (an
    imported one); what runs is stopped, and the result is that of `draw`.
    `marks` are panels in the panes' heads, by place, that tools alone write; `question` is the question box.
    Blind mode: set `comparison.hidden`, shuffle `comparison.panes`, and draw."""

    site: Site
    session_of: Callable[[gr.Request], Session]
    comparison_of: Callable[[gr.Request], Comparison]
    ran: gr.Textbox
    screen: list[Any]
    draw: Callable[[gr.Request], Drawn]
    replace: Callable[[gr.Request, Comparison], Drawn]
    marks: list[Any]
    question: Any
