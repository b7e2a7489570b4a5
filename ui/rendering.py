"""What `gr.render` leaves behind: Gradio keeps every component that it ever rendered for as long as a tab is open."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from gradio.blocks import BlockContext
from gradio.context import LocalContext

_seen: WeakKeyDictionary[Any, set[int]] = WeakKeyDictionary()


def forget_old_renders() -> None:
    """Let go of the components of all renders but the last one, whose listeners may still be at work.

    Call it inside the function that `gr.render` decorates, before it makes anything."""
    config, renderable = LocalContext.blocks_config.get(None), LocalContext.renderable.get(None)
    if config is None or renderable is None:
        return
    # By what the page itself was made of: not every component knows which function rendered it.
    own = config.root_block.default_config.blocks
    present = {number for number in list(config.blocks) if number not in own}
    for number in present & _seen.get(config, set()):
        block = config.blocks.pop(number, None)
        if isinstance(block, BlockContext):
            block.children = []  # what still holds a layout does not hold what was in it
    _seen[config] = present
