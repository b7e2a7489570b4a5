"""HTML that is made on the server: escaping, and the component that shows it.

Gradio's HTML component evaluates a template with `new Function`, which the Content-Security-Policy forbids. Its
Markdown component passes one line of HTML through untouched, so that is what carries ours."""

from __future__ import annotations

import html
from typing import Any

import gradio as gr

from showcard.metadata.visible import visible, whole

from . import invisible as controls
from .invisible import needs_isolation

_READ = frozenset(("title", "aria_label", "alt", "placeholder", "download"))  # attributes that a person reads


def escape(value: object) -> str:
    """A short text as HTML, anywhere among other words: what hides or turns words around is marked, and one that is
    written from right to left is isolated. In a quoted attribute, a title or SVG use `attribute`."""
    text = str(value)
    return isolated(text) if needs_isolation(text) else controls.marked(text)


def attribute(value: object) -> str:
    """A short text where there can be no elements: a quoted attribute that a person reads, a title, SVG."""
    return html.escape(visible(str(value)), quote=True)


def short_text(value: object) -> str:
    """A short text as HTML in an element of its own, which has `dir="auto"` or is a `bdi`."""
    return controls.marked(str(value))


def isolated(value: object) -> str:
    """A short text that may be written from right to left, so that it moves none of the words around it."""
    return f"<bdi>{controls.marked(str(value))}</bdi>"


def running_text(value: object) -> str:
    """Running text in a block of its own, which may be written from right to left, to the letter."""
    return controls.running(str(value))


def code_text(value: object) -> str:
    """Code and the like as HTML, to the letter."""
    return controls.code(str(value))


def verbatim(value: object) -> str:
    """Any value as text in HTML, to the letter and without a mark: what a program reads, or a person edits."""
    return html.escape(str(value), quote=True)


def one_line(markup: str) -> str:
    """The same HTML on one line inside a `div`, so that no Markdown rule ever applies to it."""
    flat = whole(markup).replace("\r\n", "\n").replace("\r", "\n").replace("\n", "&#10;").replace("\t", "&#9;")
    return f'<div class="sc">{flat}</div>' if flat else ""


def open_line(markup: str) -> str:
    """Like `one_line`, with the end left open: a text that grows stays a prefix of itself, so only the end is sent."""
    return one_line(markup).removesuffix("</div>")


def panel(markup: str = "", **options: Any) -> gr.Markdown:
    """A component that shows HTML made here. Update it with `one_line(...)`."""
    classes = ["bare", *([options.pop("elem_classes")] if "elem_classes" in options else [])]
    return gr.Markdown(
        one_line(markup), sanitize_html=False, latex_delimiters=[], header_links=False, elem_classes=classes, **options
    )


def tag(name: str, content: str = "", **attributes: object) -> str:
    """An element; `content` is HTML already, attributes are escaped, None and False are left out, `_` becomes `-`."""
    parts = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        written = key.rstrip("_").replace("_", "-")
        parts.append(written if value is True else f'{written}="{(attribute if key in _READ else verbatim)(value)}"')
    opening = f"<{' '.join(parts)}>"
    return opening if name in ("img", "input", "br", "hr") else f"{opening}{content}</{name}>"
