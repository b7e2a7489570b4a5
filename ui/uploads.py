"""Files reach a listener by upload alone: whatever else is posted as one is not opened.

Gradio checks the paths of files only in apps that it has launched itself, and fetches a path that is an address."""

from __future__ import annotations

from typing import Any

import gradio as gr

REFUSED = "A file has to be uploaded before it can be used."


def only_uploads(demo: gr.Blocks) -> None:
    """Let no listener read a file of this machine, or fetch one, because somebody posted its path or address."""
    demo.has_launched = True
    preprocess = demo.preprocess_data

    async def checked(block_fn: Any, inputs: list[Any], *rest: Any, **more: Any) -> list[Any]:
        if any(map(_is_address, inputs)):
            raise gr.Error(REFUSED)
        return await preprocess(block_fn, inputs, *rest, **more)  # type: ignore[no-any-return]

    demo.preprocess_data = checked


def _is_address(posted: Any) -> bool:
    """Whether a value is, or holds, a file whose path is an address."""
    if isinstance(posted, list):
        return any(map(_is_address, posted))
    if not isinstance(posted, dict):
        return False
    path = posted.get("path")
    return (isinstance(path, str) and "://" in path) or any(map(_is_address, posted.values()))
