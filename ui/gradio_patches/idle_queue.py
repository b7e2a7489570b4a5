"""Gradio's queue looks for events less often.

Why: it does so each millisecond, also while there are none, which is half of what an idle app costs.
Upstream: none filed; `Queue.sleep_when_free` is 50 ms on Windows, and no argument sets it.
Without it: an app that nobody uses takes twice as much of the processor."""

from __future__ import annotations

import gradio as gr

POLL_SECONDS = 0.005


def poll_seldom(demo: gr.Blocks) -> None:
    """Let an app wait longer between two looks; call it when it has its queue."""
    demo._queue.sleep_when_free = POLL_SECONDS
