"""A step of a flow: one call of one model, with where it runs, Run and Stop, and its code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

import gradio as gr

from showcard.inference.errors import InferenceFailure
from showcard.inference.reply import Delta, Reply
from showcard.inference.resolve import Availability
from showcard.inference.streams import HEARTBEAT_SECONDS, Batch
from showcard.metadata.tasks.table import Task, task
from showcard.ui.components.code_panel import CodePanel
from showcard.ui.components.panel import panel
from showcard.ui.components.picker import Picker
from showcard.ui.components.target_panel import PlacePanel
from showcard.ui.markup import panels
from showcard.ui.markup.chat import GrowingAnswer
from showcard.ui.markup.html import Markup, div, one_line, span
from showcard.ui.markup.live_markdown import LiveMarkdown
from showcard.ui.markup.markdown import laid_out
from showcard.ui.session import calls as asking
from showcard.ui.session.availability import first_place, places, reachable
from showcard.ui.session.session import Session, cancel_and_wait
from showcard.ui.session.target import Target
from showcard.widgets import show
from showcard.wire.call import HUB_KEY
from showcard.wire.request import Request, RequestError, ResolvedRequest

Inputs = Callable[[Task, Sequence[Any]], Mapping[str, Any]]
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True, slots=True)
class StepResult:
    """A finished call: its reply, or the chat answer that was put together from its pieces."""

    reply: Reply | None = None
    answer: GrowingAnswer | None = None


class FlowStep:
    """A call that a page makes, of a model for `task_id`; those that run here may be of the tasks in `also` too, which
    come first. `models` are ids on the Hub; any other may be typed.

    `inputs` makes the inputs of the Request from the values of the page's fields, and raises RequestError; `draw` gives
    the updates of the page's outputs for a call that has ended, `grow` those for a chat answer under way."""

    def __init__(
        self,
        name: str,
        task_id: str,
        models: Sequence[str],
        session: Session,
        inputs: Inputs,
        draw: Callable[[StepResult], list[Any]],
        grow: Callable[[GrowingAnswer], list[Any]] | None = None,
        also: tuple[str, ...] = (),
    ) -> None:
        self.name, self.session, self.inputs, self.draw, self.grow = name, session, inputs, draw, grow
        self.row = task(task_id)
        embedded = session.site.embedded.models.values()
        here = [model.id for wanted in (*also, task_id) for model in embedded if model.task.id == wanted]
        runs, elsewhere = [(f"{model}, runs here", model) for model in here], [(model, model) for model in models]
        self.choices = [*elsewhere, *runs] if HUB_KEY in session.keys_for() else [*runs, *elsewhere]
        self.place = PlacePanel(f"{name}-", session, renames=False)
        self.code = CodePanel(f"{name}-code")

    # -- layout ------------------------------------------------------------------------------------------------------

    def build(self, verb: str) -> None:
        """Lay the step out below its fields; `verb` is what its button says."""
        first = self.choices[0][1]
        row, place = self._row(first), first_place(self._row(first), first, self.session, self.name)
        self.model = Picker(
            self.choices,
            value=first,
            label="Model",
            allow_custom_value=True,
            filterable=True,
            interactive=True,
            elem_id=f"{self.name}-model",
        )
        self.place.build(row, first, place)
        found = reachable(row, first, self.session, place)
        with gr.Row(elem_classes="tight"):
            self.run = gr.Button(
                verb,
                variant="primary",
                scale=0,
                min_width=150,
                interactive=found.runs,
                elem_id=f"{self.name}-run",
                elem_classes="way-run",
            )
            self.stop = gr.Button("Stop", scale=0, min_width=80, visible=False, elem_id=f"{self.name}-stop")
            self.status = panel(_where(found), elem_id=f"{self.name}-status")
        self.trouble = panel(elem_id=f"{self.name}-trouble")

    def build_code(self) -> None:
        """Lay the code out, folded."""
        with gr.Accordion("Code", open=False, elem_id=f"{self.name}-codes") as self.folded:
            self.code.build(self.row.id, self.grow is not None)

    def wire(self, fields: Sequence[gr.components.Component], outputs: Sequence[gr.components.Component]) -> Any:
        """The listeners; gives the event of a run, for what comes after it."""
        where = [self.model, *self.place.components]
        values = [*where, *fields]
        assert self.code.output is not None
        writing = [*values, *self.code.options]
        code: dict[str, Any] = {"fn": self._write, "inputs": writing, "outputs": self.code.output, **QUIET}
        shown = [*self.place.components, self.run, self.status]
        self.model.input(self._chosen, where, shown, **QUIET)
        gr.on(self.place.triggers, self._moved, where, shown, trigger_mode="always_last", **QUIET)
        self.place.wire_forget(lambda request: self.session, self._moved, where, shown, **QUIET)
        gr.on([self.folded.expand, *(option.input for option in self.code.options)], **code)
        running = self.run.click(
            self._run, values, [*outputs, self.status, self.run, self.stop, self.trouble], trigger_mode="once", **QUIET
        )
        self.stop.click(self._stop, None, None, queue=False, **QUIET)
        return running.then(**code)

    # -- listeners ---------------------------------------------------------------------------------------------------

    async def _stop(self) -> None:
        self.session.runs.stop(self.name)

    def _row(self, model: str) -> Task:
        """The task a model is asked for: its own where it runs here, else the step's."""
        served = self.session.site.embedded.models.get(model)
        return served.task if served else self.row

    def _chosen(self, model: Any, *values: Any) -> list[Any]:
        """Another model: the places where it may run, and the likeliest of them."""
        name = _model(model)
        row = self._row(name)
        place = first_place(row, name, self.session, self.name)
        updates = self.place.updates(place)
        updates[0] = gr.update(choices=places(row, name, self.session), value=place.choice)
        return [*updates, *self._standing(row, name, place)]

    def _moved(self, model: Any, *values: Any) -> list[Any]:
        typed = PlacePanel.read(values)
        typed.keep(self.session)
        row = self._row(_model(model))
        return [*self.place.updates(typed.place), *self._standing(row, _model(model), typed.place)]

    def _standing(self, row: Task, model: str, place: Any) -> list[Any]:
        found = reachable(row, model, self.session, place)
        return [gr.update(interactive=found.runs), one_line(_where(found))]

    def request(self, values: Sequence[Any]) -> Request:
        """The Request of what is on the screen. Raises RequestError."""
        name = _model(values[0])
        row, place = self._row(name), self._place(name, values)
        inputs = self.inputs(row, values[1 + PlacePanel.COUNT :])
        return place.of(Request(row.id, name, inputs, stream=row.output == "message"))

    def _place(self, name: str, values: Sequence[Any]) -> Target:
        """Where it runs: what the panel says, unless that is still of the model before this one."""
        place, row = PlacePanel.read(values[1 : 1 + PlacePanel.COUNT]).place, self._row(name)
        offered = {choice for _, choice in places(row, name, self.session)}
        return place if place.choice in offered else first_place(row, name, self.session, self.name)

    def _write(self, *values: Any) -> str:
        own, options = values[: -len(self.code.options)], values[-len(self.code.options) :]
        try:
            request = self.request(own)
            resolved = asking.resolved_offline(self.session, request)
        except RequestError as error:
            return one_line(panels.note(str(error), "Fill it in to see the code."))
        return self.code.show({request.model: resolved}, options)

    async def _run(self, *values: Any) -> AsyncIterator[list[Any]]:
        """Yields updates of (the outputs ..., status, run, stop, trouble)."""
        answer, progress, started = (
            GrowingAnswer(markdown=LiveMarkdown(self.session.id)),
            asking.Progress(),
            perf_counter(),
        )
        running = asyncio.create_task(self._ask(values, answer, progress))
        stop: Callable[[], Any] = running.cancel
        self.session.runs.start(self.name, stop)
        idle: list[Any] = [gr.skip()] * len(self.draw(StepResult()))
        try:
            yield [*idle, one_line(show.running(0.0)), gr.update(interactive=False), gr.update(visible=True), ""]
            while not (await asyncio.wait({running}, timeout=HEARTBEAT_SECONDS))[0]:
                grown = self.grow(answer) if self.grow and answer.text else idle
                told = one_line(show.running(perf_counter() - started, progress.sentence))
                yield [*grown, told, gr.skip(), gr.skip(), gr.skip()]
            seconds, status, trouble, shown = perf_counter() - started, "", "", idle
            if running.cancelled():
                status = one_line(show.stopped(seconds))
            elif error := running.exception():
                trouble = one_line(panels.failure(error, answer.resolved))
            else:
                done = running.result()
                shown = await laid_out(partial(self.draw, done), self.session.id, apart=True)
                status = _status(done, seconds)
            yield [*shown, status, gr.update(interactive=True), gr.update(visible=False), trouble]
        finally:
            self.session.runs.end(self.name, stop)
            await cancel_and_wait(running)

    async def _ask(self, values: Sequence[Any], answer: GrowingAnswer, progress: asking.Progress) -> StepResult:
        typed, name = PlacePanel.read(values[1 : 1 + PlacePanel.COUNT]), _model(values[0])
        typed.keep(self.session)
        found = reachable(self._row(name), name, self.session, self._place(name, values))
        if not found.runs:
            raise InferenceFailure(found.sentence, found.hint, ways=("token", "place"))
        resolved: ResolvedRequest = await asking.resolved_for(
            self.session, await asyncio.to_thread(self.request, values), progress
        )
        if not resolved.request.stream:
            return StepResult(await asking.run(self.session, resolved, None, progress))
        answer.resolved = resolved
        async for delta in asking.stream(self.session, resolved, None, progress):
            answer.take(Batch[Delta]([(perf_counter(), delta)]))
        await answer.markdown.ended(answer.content)
        return StepResult(answer=answer)


def _where(found: Availability) -> Markup:
    """Where a run goes, or in a sentence what is missing."""
    return div(span(f"{found.sentence} {found.hint}".strip()), class_="status")


def _status(done: StepResult, seconds: float) -> str:
    if done.reply:
        return one_line(show.done(done.reply))
    return one_line(show.chat_done(done.answer, seconds)) if done.answer else ""


def _model(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
