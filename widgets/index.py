"""All widgets: a tile for every task, in groups by modality, each leading to an example card."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import cache

import gradio as gr

from showcard.metadata.media import Media
from showcard.metadata.model import Model, source_model
from showcard.metadata.tasks.table import TASKS, Task
from showcard.ui.components.panel import panel
from showcard.ui.markup import panels
from showcard.ui.markup.html import attribute, escape, one_line
from showcard.ui.session.session import Site
from showcard.ui.session.sources import EXAMPLES, example_cards
from showcard.widgets.examples.thumbs import thumb

PATH = "/widgets"
MODALITIES = {
    "nlp": "Natural Language Processing", "audio": "Audio", "cv": "Computer Vision", "multimodal": "Multimodal",
    "tabular": "Tabular", "rl": "Reinforcement Learning", "other": "Other",
}  # fmt: skip
# The pages that put several tasks together: their path, name, and what they do.
FLOWS = (
    ("/image-editor", "Image editor", "A picture and what should change: before and after."),
    ("/meeting-notes", "Meeting notes", "A recording, its transcript, and a summary by a chat model."),
)


def build(demo: gr.Blocks, site: Site) -> None:
    """Lay the page out inside `demo`."""
    panel(panels.top_bar("All widgets"), elem_id="bar")
    shown = panel('<p class="dim">Loading the cards.</p>', elem_id="index")

    async def draw() -> str:
        return one_line(await asyncio.to_thread(index_html, site))

    demo.load(draw, None, shown, show_progress="hidden", api_visibility="private")


def index_html(site: Site) -> str:
    """The whole index. It reads the cards and some of their files, so call it in a thread."""
    runs = {model.id for model in site.embedded.models.values()}
    groups = []
    for modality, name in MODALITIES.items():
        tiles = [
            _tile(model, row, f"showcard/{folder}" in runs, _address(site, model))
            for row in TASKS
            if row.modality == modality
            for folder, model in example_models().items()
            if model.guess.widget == row
        ]
        jump = f'<h2 id="w-{modality}">{name} <span class="dim">{len(tiles)}</span></h2>'
        groups.append(
            f'<section aria-labelledby="w-{modality}">{jump}<ul class="tiles">{"".join(tiles)}</ul></section>'
        )
    flows = _flows() if FLOWS else ""
    links = "".join(f'<a href="#w-{modality}">{name}</a>' for modality, name in MODALITIES.items())
    return (
        '<div class="index"><h1>All widgets</h1><p>Every task of the Hub with a card to try. '
        '<span class="badge live">Runs here</span> answers on this machine; '
        f'<span class="badge">{panels.RECORDED[0]}</span> shows what a model said; '
        f'<span class="badge">{panels.ILLUSTRATION[0]}</span> was drawn or written for the card.</p>'
        f'<nav class="jump" aria-label="Kinds of input">{links}</nav>'
        f"{flows}{''.join(groups)}</div>"
    )


def _flows() -> str:
    tiles = "".join(
        f'<li><a class="tile" href="{path}"><strong>{name}</strong><span>{said}</span></a></li>'
        for path, name, said in FLOWS
    )
    return (
        '<section aria-labelledby="w-flows"><h2 id="w-flows">Workflows of several models</h2>'
        f'<ul class="tiles">{tiles}</ul></section>'
    )


@cache
def example_models() -> Mapping[str, Model]:
    """The example cards by their folders, read once."""
    return {card.folder: source_model(EXAMPLES / card.folder) for card in example_cards()}


def _address(site: Site, model: Model) -> Callable[[Media], str]:
    return lambda media: site.shelf.own.put(media, model.files)


def _tile(model: Model, row: Task, runs: bool, address: Callable[[Media], str]) -> str:
    """A link to a card: what it looks like, its task, its name, and whether something answers."""
    folder = model.files.name if model.files else ""
    name = str(model.card.data.get("model_name") or folder)
    if runs:
        badge = '<span class="badge live">Runs here</span>'
    else:
        badge = f'<span class="badge">{(panels.ILLUSTRATION if model.illustrated else panels.RECORDED)[0]}</span>'
    more = "" if row.wire else '<span class="dim">shown, not run</span>'
    drawn = next(filter(None, (thumb(example, model.files, address) for example in model.examples)), "")
    return (
        f'<li><a class="tile" href="/?model=showcard/{attribute(folder)}"><span class="thumb">{drawn}</span>'
        f"<strong>{escape(row.name)}</strong><span>{escape(name)}</span>"
        f'<span class="facts">{badge}{more}</span></a></li>'
    )
