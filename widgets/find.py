"""Find models: the Hub's models by text, task, library and provider, a page at a time; and what a provider serves."""

from __future__ import annotations

from typing import Any

import gradio as gr
import httpx2

from showcard.inference.errors import InferenceFailure
from showcard.inference.hub.search import FoundModel, find_models, provider_page
from showcard.metadata.tasks.table import TASKS
from showcard.ui.components.panel import Updates, panel
from showcard.ui.markup import panels
from showcard.ui.markup.found import models_html, provider_html
from showcard.ui.markup.html import div, element, join, one_line
from showcard.ui.markup.pieces import dim
from showcard.ui.session.session import Session, Sessions, Site
from showcard.wire.hub_private import PROVIDERS

PATH = "/find"
MAX_SHOWN = 200
# Providers of the Hub's manual that the library does not know yet; more may come with a model's mapping.
OTHERS = ("hyperbolic", "nebius", "sambanova")
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


class ModelSearch:
    """What one tab has found so far, and where its next page begins."""

    def __init__(self) -> None:
        self.models: list[FoundModel] = []
        self.asked: tuple[str, str, str, str] = ("", "", "", "")
        self.next: str | None = None


def build(demo: gr.Blocks, site: Site) -> None:
    """Lay the page out inside `demo`."""
    sessions = Sessions(site)
    names = sorted({*PROVIDERS, *OTHERS})
    panel(panels.top_bar("Find"), elem_id="bar")
    panel(div(element("h1", "Find a model on the Hub", style="font-family:inherit"), class_="head"))
    with gr.Row(elem_classes="tight", elem_id="find-row"):
        text = gr.Textbox(label="Text", placeholder="bert, whisper, org/…", max_lines=1, scale=3, elem_id="find-text")
        tasks = [
            ("Any task", ""),
            *((task.name, task.id) for task in TASKS if not task.hidden),
            ("Chat", "conversational"),
        ]
        task = gr.Dropdown(tasks, value="", label="Task", interactive=True, scale=2, elem_id="find-task")
        library = gr.Textbox(label="Library", placeholder="transformers", max_lines=1, scale=1, elem_id="find-library")
        served = [("Whoever", ""), ("Any provider", "all"), *((name, name) for name in names)]
        provider = gr.Dropdown(served, value="", label="Served by", interactive=True, scale=1, elem_id="find-provider")
    with gr.Row(elem_classes="tight"):
        search = gr.Button("Search", variant="primary", scale=0, min_width=120, elem_id="find-search")
        more = gr.Button("More", scale=0, min_width=96, visible=False, elem_id="find-more")
    found = panel(elem_id="found")
    panel(div(element("h2", "What a provider serves"), class_="head"))
    with gr.Row(elem_classes="tight end"):
        one = gr.Dropdown([*names], value=names[0], label="Provider", interactive=True, elem_id="serves-provider")
        look = gr.Button("Show", scale=0, min_width=96, elem_id="serves-show")
    serves = panel(elem_id="serves")

    async def begin(text: str, task: str, library: str, provider: str, request: gr.Request) -> Updates:
        session = sessions.of(request)
        finding = session.pages["find"] = ModelSearch()
        finding.asked = tuple(str(part or "")[:200] for part in (text, task, library, provider))  # type: ignore[assignment]
        return await _drawn(session, finding)

    async def go_on(request: gr.Request) -> Updates:
        session = sessions.of(request)
        return await _drawn(session, session.pages.setdefault("find", ModelSearch()))

    async def _drawn(session: Session, finding: ModelSearch) -> Updates:
        models, goes_on = await _next(session, finding)
        return {found: models, more: gr.skip() if goes_on is None else gr.update(visible=goes_on)}

    async def show(name: str, request: gr.Request) -> str:
        return await _serves(sessions.of(request), str(name)[:80])

    gr.on(
        [search.click, text.submit, library.submit], begin, [text, task, library, provider], [found, more],
        trigger_mode="always_last", **QUIET,
    )  # fmt: skip
    more.click(go_on, None, [found, more], **QUIET)
    look.click(show, one, serves, **QUIET)
    demo.unload(sessions.forget)


async def _next(session: Session, finding: ModelSearch) -> tuple[str, bool | None]:
    """What is found with one more page, as HTML, and whether there is more; None where that is not known."""
    text, task, library, provider = finding.asked
    try:
        page = await find_models(
            text,
            task=task,
            library=library,
            provider=provider,
            token=session.token,
            cursor=finding.next,
            cached=not session.site.shared,
        )
    except InferenceFailure as failure:
        before = models_html(finding.models, False) if finding.models else None
        return one_line(join([before, panels.failure(failure)])), None
    finding.models, finding.next = [*finding.models, *page.models][:MAX_SHOWN], page.next
    full = len(finding.models) >= MAX_SHOWN
    goes_on = bool(page.next) and not full
    note = dim("Offline: these are the models in the cache of this machine.") if page.cached else None
    return one_line(join([note, models_html(finding.models, full)])), goes_on


async def _serves(session: Session, provider: str) -> str:
    """What a provider serves, or why that is not known."""
    try:
        served = await provider_page(provider, session.token)
    except (InferenceFailure, httpx2.HTTPError) as failure:
        return one_line(panels.failure(failure))
    return one_line(join([element("h2", provider), provider_html(provider, served, provider in PROVIDERS)]))
