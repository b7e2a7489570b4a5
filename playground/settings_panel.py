"""The settings of one pane at a time, as controls: the model, where it runs, its system prompt, parameters, tools.

One set of controls serves all panes, so that four panes cost no more than one. What they hold is read with every action
of the page, and kept as it was typed (`OpenForm`), so that a setting that can't be read is said where it matters and is
not lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import gradio as gr

from showcard.metadata.tasks.table import task
from showcard.metadata.visible import whole
from showcard.playground.core.conversation import set_settings
from showcard.playground.core.state import Pane, Settings
from showcard.ui.components.chat_options import ChatOptionsPanel
from showcard.ui.components.parameters import ParameterPanel
from showcard.ui.components.picker import Picker
from showcard.ui.components.target_panel import CONTROLS, FORGET, PlacePanel
from showcard.ui.session.availability import AvailabilityCheck, look, places
from showcard.ui.session.session import Session, Site
from showcard.ui.session.target import EMBEDDED, ENDPOINT, PROVIDERS, Target
from showcard.wire.request import RESPONSES, Request, RequestError

from .catalogue_panel import CataloguePanel
from .session import CompareSession, OpenForm, chats

LONG = 2_000  # characters of tools, schema and extra body together, which take twenty milliseconds to look at

CHAT = task("conversational")
FIRST, OPTIONS = 1 + PlacePanel.COUNT, ChatOptionsPanel.COUNT


class SettingsPanel:
    """The controls. `read` makes Settings of what they hold, `show` fills them with a pane's."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.models = chats(Session(site))
        self.place = PlacePanel("s-", Session(site), renames=False)
        self.parameters = ParameterPanel("conversational", "p")
        self.options = ChatOptionsPanel("s", site.functions)
        self.catalogue = CataloguePanel()
        self.components: list[gr.components.Component] = []

    def build(self) -> None:
        """Lay the controls out."""
        model = Picker(
            self.models,
            label="Model",
            info="An embedded chat, or the id of a model on the Hub or at your endpoint.",
            allow_custom_value=True,
            interactive=True,
            elem_id="s-model",
        )
        self.catalogue.build()
        self.place.build(
            CHAT, self.models[0] if self.models else "", Target(EMBEDDED + self.models[0] if self.models else PROVIDERS)
        )
        system = gr.Textbox(
            label="System prompt",
            lines=2,
            max_lines=12,
            placeholder="You are a helpful assistant.",
            interactive=True,
            elem_id="s-system",
        )
        with gr.Accordion("Parameters", open=False, elem_id="s-parameters"):
            self.parameters.build({})
        with gr.Accordion("Tools, structured output, extra body", open=False, elem_id="s-options"):
            self.options.build()
        self.components = [model, *self.place.components, system]
        self.components += [*self.parameters.components, *self.options.components]

    def read(self, session: Session, values: Sequence[Any]) -> OpenForm:
        """What the controls hold. Keys go to the session, and stay out of the form."""
        values = [whole(value) if isinstance(value, str) else value for value in values]
        model, placed, system = values[0], values[1:FIRST], values[FIRST]
        parameters, options = values[FIRST + 1 : -OPTIONS], values[-OPTIONS:]
        typed = self.place.read(placed)
        typed.keep(session)
        place = _fitting(session, typed.place, str(model or "").strip())
        asked = place.of(Request(CHAT.id, str(model or "").strip(), {}))
        held = (model, *_shown_place(place), system, *parameters, *options)
        try:
            chosen = self.options.read(options)
            settings = Settings(
                asked.model,
                asked.provider,
                asked.base_url,
                asked.bill_to,
                system if isinstance(system, str) else "",
                self.parameters.read(parameters),
                chosen.tools,
                chosen.response_format,
                chosen.extra,
                chosen.api,
            )
        except RequestError as error:
            return OpenForm(held, None, str(error))
        return OpenForm(held, settings)

    def values(self, session: Session, settings: Settings) -> tuple[Any, ...]:
        """What the controls show for settings."""
        return (
            settings.model,
            *_shown_place(place_of(session, settings)),
            settings.system,
            *self.parameters.values(settings.parameters),
            _json(list(settings.tools)),
            [],
            _json(settings.response_format),
            _json(settings.extra),
            settings.api == RESPONSES,
        )

    def show(self, compare: CompareSession, pane: Pane, found: AvailabilityCheck | None = None) -> list[Any]:
        """Updates that fill the controls with a pane's settings, as they were typed."""
        form = compare.forms.get(pane.id)
        kept = form is not None and (form.error or form.settings == pane.settings)
        values = form.values if form is not None and kept else self.values(compare.session, pane.settings)
        model, *rest = values
        placed, rest = rest[: PlacePanel.COUNT], rest[PlacePanel.COUNT :]
        return [model, *self.show_place(compare, str(model or ""), placed, found), *rest]

    def show_place(
        self, compare: CompareSession, model: str, placed: Sequence[Any], found: AvailabilityCheck | None = None
    ) -> list[Any]:
        """Updates of the controls of a place; one that this model does not have becomes the likeliest."""
        place = self.place.read(placed).place
        place = _fitting(compare.session, place, model)
        choices = [
            one for one in places(CHAT, model, compare.session) if one[1] in _KINDS or one[1] == EMBEDDED + model
        ]
        panel = PlacePanel("s-", compare.session, renames=False)
        changes = {"choice": gr.update(choices=choices), **panel.changes(place, found)}
        return [{**changes[name], "value": value} for name, value in zip(CONTROLS, _shown_place(place), strict=True)]

    async def read_ahead(self, values: Sequence[Any]) -> None:
        """Look at long schemas in a thread: then they are known, and `take` does not have to."""
        options = values[-OPTIONS:]
        if sum(len(value) for value in options if isinstance(value, str)) > LONG:
            with suppress(RequestError):
                await asyncio.to_thread(self.options.read, options)

    def take(self, compare: CompareSession, pane: Pane, values: Sequence[Any]) -> None:
        """Let what the controls hold be a pane's settings."""
        form = compare.forms[pane.id] = self.read(compare.session, values)
        if form.settings is not None and form.settings != pane.settings:
            set_settings(compare.comparison, pane, form.settings)

    async def look(
        self, compare: CompareSession, model: str, placed: Sequence[Any], fresh: bool = False
    ) -> AvailabilityCheck:
        """What is known of the place that is chosen: who serves the model there, at what price."""
        return await look(CHAT, model, compare.session, self.place.read(placed).place, fresh=fresh)


_KINDS = (PROVIDERS, ENDPOINT)


def _fitting(session: Session, place: Target, model: str) -> Target:
    """The place, where this model has it: another embedded model is no place for it, as it can be chosen itself."""
    if place.choice in _KINDS:
        at_home = model in session.site.embedded.models and place.choice == PROVIDERS
        return replace(place, choice=EMBEDDED + model) if at_home else place
    return replace(place, choice=EMBEDDED + model if model in session.site.embedded.models else PROVIDERS)


def place_of(session: Session, settings: Settings) -> Target:
    """The place that settings mean."""
    if settings.base_url:
        return Target(ENDPOINT, settings.base_url, trusted=session.trusts(settings.base_url))
    if settings.model in session.site.embedded.models:
        return Target(EMBEDDED + settings.model)
    return Target(PROVIDERS, provider=settings.provider, bill_to=settings.bill_to or "")


def _shown_place(place: Target) -> tuple[Any, ...]:
    """What the controls of a place show, in their order; keys never."""
    return (
        place.choice, place.provider, place.named, place.base_url, "", place.trusted, "", "", place.bill_to, FORGET,
    )  # fmt: skip


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) if value else ""
