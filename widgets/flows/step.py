"""A step of a flow: one call of one model, with where it runs, Run and Stop, and its code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from showcard.inference.errors import InferenceFailure
from showcard.inference.reply import Reply
from showcard.inference.resolve import Availability
from showcard.metadata.tasks.table import Task, task
from showcard.ui.components.code_panel import CodePanel
from showcard.ui.components.panel import Updates, panel
from showcard.ui.components.picker import Picker
from showcard.ui.components.target_panel import PlacePanel
from showcard.ui.markup import panels
from showcard.ui.markup.chat import GrowingAnswer
from showcard.ui.markup.html import Markup, div, one_line, span
from showcard.ui.markup.live_markdown import LiveMarkdown
from showcard.ui.markup.markdown import laid_out
from showcard.ui.session import calls as asking
from showcard.ui.session.availability import first_place, places, reachable
from showcard.ui.session.run import Run
from showcard.ui.session.session import Session
from showcard.ui.session.target import Target
from showcard.widgets import show
from showcard.wire.call import HUB_KEY
from showcard.wire.request import Request, RequestError

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
        draw: Callable[[StepResult], Updates],
        grow: Callable[[GrowingAnswer], Updates] | None = None,
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

    def _chosen(self, model: Any, *values: Any) -> Updates:
        """Another model: the places where it may run, and the likeliest of them."""
        name = _model(model)
        row = self._row(name)
        place = first_place(row, name, self.session, self.name)
        offered = gr.update(choices=places(row, name, self.session), value=place.choice)
        return {self.place.choice: offered, **self.place.updates(place), **self._standing(row, name, place)}

    def _moved(self, model: Any, *values: Any) -> Updates:
        typed = PlacePanel.read(values)
        typed.keep(self.session)
        row = self._row(_model(model))
        return {**self.place.updates(typed.place), **self._standing(row, _model(model), typed.place)}

    def _standing(self, row: Task, model: str, place: Any) -> Updates:
        found = reachable(row, model, self.session, place)
        return {self.run: gr.update(interactive=found.runs), self.status: one_line(_where(found))}

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

    async def _run(self, *values: Any) -> AsyncIterator[Updates]:
        """Runs the step, and yields updates of its outputs, the status, Run, Stop and what went wrong."""
        answer = GrowingAnswer(markdown=LiveMarkdown(self.session.id))
        busy = {self.run: gr.update(interactive=False), self.stop: gr.update(visible=True)}
        idle = {self.run: gr.update(interactive=True), self.stop: gr.update(visible=False)}
        async with Run(self.session.runs, self.name, partial(self._ask, values, answer)) as run:
            yield {**busy, self.status: one_line(show.running(0.0)), self.trouble: ""}
            async for _ in run.beats():
                grown = self.grow(answer) if self.grow and answer.text else {}
                yield {**grown, self.status: one_line(show.running(run.elapsed, run.progress.sentence))}
            shown: Updates = {}
            status, trouble = "", ""
            if run.state == "stopped":
                status = one_line(show.stopped(run.elapsed))
            elif run.error:
                trouble = one_line(panels.failure(run.error, answer.resolved or run.asked))
            else:
                shown = await laid_out(partial(self.draw, run.result), self.session.id, apart=True)
                status = _status(run.result, run.elapsed)
            yield {**shown, **idle, self.status: status, self.trouble: trouble}

    async def _ask(self, values: Sequence[Any], answer: GrowingAnswer, run: Run[StepResult]) -> StepResult:
        typed, name = PlacePanel.read(values[1 : 1 + PlacePanel.COUNT]), _model(values[0])
        typed.keep(self.session)
        found = reachable(self._row(name), name, self.session, self._place(name, values))
        if not found.runs:
            raise InferenceFailure(found.sentence, found.hint, ways=("token", "place"))
        run.asked = request = await asyncio.to_thread(self.request, values)
        resolved = await asking.resolved_for(self.session, request, run.progress)
        if not resolved.request.stream:
            return StepResult(await asking.run(self.session, resolved, None, run.progress))
        answer.resolved = resolved
        async with aclosing(asking.stream(self.session, resolved, None, run.progress)) as deltas:  # type: ignore[type-var]
            async for delta in deltas:
                answer.take(delta)
                run.tell()
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
