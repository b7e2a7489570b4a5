"""The model page: what is open, its head, its widget, and its card."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

import gradio as gr

from showcard.inference.errors import InferenceFailure
from showcard.inference.transport.assets import AssetError, is_remote
from showcard.metadata.media import Media
from showcard.metadata.tasks.table import find_task
from showcard.ui.components.panel import Updates, panel
from showcard.ui.gradio_patches.old_renders import forget_old_renders
from showcard.ui.markup import panels
from showcard.ui.markup.html import Markup, div, one_line
from showcard.ui.markup.markdown import body_html
from showcard.ui.markup.pieces import dim
from showcard.ui.session.availability import recall
from showcard.ui.session.session import Session, Sessions, Site
from showcard.ui.session.sources import example_cards, open_source
from showcard.widgets.examples.gallery import body_with_gallery
from showcard.widgets.examples.missing_media import paths_of
from showcard.wire.links import Link

from .linked import follow, read_address
from .state import Page, load_inputs
from .widget import Widget

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
TEXTS = QUIET | {"trigger_mode": "multiple"}  # the next card's text is asked for while a long one is still laid out


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedView:
    """What changes on the page when a card is asked for: the name of the open page, what went wrong, the head, and the
    example card that the picker shows."""

    name: Any = field(default_factory=gr.skip)
    trouble: Any = field(default_factory=gr.skip)
    head: Any = field(default_factory=gr.skip)
    picked: Any = field(default_factory=gr.skip)


SAME = OpenedView()


def build(demo: gr.Blocks, site: Site, first_source: str) -> None:
    """Lay the page out inside `demo`. `first_source` is what it opens on."""
    ModelPage(site, first_source).build(demo)


class ModelPage:
    """The page around the widget: what opens a card, and what is shown of it."""

    def __init__(self, site: Site, first_source: str) -> None:
        self.sessions = Sessions(site)
        self.first_source = first_source
        self.shown: list[Any] = []  # what opening a card changes

    def build(self, demo: gr.Blocks) -> None:
        """Lay it out inside `demo`, and wire it."""
        self.current = gr.State("")
        panel(panels.top_bar("Model"), elem_id="bar")
        with gr.Row(elem_id="source-row"):
            self._source_row()
        self.trouble = panel(elem_id="trouble")
        self.head = panel(elem_id="head")
        self.remembered = gr.BrowserState({}, storage_key="showcard-places", secret="showcard")  # noqa: S106 no key is in it
        with gr.Row(elem_id="page"):
            with gr.Column(elem_id="widget"):
                gr.render(inputs=self.current, triggers=[self.current.change])(self._widget)
            with gr.Column(elem_id="card"):
                self.body = panel(elem_id="body")
        self.shown = [self.current, self.trouble, self.head, self.picker]
        self._wire(demo)

    def _source_row(self) -> None:
        self.source = gr.Textbox(
            label="Model card",
            show_label=False,
            container=False,
            placeholder="README.md, model folder or Hub id, or paste a card or its YAML",
            lines=1,
            max_lines=6,
            scale=4,
            elem_id="source",
        )
        self.go = gr.Button("Open", scale=0, min_width=72, elem_id="open")
        cards = [(card.title, card.model) for card in example_cards()]
        self.picker = gr.Dropdown(
            cards, value=None, label="Example cards", show_label=False, container=False, scale=2, elem_id="picker"
        )

    def _wire(self, demo: gr.Blocks) -> None:
        # A card that is asked for while another one is on its way takes its place.
        opens: dict[str, Any] = {**QUIET, "trigger_mode": "multiple"}
        asked = [gr.on([self.go.click, self.source.submit], self._open_named, self.source, self.shown, **opens)]
        asked.append(self.picker.input(self._open_other, [self.current, self.picker], self.shown, **opens))
        packed = gr.Textbox(visible="hidden", elem_id="link")  # the page's own script puts an address here
        followed = gr.Button("Follow the link", visible="hidden", elem_id="follow")
        asked.append(followed.click(self._follow_link, packed, self.shown, **opens))
        asked.append(demo.load(self._load, self.remembered, self.shown, **QUIET))
        for opened in asked:
            opened.then(self._text, self.current, self.body, **TEXTS)
        demo.unload(self.sessions.forget)

    def _widget(self, name: str, request: gr.Request) -> None:
        forget_old_renders()
        held = self.sessions.of(request)
        if name in held.pages:
            override = Widget(held.pages[name], held, self.remembered).build()
            reopened = override.input(self._reopen, [self.current, override], self.shown, **QUIET)
            reopened.then(self._text, self.current, self.body, **TEXTS)

    async def _load(self, places: Any, request: gr.Request) -> Updates:
        held = self.sessions.of(request)
        recall(held, places)
        try:
            link = await read_address(str(request.query_params), "", held.id)
        except InferenceFailure as error:
            return self._updates(_failed(error, await _begin(held, Link(), self.first_source)))
        return self._updates(await _begin(held, link, self.first_source))

    async def _follow_link(self, address: Any, request: gr.Request) -> Updates:
        query, _, fragment = _text_of(address).partition("#")
        held = self.sessions.of(request)
        try:
            link = await read_address(query, fragment, held.id)
        except InferenceFailure as error:
            return self._updates(_failed(error))
        return self._updates(await _open(held, link.card or link.source, link.task, link=link))

    async def _open_named(self, source: Any, request: gr.Request) -> Updates:
        return self._updates(await _open(self.sessions.of(request), _text_of(source)))

    async def _open_other(self, name: Any, source: Any, request: gr.Request) -> Updates:
        held = self.sessions.of(request)
        page = held.pages.get(_text_of(name))
        if page and page.opened.source == source:
            return self._updates(SAME)  # a focus that passed by
        return self._updates(await _open(held, _text_of(source)))

    async def _reopen(self, name: Any, task: Any, request: gr.Request) -> Updates:
        held = self.sessions.of(request)
        page = held.pages.get(_text_of(name))
        if page is None or task == page.overridden:
            return self._updates(SAME)
        return self._updates(await _open(held, page.opened.source, _text_of(task)))

    def _updates(self, view: OpenedView) -> Updates:
        return {
            self.current: view.name,
            self.trouble: view.trouble,
            self.head: view.head,
            self.picker: view.picked,
        }

    async def _text(self, name: Any, request: gr.Request) -> Any:
        """The card's body, once: a long one takes its time, so its widget does not wait for it."""
        held = self.sessions.of(request)
        page = held.pages.get(_text_of(name))
        if page is None or page.told:
            return gr.skip()
        page.told = True
        try:
            body = await _body(page, held)
        except Exception as error:  # the rest of the page goes on without it
            body = panels.failure(error)
        return one_line(div(body, data_page=name)) if held.shown == name else gr.skip()


def _text_of(value: Any) -> str:
    """What was posted, where it is text; anybody may post anything."""
    return value if isinstance(value, str) else ""


async def _begin(held: Session, link: Link, first_source: str) -> OpenedView:
    """Open what was asked for, or say why not and open the first example; unless a person was faster."""
    view = await _open(held, link.card or link.source or first_source, link.task, unless_open=True, link=link)
    if held.pages:
        return view
    return replace(await _open(held, "", unless_open=True), trouble=view.trouble)


async def _open(
    held: Session, source: str | None, task: str = "", unless_open: bool = False, link: Link | None = None
) -> OpenedView:
    """Open a card; on failure what was open stays open.

    Nothing of a card is shown that comes after one that was asked for later; with `unless_open`, after any."""
    held.opening += not unless_open
    turn = held.opening
    try:
        page, trouble = await _read(held, source or "", task, link)
    except InferenceFailure as error:
        return _failed(error) if held.opening == turn else SAME
    if held.opening != turn or (unless_open and held.pages):
        return SAME
    held.runs.stop_all()
    page.name = held.shown = held.keep(page)
    known = {card.model for card in example_cards()}
    again = "" if page.opened.pasted else page.opened.source
    head = one_line(panels.head(page.model, page.opened.notes, page.name, again, page.overridden))
    picked = page.opened.source if page.opened.source in known else None
    return OpenedView(name=page.name, trouble=trouble, head=head, picked=picked)


def _failed(error: InferenceFailure, view: OpenedView = SAME) -> OpenedView:
    """The view, with what went wrong."""
    return replace(view, trouble=one_line(panels.failure(error)))


async def _read(held: Session, source: str, task: str, link: Link | None) -> tuple[Page, str]:
    """The page of what was named, with what can't be shown of it. Raises InferenceFailure."""
    page = Page(await open_source(source, held, task if find_task(task) else None), load=held.media_store.load)
    said = ""
    try:
        await load_inputs(page, away=not (link and (link.card or link.source)))  # any web page may hold a link
        said = await follow(page, link) if link else ""
    except AssetError as error:
        page.trouble = str(error)
    return page, one_line(panels.note(said, "The rest of it is filled in.")) if said else ""


async def _body(page: Page, held: Session) -> Markup:
    """The card's body as HTML; takes its time, so call it in a thread."""
    opened, model = page.opened, page.model
    paths = await asyncio.to_thread(paths_of, model.files)

    def address(source: str) -> str | None:
        path = source.removeprefix("./").lstrip("/").split("?", 1)[0].split("#", 1)[0]
        if not is_remote(source) and not {path, unquote(path)} & paths:
            return None
        return held.media_store.put(Media(source=source), model.files, opened.repo)

    if not model.card.body.strip():
        return dim("The card has no text below its metadata.")
    return await body_with_gallery(page, held, lambda text: body_html(text, address, opened.repo, held.id))
