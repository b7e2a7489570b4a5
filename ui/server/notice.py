"""A page of its own for one sentence and a way on: what a browser is shown where there is nothing else. No script."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import HTMLResponse

from showcard.ui.markup.html import Markup, element, join, p, style

from .front import read

STYLE = read("shared/notice.css")


def notice(title: str, sentence: str, ways: Mapping[str, str], status: int = 200) -> HTMLResponse:
    """A page that says what happened; `ways` are links by their words, the first of which is the main one."""
    page = join([
        Markup('<!doctype html><html lang="en"><head><meta charset="utf-8">'),
        element("title", title, " · Showcard"),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        style(STYLE), Markup("</head><body><header>Showcard</header>"),
        element(
            "main", element("h1", title), p(sentence),
            element("nav", [element("a", words, href=where) for words, where in ways.items()]),
        ),
        Markup("</body></html>"),
    ])  # fmt: skip
    return HTMLResponse(page, status, {"cache-control": "no-store"})
