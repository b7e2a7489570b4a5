"""Small pieces of HTML that pages and views are made of, each under the class that the style sheets know it by."""

from __future__ import annotations

from functools import partial

from .html import Attribute, Child, Markup, div, element, p, span

dim = partial(p, class_="dim")  # a line that stands back
num = partial(span, class_="num")  # figures, each as wide as the other
strong = partial(element, "strong")

BESIDE: dict[str, Attribute] = {"target": "_blank", "rel": "noopener noreferrer"}  # of a link to another site
SPIN = span(class_="spin", aria_hidden="true")


def badge(words: str, live: bool = False) -> Markup:
    """A label of what is shown, such as that it is no live answer."""
    return span(words, class_="badge live" if live else "badge")


def blank(*said: Child) -> Markup:
    """What stands in an empty place."""
    return div(p(*said), class_="blank")


def status(*said: Child) -> Markup:
    """How something stands, told to who can't see it too."""
    return div(*said, class_="status", role="status")
