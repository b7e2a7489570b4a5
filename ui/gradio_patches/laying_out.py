"""Pages are laid out without an app for each of them.

Why: leaving a `Blocks` makes a whole app with all its routes, and describes every component, each time; the one that
is served is made later, by mounting. The two methods are replaced on their classes while pages are laid out, and put
back after: a `Blocks` makes its app as its block is left, so there is none to change yet.
Upstream: none filed.
Without it: the start takes longer with each page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr
from gradio.routes import App


@contextmanager
def laying_out() -> Iterator[None]:
    """Lay out pages in this block."""
    describe, make = gr.Blocks.get_config_file, App.create_app
    gr.Blocks.get_config_file = lambda _: {}
    App.create_app = staticmethod(lambda *_, **__: None)
    try:
        yield
    finally:
        gr.Blocks.get_config_file = describe
        App.create_app = staticmethod(make)
