"""HTML by construction: an element is made of its children and attributes, and what is no `Markup` is text.

    div(span(name, class_="who"), said and p(said), class_="turn", data_message=message.id)

So nothing that anybody wrote becomes HTML because somebody forgot to escape it. A text among others is marked where it
would hide or turn words around, and isolated where it is written from right to left (see `invisible.py`); where there
can be no elements, as in an attribute or a title, it is only escaped. A text that is not such a short one is said to be
something else by a function: `running_text`, `code_text`."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial

from markupsafe import Markup as Markup  # noqa: PLC0414 whoever makes HTML asks for it here

from showcard.metadata.visible import visible, whole

from . import invisible as controls
from .invisible import is_plain, needs_isolation

Child = Markup | str | int | None | Iterable["Child"]  # None and False are nothing
Attribute = str | float | None  # None and False leave the attribute out; of True there is only its name

_NAME = re.compile("[A-Za-z][A-Za-z0-9]*(?:[-:][A-Za-z0-9]+)*")
READABLE = frozenset(("title", "aria-label", "alt", "placeholder", "download"))  # attributes that a person reads
_VOID = frozenset(("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
_SHAPES = frozenset(("circle", "ellipse", "line", "path", "polygon", "polyline", "rect", "stop", "use"))  # of SVG
_SHORT = 64  # characters: most texts and attributes of a page are as short, and the same again and again


def trusted(text: str) -> Markup:
    """The text as Markup: trusted, and without the second look that the class itself takes."""
    return str.__new__(Markup, text)


NOTHING = trusted("")
ELSEWHERE = {"target": "_blank", "rel": "noopener noreferrer nofollow"}  # of a link that leaves the page


def element(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """An element with its children, of which lists are what is in them.

    `class_` is written as `class` and `data_x` as `data-x`; other names go in as `**{"xml:lang": "he"}`."""
    opening, closing = _opening(name, attributes), f"</{name}>"
    if name in _VOID:
        return trusted(opening)
    inner = _inner(children, TEXT_WRITERS.get(name, child_text))
    if not inner and name in _SHAPES:
        return trusted(f"{opening[:-1]}/>")
    return str.__new__(Markup, opening + inner + closing)


div, span, p = partial(element, "div"), partial(element, "span"), partial(element, "p")


def opened(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """An element without its end, as it grows, or as what is in it is written piece by piece."""
    return trusted(_opening(name, attributes) + _inner(children, child_text))


def join(parts: Iterable[Child], separator: Child = "") -> Markup:
    """What stands beside each other, with something between."""
    between = _inner((separator,), child_text)
    return trusted(between.join([part if isinstance(part, Markup) else written(part, child_text) for part in parts]))


def style(sheet: str) -> Markup:
    """A style sheet of ours in the page itself."""
    if "</" in sheet:
        raise ValueError("A style sheet in a page can't hold an end tag.")
    return trusted(f"<style>{sheet}</style>")


def _opening(name: str, attributes: Mapping[str, Attribute]) -> str:
    if not attributes:
        return f"<{_checked(name)}>"
    written = [
        _short_attribute(key, value) if type(value) is str and len(value) < _SHORT else _attribute(key, value)
        for key, value in attributes.items()
    ]
    return f"<{_checked(name)}{''.join(written)}>"


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name, is_read = _called(key)
    text = str(value)
    return f" {name}" if value is True else f' {name}="{html.escape(visible(text) if is_read else text)}"'


_short_attribute = lru_cache(4096)(_attribute)


@lru_cache(1000)
def _called(key: str) -> tuple[str, bool]:
    """The name of an attribute as it is written, and whether a person reads its value."""
    name = _checked(key.rstrip("_").replace("_", "-"))
    return name, name in READABLE


@lru_cache(1000)
def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:80]!r} can't be a name in HTML.")
    return name


def _inner(children: Iterable[Child], write: Callable[[str], str]) -> str:
    return "".join([child if isinstance(child, Markup) else written(child, write) for child in children])


def written(child: Child, write: Callable[[str], str]) -> str:
    """A child as it is written among others, with what writes its texts."""
    if isinstance(child, str):
        return write(child)
    if child is None or child is False:
        return ""
    return str(child) if isinstance(child, int) else _inner(child, write)


def child_text(text: str) -> str:
    """A text among other children."""
    return _known_text(text) if len(text) < _SHORT else escape(text)


# Texts


def escape(value: object) -> Markup:
    """A short text as HTML, anywhere among other words: what hides or turns words around is marked, and one that is
    written from right to left is isolated. In a quoted attribute, a title or SVG use `attribute`."""
    text = str(value)
    if is_plain(text):
        return trusted(html.escape(text))
    return isolated(text) if needs_isolation(text) else short_text(text)


def attribute(value: object) -> Markup:
    """A short text where there can be no elements: a quoted attribute that a person reads, a title, SVG."""
    return trusted(html.escape(visible(str(value))))


def short_text(value: object) -> Markup:
    """A short text as HTML in an element of its own, which has `dir="auto"` or is a `bdi`."""
    return trusted(controls.marked(str(value)))


def isolated(value: object) -> Markup:
    """A short text that may be written from right to left, so that it moves none of the words around it."""
    return trusted(f"<bdi>{controls.marked(str(value))}</bdi>")


def running_text(value: object) -> Markup:
    """Running text in a block of its own, which may be written from right to left, to the letter."""
    text = str(value)
    return str.__new__(Markup, html.escape(text) if text.isascii() else controls.running(text))


def code_text(value: object) -> Markup:
    """Code and the like as HTML, to the letter."""
    return trusted(controls.code(str(value)))


def verbatim(value: object) -> Markup:
    """Any value as text in HTML, to the letter and without a mark: what a program reads, or a person edits."""
    return trusted(html.escape(str(value)))


_known_text = lru_cache(4096)(escape)
TEXT_WRITERS: Mapping[str, Callable[[str], str]] = dict.fromkeys(
    ("title", "option", "text", "tspan", "desc"), attribute
) | {"textarea": verbatim}


# On its way to the page


def one_line(markup: Markup) -> str:
    """HTML on one line inside a `div`, so that no rule of Markdown ever applies to it."""
    return f"{open_line(markup)}</div>" if markup else ""


def open_line(markup: str) -> str:
    """Like `one_line`, with the end left open: a text that grows stays a prefix of itself, so only the end is sent."""
    flat = str.replace(markup, "\r\n", "\n")  # as of a string, which it is from here on: Markup escapes what it puts in
    flat = flat.replace("\r", "\n").replace("\n", "&#10;").replace("\t", "&#9;")
    return f'<div class="sc">{whole(flat)}' if flat else ""
