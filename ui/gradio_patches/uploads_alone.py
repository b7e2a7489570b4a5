"""Files reach a listener by upload alone: whatever else is posted as one is not opened.

Why: Gradio checks the path of a posted file only in an app that it has launched itself (`Blocks.has_launched`, read by
`processing_utils._check_allowed`), which a mounted one never is; and a path that is an address it fetches.
Upstream: none filed for mounted apps; https://github.com/gradio-app/gradio/pull/9156 says what is meant to hold.
Without it: anybody reads each file that the server can read, by posting its path, and has it call any address."""

from __future__ import annotations

from typing import Any

import gradio as gr

REFUSED = "A file has to be uploaded before it can be used."


def only_uploads(demo: gr.Blocks) -> None:
    """Let no listener read a file of this machine, or fetch one, because somebody posted its path or address."""
    demo.has_launched = True
    preprocess = demo.preprocess_data

    async def checked(block_fn: Any, inputs: list[Any], *rest: Any, **more: Any) -> list[Any]:
        try:
            if any(map(_is_address, inputs)):
                raise gr.Error(REFUSED, print_exception=False)
            return await preprocess(block_fn, inputs, *rest, **more)  # type: ignore[no-any-return]
        except gr.Error:
            raise
        except Exception as error:  # whatever was posted, it is nothing that a page of ours sends
            raise gr.Error(str(error), print_exception=False) from None

    demo.preprocess_data = checked


def _is_address(posted: Any) -> bool:
    """Whether a value is, or holds, a file whose path is an address."""
    if isinstance(posted, list):
        return any(map(_is_address, posted))
    if not isinstance(posted, dict):
        return False
    path = posted.get("path")
    return (isinstance(path, str) and "://" in path) or any(map(_is_address, posted.values()))
