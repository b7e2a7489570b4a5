"""A page of its own for one sentence and a way on: what a browser is shown where there is nothing else. No script."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import HTMLResponse

from showcard.ui.markup.html import attribute, escape

from .front import read

STYLE = read("shared/notice.css")


def notice(title: str, sentence: str, ways: Mapping[str, str], status: int = 200) -> HTMLResponse:
    """A page that says what happened; `ways` are links by their words, the first of which is the main one."""
    links = "".join(f'<a href="{attribute(where)}">{escape(words)}</a>' for words, where in ways.items())
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{attribute(title)} · Showcard</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><header>Showcard</header><main><h1>{escape(title)}</h1><p>{escape(sentence)}</p>"
        f"<nav>{links}</nav></main></body></html>"
    )
    return HTMLResponse(page, status, {"cache-control": "no-store"})
