"""The component that shows HTML which was made on the server.

Gradio's HTML component evaluates a template with `new Function`, which the Content-Security-Policy forbids. Its
Markdown component passes one line of HTML through untouched, so that is what carries ours."""

from __future__ import annotations

from typing import Any

import gradio as gr

from showcard.ui.markup.html import NOTHING, Markup, one_line

Updates = dict[Any, Any]  # what a listener changes: of each component its value, or an update of its properties


def panel(markup: Markup | None = None, **options: Any) -> gr.Markdown:
    """A component that shows HTML made here. Update it with `one_line(...)`."""
    classes = ["bare", *([options.pop("elem_classes")] if "elem_classes" in options else [])]
    return gr.Markdown(
        one_line(markup or NOTHING),
        sanitize_html=False,
        latex_delimiters=[],
        header_links=False,
        elem_classes=classes,
        **options,
    )
