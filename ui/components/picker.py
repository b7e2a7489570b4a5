"""A dropdown whose choices change while it is open. In a module of its own, as Gradio writes a stub beside it.

(Gradio refuses values that came late: https://github.com/gradio-app/gradio/issues/12246.)"""

from __future__ import annotations

from typing import Any

import gradio as gr


class Picker(gr.Dropdown):  # type: ignore[misc]
    """What it holds is ours to check: Gradio would refuse a value that it does not offer any more."""

    def get_block_name(self) -> str:
        """For the page it is a Dropdown."""
        return "dropdown"

    def preprocess(self, payload: Any) -> Any:
        """The value, as it was posted."""
        return payload
