"""The tool that saves the comparison as a file, and opens one again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import gradio as gr

from showcard.metadata.media import Media
from showcard.playground.core.exported import read_apart, to_json
from showcard.playground.core.saving import MAX_MESSAGES as MAX_SAVED
from showcard.playground.core.state import Comparison
from showcard.playground.downloads import link
from showcard.playground.session import compare_session_of
from showcard.playground.view.exported_page import to_html
from showcard.playground.view.messages import MAX_MESSAGES
from showcard.ui.components.panel import panel
from showcard.ui.markup import panels
from showcard.ui.markup.html import one_line, p
from showcard.ui.markup.markdown import prepare
from showcard.wire.request import RequestError

from .base import QUIET, Tool
from .mount import Mount

INTRO = p(
    "The JSON file holds the chats, settings, images and measurements, and can be opened here again; the web page only "
    "shows them, in any browser, without a network. Neither holds a key."
)
BUSY = "The models are still answering: stop them, or wait, then open the file again."
FORMS = {"json": (to_json, "application/json"), "html": (to_html, "text/html")}


def build(mount: Mount) -> Tool:
    """Lay it out inside the current tab."""
    panel(INTRO)
    with gr.Row(elem_classes="tight end"):
        as_json = gr.Button("Save as JSON", scale=0, min_width=130, elem_id="export-json")
        as_html = gr.Button("Save as a web page", scale=0, min_width=170, elem_id="export-html")
        upload = gr.UploadButton(
            "Open a JSON file", file_types=[".json"], type="filepath", scale=0, min_width=150, elem_id="import"
        )
    said = panel(elem_id="exported")

    def saving(form: str) -> Any:
        write, kind = FORMS[form]

        async def save(request: gr.Request) -> str:
            comparison = mount.comparison_of(request)
            if comparison.hidden:
                return one_line(panels.note("The file names the models. Vote first.", error=True))
            if form == "html":
                await prepare(_said(comparison, MAX_SAVED), mount.session_of(request).id)
            data = await asyncio.to_thread(write, comparison)
            return one_line(
                link(mount.session_of(request).media_store, Media(data=data, media_type=kind), f"comparison.{form}")
            )

        return save

    async def opened(request: gr.Request, file: str | None) -> dict[Any, Any]:
        if compare_session_of(mount.session_of(request)).busy:  # its question would be lost with what is here now
            return {said: one_line(panels.note(BUSY, error=True))}
        try:
            found = await read_apart(Path(file or ""), mount.session_of(request).id)
        except RequestError as error:
            return {said: one_line(panels.note(str(error), "What was here is still here.", error=True))}
        await prepare(_said(found, MAX_MESSAGES), mount.session_of(request).id)
        return {**mount.replace(request, found), said: one_line(panels.note("The comparison was opened."))}

    as_json.click(saving("json"), None, [said], **QUIET)
    as_html.click(saving("html"), None, [said], **QUIET)
    upload.upload(opened, [upload], [*mount.screen, said], **QUIET)
    return Tool()


def _said(comparison: Comparison, most: int) -> list[str]:
    """The last answers of each pane."""
    answers = [message for pane in comparison.panes for message in pane.messages[-most:] if message.role == "assistant"]
    return [message.variant.content for message in answers]
