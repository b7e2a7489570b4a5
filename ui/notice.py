"""A page of its own for one sentence and a way on: what a browser is shown where there is nothing else. No script."""

from __future__ import annotations

from collections.abc import Mapping

from gradio.themes.utils.colors import indigo, slate
from starlette.responses import HTMLResponse

from .markup import escape

STYLE = f"""
:root {{ color-scheme: light dark; --back: white; --text: {slate.c800}; --line: {slate.c200}; --link: {indigo.c700}; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --back: {slate.c950}; --text: {slate.c100}; --line: {slate.c700}; --link: {indigo.c300}; }}
}}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--back); color: var(--text); overflow-wrap: anywhere;
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }}
header {{ padding: 10px 16px; border-bottom: 1px solid var(--line); font-size: 16px; font-weight: 650; }}
main {{ max-width: 560px; margin: 0 auto; padding: 48px 16px; }}
h1 {{ margin: 0 0 8px; font-size: 20px; line-height: 1.25; }}
p {{ margin: 0 0 20px; }}
nav {{ display: flex; flex-wrap: wrap; gap: 8px; }}
a {{ display: inline-flex; align-items: center; min-height: 44px; padding: 0 14px; border: 1px solid var(--line);
  border-radius: 6px; color: var(--link); font-weight: 550; text-decoration: none; }}
a:first-child {{ background: {indigo.c600}; border-color: transparent; color: white; }}
a:focus-visible {{ outline: 2px solid var(--link); outline-offset: 2px; }}
"""


def notice(title: str, sentence: str, ways: Mapping[str, str], status: int = 200) -> HTMLResponse:
    """A page that says what happened; `ways` are links by their words, the first of which is the main one."""
    links = "".join(f'<a href="{escape(where)}">{escape(words)}</a>' for words, where in ways.items())
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Showcard</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><header>Showcard</header><main><h1>{escape(title)}</h1><p>{escape(sentence)}</p>"
        f"<nav>{links}</nav></main></body></html>"
    )
    return HTMLResponse(page, status, {"cache-control": "no-store"})
