"""The model of the open folder on this machine: how its process stands, and the buttons that load it and let it go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import gradio as gr

from showcard.inference.errors import InferenceFailure
from showcard.inference.processes.folder import FAILED, IDLE, LOADING, READY, FolderModel, Folders
from showcard.metadata.reading.files import Folder
from showcard.metadata.weights.runnable import holds_model
from showcard.ui.components.panel import Updates, panel
from showcard.ui.markup import panels
from showcard.ui.markup.html import Markup, code_text, div, element, one_line, span
from showcard.ui.markup.pieces import SPIN, dim, num, status
from showcard.ui.session.run import Run
from showcard.ui.session.session import Session
from showcard.ui.session.target import FOLDER, Target

from .state import Page

LOOK_SECONDS = "2"  # between two looks at whether a model still loads or runs


def folder_address(page: Page, session: Session) -> str:
    """Where the model of the open folder answers, or would; empty where there is none or it may not be run."""
    folders, folder = session.site.folders, page.opened.folder
    if folders is None or folder is None or page.row is None or not page.row.wire or not holds_model(Folder(folder)):
        return ""
    return folders.offer(folder, page.row.id)


class FolderPanel:
    """How the model stands, with Load, Restart or Unload, and its log; shown where it is the place that was chosen."""

    def __init__(self, page: Page, session: Session) -> None:
        self.session = session
        self.address = folder_address(page, session)
        self.folders: Folders | None = session.site.folders
        self.components: list[Any] = []
        self.said = IDLE  # the phase that the page shows
        self.told: InferenceFailure | None = None  # the failure that stands where a run's result would be

    @property
    def model(self) -> FolderModel | None:
        """The model, where there is one."""
        return self.folders.find(self.address) if self.folders and self.address else None

    def build(self, place: Target) -> None:
        """Lay it out below the place."""
        if not self.address:
            return
        with gr.Column(visible=self._shown(place), elem_id="folder", elem_classes="tight") as self.box:
            with gr.Row(elem_classes="tight"):
                self.standing = panel(elem_id="folder-standing")
                self.load = gr.Button("Load", elem_id="folder-load", scale=0, min_width=88)
                self.unload = gr.Button("Unload", elem_id="folder-unload", scale=0, min_width=88)
            with gr.Accordion("Log of the process", open=False, elem_id="folder-log") as self.opened:
                self.log = panel(elem_id="folder-lines")
            # Where a panel of the last card stood, Gradio gives it this value for a moment: that has to be a text.
            self.watch = gr.Timer(LOOK_SECONDS, active=False)
        self.components = [self.standing, self.load, self.unload, self.log, self.watch]
        shown = self.updates()
        self.standing.value, self.watch.active = shown[self.standing], shown[self.watch]["active"]
        for button in (self.load, self.unload):
            button.value, button.visible = shown[button].get("value", button.value), shown[button]["visible"]

    def wire(self, quiet: dict[str, Any]) -> None:
        """The listeners of its own buttons."""
        if not self.address:
            return
        self.load.click(self._load, None, self.components, trigger_mode="once", **quiet)
        self.unload.click(self._unload, None, self.components, **quiet)
        self.opened.expand(self.updates, None, self.components, **quiet)
        self.watch.tick(self._look, None, self.components, **quiet)

    def moved(self, place: Target) -> Updates:
        """Updates of the box and of what is in it, for another place."""
        return {self.box: gr.update(visible=self._shown(place)), **self.updates()} if self.address else {}

    @property
    def all(self) -> list[Any]:
        """The box, and what is in it."""
        return [self.box, *self.components] if self.address else []

    def _shown(self, place: Target) -> bool:
        """Where it is chosen, and there is something to load or to let go."""
        if place.choice != FOLDER + self.address or self.folders is None or self.model is None:
            return False
        return self.model.phase != IDLE or self.folders.refusal(self.address) is None

    def beside(self, run: Callable[..., AsyncIterator[Updates]]) -> Callable[..., AsyncIterator[Updates]]:
        """A run that says how the model stands too, while it loads and when that changed."""

        async def both(*values: Any) -> AsyncIterator[Updates]:
            before = self.model.failure if self.model else None
            async with aclosing(run(*values)) as updates:  # type: ignore[type-var]
                async for update in updates:
                    loads = self.model is not None and self.model.phase == LOADING
                    if self.model and self.model.failure is not before:
                        self.told = self.model.failure
                    yield {**update, **(self.updates() if loads else self._look())}

        return both

    def _look(self) -> Updates:
        """Updates when the model stands otherwise than was said: it may have ended, or another page have loaded it."""
        same = self.model is not None and self.model.phase == self.said
        return {self.watch: gr.skip()} if same else self.updates()

    def updates(self) -> Updates:
        """Updates of how the model stands, Load, Unload, the log, and whether it is looked at."""
        model = self.model
        if model is None or self.folders is None:
            return {self.watch: gr.skip()}
        self.said = model.phase
        runs = model.phase in (LOADING, READY)
        refused = None if runs or model.phase == FAILED else self.folders.refusal(self.address)
        name = "Restart" if model.phase == FAILED else "Load"
        return {
            self.standing: "" if refused else one_line(standing_html(model, self.told)),
            self.load: gr.update(value=name, visible=not runs and refused is None),
            self.unload: gr.update(value="Unload" if model.phase == READY else "Stop loading", visible=runs),
            self.log: one_line(log_html(model)),
            self.watch: gr.update(active=runs),
        }

    async def _load(self) -> AsyncIterator[Updates]:
        assert self.folders is not None
        folders = self.folders
        async with Run[None](self.session.runs, "", lambda _: folders.ready(self.address)) as run:
            async for _ in run.beats():
                yield self.updates()
            shown = self.updates()
            found_before = self.model is not None and self.model.phase == IDLE  # anything was started
            if run.error and (found_before or not isinstance(run.error, InferenceFailure)):
                shown[self.standing] = one_line(panels.failure(run.error))
            yield shown

    async def _unload(self) -> Updates:
        if self.folders is not None:
            await asyncio.to_thread(self.folders.stop, self.address)
        return self.updates()


def standing_html(model: FolderModel, told: InferenceFailure | None = None) -> Markup:
    """How a model stands, in a sentence; a failure that was `told` elsewhere is not said again."""
    seconds = num(f"{model.seconds:.1f} s")
    if model.phase == LOADING:
        return status(SPIN, span(model.doing, " · ", seconds))
    if model.phase == READY:
        address = element("code", code_text(model.address))
        return status(span("Loaded in ", seconds, ". It answers at ", address, " too."))
    if model.phase == FAILED and model.failure and model.failure is told:
        return status(span("It is not running. Restart loads it again; its log says more."))
    if model.phase == FAILED and model.failure:
        return panels.failure(model.failure)
    return status(span("Not loaded yet. Run loads it first."))


def log_html(model: FolderModel) -> Markup:
    """What the process wrote."""
    lines = "\n".join(model.log)
    if not lines:
        return dim("What it does and says appears here.")
    return div(element("pre", code_text(lines)), class_="raw", tabindex=0)
