"""Does an endpoint keep what its task promises? One call after the other, each with a finding."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass, field, replace
from time import perf_counter
from typing import Any

import httpx2

from showcard.inference.answers.schema import verdict
from showcard.inference.hub.offers import Offer, offers
from showcard.inference.hub.providers import mappings, split_model
from showcard.inference.transport.http import Exchange
from showcard.inference.transport.http import client as session_of
from showcard.metadata.outputs.read import Message
from showcard.metadata.tasks.table import Task, find_task
from showcard.wire.call import CHAT_TASKS
from showcard.wire.request import Request, RequestError, ResolvedRequest
from showcard.wire.secrets import address

from . import run as client
from .errors import InferenceFailure, explain
from .keys import hub_token
from .reply import Delta, Reply
from .resolve import EmbeddedEngine, discover, resolve
from .sample_inputs import sample

FIRST_TOKEN, ANSWER = 5.0, 30.0  # seconds a person waits for a chat's first word, and for any other answer
KEPT, BROKEN, ABSENT = "kept", "broken", "absent"  # absent: not there, and nobody promised it

_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "population": {"type": "integer"}},
    "required": ["city", "population"],
    "additionalProperties": False,
}
_FORMAT = {"type": "json_schema", "json_schema": {"name": "city", "schema": _SCHEMA, "strict": True}}


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One promise: whether it is kept, broken or absent, in a sentence, and how long it took."""

    name: str
    state: str
    sentence: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What was found about a model at a place."""

    model: str
    task: str
    place: str
    findings: tuple[CheckFinding, ...] = field(default_factory=tuple)

    @property
    def passed(self) -> bool:
        """Whether no promise is broken."""
        return bool(self.findings) and all(finding.state != BROKEN for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON data."""
        return {**asdict(self), "findings": [asdict(finding) for finding in self.findings], "passed": self.passed}

    def to_text(self) -> str:
        """The report as a table."""
        rows = [(f.name, f.state, "" if f.seconds is None else f"{f.seconds:.2f} s", f.sentence) for f in self.findings]
        widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
        lines = [f"{self.model}: {self.task} at {self.place}"]
        for name, state, seconds, sentence in rows:
            lines.append(f"  {name:<{widths[0]}}  {state:<{widths[1]}}  {seconds:>{widths[2]}}  {sentence}".rstrip())
        return "\n".join([*lines, "Every promise is kept." if self.passed else "Not every promise is kept."])


async def check(
    model: str,
    *,
    provider: str = "auto",
    base_url: str | None = None,
    task: str | None = None,
    keys: Mapping[str, str] | None = None,
    bill_to: str | None = None,
    trusted: bool = False,
) -> Report:
    """Ask a model at a provider or at a base URL for everything its task promises. Never raises for what it finds.

    `trusted`: the endpoint gets the Hugging Face token, as the person said."""
    keys = keys or {}
    elsewhere = f"Inference Providers ({provider})" if provider != "auto" else "Inference Providers"
    place = address(base_url) if base_url else elsewhere
    try:
        embedded = await _showcard(base_url)
        row = _row(task) if task else await _row_of(model, base_url, embedded, keys)
        inputs = sample(row)
        if inputs is None:
            raise InferenceFailure(f"There is nothing to ask {row.name.lower()} with.", "Try it on the model page.")
        at_home = embedded is not None and model in embedded.models
        asked = Request(row.id, model, inputs, provider, base_url=None if at_home else base_url, bill_to=bill_to)
        resolved = await resolve(asked, embedded, keys, trusted)
    except (InferenceFailure, RequestError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        told = explain(error)
        return Report(
            model, task or "unknown", place, (CheckFinding("found", BROKEN, f"{told.reason} {told.hint}".strip()),)
        )
    promised = await _promised(resolved, keys)
    asker = _Asker(keys, resolved.host if trusted else None)
    steps = _chat(resolved, asker, promised) if row.id in CHAT_TASKS else _plain(resolved, asker)
    return Report(model, row.id, place, tuple([finding async for finding in steps]))


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks: the keys, and the host that may get the Hugging Face token too."""

    keys: Mapping[str, str]
    trusted_host: str | None

    def exchange(self) -> Exchange:
        """A new exchange for one call."""
        return Exchange(trusted_host=self.trusted_host)


async def _plain(resolved: ResolvedRequest, asker: _Asker) -> AsyncIterator[CheckFinding]:
    exchange, started = asker.exchange(), perf_counter()
    try:
        reply = await client.run(resolved, asker.keys, exchange)
    except InferenceFailure as failure:
        for finding in _failed(failure, exchange, perf_counter() - started):
            yield finding
        return
    yield _reached(exchange)
    yield _promise(resolved.request.row.name.lower(), reply)
    yield _in_time("time to answer", reply.elapsed, ANSWER)


async def _chat(resolved: ResolvedRequest, asker: _Asker, promised: Offer | None) -> AsyncIterator[CheckFinding]:
    short = _with(resolved, parameters={"max_tokens": 512})
    exchange, started = asker.exchange(), perf_counter()
    try:
        reply = await client.run(short, asker.keys, exchange)
    except InferenceFailure as failure:
        for finding in _failed(failure, exchange, perf_counter() - started):
            yield finding
        return
    yield _reached(exchange)
    yield _promise("chat", reply, reply.elapsed)
    async for finding in _stream(_with(short, stream=True), asker):
        yield finding
    yield await _tools(short, asker, bool(promised and promised.tools))
    yield await _structured(short, asker, bool(promised and promised.structured_output))


async def _stream(resolved: ResolvedRequest, asker: _Asker) -> AsyncIterator[CheckFinding]:
    started, first, deltas = perf_counter(), None, list[Delta]()
    try:
        async with aclosing(client.stream(resolved, asker.keys, asker.exchange())) as stream:  # type: ignore[type-var]
            async for delta in stream:
                if first is None and (delta.content or delta.reasoning or delta.tool_calls):
                    first = perf_counter() - started
                deltas.append(delta)
    except InferenceFailure as failure:
        yield CheckFinding("streaming", BROKEN, failure.reason, perf_counter() - started)
        return
    pieces = sum(bool(delta.content or delta.reasoning) for delta in deltas)
    if pieces > 1:
        yield CheckFinding("streaming", KEPT, f"The answer comes in {pieces} pieces.", perf_counter() - started)
    else:
        yield CheckFinding("streaming", ABSENT, "The answer comes in one piece.", perf_counter() - started)
    yield _in_time("time to first token", first or 0.0, FIRST_TOKEN)
    usage = next((delta.usage for delta in reversed(deltas) if delta.usage), None)
    said = f"{usage.prompt_tokens} and {usage.completion_tokens} tokens." if usage else "No token counts come along."
    yield CheckFinding("streaming usage", KEPT if usage else ABSENT, said)


async def _tools(resolved: ResolvedRequest, asker: _Asker, promised: bool) -> CheckFinding:
    question = {"messages": [{"role": "user", "content": "What is the weather in Paris? Use the tool."}]}
    found = await _message(_with(resolved, inputs=question, tools=(_TOOL,)), asker)
    if isinstance(found, InferenceFailure):
        return CheckFinding("tool calling", BROKEN if promised else ABSENT, found.reason)
    call = next(iter(found.tool_calls), None)
    if call is None:
        return CheckFinding("tool calling", BROKEN if promised else ABSENT, "The model called no tool.")
    try:
        arguments = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return CheckFinding("tool calling", BROKEN, f"The arguments are not JSON: {call.arguments[:100]}")
    if call.name != "get_weather" or not isinstance(arguments, dict) or "city" not in arguments:
        return CheckFinding("tool calling", BROKEN, f"It called {call.name}({call.arguments[:100]}).")
    return CheckFinding("tool calling", KEPT, f"It called {call.name}({call.arguments[:100]}).")


async def _structured(resolved: ResolvedRequest, asker: _Asker, promised: bool) -> CheckFinding:
    question = {"messages": [{"role": "user", "content": "Name the capital of Italy and its population, as JSON."}]}
    found = await _message(_with(resolved, inputs=question, response_format=_FORMAT), asker)
    if isinstance(found, InferenceFailure):
        return CheckFinding("structured output", BROKEN if promised else ABSENT, found.reason)
    judged = verdict(found.content, _FORMAT)
    assert judged is not None
    return CheckFinding("structured output", KEPT if judged.fits else BROKEN if promised else ABSENT, judged.sentence)


async def _message(resolved: ResolvedRequest, asker: _Asker) -> Message | InferenceFailure:
    try:
        return client.message_of((await client.run(resolved, asker.keys, asker.exchange())).output)
    except InferenceFailure as failure:
        return failure


def _with(resolved: ResolvedRequest, **changes: Any) -> ResolvedRequest:
    return replace(resolved, request=replace(resolved.request, **changes))


def _reached(exchange: Exchange) -> CheckFinding:
    return CheckFinding("reachable", KEPT, f"HTTP {exchange.status}.", exchange.answered_at - exchange.sent_at)


def _failed(failure: InferenceFailure, exchange: Exchange, seconds: float) -> list[CheckFinding]:
    told = f"{failure.reason} {failure.hint}"
    if not exchange.answered_at:
        return [CheckFinding("reachable", BROKEN, told, seconds)]
    return [_reached(exchange), CheckFinding("answer", BROKEN, told, seconds)]


def _promise(what: str, reply: Reply, seconds: float | None = None) -> CheckFinding:
    """That an answer is what it should be, and what of a long one was not looked at."""
    said = f"It is what {what} promises: {reply.output.kind}. {reply.cut}"
    return CheckFinding("answer", KEPT, said.strip(), seconds)


def _in_time(name: str, seconds: float, limit: float) -> CheckFinding:
    fits = seconds <= limit
    return CheckFinding(name, KEPT if fits else BROKEN, f"{'Within' if fits else 'More than'} {limit:.0f} s.", seconds)


async def _promised(resolved: ResolvedRequest, keys: Mapping[str, str]) -> Offer | None:
    """What the router promises of the model at its provider; of an endpoint nobody promises anything."""
    if resolved.route or resolved.request.task not in CHAT_TASKS:
        return None
    model, choice = split_model(resolved.request.model)
    try:
        found = (await offers(hub_token(keys))).get(model, ())
    except (InferenceFailure, httpx2.HTTPError):
        return None
    wanted = choice or resolved.provider
    return next((offer for offer in found if wanted == offer.provider), None)


async def _showcard(base_url: str | None) -> EmbeddedEngine | None:
    """The engine of another Showcard, where the base URL is one's."""
    if base_url is None:
        return None
    try:
        return await discover(base_url.rstrip("/"))
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TypeError, KeyError, AttributeError):
        return None


async def _row_of(model: str, base_url: str | None, embedded: EmbeddedEngine | None, keys: Mapping[str, str]) -> Task:
    """The task that a model does, as far as its server or the Hub says so. Raises InferenceFailure."""
    if embedded and model in embedded.models:
        return embedded.models[model].task
    if base_url is None:
        served = await mappings(split_model(model)[0], hub_token(keys))
        if served:
            return _row(served[0].task)
    elif await _lists_models(base_url):
        return _row("conversational")
    raise InferenceFailure(f"Which task {model} does is not known.", "Name it with --task.")


async def _lists_models(base_url: str) -> bool:
    """Whether a server lists models as OpenAI does: then it talks. Raises httpx2.HTTPError where nobody answers."""
    root = base_url.rstrip("/").removesuffix("/v1")
    try:
        async with session_of() as session:
            return bool((await session.get(f"{root}/v1/models")).raise_for_status().json().get("data"))
    except (httpx2.HTTPStatusError, ValueError, AttributeError, RecursionError):
        return False


def _row(name: str) -> Task:
    row = find_task(name)
    if row is None:
        raise InferenceFailure(f"{name} is not a task.", "Name one of the Hub's tasks, or conversational.")
    return row
