"""The widget of one open model: fields, examples, where it runs, Run and Stop, the output, code, JSON and why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter
from typing import Any

import gradio as gr

from inference import client
from inference.assets import AssetError
from inference.errors import InferenceFailure
from inference.reply import Delta, Reply
from inference.resolve import resolve, resolve_offline
from inference.transport import Exchange
from metadata.tasks import TASKS, Task
from snippets import CLIENTS, snippet_for
from ui import panels
from ui.chat import Answer
from ui.markup import one_line, panel
from ui.session import Session, cancel_and_wait
from ui.streaming import HEARTBEAT_SECONDS, Merged
from wire.request import RequestError, ResolvedRequest

from . import fields, show
from .state import (
    ENDPOINT,
    PROVIDERS,
    Page,
    Place,
    build_request,
    load_example,
    places,
    reachable,
    same_inputs,
    take_turn,
)


class Widget:
    """The components of one open model and the listeners between them. Made inside `gr.render`."""

    def __init__(self, page: Page, session: Session) -> None:
        self.page = page
        self.session = session
        self.row: Task | None = page.row
        self.chats = bool(self.row and self.row.output == "message")
        self.run_id = f"widget-{id(page)}"

    # -- layout ------------------------------------------------------------------------------------------------------

    def build(self) -> gr.Dropdown:
        """Lay it out; the control that overrides the task is handed back, as opening again is the page's business."""
        with gr.Tabs():
            with gr.Tab("Widget", elem_id="widget-body"), gr.Column(elem_classes="tight"):
                self._widget()
            with gr.Tab("Code", elem_id="code-body") as code_tab, gr.Column(elem_classes="tight"):
                names = [(_client_name(c.language, c.name), n) for n, c in enumerate(CLIENTS)]
                self.client = gr.Radio(names, value=0, label="Client", show_label=False, container=False)
                self.code = panel(elem_id="code")
            with gr.Tab("JSON", elem_id="json-body"):
                self.json = panel(show.no_json(), elem_id="json")
            with gr.Tab("Why this widget", elem_id="why-body"), gr.Column(elem_classes="tight"):
                panel(panels.why(self.page.model, self.page.opened.notes), elem_id="why")
                choices = [("What the card says", "")] + [(task.name, task.id) for task in TASKS]
                override = gr.Dropdown(choices, value="", label="Show it as another task", filterable=True)
        self._wire(code_tab)
        return override

    def _widget(self) -> None:
        page, row = self.page, self.row
        titles = [(show.example_title(e), n) for n, e in enumerate(page.examples)]
        first = 0 if titles else None
        self.examples = gr.Dropdown(
            titles,
            value=first,
            label=show.examples_label(page),
            visible=bool(titles),
            filterable=len(titles) > 8,
            elem_id="examples",
        )
        self.transcript = panel(show.transcript(page), elem_id="transcript", visible=self.chats)
        self.fields = [fields.make(spec, show.field_value(page, spec)) for spec in row.fields] if row else []
        choices = places(page, self.session)
        self.place = gr.Dropdown(
            choices,
            value=choices[0][1] if choices else None,
            label="Runs on",
            visible=bool(choices),
            interactive=True,
            elem_id="place",
        )
        self.base_url = gr.Textbox(
            label="Base URL", placeholder="http://127.0.0.1:8080/v1", visible=False, elem_id="base-url", max_lines=1
        )
        self.key = gr.Textbox(
            label="Token", placeholder="Kept in memory, for this host only", type="password", visible=False, max_lines=1
        )
        found = reachable(page, self.session, Place(choices[0][1] if choices else ""))
        with gr.Row(elem_id="run-row", elem_classes="tight"):
            self.run = gr.Button(
                "Send" if self.chats else "Run",
                variant="primary",
                elem_id="run",
                scale=0,
                min_width=120,
                interactive=found.runs,
            )
            self.stop = gr.Button("Stop", elem_id="stop", scale=0, min_width=80, visible=False)
            self.reset = gr.Button("New chat", elem_id="reset", scale=0, min_width=96, visible=self.chats)
            self.status = panel(show.where(found), elem_id="status")
        self.changed = gr.Button("Inputs changed", visible="hidden", elem_id="changed")
        self.result = panel(show.result(self.page, self.session), elem_id="result")

    # -- listeners ---------------------------------------------------------------------------------------------------

    def _wire(self, code_tab: gr.Tab) -> None:
        where = [self.place, self.base_url, self.key]
        screen = [self.transcript, self.result, self.status, self.run, self.stop, self.json]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        values = [*where, *self.fields]
        code = {"fn": self._write_code, "inputs": [self.client, *values], "outputs": self.code, **quiet}

        self.examples.input(
            self._choose, self.examples, [*self.fields, self.transcript, self.result, self.json], **quiet
        ).then(**code)
        gr.on(
            [self.place.input, self.base_url.change, self.key.change],
            self._place,
            where,
            [self.base_url, self.key, self.run, self.status],
            trigger_mode="always_last",
            **quiet,
        ).then(**code)
        # Textbox tells of key presses only, not of a paste or a dictated word: the page's own script watches the fields
        # and presses `changed`. One listener a trigger, as two that take the last value wake each other for ever.
        gr.on(
            [self.changed.click, *(trigger for component in self.fields for trigger in _media_events(component))],
            self._changed,
            [self.client, *values],
            [self.result, self.code],
            trigger_mode="always_last",
            **quiet,
        )
        gr.on([code_tab.select, self.client.change], **code)
        starts = [self.run.click] + [f.submit for f in self.fields if isinstance(f, gr.Textbox) and f.lines == 1]
        running = gr.on(
            starts,
            self._run_chat if self.chats else self._run,
            values,
            [*screen, *(self.fields if self.chats else [])],
            trigger_mode="once",
            **quiet,
        )
        running.then(**code)
        self.stop.click(self._stop, None, None, queue=False, **quiet)
        self.reset.click(self._reset, None, [self.transcript, self.result, self.json], **quiet)

    async def _choose(self, number: int | None) -> list[Any]:
        trouble = ""
        try:
            await load_example(self.page, number)
        except AssetError as error:
            trouble = panels.note(str(error), "Choose a file of your own instead.", error=True)
        row = self.row
        assert row is not None
        values = [fields.show(spec, show.field_value(self.page, spec)) for spec in row.fields]
        result = show.boxed(trouble) if trouble else show.result(self.page, self.session)
        return [
            *values,
            one_line(show.transcript(self.page)),
            one_line(result),
            one_line(show.recorded_json(self.page)),
        ]

    def _place(self, choice: str, base_url: str, key: str) -> list[Any]:
        place = Place(choice, base_url or "")
        self._keep_key(place, key)
        found = reachable(self.page, self.session, place)
        with_key = choice == ENDPOINT or (choice == PROVIDERS and not self.session.site.machine_token)
        return [
            gr.update(visible=choice == ENDPOINT),
            gr.update(visible=with_key),
            gr.update(interactive=found.runs),
            one_line(show.where(found)),
        ]

    def _keep_key(self, place: Place, key: str) -> None:
        self.session.keep_key(place.base_url if place.choice == ENDPOINT else None, key)

    def _changed(self, number: int, *values: Any) -> list[Any]:
        """The result, marked where the inputs are no longer those it answers; and the code of the inputs."""
        stale = bool(self.page.shown) and not self.chats and not same_inputs(self.page, values[3:])
        code = self._write_code(number, *values)
        if stale == self.page.stale:
            return [gr.skip(), code]
        self.page.stale = stale
        return [one_line(show.result(self.page, self.session)), code]

    def _resolved(self, choice: str, base_url: str, values: tuple[Any, ...]) -> ResolvedRequest:
        request = build_request(self.page, Place(choice, base_url or ""), values)
        if self.page.resolved and self.page.resolved.request == request:
            return self.page.resolved
        keys = self.session.keys_for(request.base_url)
        return resolve_offline(request, None, self.session.site.embedded, keys)

    def _write_code(self, number: int, choice: str, base_url: str, key: str, *values: Any) -> str:
        try:
            resolved = self._resolved(choice, base_url, values)
        except RequestError as error:
            return one_line(panels.note(str(error), "Fill it in to see the code."))
        return one_line(show.code(snippet_for(CLIENTS[number], resolved), resolved))

    def _stop(self) -> None:
        self.session.runs.stop(self.run_id)

    def _reset(self) -> list[Any]:
        self.page.turns.clear()
        self.page.shown = None
        return [one_line(show.transcript(self.page)), "", one_line(show.no_json())]

    # -- running -----------------------------------------------------------------------------------------------------

    async def _prepare(self, choice: str, base_url: str, key: str, values: tuple[Any, ...]) -> ResolvedRequest:
        place = Place(choice, base_url or "")
        self._keep_key(place, key)
        found = reachable(self.page, self.session, place)
        if not found.runs:
            raise InferenceFailure(found.sentence, found.way_out)
        request = build_request(self.page, place, values)
        return await resolve(request, self.session.site.embedded, self.session.keys_for(request.base_url))

    async def _run(self, choice: str, base_url: str, key: str, *values: Any) -> AsyncIterator[list[Any]]:
        """Yields updates of (transcript, result, status, run, stop, json)."""
        skip = gr.skip()
        busy, idle = gr.update(interactive=False), gr.update(interactive=True)
        exchange, started = Exchange(), perf_counter()

        async def call() -> Reply:
            resolved = await self._prepare(choice, base_url, key, values)
            return await client.run(resolved, self.session.keys_for(resolved.request.base_url), exchange)

        task = asyncio.create_task(call())
        stop = task.cancel
        self.session.runs.start(self.run_id, stop)
        try:
            yield [skip, skip, one_line(show.running(0.0)), busy, gr.update(visible=True), skip]
            while not (await asyncio.wait({task}, timeout=HEARTBEAT_SECONDS))[0]:
                yield [skip, skip, one_line(show.running(perf_counter() - started)), skip, skip, skip]
            if task.cancelled():
                status, result, raw = show.stopped(perf_counter() - started), skip, skip
            else:
                reply = task.result()
                self.page.keep(reply)
                status = show.done(reply)
                result = one_line(show.result(self.page, self.session))
                raw = one_line(panels.raw_json(reply.raw) if reply.raw is not None else show.media_json(reply))
            yield [skip, result, one_line(status), idle, gr.update(visible=False), raw]
        except Exception as error:
            self.page.clear()
            failed = one_line(show.boxed(panels.failure(error)))
            yield [skip, failed, "", idle, gr.update(visible=False), one_line(show.failed_json(exchange))]
        finally:
            self.session.runs.end(self.run_id, stop)
            await cancel_and_wait(task)

    async def _run_chat(self, choice: str, base_url: str, key: str, text: str) -> AsyncIterator[list[Any]]:
        """Yields updates of (transcript, result, status, run, stop, json, message)."""
        skip, hide = gr.skip(), gr.update(visible=False)
        busy, idle = gr.update(interactive=False), gr.update(interactive=True)
        exchange, started = Exchange(), perf_counter()
        answer = Answer()

        async def pieces() -> AsyncIterator[Delta]:
            resolved = await self._prepare(choice, base_url, key, (text,))
            answer.resolved = resolved
            async for delta in client.stream(resolved, self.session.keys_for(resolved.request.base_url), exchange):
                yield delta

        merged: Merged[Delta] = Merged({"answer": pieces()})
        self.session.runs.start(self.run_id, merged.stop_all)
        asked = one_line(show.transcript(self.page, text)) if text.strip() else skip
        try:
            yield [asked, "", one_line(show.running(0.0)), busy, gr.update(visible=True), skip, skip]
            async for batches in merged:
                status = one_line(show.running(perf_counter() - started))
                batch = batches.get("answer")
                if batch is None:
                    yield [skip, skip, status, skip, skip, skip, skip]
                    continue
                answer.take(batch)
                if not batch.ended:
                    yield [skip, answer.html, status, skip, skip, skip, skip]
            if answer.error:
                failed = one_line(show.boxed(answer.partial + panels.failure(answer.error)))
                yield [one_line(show.transcript(self.page)), failed, "", idle, hide, skip, skip]
                return
            take_turn(self.page, text, answer.message, answer.resolved)
            status = one_line(show.chat_done(answer, perf_counter() - started))
            yield [one_line(show.transcript(self.page)), "", status, idle, hide, one_line(show.chat_json(answer)), ""]
        finally:
            self.session.runs.end(self.run_id, merged.stop_all)
            await merged.aclose()


def _media_events(component: gr.components.Component) -> list[Any]:
    """The events by which a person gives or takes away a file."""
    if not isinstance(component, gr.Image | gr.Audio | gr.Video):
        return []
    return [getattr(component, name) for name in ("upload", "clear", "stop_recording") if hasattr(component, name)]


def _client_name(language: str, name: str) -> str:
    shown = {"python": "Python", "js": "JavaScript", "sh": ""}[language]
    return f"{shown} · {name}" if shown else name
