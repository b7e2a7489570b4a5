"""A page and its deep link: what a link asks of a page, and the link to what is on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from showcard.inference.errors import InferenceFailure
from showcard.inference.processes.workers import WorkerError, run_apart
from showcard.metadata.examples.inputs import read_given
from showcard.ui.markup.html import Markup, div, element
from showcard.ui.markup.pieces import strong
from showcard.wire.links import Link, is_long, link_fields, read_link, write_link

from .state import Page, load_example

MAX_READ = 4_000_000  # bytes of all that a link fills in


async def read_address(query: str, fragment: str, whose: str) -> Link:
    """What an address asks for; `whose` is the session's id. Raises InferenceFailure."""
    if not is_long(query, fragment):
        return read_link(query, fragment)
    try:
        return await run_apart(read_link, query, fragment, most=MAX_READ, whose=whose)
    except WorkerError:
        reason = "This link holds more than can be opened."
        raise InferenceFailure(reason, "Open the card without it, and put the text in by hand or as a file.") from None


async def follow(page: Page, link: Link) -> str:
    """Choose the link's example and fill its fields; a sentence about what could not be read. Raises AssetError."""
    page.link = link
    row = page.row
    number = _number(page, link.example)
    if number is not None and number != page.number:
        await load_example(page, number, away=False)
    if row is None or not (link.fields or link.parameters):
        return ""
    given, problems = read_given(link.fields, row)
    page.fill(given, link.parameters)
    return " ".join(f"The link {problem.why}." for problem in problems)


def _number(page: Page, example: str) -> int | None:
    """The place of the example that a link names by its title, or by its number from 1."""
    wanted = example.strip()
    titles = [held.title for held in page.examples]
    if wanted in titles:
        return titles.index(wanted)
    return int(wanted) - 1 if wanted.isdecimal() and 0 < int(wanted[:9]) <= len(titles) else None


def link_to(page: Page, inputs: Mapping[str, Any], parameters: Mapping[str, Any], provider: str = "") -> str:
    """The link to a page with these inputs; `parameters` are those on the screen."""
    opened, row = page.opened, page.row
    base: dict[str, Any] = {**page.model.parameters, **(page.example.parameters if page.example else {})}
    filled = link_fields(row, inputs) if row else {}
    if page.example and row and filled == link_fields(row, page.example.inputs):
        filled = {}
    chosen = page.example is not None and page.example in page.model.examples
    title = page.example.title if page.example and chosen else ""
    unique = sum(held.title == title for held in page.examples) == 1
    link = Link(
        source="" if opened.pasted else opened.source,
        card=opened.source if opened.pasted else "",
        task=page.overridden,
        example=(title if unique and not title.isdecimal() else str((page.number or 0) + 1)) if chosen else "",
        fields=filled,
        parameters={name: value for name, value in parameters.items() if base.get(name) != value},
        provider=provider,
    )
    return write_link(link)


def shared(link: str) -> Markup:
    """The note that carries a link to the page's own script, which completes and copies it."""
    said = [strong("Link copied."), " It fills the fields and runs nothing. Files and keys are not in it."]
    field = element("input", type="text", readonly=True, aria_label="The link")
    return div(said, field, class_="note shared", role="status", data_link=link)
