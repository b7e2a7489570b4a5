"""What the old Inference API takes as headers: whether a kept answer is good enough, and whether to wait."""

from __future__ import annotations

from typing import Any

import gradio as gr

_TICKS = {
    "Always a new answer, never a kept one (use_cache: false)": ("x-use-cache", "false"),
    "Wait on the server until the model is loaded (wait_for_model)": ("x-wait-for-model", "true"),
}


def header_ticks(prefix: str) -> gr.CheckboxGroup:
    """The control of the headers that a run is sent with."""
    return gr.CheckboxGroup(
        list(_TICKS), label="Headers of hf-inference", interactive=True, elem_id=f"{prefix}-headers"
    )


def read_headers(value: Any) -> dict[str, str]:
    """The headers that are ticked."""
    ticked = value if isinstance(value, list) else []
    return dict(_TICKS[name] for name in ticked if isinstance(name, str) and name in _TICKS)
