"""The model page: what is open, its head, its widget, and its card."""

from __future__ import annotations

from typing import Any

import gradio as gr

from inference.assets import AssetError, is_beside, is_remote
from inference.errors import InferenceFailure
from metadata.media import Media
from ui import panels
from ui.markdown import body_html
from ui.markup import one_line, panel
from ui.session import Session, Site
from ui.sources import Opened, example_cards, open_source

from .state import Page, load_inputs
from .widget import Widget

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
SECONDS_KEPT = 3 * 3600


def build(site: Site, first_source: str) -> None:
    """Lay the page out inside the current Blocks. `first_source` is what it opens on."""
    session = gr.State(None, time_to_live=SECONDS_KEPT, delete_callback=_forget)
    current = gr.State("")
    panel(panels.top_bar("Model"), elem_id="bar")
    with gr.Row(elem_id="source-row"):
        source = gr.Textbox(
            label="Model card",
            show_label=False,
            container=False,
            placeholder="README.md, model folder or Hub id, or paste a card or its YAML",
            lines=1,
            max_lines=6,
            scale=4,
            elem_id="source",
        )
        go = gr.Button("Open", scale=0, min_width=72, elem_id="open")
        cards = [(card.title, card.model) for card in example_cards()]
        picker = gr.Dropdown(
            cards, value=None, label="Example cards", show_label=False, container=False, scale=2, elem_id="picker"
        )
    trouble = panel(elem_id="trouble")
    head = panel(elem_id="head")
    with gr.Row(elem_id="page"):
        with gr.Column(elem_id="widget"):

            @gr.render(  # type: ignore[untyped-decorator]
                inputs=[session, current], triggers=[current.change]
            )
            def widget(held: Session | None, name: str) -> None:
                page = held.pages.get(name) if held else None
                if held is None or page is None:
                    return
                override = Widget(page, held).build()
                override.input(_reopen, [session, current, override], shown, **QUIET)

        with gr.Column(elem_id="card"):
            body = panel(elem_id="body")
    shown = [session, current, trouble, head, body, picker]

    async def load(request: gr.Request) -> list[Any]:
        held = Session(site)
        wanted = dict(request.query_params).get("model", "") or first_source
        return await _begin(held, wanted)

    gr.on([go.click, source.submit], _open, [session, source], shown, **QUIET)
    picker.input(_open, [session, picker], shown, **QUIET)
    current_blocks = gr.context.Context.root_block
    assert current_blocks is not None
    current_blocks.load(load, None, shown, **QUIET)


async def _begin(held: Session, source: str) -> list[Any]:
    """Open what was asked for, or say why not and open the first example."""
    updates = await _open(held, source)
    if not held.pages:
        _, name, _, *rest = await _open(held, "")
        updates = [held, name, updates[2], *rest]
    return updates


async def _open(held: Session | None, source: str | None, task: str | None = None) -> list[Any]:
    """Updates of (session, current, trouble, head, body, picker); on failure what was open stays open."""
    skip = gr.skip()
    if held is None:
        return [skip] * 6
    try:
        opened = await open_source(source or "", held, task or None)
        page = Page(opened)
    except InferenceFailure as error:
        return [held, skip, one_line(panels.failure(error)), skip, skip, skip]
    trouble = ""
    try:
        if page.example:
            await load_inputs(page)
    except AssetError as error:
        trouble = one_line(panels.note(str(error), "The card names it among its examples."))
    name = held.keep(page)
    known = {card.model for card in example_cards()}
    picked = opened.source if opened.source in known else None
    return [
        held,
        name,
        trouble,
        one_line(panels.head(opened.model, opened.notes)),
        one_line(_body(opened, held)),
        picked,
    ]


async def _reopen(held: Session | None, name: str, task: str) -> list[Any]:
    page = held.pages.get(name) if held else None
    return await _open(held, page.opened.source if page else "", task)


def _body(opened: Opened, held: Session) -> str:
    model = opened.model

    def address(source: str) -> str | None:
        if not is_remote(source) and not is_beside(source, model.files):
            return None
        return held.site.shelf.put(Media(source=source), model.files, opened.repo)

    text = model.card.body
    if not text.strip():
        return '<p class="dim">The card has no text below its metadata.</p>'
    return body_html(text, address, opened.repo)


def _forget(held: Session | None) -> None:
    if held is not None:
        held.runs.stop_all()
