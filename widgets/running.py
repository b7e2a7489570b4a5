"""What a widget does when asked: make the one Request of what is on the screen, run it, stream it, stop it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import gradio as gr

from inference import client
from inference.assets import load
from inference.errors import InferenceFailure
from inference.reply import Delta, Reply
from inference.resolve import resolve, resolve_offline
from inference.transport import Exchange
from metadata.media import Media
from ui import panels
from ui.chat import Answer
from ui.markup import one_line
from ui.parameters import ParameterPanel
from ui.session import Session, cancel_and_wait
from ui.streaming import HEARTBEAT_SECONDS, Merged
from wire.request import Request, RequestError, ResolvedRequest

from . import fields, show
from .state import ENDPOINT, Page, Place, build_request, reachable, same_inputs, take_turn

WHERE = 4  # the first values of a screen: the place, its base URL, the endpoint's key, the Hub token


@dataclass(frozen=True, slots=True)
class Screen:
    """What the controls hold: where a run goes, with which keys, the values of the fields and of the parameters."""

    place: Place
    endpoint_key: str
    hub_token: str
    fields: tuple[Any, ...]
    parameters: tuple[Any, ...]


class Runner:
    """The runs of one open page. A run that ends after its page has moved on changes nothing."""

    def __init__(self, page: Page, session: Session, parameters: ParameterPanel | None) -> None:
        self.page = page
        self.session = session
        self.parameters = parameters
        self.id = f"widget-{page.name}"

    def screen(self, values: tuple[Any, ...]) -> Screen:
        """The controls' values, told apart."""
        choice, base_url, endpoint_key, hub_token, *rest = values
        count = len(self.page.row.fields) if self.page.row else 0
        place = Place(choice or "", (base_url or "").strip())
        return Screen(place, endpoint_key or "", hub_token or "", tuple(rest[:count]), tuple(rest[count:]))

    def request(self, screen: Screen, again: bool = False) -> Request:
        """The one Request of what is on the screen; see `build_request`. Raises RequestError."""
        parameters = self.parameters.read(screen.parameters) if self.parameters else None
        return build_request(self.page, screen.place, screen.fields, parameters, again)

    def resolved(self, screen: Screen) -> ResolvedRequest:
        """Where it goes, or the last one of a chat went, as far as is known offline. Raises RequestError."""
        request = self.request(screen, again=True)
        if self.page.resolved and self.page.resolved.request == request:
            return self.page.resolved
        keys = self.session.keys_for(request.base_url)
        if screen.endpoint_key.strip() and request.base_url:
            keys["API_TOKEN"] = screen.endpoint_key
        return resolve_offline(request, None, self.session.site.embedded, keys)

    def is_answered(self, screen: Screen) -> bool:
        """Whether the output on screen answers what the controls hold."""
        try:
            parameters = self.parameters.read(screen.parameters) if self.parameters else {}
            return same_inputs(self.page, screen.fields, parameters)
        except RequestError:
            return False

    def stop(self) -> None:
        """Stop the run under way, if there is one."""
        self.session.runs.stop(self.id)

    async def _prepare(self, screen: Screen) -> ResolvedRequest:
        if screen.place.choice == ENDPOINT:
            self.session.keep_endpoint_key(screen.place.base_url, screen.endpoint_key)
        self.session.keep_hub_token(screen.hub_token)
        found = reachable(self.page, self.session, screen.place)
        if not found.runs:
            raise InferenceFailure(found.sentence, found.way_out)
        request = self.request(screen)
        for value in request.inputs.values():
            if isinstance(value, Media):
                await load(value, None)  # a look at the file: does it open, is it too large
        return await resolve(request, self.session.site.embedded, self.session.keys_for(request.base_url))

    async def run(self, *values: Any) -> AsyncIterator[list[Any]]:
        """Yields updates of (transcript, result, status, run, stop, json)."""
        skip, busy, idle, hide = (
            gr.skip(),
            gr.update(interactive=False),
            gr.update(interactive=True),
            gr.update(visible=False),
        )
        exchange, started, turn = Exchange(), perf_counter(), self.page.turn

        async def call() -> Reply:
            resolved = await self._prepare(self.screen(values))
            return await client.run(resolved, self.session.keys_for(resolved.request.base_url), exchange)

        task = asyncio.create_task(call())
        stop: Callable[[], Any] = task.cancel
        self.session.runs.start(self.id, stop)
        try:
            yield [skip, skip, one_line(show.running(0.0)), busy, gr.update(visible=True), skip]
            while not (await asyncio.wait({task}, timeout=HEARTBEAT_SECONDS))[0]:
                yield [skip, skip, one_line(show.running(perf_counter() - started)), skip, skip, skip]
            if self.page.turn != turn:
                yield [skip, skip, "", idle, hide, skip]
            elif task.cancelled():
                yield [skip, skip, one_line(show.stopped(perf_counter() - started)), idle, hide, skip]
            else:
                yield [skip, *self._answered(task, exchange), idle, hide, one_line(show.raw(self.page, exchange))]
        finally:
            self.session.runs.end(self.id, stop)
            await cancel_and_wait(task)

    def _answered(self, task: asyncio.Task[Reply], exchange: Exchange) -> list[Any]:
        """The result and the status of a call that has ended."""
        error = task.exception()
        if error is not None:
            self.page.clear()
            return [one_line(show.boxed(panels.failure(error))), ""]
        reply = task.result()
        self.page.keep(reply)
        return [one_line(show.result(self.page, self.session)), one_line(show.done(reply))]

    async def chat(self, *values: Any) -> AsyncIterator[list[Any]]:
        """Yields updates of (transcript, result, status, run, stop, json, message)."""
        skip, busy, idle, hide = (
            gr.skip(),
            gr.update(interactive=False),
            gr.update(interactive=True),
            gr.update(visible=False),
        )
        screen = self.screen(values)
        started, turn, answer = perf_counter(), self.page.turn, Answer()
        asking, typed = self._asking(screen), screen.fields[0]
        blank = {"text": "", "files": []} if isinstance(typed, dict) else ""
        merged = Merged({"answer": self._pieces(screen, answer)})
        stop = merged.stop_all
        self.session.runs.start(self.id, stop)
        asked = one_line(show.transcript(self.page, self.session, asking)) if asking else skip
        try:
            yield [
                asked,
                "",
                one_line(show.running(0.0)),
                busy,
                gr.update(visible=True),
                skip,
                blank if asking else skip,
            ]
            async for batches in merged:
                status = one_line(show.running(perf_counter() - started))
                batch = batches.get("answer")
                if batch is not None:
                    answer.take(batch)
                shown = answer.html if batch is not None and not batch.ended else skip
                yield [skip, shown, status, skip, skip, skip, skip]
            if self.page.turn != turn:
                yield [skip, skip, "", idle, hide, skip, skip]
                return
            left = typed if answer.error else skip  # what could not be answered goes back where it was typed
            yield [*self._said(asking, answer, started), idle, hide, one_line(show.chat_json(answer)), left]
        finally:
            self.session.runs.end(self.id, stop)
            await merged.aclose()

    def _asking(self, screen: Screen) -> Any:
        """The content of the message that is sent, None where it can't be read; the run itself says why."""
        row = self.page.row
        try:
            return fields.read(row.fields[0], screen.fields[0]) if row else None
        except RequestError:
            return None

    def _said(self, asked: Any, answer: Answer, started: float) -> list[Any]:
        """The transcript, the result and the status of an answer that has ended."""
        if answer.error:
            failed = one_line(show.boxed(answer.partial + panels.failure(answer.error)))
            return [one_line(show.transcript(self.page, self.session)), failed, ""]
        take_turn(self.page, asked, answer.message)
        return [
            one_line(show.transcript(self.page, self.session)),
            "",
            one_line(show.chat_done(answer, perf_counter() - started)),
        ]

    async def _pieces(self, screen: Screen, answer: Answer) -> AsyncIterator[Delta]:
        answer.resolved = resolved = await self._prepare(screen)
        async for delta in client.stream(resolved, self.session.keys_for(resolved.request.base_url)):
            yield delta


def _updates() -> tuple[Any, Any, Any, Any]:
    """Updates that leave alone, make busy, make idle, and hide."""
    return gr.skip(), gr.update(interactive=False), gr.update(interactive=True), gr.update(visible=False)
