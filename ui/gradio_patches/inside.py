"""What is read of an app of Gradio's, and not changed: the paths of its pages, which tabs it knows, and how what it
keeps open for them ends.

Why: the guard lets through what the app serves and what comes from tabs that it knows; and when the server ends, what
Gradio keeps open for each tab ends by `App.stop_event`, which it sets only where it runs the server itself.
Upstream: none filed; no method of Gradio's tells these.
Without it: the guard refuses every page, and the end of the app is a traceback for each tab that is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import gradio as gr


def page_paths(demo: gr.Blocks) -> list[str]:
    """The paths of an app's pages, without their first slash."""
    return [page[0] for page in demo.pages]


def knows_tab(demo: gr.Blocks) -> Callable[[str], bool]:
    """What tells whether a tab has asked something, by the hash that its page made up; the app has its queue by now."""
    return demo._queue.pending_messages_per_session.__contains__  # type: ignore[no-any-return]


def stop_event(mounted: Any) -> asyncio.Event:
    """To be set when the server ends, so that what a mounted app of Gradio's keeps open ends too."""
    found: asyncio.Event = mounted.stop_event
    return found
