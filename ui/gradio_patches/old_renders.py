"""What `gr.render` leaves behind is let go of.

Why: Gradio keeps every component that it ever rendered for as long as a tab is open, in the tab's copy of the
configuration, which is found by `LocalContext` in the function that renders.
Upstream: none filed for this one; https://github.com/gradio-app/gradio/issues/11602 is about what a session keeps.
Without it: a tab in which somebody goes through cards grows by each, to hundreds of megabytes in a day."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from gradio.blocks import Block, BlockContext
from gradio.context import LocalContext

REMEMBERED = 4  # renders, as a late event brings a component back that was let go of
_rendered: WeakKeyDictionary[Any, dict[int, deque[frozenset[int]]]] = WeakKeyDictionary()


def forget_old_renders() -> None:
    """Let go of what the function that `gr.render` decorates made before, but for the last time: those listeners may
    still be at work.

    Call it in that function, before it makes anything."""
    config, renderable = LocalContext.blocks_config.get(None), LocalContext.renderable.get(None)
    if config is None or renderable is None:
        return
    last = frozenset(block._id for block in _below(config.blocks.get(renderable.container_id)))
    older = _rendered.setdefault(config, {}).setdefault(renderable._id, deque(maxlen=REMEMBERED))
    for number in frozenset().union(*older) - last:
        block = config.blocks.pop(number, None)
        if isinstance(block, BlockContext):
            block.children = []  # what still holds a layout does not hold what was in it
    older.append(last)


def _below(layout: Block | None) -> Iterator[Block]:
    """The blocks in a layout, at any depth. A component that an event has changed is another object of that number."""
    waiting = list(getattr(layout, "children", ()))
    while waiting:
        block = waiting.pop()
        yield block
        waiting += getattr(block, "children", ())
