"""The model page: what is open, its head, its widget, and its card."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import unquote

import gradio as gr

from inference.assets import AssetError, is_remote
from inference.errors import InferenceFailure
from metadata.media import Media
from metadata.tasks import find_task
from ui import panels
from ui.markdown import body_html
from ui.markup import one_line, panel
from ui.place import recall
from ui.rendering import forget_old_renders
from ui.session import Session, Sessions, Site
from ui.sources import example_cards, open_source
from wire.links import Link, read_link

from .gallery import body_with_gallery
from .linked import follow
from .state import Page, load_inputs
from .widget import Widget

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build(site: Site, first_source: str) -> None:
    """Lay the page out inside the current Blocks. `first_source` is what it opens on."""
    sessions = Sessions(site)
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

    remembered = gr.BrowserState({}, storage_key="showcard-places", secret="showcard")  # noqa: S106 no key is in it

    async def load(places: Any, request: gr.Request) -> list[Any]:
        recall(sessions.of(request), places)
        return await _begin(sessions.of(request), read_link(str(request.query_params)), first_source)

    async def follow_link(address: str, request: gr.Request) -> list[Any]:
        query, _, fragment = address.partition("#")
        link = read_link(query, fragment)
        return await _open(sessions.of(request), link.card or link.source, link.task, link=link)

    async def open_named(source: str, request: gr.Request) -> list[Any]:
        return await _open(sessions.of(request), source)

    async def open_other(name: str, source: str, request: gr.Request) -> list[Any]:
        held = sessions.of(request)
        if name in held.pages and held.pages[name].opened.source == source:
            return [gr.skip()] * len(shown)  # a focus that passed by
        return await _open(held, source)

    async def reopen(name: str, task: str, request: gr.Request) -> list[Any]:
        held = sessions.of(request)
        page = held.pages.get(name)
        if page is None or task == page.overridden:
            return [gr.skip()] * len(shown)
        return await _open(held, page.opened.source, task)

    with gr.Row(elem_id="page"):
        with gr.Column(elem_id="widget"):

            @gr.render(inputs=current, triggers=[current.change])  # type: ignore[untyped-decorator]
            def widget(name: str, request: gr.Request) -> None:
                forget_old_renders()
                held = sessions.of(request)
                if name in held.pages:
                    override = Widget(held.pages[name], held, remembered).build()
                    override.input(reopen, [current, override], shown, **QUIET)

        with gr.Column(elem_id="card"):
            body = panel(elem_id="body")
    shown = [current, trouble, head, body, picker]

    gr.on([go.click, source.submit], open_named, source, shown, **QUIET)
    packed = gr.Textbox(visible="hidden", elem_id="link")  # the page's own script puts an address here
    followed = gr.Button("Follow the link", visible="hidden", elem_id="follow")
    followed.click(follow_link, packed, shown, **QUIET)
    picker.input(open_other, [current, picker], shown, **QUIET)
    blocks = gr.context.Context.root_block
    assert blocks is not None
    blocks.load(load, remembered, shown, **QUIET)
    blocks.unload(sessions.forget)


async def _begin(held: Session, link: Link, first_source: str) -> list[Any]:
    """Open what was asked for, or say why not and open the first example; unless a person was faster."""
    updates = await _open(held, link.card or link.source or first_source, link.task, unless_open=True, link=link)
    if not held.pages:
        name, _, *rest = await _open(held, "", unless_open=True)
        updates = [name, updates[1], *rest]
    return updates


async def _open(
    held: Session, source: str | None, task: str = "", unless_open: bool = False, link: Link | None = None
) -> list[Any]:
    """Updates of (current, trouble, head, body, picker); on failure what was open stays open."""
    skip = gr.skip()
    try:
        opened = await open_source(source or "", held, task if find_task(task) else None)
    except InferenceFailure as error:
        return [skip, one_line(panels.failure(error)), skip, skip, skip]
    page, trouble = Page(opened), ""
    try:
        await load_inputs(page)
        said = await follow(page, link) if link else ""
        trouble = one_line(panels.note(said, "The rest of it is filled in.")) if said else ""
    except AssetError as error:
        trouble = one_line(panels.note(str(error), "The card names it among its examples."))
    if unless_open and held.pages:
        return [skip] * 5
    held.runs.stop_all()
    page.name = name = held.keep(page)
    known = {card.model for card in example_cards()}
    picked = opened.source if opened.source in known else None
    head = one_line(panels.head(opened.model, opened.notes))
    return [name, trouble, head, one_line(await asyncio.to_thread(_body, page, held)), picked]


def _body(page: Page, held: Session) -> str:
    """The card's body as HTML; takes its time, so call it in a thread."""
    opened, model = page.opened, page.model
    paths = set(model.files.list()) if model.files else set()

    def address(source: str) -> str | None:
        path = source.removeprefix("./").lstrip("/").split("?", 1)[0].split("#", 1)[0]
        if not is_remote(source) and not {path, unquote(path)} & paths:
            return None
        return held.shelf.put(Media(source=source), model.files, opened.repo)

    if not model.card.body.strip():
        return '<p class="dim">The card has no text below its metadata.</p>'
    return body_with_gallery(page, held, lambda text: body_html(text, address, opened.repo))
