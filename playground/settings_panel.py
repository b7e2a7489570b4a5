"""The settings of one pane at a time, as controls: the model, where it runs, its system prompt and parameters.

One set of controls serves all panes, so that four panes cost no more than one. What they hold is read with every action
of the page, and kept as it was typed (`Form`), so that a setting that can't be read is said where it matters and is not
lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from ui.parameters import ParameterPanel
from ui.session import Session, Site
from wire.request import RequestError

from .conversation import SETTINGS, set_settings
from .desk import Desk, Form
from .state import Pane, Settings

LOCKS = {"system": "System prompt", "tools": "Tools", "response_format": "Structured output"}
NEVER_LOCKED = frozenset({"model", "provider", "base_url", "bill_to"})


class SettingsPanel:
    """The controls. `read` makes Settings of what they hold, `show` fills them with a pane's."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.models = [model.id for model in site.embedded.models.values() if model.task.id == "conversational"]
        self.parameters = ParameterPanel("conversational", "p")
        self.components: list[gr.components.Component] = []
        self.locks: gr.Dropdown
        self.lockable: list[tuple[str, str]] = []

    def build(self) -> None:
        """Lay the controls out."""
        model = gr.Dropdown(
            self.models, label="Model", info="An embedded chat, or the id of a model on the Hub or your endpoint.",
            allow_custom_value=True, interactive=True, elem_id="s-model",
        )  # fmt: skip
        provider = gr.Textbox(label="Provider or policy", placeholder="auto", max_lines=1, elem_id="s-provider")
        base_url = gr.Textbox(
            label="Base URL, for a model on an endpoint of yours",
            placeholder="http://127.0.0.1:8080/v1",
            max_lines=1,
            elem_id="s-base-url",
        )
        key = gr.Textbox(label="Its key, if it wants one", type="password", max_lines=1, elem_id="s-key")
        token = gr.Textbox(
            label="Hugging Face token, for a model on Inference Providers",
            placeholder="hf_…  Kept in memory, sent to the Hub's own hosts only",
            type="password",
            max_lines=1,
            elem_id="s-token",
        )
        system = gr.Textbox(
            label="System prompt", lines=2, max_lines=12, placeholder="You are a helpful assistant.", elem_id="s-system"
        )
        with gr.Accordion("Parameters", open=False, elem_id="s-parameters"):
            self.parameters.build({})
        named = [(LOCKS.get(name, name), name) for name in (*SETTINGS, *(s.name for s in self.parameters.specs))]
        self.lockable = [(label, name) for label, name in named if name not in NEVER_LOCKED]
        self.locks = gr.Dropdown(
            self.lockable,
            multiselect=True,
            value=[],
            label="The same in all panes",
            info="What is chosen here is changed in every pane at once.",
            interactive=True,
            elem_id="s-locks",
        )
        self.components = [model, provider, base_url, key, token, system, *self.parameters.components]

    def read(self, session: Session, values: Sequence[Any]) -> Form:
        """What the controls hold. Keys go to the session, and stay out of the form."""
        model, provider, base_url, key, token, system, *parameters = values
        base_url = str(base_url or "").strip() or None
        if base_url and session.site.allows_endpoint(base_url):
            session.keep_endpoint_key(base_url, key)
        session.keep_hub_token(token)
        held = (model, provider, base_url or "", "", "", system, *parameters)
        try:
            settings = Settings(
                str(model or "").strip(),
                str(provider or "").strip() or "auto",
                base_url,
                system=str(system or ""),
                parameters=self.parameters.read(parameters),
            )
        except RequestError as error:
            return Form(held, None, str(error))
        return Form(held, settings)

    def values(self, settings: Settings) -> tuple[Any, ...]:
        """What the controls show for settings."""
        provider = "" if settings.provider == "auto" else settings.provider
        parameters = self.parameters.values(settings.parameters)
        return (settings.model, provider, settings.base_url or "", "", "", settings.system, *parameters)

    def show(self, desk: Desk, pane: Pane) -> list[Any]:
        """Updates that fill the controls with a pane's settings, as they were typed."""
        form = desk.forms.get(pane.id)
        kept = form is not None and (form.error or form.settings == pane.settings)
        return list(form.values if form is not None and kept else self.values(pane.settings))

    def take(self, desk: Desk, pane: Pane, locks: Any, values: Sequence[Any]) -> None:
        """Let what the controls hold be a pane's settings, and the locks those of the comparison."""
        names = {name for _, name in self.lockable}
        desk.comparison.locked = frozenset(name for name in locks or () if name in names)
        form = desk.forms[pane.id] = self.read(desk.session, values)
        if form.settings is not None:
            set_settings(desk.comparison, pane, form.settings)

    def wire(self, page: Any, drawer: list[Any]) -> None:
        """What happens while settings are open."""
