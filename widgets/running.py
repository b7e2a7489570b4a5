"""What a widget does when asked: make the one Request of what is on the screen, run it, stream it, stop it.

A run belongs to a turn of its page. When the page has moved on (another example, a new chat, another card), the run
is stopped, and what it brings is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import gradio as gr

from showcard.inference.errors import InferenceFailure
from showcard.inference.reply import Delta, Reply
from showcard.inference.streams import HEARTBEAT_SECONDS, Merged
from showcard.inference.transport.assets import load
from showcard.inference.transport.http import Exchange
from showcard.metadata.media import Media
from showcard.ui.components.chat_options import ChatOptionsPanel, verdict_sentence
from showcard.ui.components.headers import read_headers
from showcard.ui.components.parameters import ParameterPanel
from showcard.ui.components.target_panel import PlacePanel
from showcard.ui.components.tool_results import ToolResultPanel, pending, result_turn
from showcard.ui.markup import panels
from showcard.ui.markup.chat import GrowingAnswer
from showcard.ui.markup.html import Markup, one_line
from showcard.ui.markup.live_markdown import LiveMarkdown
from showcard.ui.markup.markdown import laid_out
from showcard.ui.session import calls as asking
from showcard.ui.session.availability import TypedTarget
from showcard.ui.session.session import Session, cancel_and_wait
from showcard.wire.request import Request, RequestError, ResolvedRequest

from . import show
from .fields import components as fields
from .state import Page, build_request, reachable, same_inputs, take_turn


@dataclass(frozen=True, slots=True)
class Screen:
    """What the controls hold: where a run goes with which keys, and the values of the fields, of the parameters, of the
    headers and of a chat's options."""

    where: TypedTarget
    fields: tuple[Any, ...]
    parameters: tuple[Any, ...]
    headers: Any = None
    options: tuple[Any, ...] = ()


class WidgetRunner:
    """The runs of one open page. A run that ends after its page has moved on changes nothing."""

    def __init__(self, page: Page, session: Session, parameters: ParameterPanel | None) -> None:
        self.page = page
        self.session = session
        self.parameters = parameters
        chats = bool(page.row and page.row.output == "message")
        functions = session.site.functions
        self.options = ChatOptionsPanel("chat", functions) if chats else None
        self.results = ToolResultPanel("tool", functions) if chats else None
        self.id = f"widget-{page.name}"

    def screen(self, values: tuple[Any, ...]) -> Screen:
        """The controls' values, told apart: place, fields, then parameters, headers and options where there are any."""
        where, rest = PlacePanel.read(values[: PlacePanel.COUNT]), values[PlacePanel.COUNT :]
        count = len(self.page.row.fields) if self.page.row else 0
        own, rest = rest[:count], rest[count:]
        options = rest[len(rest) - ChatOptionsPanel.COUNT :] if self.options else ()
        rest = rest[: len(rest) - len(options)]
        return Screen(where, own, rest[:-1], rest[-1], options) if rest else Screen(where, own, ())

    def request(self, screen: Screen, again: bool = False) -> Request:
        """The one Request of what is on the screen; see `build_request`. Raises RequestError."""
        parameters = self.parameters.read(screen.parameters) if self.parameters else None
        asked = build_request(self.page, screen.where.place, screen.fields, parameters, again)
        asked = replace(asked, headers=read_headers(screen.headers))
        return self.options.read(screen.options).of(asked) if self.options else asked

    def resolved(self, screen: Screen) -> ResolvedRequest:
        """Where it goes, or the last one of a chat went, as far as is known offline. Raises RequestError."""
        request = self.request(screen, again=True)
        if self.page.resolved and self.page.resolved.request == request:
            return self.page.resolved
        return asking.resolved_offline(self.session, request, screen.where.endpoint_key)

    def is_answered(self, screen: Screen) -> bool:
        """Whether the output on screen answers what the controls hold."""
        try:
            parameters = self.parameters.read(screen.parameters) if self.parameters else {}
            return same_inputs(self.page, screen.fields, parameters)
        except RequestError:
            return False

    async def stop(self) -> None:
        """Stop the run under way, if there is one."""
        self.session.runs.stop(self.id)

    async def _prepare(self, screen: Screen, progress: asking.Progress) -> ResolvedRequest:
        screen.where.keep(self.session)
        found = reachable(self.page, self.session, screen.where.place)
        if not found.runs:
            raise InferenceFailure(found.sentence, found.hint, ways=("token", "place"))
        request = await asyncio.to_thread(self.request, screen)  # it reads files, and writes some anew
        for value in request.inputs.values():
            if isinstance(value, Media):
                await load(value, None)  # a look at the file: does it open, is it too large
        await asking.loaded(self.session, request, progress)
        return await asking.resolved_for(self.session, request, progress)

    async def run(self, *values: Any) -> AsyncIterator[list[Any]]:
        """Yields updates of (transcript, result, status, run, stop, json)."""
        skip, busy, idle, hide = _updates()
        exchange, progress, started, turn = Exchange(), asking.Progress(), perf_counter(), self.page.turn

        async def call() -> Reply:
            resolved = await self._prepare(self.screen(values), progress)
            return await asking.run(self.session, resolved, exchange, progress)

        task = asyncio.create_task(call())
        stop: Callable[[], Any] = task.cancel
        self.session.runs.start(self.id, stop)
        try:
            yield [skip, skip, one_line(show.running(0.0)), busy, gr.update(visible=True), skip]
            while not (await asyncio.wait({task}, timeout=HEARTBEAT_SECONDS))[0]:
                told = show.running(perf_counter() - started, progress.sentence)
                yield [skip, skip, one_line(told), skip, skip, skip]
            if self.page.turn != turn:
                yield [skip, skip, "", idle, hide, skip]
            elif task.cancelled():
                yield [skip, skip, one_line(show.stopped(perf_counter() - started)), idle, hide, skip]
            else:
                yield [skip, *await self._answered(task, exchange), idle, hide, one_line(show.raw(self.page, exchange))]
        finally:
            self.session.runs.end(self.id, stop)
            await cancel_and_wait(task)

    async def _answered(self, task: asyncio.Task[Reply], exchange: Exchange) -> list[Any]:
        """The result and the status of a call that has ended."""
        error = task.exception()
        if error is not None:
            self.page.clear()
            return [one_line(show.boxed(panels.failure(error))), ""]
        reply = task.result()
        self.page.keep(reply)
        shown = await laid_out(lambda: show.result(self.page, self.session), self.session.id, apart=True)
        return [one_line(shown), one_line(show.done(reply))]

    async def chat(self, *values: Any) -> AsyncIterator[list[Any]]:
        """Yields updates of (transcript, result, status, run, stop, json, message, the panel of tool results)."""
        assert self.results is not None
        skip, busy, idle, hide = _updates()
        quiet = [skip] * self.results.COUNT
        screen, progress = self.screen(values), asking.Progress()
        started, turn = perf_counter(), self.page.turn
        answer = GrowingAnswer(markdown=LiveMarkdown(self.session.id))
        said, typed = await asyncio.to_thread(self._asking, screen), screen.fields[0]
        blank = {"text": "", "files": []} if isinstance(typed, dict) else ""
        merged = Merged({"answer": self._pieces(screen, answer, progress)})
        stop = merged.stop_all
        self.session.runs.start(self.id, stop)
        asked = one_line(await self._transcript(said)) if said else skip
        shows = gr.update(visible=True)
        try:
            yield [asked, "", one_line(show.running(0.0)), busy, shows, skip, blank if said else skip, *quiet]
            async for batches in merged:
                status = one_line(show.running(perf_counter() - started, progress.sentence))
                batch = batches.get("answer")
                if batch is not None:
                    answer.take(batch)
                shown = answer.html if batch is not None and not batch.ended else skip
                yield [skip, shown, status, skip, skip, skip, skip, *quiet]
            if self.page.turn != turn:
                yield [skip, skip, "", idle, hide, skip, skip, *quiet]
                return
            left = typed if answer.error else skip  # what could not be answered goes back where it was typed
            shown, raw = await self._said(said, answer, started), one_line(show.chat_json(answer, self.session))
            yield [*shown, idle, hide, raw, left, *self.results.updates(self.page.turns)]
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

    async def _transcript(self, asked: Any = None) -> Markup:
        return await laid_out(lambda: show.transcript(self.page, self.session, asked), self.session.id)

    async def _said(self, asked: Any, answer: GrowingAnswer, started: float) -> list[Any]:
        """The transcript, the result and the status of an answer that has ended."""
        await answer.markdown.ended(answer.content)
        if answer.error:
            begun = await laid_out(lambda: answer.partial, self.session.id)
            failed = one_line(show.boxed([begun, panels.failure(answer.error, answer.resolved)]))
            return [one_line(await self._transcript()), failed, ""]
        request = answer.resolved.request if answer.resolved else None
        judged = None
        if not answer.message.tool_calls:
            judged = await verdict_sentence(answer.content, request, self.session.id)
        take_turn(self.page, asked, answer, judged[1] if judged else "")
        status = one_line(show.chat_done(answer, perf_counter() - started))
        return [one_line(await self._transcript()), "", status]

    async def answer_call(self, result: str | None, *values: Any) -> AsyncIterator[list[Any]]:
        """Give the next call of the model its result; after the last one the chat goes on. Yields what `chat` does."""
        assert self.results is not None
        waiting = pending(self.page.turns)
        if waiting:
            self.page.turns.append(result_turn(waiting[0], result or ""))
        if len(waiting) > 1 or not waiting:
            skip = gr.skip()
            shown = one_line(await self._transcript())
            yield [shown, skip, skip, skip, skip, skip, skip, *self.results.updates(self.page.turns)]
            return
        values = (*values[: PlacePanel.COUNT], "", *values[PlacePanel.COUNT + 1 :])  # a message typed meanwhile waits
        async with aclosing(self.chat(*values)) as updates:  # type: ignore[type-var]
            async for update in updates:
                yield update

    async def run_call(self, _: str | None, *values: Any) -> AsyncIterator[list[Any]]:
        """The same with the result of the registered function that the model called."""
        waiting = pending(self.page.turns)
        result = await self.session.site.functions.call(waiting[0].name, waiting[0].arguments) if waiting else ""
        async with aclosing(self.answer_call(result, *values)) as updates:  # type: ignore[type-var]
            async for update in updates:
                yield update

    async def _pieces(self, screen: Screen, answer: GrowingAnswer, progress: asking.Progress) -> AsyncIterator[Delta]:
        answer.resolved = resolved = await self._prepare(screen, progress)
        exchange = Exchange()
        async with aclosing(asking.stream(self.session, resolved, exchange, progress)) as deltas:  # type: ignore[type-var]
            async for delta in deltas:
                answer.dropped = exchange.dropped
                yield delta


def _updates() -> tuple[Any, Any, Any, Any]:
    """Updates that leave alone, make busy, make idle, and hide."""
    return gr.skip(), gr.update(interactive=False), gr.update(interactive=True), gr.update(visible=False)
