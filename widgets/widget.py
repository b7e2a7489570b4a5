"""The widget of one open model: fields, examples, where it runs, Run and Stop, the output, code, JSON and metadata.

What Gradio's events make of it. Two listeners with `trigger_mode="always_last"` on one trigger wake each other for
ever: one listener a trigger. `change` also tells of values that Gradio sets itself, even before a listener is known:
inside `gr.render` it is not used. A Dropdown tells `input` when a focus only passes by, and `select` for the mouse
alone: a choice that is the one on the screen is left alone. `gr.Tabs` made anew by `gr.render` keep the id that was
selected before: the tabs have ids of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import gradio as gr

from showcard.metadata.tasks.table import TASKS, Task
from showcard.ui.components.check_panel import checking
from showcard.ui.components.code_panel import CodePanel
from showcard.ui.components.headers import header_ticks
from showcard.ui.components.panel import Updates, panel
from showcard.ui.components.parameters import ParameterPanel
from showcard.ui.components.target_panel import PlacePanel
from showcard.ui.markup import panels
from showcard.ui.markup.html import element, join, one_line, span
from showcard.ui.markup.markdown import laid_out
from showcard.ui.server.leaving import mark
from showcard.ui.session.availability import AvailabilityCheck, first_place, look, remembered_by
from showcard.ui.session.session import Session
from showcard.ui.session.target import PROVIDERS
from showcard.widgets.examples.choosing import Choosing
from showcard.widgets.fields.inputs import InputPanel
from showcard.wire.request import RequestError

from . import about, show
from .folder import FolderPanel
from .linked import link_to, shared
from .running import RunView, WidgetRunner
from .state import Page, nameless, reachable

NAME = "model"  # under which the browser remembers where this widget runs


MAXIMISE = element("button", "Maximise", type="button", class_="ghost", aria_pressed="false", title="The widget alone")


class Widget:
    """The components of one open model and the listeners between them. Made inside `gr.render`."""

    def __init__(self, page: Page, session: Session, remembered: gr.BrowserState) -> None:
        self.page = page
        self.session = session
        self.row: Task | None = page.row
        self.chats = bool(self.row and self.row.output == "message")
        self.parameters = ParameterPanel(page.row.id, "in-p") if page.row and page.row.wire else None
        self.inputs = InputPanel(page, session)
        self.runner = WidgetRunner(page, session, self.parameters)
        self.choosing = Choosing(self.inputs, self.parameters, self.runner)
        self.code = CodePanel()
        self.place = PlacePanel("", session)
        self.folder = FolderPanel(page, session)
        self.remembered = remembered
        self.set: list[Any] = []  # the controls of what is set beside the fields

    # -- layout ------------------------------------------------------------------------------------------------------

    def build(self) -> gr.Dropdown:
        """Lay it out; the control that overrides the task is handed back, as opening again is the page's business."""
        alone = span(MAXIMISE, data_page=self.page.name)
        panel(join([alone, mark(self.session.feed)]), elem_id="maximise")
        with gr.Tabs(selected="code" if self.page.link.code else "widget", overflow_behavior="wrap"):
            with gr.Tab("Widget", id="widget", elem_id="widget-body"), gr.Column(elem_classes="tight"):
                self._widget()
            with gr.Tab("Code", id="code", elem_id="code-body") as code_tab, gr.Column(elem_classes="tight"):
                self.code.build(self.row.id if self.row else "", self.chats)
            with gr.Tab("JSON", id="json", elem_id="json-body"):
                self.json = panel(show.no_json(), elem_id="json")
            with gr.Tab("Metadata", id="metadata", elem_id="metadata-body"), gr.Column(elem_classes="tight"):
                panel(about.task_of(self.page.model))
                choices = [("What the card says", "")] + [(task.name, task.id) for task in TASKS]
                override = gr.Dropdown(
                    choices, value=self.page.overridden, label="Show it as another task", filterable=True
                )
                panel(about.about(self.page.model, self.page.opened.notes), elem_id="metadata")
        self._wire(code_tab)
        return override

    def _widget(self) -> None:
        page = self.page
        self.choosing.build()
        self.transcript = panel(show.transcript(page, self.session), elem_id="transcript", visible=self.chats)
        self.fields = self.inputs.build()
        self.choosing.build_parameters()
        if self.parameters and self.choosing.box:
            with self.choosing.box:
                self.set = [*self.parameters.components, header_ticks("in")]
        if self.runner.options:
            with gr.Accordion("Tools and structured output", open=False, elem_id="chat-options"):
                self.runner.options.build()
                self.set += self.runner.options.components
        place = first_place(self.row, page.model.name, self.session, NAME, self.folder.address)
        self.held = place = replace(place, provider=page.link.provider or place.provider)
        self.place.build(self.row, page.model.name, place, self.folder.address)
        self.folder.build(place)
        found = reachable(page, self.session, place)
        with gr.Row(elem_id="run-row", elem_classes="tight"):
            self.run = gr.Button(
                "Send" if self.chats else "Run",
                variant="primary",
                elem_id="run",
                elem_classes="way-run",
                scale=0,
                min_width=120,
                interactive=found.runs,
            )
            self.stop = gr.Button("Stop", elem_id="stop", scale=0, min_width=80, visible=False)
            self.reset = gr.Button("New chat", elem_id="reset", scale=0, min_width=96, visible=self.chats)
            self.status = panel(show.where(found), elem_id="status")
            self.share = gr.Button("Share", elem_id="share", scale=0, min_width=72)
        self.shared = panel(elem_id="shared")
        self.report = panel(elem_id="report")
        self.changed = gr.Button("Inputs changed", visible="hidden", elem_id="changed")
        self.result = panel(show.result(self.page, self.session), elem_id="result")
        if self.runner.results:
            self.runner.results.build(page.turns)

    # -- listeners ---------------------------------------------------------------------------------------------------

    def _wire(self, code_tab: gr.Tab) -> None:
        where, results = self.place.components, self.runner.results
        screen = [self.transcript, self.result, self.status, self.run, self.stop, self.json]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        values = [*where, *self.fields, *self.set]
        code = {"fn": self._write_code, "inputs": [*self.code.options, *values], "outputs": self.code.output, **quiet}

        moved = [*where, self.run, self.status, self.remembered, *self.folder.all]
        gr.on(self.place.triggers, self._moved, where, moved, trigger_mode="always_last", **quiet).then(**code)
        self.place.wire_refresh(self._refreshed, where, moved, **quiet)
        self.place.wire_forget(lambda request: self.session, self._moved, where, moved, **quiet)
        changed = {
            "fn": self._changed,
            "inputs": [*self.code.options, *values],
            "outputs": [self.result, self.code.output, self.inputs.mask],
            **quiet,
        }
        # Textbox tells of key presses only, not of a paste or a dictated word: the page's own script watches the fields
        # and presses `changed`. One listener a trigger, as two that take the last value wake each other for ever.
        gr.on(
            [self.changed.click, *(trigger for component in self.fields for trigger in _media_events(component))],
            **changed,
            trigger_mode="always_last",
        )
        self.inputs.wire(changed, quiet)
        filled = [self.transcript, self.result, self.json, self.inputs.mask]
        self.choosing.wire(filled, code, changed, quiet)
        gr.on([code_tab.select, *(option.input for option in self.code.options)], **code)
        starts = [self.run.click] + [f.submit for f in self.fields if isinstance(f, gr.Textbox) and f.lines == 1]
        screen += [*self.fields, *results.components] if results else []
        running = self._drawn(self.runner.chat if results else self.runner.run)
        if self.folder.address:
            running, screen = self.folder.beside(running), [*screen, *self.folder.components]
        # What was typed meanwhile makes the answer an old one.
        done = gr.on(starts, running, values, screen, trigger_mode="once", **quiet)
        done = done.then(**changed | {"fn": self._ended})
        if self.folder.address:
            done.then(self.folder.updates, None, self.folder.components, **quiet)
            self.folder.wire(quiet)
        if results:
            answered = [results.result, *values]
            send, call = self._drawn(self.runner.answer_call), self._drawn(self.runner.run_call)
            results.send.click(send, answered, screen, trigger_mode="once", **quiet).then(**code)
            results.run.click(call, answered, screen, trigger_mode="once", **quiet).then(**code)
        self.share.click(self._share, values, self.shared, **quiet)
        check = self.place.check
        check.click(self._check, where, [self.report, check], trigger_mode="once", **quiet)
        self.stop.click(self.runner.stop, None, None, queue=False, **quiet)
        reset = [self.transcript, self.result, self.json, *(results.components if results else ())]
        self.reset.click(self._reset, None, reset, **quiet)

    def _drawn(self, run: Callable[..., AsyncIterator[RunView]]) -> Callable[..., AsyncIterator[Updates]]:
        """A listener that draws what a run changes."""

        async def drawn(*values: Any) -> AsyncIterator[Updates]:
            async with aclosing(run(*values)) as views:  # type: ignore[type-var]
                async for view in views:
                    yield self._updates(view)

        return drawn

    def _updates(self, view: RunView) -> Updates:
        """The updates of what a run changes."""
        texts = {
            self.transcript: view.transcript,
            self.result: view.result,
            self.status: view.status,
            self.json: view.json,
        }
        updates: Updates = {place: text for place, text in texts.items() if text is not None}
        if view.message is not None:
            updates[self.fields[0]] = view.message
        if view.running is not None:
            updates |= {self.run: gr.update(interactive=not view.running), self.stop: gr.update(visible=view.running)}
        if view.turns is not None and self.runner.results:
            updates |= self.runner.results.updates(view.turns)
        return updates

    async def _check(self, *values: Any) -> AsyncIterator[Updates]:
        typed, report, check = self.place.read(values), self.report, self.place.check
        async with aclosing(checking(self.row, self.page.model.name, self.session, typed, report, check)) as updates:  # type: ignore[type-var]
            async for update in updates:
                yield update

    async def _refreshed(self, *values: Any) -> Updates:
        """Ask the Hub anew who serves the model."""
        return await self._moved(*values, fresh=True)

    async def _moved(self, *values: Any, fresh: bool = False) -> Updates:
        """Another place: updates of its controls, Run, the status, what the browser remembers, the folder's model."""
        typed, page = self.place.read(values), self.page
        typed.keep(self.session)
        missing = nameless(page, typed.place)
        found = (
            AvailabilityCheck(missing)
            if missing
            else await look(page.row, page.model.name, self.session, typed.place, page.model.opted_out, fresh)
        )
        if typed.place != self.held:
            self.held = self.session.remembered[NAME] = typed.place
        status = one_line(show.where(found, typed.place.model(page.model.name)))
        return {
            **self.place.updates(typed.place, found),
            self.run: gr.update(interactive=found.availability.runs),
            self.status: status,
            self.remembered: remembered_by(self.session),
            **self.folder.moved(typed.place),
        }

    def _changed(self, *values: Any) -> Updates:
        """The result, marked where the inputs are no longer those it answers; and the code of the inputs."""
        screen = self.runner.screen(values[len(self.code.options) :])
        answered = self.chats or not self.page.shown or self.runner.is_answered(screen)
        updates: Updates = {
            self.code.output: self._write_code(*values),
            self.inputs.mask: one_line(self.inputs.mask_note(list(screen.fields))),
        }
        if answered == self.page.stale:
            self.page.stale = not answered
            updates[self.result] = one_line(show.result(self.page, self.session))
        return updates

    def _ended(self, *values: Any) -> Updates:
        """After a run, which drew its answer as one to these inputs, also where a change was told as it did."""
        self.page.stale = False
        return self._changed(*values)

    def _write_code(self, *values: Any) -> str:
        options, screen = values[: len(self.code.options)], self.runner.screen(values[len(self.code.options) :])
        try:
            resolved = self.runner.resolved(screen)
        except RequestError as error:
            return one_line(panels.note(str(error), "Fill it in to see the code."))
        return self.code.show({resolved.request.model: resolved}, options, show.local_code(self.page, resolved))

    def _share(self, *values: Any) -> str:
        screen = self.runner.screen(values)
        try:
            parameters = self.parameters.read(screen.parameters) if self.parameters else {}
        except RequestError as error:
            return one_line(panels.note(str(error), "Put it right to share it."))
        place = screen.where.place
        provider = place.provider if place.choice == PROVIDERS and place.provider != "auto" else ""
        return one_line(shared(link_to(self.page, self.inputs.readable(screen.fields), parameters, provider)))

    async def _reset(self) -> Updates:
        await self.runner.stop()
        self.page.choose(None)
        blank = await laid_out(lambda: show.transcript(self.page, self.session), self.session.id)
        return self._updates(RunView(transcript=one_line(blank), result="", json=one_line(show.no_json()), turns=()))


def _media_events(component: gr.components.Component) -> list[Any]:
    """The events by which a person gives or takes away a file."""
    if not isinstance(component, gr.Image | gr.Audio | gr.Video):
        return []
    return [getattr(component, name) for name in ("upload", "clear", "stop_recording") if hasattr(component, name)]
