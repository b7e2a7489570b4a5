"""A new tab is cheap, and its components do not add up.

Why: Gradio describes every component of the app for each tab, for links of its own kind, which we have no use for; and
an update of a component is held under a number more, for each event of the tab. What describes is a static method of
the configuration, which is copied for each tab and no argument of `Blocks`: its class is changed, of this app alone.
Upstream: none filed for the description (configurations for each tab came with
https://github.com/gradio-app/gradio/pull/8030).
Without it: a new tab costs some 30 ms in which no other tab's answer moves on, and an open one grows by its events."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.blocks import BlocksConfig

_UNDESCRIBED: dict[str, Any] = {}  # one for all: a tab holds one for each component that it ever had


class LightConfig(BlocksConfig):  # type: ignore[misc]
    """What Gradio knows of the components, without the description it keeps for a tab's deep links; we have our own.

    With every schema in it, that costs some 30 ms a tab, in which no other tab's answer moves on."""

    @staticmethod
    def config_for_block(_id: int, rendered_ids: list[int], block: Any, renderable: Any = None) -> dict[str, Any]:
        """The description of a component, for a page; a tab's own copy, asked for without a layout, is left out."""
        if renderable is None and not rendered_ids:
            return _UNDESCRIBED
        described: dict[str, Any] = BlocksConfig.config_for_block(_id, rendered_ids, block, renderable)
        return described

    def __copy__(self) -> LightConfig:
        copied = super().__copy__()
        copied.__class__ = LightConfig
        copied.blocks = Steady(copied.blocks)
        return copied  # type: ignore[no-any-return]


class Steady(dict[int, Any]):
    """A tab's components: Gradio goes through them in a thread, while an event of the tab may bring one back.

    An update puts a new component in the place of another; Gradio would then keep it under its own number too, and so
    one more for each event of the tab."""

    def __setitem__(self, number: int, block: Any) -> None:
        """Hold a component in a place; from then on it has that number."""
        block._id = number
        super().__setitem__(number, block)

    def values(self) -> list[Any]:  # type: ignore[override]
        """The components of this moment."""
        return list(super().values())


def lighten(demo: gr.Blocks) -> None:
    """Keep a tab from describing the whole app; call it when the app is laid out."""
    demo.default_config.__class__ = LightConfig
