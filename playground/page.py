"""The compare page: one question, two models, side by side."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import gradio as gr

from metadata.tasks import task
from ui import panels
from ui.chat import transcript_html, turn_html
from ui.code import code_html
from ui.markup import escape, one_line, panel
from ui.parameters import ParameterPanel
from ui.session import Session, Sessions, Site
from wire.request import Request, RequestError

from .conversation import Comparison, Pane, Settings
from .stream import Race, Side

NAMES = ("A", "B")
RUN = "compare"
READER = ParameterPanel("conversational", "")
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
EMPTY = "Ask something below; both models get the same question."


class PaneView:
    """The components of one pane."""

    def __init__(self, name: str, models: list[str], model: str | None) -> None:
        with gr.Column(elem_classes="pane", elem_id=f"pane-{name}"):
            self.model = gr.Dropdown(
                models, value=model, label=f"Model {name}", allow_custom_value=True, elem_id=f"model-{name}"
            )
            self.parameters = ParameterPanel("conversational", f"p-{name}")
            with gr.Accordion("Settings", open=False):
                self.system = gr.Textbox(label="System prompt", lines=2, placeholder="You are a helpful assistant.")
                self.base_url = gr.Textbox(
                    label="Base URL, for a model on an endpoint of yours",
                    placeholder="http://127.0.0.1:8080/v1",
                    max_lines=1,
                )
                self.key = gr.Textbox(label="Its key, if it wants one", type="password", max_lines=1)
                self.token = gr.Textbox(
                    label="Hugging Face token, for a model on Inference Providers",
                    placeholder="hf_…  Kept in memory, sent to the Hub's own hosts only",
                    type="password",
                    max_lines=1,
                )
                with gr.Accordion("Parameters", open=False):
                    self.parameters.build({})
            self.transcript = panel(transcript_html([], EMPTY), elem_id=f"transcript-{name}", elem_classes="transcript")
            self.live = panel(elem_id=f"live-{name}")
            with gr.Row(elem_classes="tight"):
                self.stats = panel(elem_id=f"stats-{name}")
                self.stop = gr.Button(f"Stop {name}", visible=False, scale=0, min_width=80, elem_id=f"stop-{name}")

    @property
    def settings(self) -> list[Any]:
        """The components that a person sets."""
        return [self.model, self.system, self.base_url, self.key, self.token, *self.parameters.components]

    @property
    def screen(self) -> list[Any]:
        """The components that a run changes."""
        return [self.transcript, self.live, self.stats, self.stop]


def build(site: Site) -> None:
    """Lay the page out inside the current Blocks."""
    sessions = Sessions(site)
    row = task("conversational")
    models = [model.id for model in site.embedded.models.values() if model.task is row]
    panel(panels.top_bar("Compare"), elem_id="bar")
    panel(
        '<div class="head"><h1 style="font-family:inherit">Compare two chat models</h1>'
        '<span class="dim">One question to both. Each model sees only its own answers.</span></div>'
    )
    with gr.Row(elem_id="panes"):
        first, second = (models[0], models[1 % len(models)]) if models else (None, None)
        views = [PaneView(NAMES[0], models, first), PaneView(NAMES[1], models, second)]
    with gr.Row(elem_id="ask", elem_classes="tight end"):
        text = gr.Textbox(
            label="Question", show_label=False, container=False, placeholder="Ask both …", lines=1, max_lines=8, scale=4
        )
        send = gr.Button("Send", variant="primary", scale=0, min_width=96, elem_id="send")
        stop_all = gr.Button("Stop all", scale=0, min_width=88, visible=False, elem_id="stop-all")
        reset = gr.Button("New chat", scale=0, min_width=96, elem_id="new-chat")
    with gr.Accordion("Code that reproduces the comparison", open=False, elem_id="comparison"):
        code = panel('<p class="dim">The code appears here after both models were asked.</p>', elem_id="code")
    settings = [component for view in views for component in view.settings]
    screen = [component for view in views for component in view.screen]

    async def run(request: gr.Request, text: str, *settings: Any) -> AsyncIterator[list[Any]]:
        async with aclosing(_run(_session(sessions, request), text, *settings)) as updates:
            async for update in updates:
                yield update

    def stopping(*names: str) -> Callable[[gr.Request], None]:
        def stop(request: gr.Request) -> None:
            for name in names:
                _session(sessions, request).runs.stop(f"{RUN}-{name}")

        return stop

    def clear(request: gr.Request) -> list[Any]:
        return _reset(_session(sessions, request))

    running = [text, send, stop_all, code, *screen]
    gr.on([send.click, text.submit], run, [text, *settings], running, trigger_mode="once", **QUIET)
    for name, view in zip(NAMES, views, strict=True):
        view.stop.click(stopping(name), None, None, queue=False, **QUIET)
    stop_all.click(stopping(*NAMES), None, None, queue=False, **QUIET)
    reset.click(clear, None, [*screen], **QUIET)
    blocks = gr.context.Context.root_block
    assert blocks is not None
    blocks.unload(sessions.forget)


def _session(sessions: Sessions, request: gr.Request) -> Session:
    session = sessions.of(request)
    if RUN not in session.pages:
        session.pages[RUN] = Comparison({name: Pane(Settings("")) for name in NAMES})
    return session


def _reset(session: Session) -> list[Any]:
    for name in NAMES:
        session.runs.stop(f"{RUN}-{name}")
    held: Comparison = session.pages[RUN]
    held.turn += 1
    held.panes = {name: replace(pane, turns=()) for name, pane in held.panes.items()}
    return [one_line(transcript_html([], EMPTY)), "", "", gr.update(visible=False)] * len(NAMES)


async def _run(session: Session, text: str, *settings: Any) -> AsyncGenerator[list[Any], None]:
    """Yields updates of (text, send, stop all, code), then (transcript, live, stats, stop) of each pane."""
    skip = gr.skip()
    if not text.strip():
        yield [skip] * (4 + 4 * len(NAMES))
        return
    held: Comparison = session.pages[RUN]
    asked, refused = _requests(session, held, text, settings)
    race, turn = Race(asked, session), held.turn
    stops = {name: _stopping(race, name) for name in asked}
    for name, stop in stops.items():
        session.runs.start(f"{RUN}-{name}", stop)
    try:
        yield ["", gr.update(interactive=False), gr.update(visible=True), skip, *_opening(held, refused, text)]
        async for changed in race:
            updates = []
            for name in NAMES:
                if name not in changed or held.turn != turn:
                    updates += [skip] * 4
                elif race.sides[name].answer.ended:
                    updates += _finished(held, name, race.sides[name], text)
                else:
                    updates += [skip, race.sides[name].answer.html, skip, skip]
            yield [skip, skip, skip, skip, *updates]
        lost = held.turn == turn and all(side.answer.error for side in race.sides.values())
        idle, hidden = gr.update(interactive=True), gr.update(visible=False)
        yield [text if lost else skip, idle, hidden, _code(race), *[skip] * 4 * len(NAMES)]
    finally:
        for name, stop in stops.items():
            session.runs.end(f"{RUN}-{name}", stop)
        await race.aclose()


def _code(race: Race) -> Any:
    """One script that asks what the panes were asked."""
    asked = {name: side.answer.resolved for name, side in race.sides.items() if side.answer.resolved}
    return one_line(code_html("code", asked)) if asked else gr.skip()


def _requests(
    session: Session, held: Comparison, text: str, settings: Sequence[Any]
) -> tuple[dict[str, Request], dict[str, Exception]]:
    """The request of each pane, or why it can't be made."""
    asked: dict[str, Request] = {}
    refused: dict[str, Exception] = {}
    width = len(settings) // len(NAMES)
    for place, name in enumerate(NAMES):
        model, system, base_url, key, token, *parameters = settings[place * width : (place + 1) * width]
        base_url = (base_url or "").strip() or None
        try:
            chosen = Settings((model or "").strip(), system or "", READER.read(parameters), base_url)
            _check(session, chosen)
        except RequestError as error:
            refused[name] = error
            continue
        if base_url:
            session.keep_endpoint_key(base_url, key)
        session.keep_hub_token(token)
        held.panes[name] = replace(held.panes[name], settings=chosen)
        asked[name] = held.panes[name].request(text)
    return asked, refused


def _check(session: Session, settings: Settings) -> None:
    """Raises RequestError where a pane's settings can't be asked."""
    if not settings.model:
        raise RequestError("No model is chosen here.")
    if settings.base_url and not session.site.allows_endpoint(settings.base_url):
        raise RequestError("This server calls only the endpoints that its owner listed.")
    served = session.site.embedded.models.get(settings.model)
    if served and not settings.base_url and served.task.id != "conversational":
        raise RequestError(f"{served.id} does {served.task.name.lower()}, it does not chat.")


def _stopping(race: Race, name: str) -> Any:
    return lambda: race.stop(name)


def _opening(held: Comparison, refused: Mapping[str, Exception], text: str) -> list[Any]:
    updates = []
    for name in NAMES:
        if name in refused:
            updates += [gr.skip(), one_line(panels.failure(refused[name])), "", gr.skip()]
            continue
        turns = [*held.panes[name].turns, {"role": "user", "content": text}]
        shown = one_line(transcript_html(turns, EMPTY, held.panes[name].settings.model))
        waiting = '<div class="status"><span class="spin" aria-hidden="true"></span>Waiting for the first token</div>'
        updates += [shown, one_line(waiting), "", gr.update(visible=True)]
    return updates


def _finished(held: Comparison, name: str, side: Side, text: str) -> list[Any]:
    """What a pane shows when its answer has ended: committed to its history, or the failure in its place."""
    answer, hidden = side.answer, gr.update(visible=False)
    pane = held.panes[name]
    if answer.error:
        shown = transcript_html([*pane.turns, {"role": "user", "content": text}], EMPTY, pane.settings.model)
        failed = answer.partial + panels.failure(answer.error)
        return [one_line(shown), one_line(failed), "", hidden]
    words = f"stopped · {side.measurement}" if answer.stopped else str(side.measurement)
    held.panes[name] = pane = pane.answered(text, answer.message, words)
    shown = transcript_html(pane.turns, EMPTY, pane.settings.model)
    left = "" if answer.content or answer.reasoning else one_line(_nothing(text, answer.stopped))
    return [one_line(shown), left, "", hidden]


def _nothing(text: str, stopped: bool) -> str:
    said = "Stopped before the first token." if stopped else "The answer is empty."
    return turn_html({"role": "user", "content": text}) + f'<p class="dim">{escape(said)}</p>'
