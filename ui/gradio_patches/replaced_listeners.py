"""Events of listeners that `gr.render` has replaced do nothing.

Why: a page that has not been told of a new render yet still sends them, and Gradio looks the listener up in a `dict`.
Upstream: listeners may have a `key` (https://github.com/gradio-app/gradio/pull/11306), which helps where the new render
makes the same ones; ours draws another task.
Without it: the server answers such an event with a 500, and the page shows an error."""

from __future__ import annotations

from typing import Any

import gradio as gr

from .laying_out import laying_out


class Listeners(dict[int, Any]):
    """Gradio's listeners by number; in the place of one that is gone stands one that does nothing."""

    nothing: Any = None

    def __missing__(self, number: int) -> Any:
        return self.nothing


def let_go(demo: gr.Blocks) -> None:
    """Answer the events of listeners that are gone with nothing, where Gradio would fail with a 500."""
    with laying_out(), demo:
        gr.Button(visible=False).click(lambda: None, None, None, show_progress="hidden", api_visibility="private")
    held = Listeners(demo.default_config.fns)
    held.nothing = demo.default_config.fns[max(held)]
    demo.default_config.fns = held
