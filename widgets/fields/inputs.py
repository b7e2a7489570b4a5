"""The fields of a task on the page, with what stands beside them: an address to load from, a mask, a second text."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from showcard.inference.transport.assets import AssetError, is_remote
from showcard.metadata.media import Media
from showcard.metadata.tasks.table import Field
from showcard.ui.components.panel import panel
from showcard.ui.markup import panels
from showcard.ui.markup.html import NOTHING, Child, Markup, code_text, div, element, one_line, span
from showcard.ui.session.session import Session
from showcard.widgets import show
from showcard.widgets.state import Page, far
from showcard.wire.request import RequestError

from . import components as fields
from .encode import encoded_apart

MEDIA = ("image", "audio", "video")
MASKS = ("<mask>", "[MASK]", "<special1>", "[mask]", "<MASK>", "{mask}")


class InputPanel:
    """The components of the fields of one open page, in the order of the task's row."""

    def __init__(self, page: Page, session: Session) -> None:
        self.page = page
        self.session = session
        self.row = page.row
        self.specs = self.row.fields if self.row else ()
        self.masked = bool(self.row and self.row.id == "fill-mask")
        self.components: list[gr.components.Component] = []
        self._addresses: list[tuple[Field, gr.Textbox, gr.Button, gr.Markdown, gr.components.Component]] = []

    def build(self) -> list[gr.components.Component]:
        """Lay the fields out, holding the chosen example."""
        for spec in self.specs:
            value = show.field_value(self.page, spec)
            if spec.name == "text_pair":
                with gr.Accordion(f"{spec.label} (optional)", open=bool(value), elem_id="second"):
                    self.components.append(fields.make(spec, value))
            elif spec.kind == "messages":
                self.components.append(fields.make_message(spec, value, self.page.takes_images))
            else:
                self.components.append(fields.make(spec, value))
            # Else Gradio leaves out that a field is empty, and the page shows and sends what the last card had there.
            self.components[-1].key = f"{self.page.name} {spec.name}"
            if spec.kind in MEDIA:
                self._add_address(spec)
        self.mask = panel(self.mask_note(self.values()), elem_id="mask", visible=self.masked)
        return self.components

    def _add_address(self, spec: Field) -> None:
        with gr.Row(elem_classes="address"):
            address = gr.Textbox(
                self._away(spec),
                label=f"Address of {spec.label.lower()}",
                show_label=False,
                container=False,
                placeholder="or an https address",
                max_lines=1,
                elem_id=f"url-{spec.name}",
            )
            fetch = gr.Button("Load", scale=0, min_width=64, size="sm")
        note = panel(elem_id=f"url-note-{spec.name}")
        self._addresses.append((spec, address, fetch, note, self.components[-1]))

    @property
    def addresses(self) -> list[gr.components.Component]:
        """The lines for addresses."""
        return [address for _, address, *_ in self._addresses]

    def away(self) -> list[str]:
        """What the lines for addresses show for the chosen example."""
        return [self._away(spec) for spec, *_ in self._addresses]

    def _away(self, spec: Field) -> str:
        """The address of the example's file where it is on another host and was not fetched."""
        held = show.field_value(self.page, spec)
        return str(held.source) if far(held) else ""

    def wire(self, then: Mapping[str, Any], quiet: Mapping[str, Any]) -> None:
        """Load what an address leads to; `then` is told that a field has changed."""
        for _, address, fetch, note, component in self._addresses:
            asks = [address.submit, fetch.click]
            gr.on(asks, self._fetch, address, [component, address, note], **quiet).then(**then)

    async def _fetch(self, address: str) -> list[Any]:
        """Updates of (field, address, note)."""
        address = (address or "").strip()
        if not is_remote(address):
            said = "This is not an address." if address else "Give an address that starts with https://."
            return [gr.skip(), gr.skip(), one_line(panels.note(said, "It starts with https://.", error=True))]
        beside = (self.page.model.files, self.page.opened.repo)
        try:
            media = await encoded_apart(await self.page.load(Media.from_reference(address), *beside))
        except (AssetError, ValueError) as error:
            return [gr.skip(), gr.skip(), one_line(panels.note(str(error), "Choose a file instead.", error=True))]
        return [await asyncio.to_thread(fields.CONTROLS["image"].show, media), "", ""]

    def values(self) -> list[Any]:
        """What the fields show for the chosen example."""
        return [self.shown(spec, show.field_value(self.page, spec)) for spec in self.specs]

    def readable(self, values: Sequence[Any]) -> dict[str, Any]:
        """The inputs that the fields hold, those left out that are empty or can't be read."""
        found: dict[str, Any] = {}
        for spec, value in zip(self.specs, values, strict=False):
            try:
                held = fields.read(spec, value)
            except RequestError:
                continue
            if held is not None:
                found[spec.name] = [{"role": "user", "content": held}] if spec.kind == "messages" else held
        return found

    def shown(self, spec: Field, value: Any) -> Any:
        """What the component of a field takes for an input."""
        if spec.kind == "messages" and self.page.takes_images:
            return fields.show_message(value)
        return fields.show(spec, value)

    def mask_note(self, values: list[Any]) -> Markup:
        """What a text with a mask needs, and whether it has it; empty for other tasks."""
        if not self.masked:
            return NOTHING
        text = str(values[0] or "") if values else ""
        return mask_note(text, self.page.model.mask_token)


def mask_note(text: str, token: str | None) -> Markup:
    """The mask token of a model, a way to insert it, and a warning where the text has none."""
    known = token or next((mask for mask in MASKS if mask in text), None) or MASKS[0]
    shown = ["Insert ", element("code", code_text(known))]
    insert = element("button", shown, type="button", class_="act", data_insert=known)
    said: list[Child] = ["The files do not say what the mask token is."]
    if token:
        said = ["Mask token: ", element("code", code_text(token))]
    missing = (token not in text) if token else not any(mask in text for mask in MASKS)
    if missing and text.strip():
        other = next((mask for mask in MASKS if mask in text), "")
        why = f"the text has {other}, which is another model's" if other else "the text has no mask to fill"
        said += [" ", span(f"Careful: {why}.", class_="warn", role="status")]
    return div(span(said), insert, class_="beside")
