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
from showcard.ui.markup.html import Child, Markup, div, element, one_line, p, span
from showcard.ui.markup.pieces import badge, dim, strong
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
    shown = panel(dim("Loading the cards."), elem_id="index")

    async def draw() -> str:
        return one_line(await asyncio.to_thread(index_html, site))

    demo.load(draw, None, shown, show_progress="hidden", api_visibility="private")


def index_html(site: Site) -> Markup:
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
        groups.append(_group(f"w-{modality}", [name, " ", span(len(tiles), class_="dim")], tiles))
    flows = [_link(path, strong(name), span(said)) for path, name, said in FLOWS]
    links = [element("a", name, href=f"#w-{modality}") for modality, name in MODALITIES.items()]
    said = [
        "Every task of the Hub with a card to try. ",
        *(badge("Runs here", live=True), " answers on this machine; "),
        *(badge(panels.RECORDED[0]), " shows what a model said; "),
        *(badge(panels.ILLUSTRATION[0]), " was drawn or written for the card."),
    ]
    return div(
        element("h1", "All widgets"),
        p(said),
        element("nav", links, class_="jump", aria_label="Kinds of input"),
        flows and _group("w-flows", "Workflows of several models", flows),
        groups,
        class_="index",
    )


def _group(anchor: str, title: Child, tiles: list[Markup]) -> Markup:
    heading = element("h2", title, id=anchor)
    return element("section", heading, element("ul", tiles, class_="tiles"), aria_labelledby=anchor)


def _link(address: str, *shown: Child) -> Markup:
    return element("li", element("a", *shown, class_="tile", href=address))


@cache
def example_models() -> Mapping[str, Model]:
    """The example cards by their folders, read once."""
    return {card.folder: source_model(EXAMPLES / card.folder) for card in example_cards()}


def _address(site: Site, model: Model) -> Callable[[Media], str]:
    return lambda media: site.media_store.own.put(media, model.files)


def _tile(model: Model, row: Task, runs: bool, address: Callable[[Media], str]) -> Markup:
    """A link to a card: what it looks like, its task, its name, and whether something answers."""
    folder = model.files.name if model.files else ""
    name = str(model.card.data.get("model_name") or folder)
    recorded = badge((panels.ILLUSTRATION if model.illustrated else panels.RECORDED)[0])
    answers = badge("Runs here", live=True) if runs else recorded
    more = None if row.wire else span("shown, not run", class_="dim")
    drawn = next(filter(None, (thumb(example, model.files, address) for example in model.examples)), None)
    facts = span(answers, more, class_="facts")
    return _link(f"/?model=showcard/{folder}", span(drawn, class_="thumb"), strong(row.name), span(name), facts)
