"""What a widget does when asked: make the one Request of what is on the screen, run it, stream it, stop it.

A run belongs to a turn of its page. When the page has moved on (another example, a new chat, another card), the run
is stopped, and what it brings is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from showcard.inference.errors import InferenceFailure
from showcard.inference.reply import Reply
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
from showcard.ui.session.run import Run
from showcard.ui.session.session import Session
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """What a run changes on the page: HTML of regions, what stands in the field of a chat's message, whether it is
    under way, and the turns whose calls wait for a result. None leaves a part as it is."""

    transcript: str | None = None
    result: str | None = None
    status: str | None = None
    json: str | None = None
    message: Any = None
    running: bool | None = None
    turns: Sequence[Any] | None = None


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

    async def _prepare(self, screen: Screen, run: Run[Any]) -> ResolvedRequest:
        screen.where.keep(self.session)
        found = reachable(self.page, self.session, screen.where.place)
        if not found.runs:
            raise InferenceFailure(found.sentence, found.hint, ways=("token", "place"))
        run.asked = request = await asyncio.to_thread(self.request, screen)  # it reads files, and writes some anew
        for value in request.inputs.values():
            if isinstance(value, Media):
                await load(value, None)  # a look at the file: does it open, is it too large
        await asking.loaded(self.session, request, run.progress)
        return await asking.resolved_for(self.session, request, run.progress)

    async def run(self, *values: Any) -> AsyncIterator[RunView]:
        """Runs what is on the screen, and yields what that changes."""
        exchange, turn = Exchange(), self.page.turn

        async def call(run: Run[Reply]) -> Reply:
            resolved = await self._prepare(self.screen(values), run)
            return await asking.run(self.session, resolved, exchange, run.progress)

        async with Run(self.session.runs, self.id, call) as run:
            yield RunView(status=one_line(show.running(0.0)), running=True)
            async for _ in run.beats():
                yield RunView(status=one_line(show.running(run.elapsed, run.progress.sentence)))
            if self.page.turn != turn:
                yield RunView(status="", running=False)
            elif run.state == "stopped":
                yield RunView(status=one_line(show.stopped(run.elapsed)), running=False)
            else:
                yield replace(await self._answered(run), json=one_line(show.raw(self.page, exchange)))

    async def _answered(self, run: Run[Reply]) -> RunView:
        """The result and the status of a call that has ended."""
        if run.error is not None:
            self.page.clear()
            return RunView(result=one_line(show.boxed(panels.failure(run.error, run.asked))), status="", running=False)
        self.page.keep(run.result)
        shown = await laid_out(lambda: show.result(self.page, self.session), self.session.id, apart=True)
        return RunView(result=one_line(shown), status=one_line(show.done(run.result)), running=False)

    async def chat(self, *values: Any) -> AsyncIterator[RunView]:
        """Sends the message that is typed, and yields what that and the answer change."""
        screen, turn = self.screen(values), self.page.turn
        answer = GrowingAnswer(markdown=LiveMarkdown(self.session.id))
        said, typed = await asyncio.to_thread(self._asking, screen), screen.fields[0]
        blank: Any = {"text": "", "files": []} if isinstance(typed, dict) else ""

        async def call(run: Run[None]) -> None:
            answer.resolved = resolved = await self._prepare(screen, run)
            exchange = Exchange()
            async with aclosing(asking.stream(self.session, resolved, exchange, run.progress)) as deltas:  # type: ignore[type-var]
                async for delta in deltas:
                    answer.dropped = exchange.dropped
                    answer.take(delta)
                    run.tell()

        asked = one_line(await self._transcript(said)) if said else None
        async with Run(self.session.runs, self.id, call) as run:
            status = one_line(show.running(0.0))
            yield RunView(transcript=asked, result="", status=status, message=blank if said else None, running=True)
            drawn = 0
            async for _ in run.beats():
                status = one_line(show.running(run.elapsed, run.progress.sentence))
                grown, drawn = answer.size != drawn, answer.size
                yield RunView(result=answer.html if grown else None, status=status)
            answer.stopped = run.state == "stopped"
            if self.page.turn != turn:
                yield RunView(result="", status="", running=False)
                return
            shown, raw = await self._said(said, answer, run), one_line(show.chat_json(answer, self.session))
            left = typed if run.error else None  # what could not be answered goes back where it was typed
            yield replace(shown, json=raw, message=left, running=False, turns=self.page.turns)

    def _asking(self, screen: Screen) -> Any:
        """The content of the message that is sent, None where it can't be read; the run itself says why."""
        row = self.page.row
        try:
            return fields.read(row.fields[0], screen.fields[0]) if row else None
        except RequestError:
            return None

    async def _transcript(self, asked: Any = None) -> Markup:
        return await laid_out(lambda: show.transcript(self.page, self.session, asked), self.session.id)

    async def _said(self, asked: Any, answer: GrowingAnswer, run: Run[None]) -> RunView:
        """The transcript, the result and the status of an answer that has ended."""
        await answer.markdown.ended(answer.content)
        if run.error:
            begun = await laid_out(lambda: answer.partial, self.session.id)
            failed = one_line(show.boxed([begun, panels.failure(run.error, answer.resolved or run.asked)]))
            return RunView(transcript=one_line(await self._transcript()), result=failed, status="")
        request = answer.resolved.request if answer.resolved else None
        judged = None
        if not answer.message.tool_calls:
            judged = await verdict_sentence(answer.content, request, self.session.id)
        take_turn(self.page, asked, answer, judged[1] if judged else "")
        status = one_line(show.chat_done(answer, run.elapsed))
        return RunView(transcript=one_line(await self._transcript()), result="", status=status)

    async def answer_call(self, result: str | None, *values: Any) -> AsyncIterator[RunView]:
        """Give the next call of the model its result; after the last one the chat goes on. Yields what `chat` does."""
        waiting = pending(self.page.turns)
        if waiting:
            self.page.turns.append(result_turn(waiting[0], result or ""))
        if len(waiting) > 1 or not waiting:
            yield RunView(transcript=one_line(await self._transcript()), turns=self.page.turns)
            return
        values = (*values[: PlacePanel.COUNT], "", *values[PlacePanel.COUNT + 1 :])  # a message typed meanwhile waits
        async with aclosing(self.chat(*values)) as shown:  # type: ignore[type-var]
            async for view in shown:
                yield view

    async def run_call(self, _: str | None, *values: Any) -> AsyncIterator[RunView]:
        """Give it the result of the registered function that it called. Yields what `chat` does."""
        waiting = pending(self.page.turns)
        result = await self.session.site.functions.call(waiting[0].name, waiting[0].arguments) if waiting else ""
        async with aclosing(self.answer_call(result, *values)) as shown:  # type: ignore[type-var]
            async for view in shown:
                yield view
