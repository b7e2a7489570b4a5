"""What the tool loops of all languages share: whether there is one, and how often it goes round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from showcard.wire.call import CHAT_TASKS

from .asked import SnippetContext

ROUNDS = 5
STILL_CALLS = f"The model still calls after {ROUNDS} rounds."


def calls_tools(asked: SnippetContext) -> bool:
    """Whether the model may ask for functions of the person's own, so that the code has to answer it."""
    if asked.resolved.request.task not in CHAT_TASKS:
        return False
    body = asked.sent.json
    tools = body.get("tools") if isinstance(body, dict) else None
    if not isinstance(tools, list) or body.get("tool_choice") == "none":
        return False
    return any(isinstance(tool, Mapping) and tool.get("type", "function") == "function" for tool in tools)


def is_forced(choice: Any) -> bool:
    """Whether the choice of a tool makes the model call one: in every round it would never answer."""
    return choice is not None and choice != "auto"
