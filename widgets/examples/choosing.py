"""Choosing an example: by the picker, by the gallery, and back to what was typed before one took its place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from dataclasses import fields as fields_of
from functools import partial
from typing import Any

import gradio as gr

from showcard.inference.transport.assets import AssetError
from showcard.metadata.media import Media
from showcard.ui.components.panel import Updates
from showcard.ui.components.parameters import ParameterPanel
from showcard.ui.markup.html import one_line
from showcard.ui.markup.markdown import laid_out
from showcard.widgets import show
from showcard.widgets.fields.inputs import InputPanel
from showcard.widgets.running import WidgetRunner
from showcard.widgets.state import Page, card_parameters, load_example, parameter_sources, parameters_title
from showcard.wire.request import RequestError


@dataclass(frozen=True, slots=True)
class TypedInputs:
    """What the screen held before an example took its place: the values of its controls, and the page."""

    values: tuple[Any, ...]
    page: Page


class Choosing:
    """The picker of examples, and all that an example fills. `rest` are the panels it fills beside the fields:
    transcript, result, JSON, mask; the lines for addresses and the results of tools follow."""

    def __init__(self, inputs: InputPanel, parameters: ParameterPanel | None, runner: WidgetRunner) -> None:
        self.page, self.session = inputs.page, inputs.session
        self.inputs, self.parameters, self.runner = inputs, parameters, runner
        self.before: TypedInputs | None = None
        self.box: gr.Accordion | None = None

    def build(self) -> None:
        """The picker, and the way back."""
        titles = show.example_choices(self.page)
        with gr.Row(elem_id="examples-row", elem_classes="tight"):
            self.picker = gr.Dropdown(
                titles,
                value=self.page.number,
                label=show.examples_label(self.page),
                visible=bool(titles),
                filterable=len(titles) > 8,
                elem_id="examples",
            )
            self.undo = gr.Button("Undo", elem_id="undo", scale=0, min_width=64, size="sm", visible=False)
        # By the gallery, through the page's own script: the page's name and the number of an example.
        self.picked = gr.Textbox(f"{self.page.name}:", visible="hidden", elem_id="picked")
        self.pick = gr.Button("Load this example", visible="hidden", elem_id="pick")

    def build_parameters(self) -> None:
        """The panel of the parameters: who set which, and a way back to that."""
        if self.parameters is None:
            return
        with gr.Accordion(parameters_title(self.page), open=False, elem_id="parameters") as self.box:
            self.parameters.build(card_parameters(self.page), parameter_sources(self.page))
            self.reset = gr.Button("Reset", elem_id="reset-parameters", size="sm", scale=0, min_width=72)

    @property
    def controls(self) -> list[gr.components.Component]:
        """The fields and the parameters."""
        return [*self.inputs.components, *(self.parameters.components if self.parameters else ())]

    def wire(self, rest: Sequence[Any], then: Mapping[str, Any], changed: Mapping[str, Any], quiet: Any) -> None:
        """The listeners; `then` comes after an example was chosen, `changed` after parameters were reset."""
        results = self.runner.results.components if self.runner.results else []
        filled = [*self.controls, *([self.box] if self.box else []), *rest, *self.inputs.addresses, *results]
        outputs = [self.picker, self.undo, *filled]
        self.transcript, self.result, self.json, self.mask = rest
        typed = self.controls
        self.picker.select(self._choose, [self.picker, *typed], outputs, **quiet).then(**then)
        # A key tells `input` alone, and so does a focus that only passes by: that one brings the choice there is.
        self.picker.input(self._choose_other, [self.picker, *typed], outputs, **quiet).then(**then)
        self.pick.click(self._pick, [self.picked, *typed], outputs, **quiet).then(**then)
        self.undo.click(self._undo, None, outputs, **quiet).then(**then)
        if self.parameters:
            self.reset.click(self._reset, None, self.parameters.components, **quiet).then(**changed)

    async def _choose(self, number: int | None, *typed: Any) -> Updates:
        """Updates of the picker, Undo, and all that an example fills."""
        self.before = TypedInputs(typed, copy(self.page)) if await asyncio.to_thread(self._was_typed, typed) else None
        await self.runner.stop()
        try:
            await load_example(self.page, number)
        except AssetError as error:
            self.page.trouble = str(error)
        parameters: list[Any] = []
        if self.parameters:
            parameters = self.parameters.updates(card_parameters(self.page), parameter_sources(self.page))
        return await self._shown(await asyncio.to_thread(self.inputs.values), parameters)

    async def _shown(self, values: Sequence[Any], parameters: Sequence[Any]) -> Updates:
        return await laid_out(partial(self._filled, values, parameters), self.session.id, apart=True)

    def _filled(self, values: Sequence[Any], parameters: Sequence[Any]) -> Updates:
        return {
            self.picker: self._picked(),
            self.undo: gr.update(visible=self.before is not None),
            **dict(zip(self.controls, [*values, *parameters], strict=True)),
            **({self.box: gr.update(label=parameters_title(self.page))} if self.box else {}),
            self.transcript: one_line(show.transcript(self.page, self.session)),
            self.result: one_line(show.result(self.page, self.session)),
            self.json: one_line(show.recorded_json(self.page)),
            self.mask: one_line(self.inputs.mask_note(list(values))),
            **dict(zip(self.inputs.addresses, self.inputs.away(), strict=True)),
            **(self.runner.results.updates(self.page.turns) if self.runner.results else {}),
        }

    def _picked(self) -> Any:
        """The example in the picker; one that the gallery or a link chose may not be among those it shows yet."""
        if len(self.page.examples) <= show.MAX_CHOICES:
            return gr.update(value=self.page.number)
        return gr.update(value=self.page.number, choices=show.example_choices(self.page))

    async def _choose_other(self, number: int | None, *typed: Any) -> Updates:
        if number == self.page.number:
            return {self.picker: gr.skip()}
        return await self._choose(number, *typed)

    async def _pick(self, picked: str, *typed: Any) -> Updates:
        number = picked.removeprefix(f"{self.page.name}:")
        if not number.isdecimal() or int(number[:9]) >= len(self.page.examples):
            return {self.picker: gr.skip()}
        return await self._choose(int(number), *typed)

    async def _undo(self) -> Updates:
        """What was typed, with what was shown for it."""
        if self.before is None:
            return {self.picker: gr.skip()}
        await self.runner.stop()
        turn = self.page.turn + 1
        for held in fields_of(Page):
            setattr(self.page, held.name, getattr(self.before.page, held.name))
        self.page.turn = turn
        values, self.before = self.before.values, None
        count = len(self.inputs.components)
        return await self._shown(values[:count], values[count:])

    def _reset(self) -> list[Any]:
        return self.parameters.values(card_parameters(self.page)) if self.parameters else []

    def _was_typed(self, values: Sequence[Any]) -> bool:
        """Whether the controls hold anything that the example on the screen did not put there."""
        count = len(self.inputs.components)
        try:
            parameters = self.parameters.read(values[count:]) if self.parameters else {}
        except RequestError:
            return True
        held = self.inputs.readable(values[:count])
        before = (
            self.page.given
            if self.page.given is not None
            else dict(self.page.example.inputs)
            if self.page.example
            else {}
        )
        if self.parameters and parameters != {k: v for k, v in card_parameters(self.page).items() if v is not None}:
            return bool(parameters)
        return any(_bytes(held[name]) != _bytes(before.get(name)) for name in held if name != "messages") or (
            "messages" in held and self._waiting(held["messages"], before.get("messages"))
        )

    @staticmethod
    def _waiting(typed: Any, before: Any) -> bool:
        """Whether the message that is typed is none that the example brought."""
        last = before[-1] if isinstance(before, list) and before else {}
        return bool(typed[-1].get("content") != last.get("content"))


def _bytes(value: Any) -> Any:
    return value.data if isinstance(value, Media) else value or None
