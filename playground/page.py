"""The compare page: one question, one to four models side by side. Layout and wiring; what it shows
is made by `frame.py`, `heads.py` and `messages.py`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from showcard.metadata.visible import whole
from showcard.playground import restoring
from showcard.playground.core.state import LETTERS, Comparison, Pane
from showcard.playground.tools.mount import Drawn, Mount
from showcard.ui.components.panel import panel
from showcard.ui.markup import panels
from showcard.ui.markup.html import one_line
from showcard.ui.markup.markdown import laid_out
from showcard.ui.session.session import Session, Sessions, Site
from showcard.wire.request import RequestError

from . import actions, catalogue
from . import reads as kept
from .catalogue_panel import CataloguePanel, found_html
from .composer import Question, read_question
from .session import PAGE, CompareSession, compare_session_of, is_of_hub
from .settings_panel import SettingsPanel
from .tools import all as tools
from .view import frame, heads, messages

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# The controls and the screen are strings, looked at by us: Gradio would pass each through a thread of its own.
AS_IT_IS = {**QUIET, "preprocess": False, "postprocess": False}
EVERY = "All panes"


@dataclass(slots=True)
class PaneView:
    """The components of one place for a pane."""

    head: Any
    marks: Any
    transcript: Any
    live: Any

    @classmethod
    def build(cls, letter: str) -> PaneView:
        """Lay one out; the style sheet hides it while its head is empty."""
        with gr.Column(elem_classes="pane", elem_id=f"pane-{letter}"):
            head = panel(elem_id=f"head-{letter}")
            marks = panel(elem_id=f"marks-{letter}")
            with gr.Column(elem_classes="pane-body", elem_id=f"body-{letter}"):
                transcript = panel(elem_id=f"transcript-{letter}", elem_classes="transcript")
                live = panel(elem_id=f"live-{letter}")
        return cls(head, marks, transcript, live)


class ComparePage:
    """The components of the page and what its listeners do."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.sessions = Sessions(site)
        self.settings = SettingsPanel(site)

    def build(self, demo: gr.Blocks) -> None:
        """Lay the page out inside `demo`."""
        panel(panels.top_bar("Compare"), elem_id="bar")
        self.top = panel(elem_id="compare-head")
        self.tabs = panel(elem_id="pane-tabs")
        tools.above()
        with gr.Row(elem_id="panes"):
            self.views = [PaneView.build(letter) for letter in LETTERS]
        self.kept = panel(elem_id="kept")
        panel(frame.sheets())
        self.act, self.act_go = _hidden("act")
        self.halt, self.halt_go = _hidden("stop")
        self.restore, self.restore_go = _hidden("restore")
        self.ran = gr.Textbox(elem_id="ran", visible="hidden")
        self.opened = gr.Textbox(elem_id="opened", visible="hidden")
        with gr.Row(elem_id="ask", elem_classes="tight end"):
            self.notice = panel(elem_id="notice")
            self.question = Question.build()
            self.to = gr.Dropdown(
                [EVERY, *LETTERS], value=EVERY, label="Ask", show_label=False, container=False, elem_id="to"
            )
            self.send = gr.Button("Send", variant="primary", scale=0, min_width=96, elem_id="send")
            self.stop_all = gr.Button("Stop all", scale=0, min_width=88, elem_id="stop-all")
            mount = self._mount()
            made = tools.buttons()
        tools.build(mount, made)
        with gr.Column(elem_id="drawer", visible=False) as self.drawer:
            self.drawer_head = panel(elem_id="drawer-head")
            self.settings.build()
        self._wire(demo)

    @property
    def screen(self) -> list[Any]:
        """What `draw` fills: panels alone. An update of properties, also a skipped one, makes Gradio build a component
        anew, which costs more than all the rest of an update."""
        places = [[view.head, view.transcript, view.live] for view in self.views]
        return [
            self.top,
            self.tabs,
            self.notice,
            self.kept,
            self.opened,
            self.ran,
            *(part for place in places for part in place),
        ]

    def _mount(self) -> Mount:
        return Mount(
            self.site,
            self.sessions.of,
            lambda request: self.compare(request).comparison,
            self.ran,
            self.screen,
            lambda request: self.draw(self.compare(request)),
            self._replace,
            [view.marks for view in self.views],
            self.question,
        )

    def _wire(self, demo: gr.Blocks) -> None:
        drawer = [self.drawer, self.drawer_head, *self.settings.components]
        held = self.settings.components
        gr.on(
            [self.send.click, self.question.submit],
            self._send,
            [self.question, self.to, *held],
            [self.question, *self.screen],
            trigger_mode="multiple", **AS_IT_IS,  # once would drop a question asked in the moment after an answer
        )  # fmt: skip
        self.act_go.click(self._act, [self.act, *held], self.screen, trigger_mode="multiple", **AS_IT_IS)
        self.opened.change(self._refill, None, drawer, trigger_mode="multiple", **QUIET)
        self.halt_go.click(self._stop, self.halt, None, queue=False, **QUIET)
        self.stop_all.click(self._stop, None, None, queue=False, **QUIET)
        self.restore_go.click(self._restore, self.restore, [self.restore, *self.screen], **AS_IT_IS)
        places = self.settings.place
        gr.on(
            [self.settings.components[0].input, *places.triggers],
            self._moved,
            held,
            [*places.components, *self.screen],
            trigger_mode="multiple", **QUIET,
        )  # fmt: skip
        places.wire_refresh(self._refreshed, held, [*places.components, *self.screen], **QUIET)
        places.wire_forget(self.sessions.of, self._moved, held, [*places.components, *self.screen], **QUIET)
        search = self.settings.catalogue
        gr.on(
            [search.go.click, search.text.submit, search.provider.input, search.vision.input, search.tools.input],
            self._search, [*search.inputs, places.base_url], search.found,
            trigger_mode="always_last", **QUIET,  # once would drop a filter that is chosen while another is looked for
        )  # fmt: skip
        demo.load(self._load, None, [self.question, *self.screen], **AS_IT_IS)
        demo.unload(self.sessions.forget)

    # What is shown

    def compare(self, request: gr.Request) -> CompareSession:
        """The comparison of the tab that sent a request."""
        compare = compare_session_of(self.sessions.of(request))
        compare.feed.read = lambda what: kept.read(compare, what)
        return compare

    def draw(self, compare: CompareSession, only: Collection[str] | None = None) -> Drawn:
        """Values of the whole screen: drawn anew for all panes, or for those with the ids given, else as they were."""
        comparison = compare.comparison
        drawn: Drawn = {
            self.top: one_line(frame.top(compare)),
            self.tabs: one_line(frame.tabs(comparison)),
            self.notice: one_line(frame.notice(compare)),
            self.kept: one_line(frame.kept(compare)),
            self.opened: compare.opened,
            self.ran: compare.shown.get(self.ran, "") if compare.busy else _revision(compare),
        }
        for place, shown in enumerate(self.views):
            pane = comparison.panes[place] if place < len(comparison.panes) else None
            drawn[shown.head] = one_line(heads.head(compare, pane)) if pane else ""
            if pane is None:
                drawn |= {shown.transcript: "", shown.live: ""}
            elif only is None or pane.id in only or shown.transcript not in compare.shown:
                drawn[shown.transcript] = one_line(messages.transcript(compare, pane))
                drawn[shown.live] = one_line(messages.below(compare, pane))
        compare.shown = {**compare.shown, **drawn}
        return compare.shown

    async def drawn(self, compare: CompareSession, only: Collection[str] | None = None) -> Drawn:
        """What `draw` gives, once the answers that are shown for the first time are there as HTML."""
        return await laid_out(partial(self.draw, compare, only), compare.session.id)

    def open_drawer(self, compare: CompareSession, pane: Pane | None) -> Drawn:
        """Updates that show a pane's settings, or close them."""
        if pane is None:
            return {self.drawer: gr.update(visible=False)}
        shown = dict(zip(self.settings.components, self.settings.show(compare, pane), strict=True))
        return {
            self.drawer: gr.update(visible=True),
            self.drawer_head: one_line(heads.drawer_head(compare, pane)),
            **shown,
        }

    def take_settings(self, compare: CompareSession, held: tuple[Any, ...]) -> None:
        """What the controls hold becomes the settings of the pane that is open."""
        pane = compare.comparison.pane(compare.open_pane)
        if pane is not None:
            self.settings.take(compare, pane, held)

    # What listeners do

    async def _load(self, request: gr.Request) -> Drawn:
        compare = self.compare(request)
        text = restoring.from_link(compare, dict(request.query_params))
        filled = {self.question: Question.holding(text)} if text else {}
        return {**filled, **await self.drawn(compare)}

    async def _send(self, request: gr.Request, asked: Any, to: str, *held: Any) -> AsyncIterator[Drawn]:
        compare = self.compare(request)
        await self.settings.read_ahead(held)
        self.take_settings(compare, held)
        try:
            question = await read_question(asked)
        except RequestError as error:
            compare.notice = str(error)
            yield await self.drawn(compare, ())
            return
        if question.is_empty or compare.busy or compare.just_sent(question):
            yield await self.drawn(compare, ())  # a generator that yields nothing empties the page
            return
        compare.notice = ""
        panes = [pane for pane in compare.comparison.panes if to in (EVERY, compare.comparison.letter(pane))]
        if not panes:
            compare.notice = f"There is no pane {to}; add one, or ask all."
            yield await self.drawn(compare, ())
            return
        jobs = compare.put_question(panes, question.text, question.images)
        async with aclosing(self._following(compare, compare.run(jobs), {self.question: Question.EMPTY})) as updates:
            async for update in updates:
                yield update

    async def _act(self, request: gr.Request, posted: str, *held: Any) -> AsyncIterator[Drawn]:
        compare = self.compare(request)
        await self.settings.read_ahead(held)
        before = {pane.id: pane.settings.system for pane in compare.comparison.panes}
        self.take_settings(compare, held)
        try:
            act = actions.read(posted)
            outcome = actions.perform(compare, act)
        except RequestError as error:
            compare.notice = str(error)
            yield await self.drawn(compare, ())
            return
        action = actions.ACTIONS[act.name]
        whole = list(before) != [pane.id for pane in compare.comparison.panes] or action.draws_all
        if act.name == "choose":
            await self._priced(compare, compare.comparison.pane(outcome.settings))
        if act.name == "price":
            compare.offers |= await catalogue.look_up(compare.unpriced)
        if outcome.settings or action.refills:
            compare.open_settings(outcome.settings or compare.open_pane)
        run = outcome.run(compare)
        if run is None:
            prompted = {pane.id for pane in compare.comparison.panes if before.get(pane.id) != pane.settings.system}
            only = None if whole else {act.pane, *prompted, *(compare.failures if act.name == "typed" else ())}
            yield await self.drawn(compare, only)
            return
        async with aclosing(self._following(compare, run)) as updates:
            async for update in updates:
                yield update

    async def _following(
        self, compare: CompareSession, run: AsyncGenerator[set[str], None], first: Drawn | None = None
    ) -> AsyncGenerator[Drawn, None]:
        """The updates of a run: its beginning with what is `first`, each answer's end, its own end."""
        begun = False
        async with aclosing(run):
            async for changed in run:
                if begun and not changed:
                    yield compare.shown
                    continue
                yield {**(first or {}), **await self.drawn(compare, changed)}
                begun, first = True, None
        yield await self.drawn(compare, ())

    async def _refill(self, request: gr.Request) -> Drawn:
        """The settings that are open are another pane's, or were changed elsewhere."""
        compare = self.compare(request)
        return self.open_drawer(compare, compare.comparison.pane(compare.open_pane))

    async def _refreshed(self, request: gr.Request, *held: Any) -> Drawn:
        """Ask the Hub anew who serves the model."""
        return await self._moved(request, *held, fresh=True)

    async def _moved(self, request: gr.Request, *held: Any, fresh: bool = False) -> Drawn:
        """The model or the place has changed: show what that place has, and what it costs."""
        compare = self.compare(request)
        held = tuple(whole(value) if isinstance(value, str) else value for value in held)
        await self.settings.read_ahead(held)
        self.take_settings(compare, held)
        pane = compare.comparison.pane(compare.open_pane)
        if pane is None:
            return await self.drawn(compare, ())
        model, placed = str(held[0] or ""), held[1 : 1 + len(self.settings.place.components)]
        found = await self.settings.look(compare, model, placed, fresh)
        await self._priced(compare, pane)
        shown = self.settings.show_place(compare, model, placed, found)
        return {**dict(zip(self.settings.place.components, shown, strict=True)), **await self.drawn(compare, ())}

    async def _priced(self, compare: CompareSession, pane: Pane | None) -> None:
        """Learn who offers a pane's model at what price, where the Hub's router is who knows."""
        settings = pane.settings if pane else None
        if settings and is_of_hub(compare.session, settings):
            compare.offers[settings.model] = await catalogue.offers_of(compare.session, settings.model)

    async def _search(self, request: gr.Request, *asked: Any) -> str:
        *filters, base_url = asked
        found = await catalogue.find(
            self.sessions.of(request), CataloguePanel.read(tuple(filters)), str(base_url or "").strip() or None
        )
        return found_html(found)

    async def _stop(self, request: gr.Request, posted: str = "") -> None:
        with suppress(RequestError):  # nobody posts another kind but by hand
            self.compare(request).stop(actions.read(posted).pane if posted else "")

    def _replace(self, request: gr.Request, comparison: Comparison) -> Drawn:
        compare = self.compare(request)
        compare.put(comparison)
        return self.draw(compare)

    async def _restore(self, request: gr.Request, posted: str) -> Drawn:
        compare = self.compare(request)
        try:
            compare.put(await restoring.from_text(posted, compare.session.id))
        except RequestError as error:
            compare.notice = str(error)
        return {
            self.restore: "",
            **await self.drawn(compare),
        }


def _hidden(name: str) -> tuple[gr.Textbox, gr.Button]:
    """A field and a button that the page's script posts through."""
    return gr.Textbox(elem_id=name, visible="hidden"), gr.Button(elem_id=f"{name}-go", visible="hidden")


def _revision(compare: CompareSession) -> str:
    return f"{compare.comparison.id}@{compare.comparison.revision}"


def build(demo: gr.Blocks, site: Site) -> None:
    """Lay the page out inside `demo`."""
    ComparePage(site).build(demo)


def comparison_of(session: Session) -> Comparison:
    """The comparison of a tab."""
    return compare_session_of(session).comparison


__all__ = ["PAGE", "build", "comparison_of"]
