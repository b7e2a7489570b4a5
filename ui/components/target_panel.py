"""The controls of where a run goes: one panel for the widget and for each pane of the comparison.

The browser keeps what was chosen (`gr.BrowserState`), without the keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from showcard.metadata.tasks.table import Task
from showcard.metadata.visible import visible
from showcard.ui.components.panel import Updates, panel
from showcard.ui.markup.html import Markup, element, p
from showcard.ui.session.availability import OWN_KEYS, AvailabilityCheck, TypedTarget, places, provider_choices
from showcard.ui.session.session import Session
from showcard.ui.session.target import ENDPOINT, PROVIDERS, Target, is_hosted

from .picker import Picker

# The controls, in the order in which their values come.
CONTROLS = ("choice", "provider", "named", "base_url", "endpoint_key", "trusted", "hub_token", "provider_key",
            "bill_to", "forget")  # fmt: skip
FORGET = "Forget the keys typed here"


class PlacePanel:
    """The controls of a place. `prefix` starts the ids of the controls on the page; with `renames` a model may have
    another name there, which a page that lets the model itself be typed has no use for."""

    COUNT = len(CONTROLS)

    def __init__(self, prefix: str, session: Session, renames: bool = True) -> None:
        self.prefix = prefix
        self.renames = renames
        self.session = session
        self.components: list[gr.components.Component] = []

    def build(self, row: Task | None, model: str, place: Target, folder: str = "") -> None:
        """Lay the controls out for a model and its task, showing a place; `folder` as of `places`."""
        with gr.Column(elem_classes="place-box tight"):
            self._build(row, model, place, folder)
            asks = "look press" if place.choice in (PROVIDERS, ENDPOINT) else "look"
            self.look = gr.Button("Find its providers", visible="hidden", elem_id=self._id("look"), elem_classes=asks)

    def _build(self, row: Task | None, model: str, place: Target, folder: str) -> None:
        choices = places(row, model, self.session, folder)
        shown = self._shown(place)
        with gr.Row(elem_classes="tight end"):
            self.choice = self._picker("place", "Runs on", choices, place.choice or None, visible=bool(choices))
            served = _with(place.provider, provider_choices(row))
            self.provider = self._picker("provider", "Provider", served, place.provider, **shown["provider"])
            self.refresh = gr.Button(
                "Refresh", scale=0, min_width=80, elem_id=self._id("refresh"), elem_classes="refresh", size="sm"
            )
            hint = "org/model" if " " in model else model  # a pasted card has no id
            self.named = self._line("named", "model", "Model id to send", hint, place.named, **shown["named"])
            self.check = gr.Button(
                "Check", scale=0, min_width=72, visible=bool(choices), elem_id=self._id("check"), elem_classes="check"
            )
        with gr.Row(elem_classes="tight"):
            address = "http://127.0.0.1:8080/v1"
            self.base_url = self._line("base-url", "url", "Base URL", address, place.base_url, **shown["endpoint"])
            self.endpoint_key = self._key("key", "Its key, if it wants one", **shown["endpoint"])
        self.trusted = gr.Checkbox(
            place.trusted,
            label="Send my Hugging Face token to this endpoint",
            container=False,
            interactive=True,
            elem_id=self._id("trusted"),
            **shown["trusted"],
        )
        self._build_account(place, shown)
        self.components = [getattr(self, name) for name in CONTROLS]

    def _build_account(self, place: Target, shown: dict[str, dict[str, Any]]) -> None:
        """Whose token or key is used, and who pays."""
        self.signed = panel(signed_in(self.session), elem_id=self._id("signed"), visible=self.session.site.signs_in)
        with gr.Row(elem_classes="tight"):
            hub = "hf_…  Kept in memory, sent to the Hub's own hosts only"
            self.hub_token = self._line(
                "token", "token", "Hugging Face token", hub, type="password", **shown["hub_token"]
            )
            self.provider_key = self._key("provider-key", "The provider's own key, if you have one", **shown["own"])
            payer = "An organisation of yours; else your account"
            self.bill_to = self._line("bill-to", "bill", "Bill to", payer, place.bill_to, **shown["provider"])
        self.forget = gr.Button(FORGET, size="sm", elem_id=self._id("forget"), elem_classes="forget", **shown["forget"])

    def _picker(self, name: str, label: str, choices: Sequence[Any], value: str | None, **options: Any) -> Picker:
        way = f"way-{name}"
        return Picker(
            choices, value=value, label=label, interactive=True, elem_id=self._id(name), elem_classes=way, **options
        )

    def _line(self, name: str, way: str, label: str, hint: str, value: str = "", **options: Any) -> gr.Textbox:
        """A line to type into; `way` is what leads to it."""
        options |= {"elem_id": self._id(name), "elem_classes": f"way-{way}", "max_lines": 1, "interactive": True}
        fills = "new-password" if options.get("type") else "off"  # the browser's keeper of passwords leaves them alone
        options["html_attributes"] = gr.InputHTMLAttributes(autocapitalize="none", autocomplete=fills)
        return gr.Textbox(value, label=label, placeholder=hint, **options)

    def _key(self, name: str, label: str, **options: Any) -> gr.Textbox:
        kept = "Kept in memory, for this address only"
        return self._line(name, "key", label, kept, type="password", **options)

    def _id(self, name: str) -> str:
        return f"{self.prefix}{name}"

    @property
    def triggers(self) -> list[Any]:
        """The events after which the place may be another one. Of the fields the page's script tells, by `look`:
        Gradio's own events miss a paste, or come while nobody has typed anything."""
        return [self.choice.input, self.provider.input, self.trusted.input, self.look.click]

    def wire_refresh(self, listener: Callable[..., Any], inputs: Any, outputs: Any, **options: Any) -> None:
        """Let the button that asks the Hub anew call a listener; it says so while it waits."""
        waits, ready = gr.update(value="Asking …", interactive=False), gr.update(value="Refresh", interactive=True)
        asking = self.refresh.click(lambda: waits, None, self.refresh, queue=False, **options)
        asking.then(listener, inputs, outputs, **options).then(
            lambda: ready, None, self.refresh, queue=False, **options
        )

    def wire_forget(
        self, session_of: Callable[[gr.Request], Session], listener: Callable[..., Any], inputs: Any, outputs: Any,
        **options: Any,
    ) -> None:  # fmt: skip
        """Let the button forget every key that was typed, and then call a listener: an emptied field alone can't say
        so, as the fields are drawn empty while a key is held."""

        def forget(request: gr.Request) -> tuple[str, str, str]:
            session_of(request).forget_keys()
            return "", "", ""

        fields = [self.endpoint_key, self.hub_token, self.provider_key]
        self.forget.click(forget, None, fields, **options).then(listener, inputs, outputs, **options)

    @staticmethod
    def read(values: Sequence[Any]) -> TypedTarget:
        """The place and the keys that the controls hold; they may hold anything that was posted."""
        held = dict(zip(CONTROLS, values, strict=True))
        text = {name: _text(value) for name, value in held.items()}
        place = Target(
            text["choice"],
            text["base_url"],
            text["provider"] or "auto",
            text["bill_to"],
            held["trusted"] is True,
            text["named"],
        )
        return TypedTarget(place, text["hub_token"], text["provider_key"], text["endpoint_key"])

    def updates(self, place: Target, found: AvailabilityCheck | None = None) -> Updates:
        """Updates of the controls for a place, as `changes` has them by name."""
        return {getattr(self, name): change for name, change in self.changes(place, found).items()}

    def changes(self, place: Target, found: AvailabilityCheck | None = None) -> dict[str, Any]:
        """What changes of which control for a place: what is of no use there is hidden; keys that are held leave the
        page."""
        shown = self._shown(place)
        choices: dict[str, Any] = {"choices": _with(place.provider, found.choices)} if found and found.choices else {}
        named = {"value": found.named} if found and found.named else {}
        return {
            "provider": gr.update(**shown["provider"], **choices),
            "named": gr.update(**shown["named"], **named),
            "base_url": gr.update(**shown["endpoint"]),
            "endpoint_key": gr.update(**shown["endpoint"]),
            "trusted": gr.update(**shown["trusted"]),
            "hub_token": gr.update(**shown["hub_token"]),
            "provider_key": gr.update(**shown["own"]),
            "bill_to": gr.update(**shown["provider"]),
            "forget": gr.update(**shown["forget"]),
        }

    def _shown(self, place: Target) -> dict[str, dict[str, Any]]:
        """Which controls a place has."""
        at_providers, at_endpoint = place.choice == PROVIDERS, place.choice == ENDPOINT
        hosted = at_endpoint and is_hosted(place.base_url)
        wants_token = (at_providers or hosted) and not self.session.site.machine_token and not self.session.person
        named = at_providers and place.provider in OWN_KEYS
        shown = {"named": self.renames and (at_providers or at_endpoint)}
        shown |= {"provider": at_providers, "endpoint": at_endpoint, "trusted": hosted}
        shown |= {"hub_token": wants_token, "own": named}
        shown |= {"forget": (at_providers or at_endpoint) and self.session.holds_keys}
        return {name: {"visible": is_shown} for name, is_shown in shown.items()}


def signed_in(session: Session) -> Markup:
    """Who is signed in, or the link to do it; the page's script adds where to come back to."""
    if session.person:
        way_out = element("a", "Sign out", href="/logout")
        return p("Signed in as ", session.person.name, "; runs use your own token. ", way_out, class_="dim")
    way_in = element("a", "Sign in with Hugging Face", class_="signin", href="/login/huggingface")
    return p(way_in, " to run with your own token.")


def _with(provider: str, choices: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The choices, and the provider that is chosen already where it is none of them."""
    known = any(name == provider for _, name in choices)
    return [*choices] if known else [*choices, (f"{visible(provider)} · does not serve this model", provider)]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
