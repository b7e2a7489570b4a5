"""Panes asked at a scripted server: each figure, stopping, failing, and what each model gets to see."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from showcard.inference.errors import InferenceFailure
from showcard.inference.resolve import EmbeddedEngine
from showcard.metadata.outputs.read import ToolCall
from showcard.playground import actions
from showcard.playground import reads as kept
from showcard.playground.core import conversation, exported
from showcard.playground.core.figures import facts
from showcard.playground.core.state import Comparison, Pane, Record, Settings, Variant
from showcard.playground.session import CompareSession, Job
from showcard.playground.stream import PaneCall, ask, failure_of
from showcard.playground.view import exported_page
from showcard.playground.view.messages import below, call_html, transcript
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Session, Site
from showcard.wire.request import RequestError
from tests.support.scripted import Talk, scripted

END = "data: [DONE]\n\n"


def chunk(text: str = "", **more: Any) -> str:
    delta = {"content": text, **more.pop("delta", {})}
    return "data: " + json.dumps({"choices": [{"index": 0, "delta": delta, **more.pop("choice", {})}], **more}) + "\n\n"


def usage(prompt: int, completion: int, reasoning: int | None = None) -> str:
    details = {} if reasoning is None else {"completion_tokens_details": {"reasoning_tokens": reasoning}}
    counted = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": 0, **details}
    return "data: " + json.dumps({"choices": [], "usage": counted}) + "\n\n"


def session() -> Session:
    return Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore()))


def compare(url: str, *models: str) -> CompareSession:
    held = session()
    panes = [Pane(Settings(model, base_url=url), id=model) for model in models]
    return CompareSession(held, Comparison(panes), held.site.feeds.open())


async def send(held: CompareSession, text: str, *panes: str) -> None:
    """Ask all panes, or some, to the end."""
    asked = [pane for pane in held.comparison.panes if not panes or pane.id in panes]
    for pane in asked:
        held.comparison.put(conversation.asked(pane, text))
    async for _ in held.run([Job(pane.id) for pane in asked]):
        pass


async def until(held: CompareSession, true: Callable[[], bool]) -> None:
    """Wait for what the feed tells of."""
    async for _ in held.feed.lines():
        if true():
            return


async def act(held: CompareSession, name: str, pane: str, message: str = "", **more: Any) -> None:
    """What a button does, to the end."""
    posted = json.dumps({"act": name, "pane": pane, "message": message, **more})
    run = actions.perform(held, actions.read(posted)).run(held)
    if run is not None:
        async for _ in run:
            pass


async def test_each_figure_is_the_servers_own() -> None:
    async def script(talk: Talk) -> None:
        await talk.say(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-inference-provider: novita\r\n"
            "set-cookie: secret=1\r\nconnection: close\r\n\r\n"
        )
        await talk.say(chunk(delta={"reasoning_content": "let me see"}))
        await talk.say(chunk("Hello "))
        await talk.say(chunk("you", choice={"finish_reason": "length"}) + usage(12, 34, 5) + END)

    async with scripted(script) as server, asyncio.timeout(10):
        held = session()
        held.keep_endpoint_key(server.url, "sk-secret")
        request = conversation.request(conversation.asked(Pane(Settings("m", base_url=server.url)), "hi"))
        asking = await ask(request, held)
    variant = asking.variant()
    record = variant.record
    assert record
    assert (variant.content, variant.reasoning) == ("Hello you", "let me see")
    taken = record.measurement
    assert (taken.prompt_tokens, taken.output_tokens, taken.reasoning_tokens, taken.reported) == (12, 34, 5, True)
    assert (record.finish_reason, record.provider, record.model) == ("length", "novita", "m")
    assert taken.cost is None
    assert taken.time_to_first_token is not None
    assert 0 < taken.time_to_first_token <= taken.total
    raw = record.raw
    assert raw
    assert json.loads(raw.sent)["messages"] == [{"role": "user", "content": "hi"}]
    assert (raw.status, raw.method, raw.url) == (200, "POST", f"{server.url}/v1/chat/completions")
    assert [size for _, size in raw.timeline] == [10, 6, 3]
    assert "sk-secret" in server.heads[0]
    assert "secret" not in str(raw)


async def test_without_usage_the_figures_are_estimates() -> None:
    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say(chunk("x" * 40, choice={"finish_reason": "stop"}) + END)

    async with scripted(script) as server, asyncio.timeout(10):
        request = conversation.request(conversation.asked(Pane(Settings("m", base_url=server.url)), "q" * 20))
        record = (await ask(request, session())).variant().record
    assert record
    assert (record.measurement.output_tokens, record.measurement.prompt_tokens) == (10, 5)
    assert record.measurement.about == "≈"


async def test_panes_stream_at_the_same_time() -> None:
    both = asyncio.Barrier(2)

    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say(chunk("first "))
        await both.wait()  # a client that waited for one answer to end would never get here twice
        await talk.say(chunk("second") + END)

    async with scripted(script) as server, asyncio.timeout(10):
        held = compare(server.url, "A", "B")
        await send(held, "hi")
    assert [pane.messages[-1].content for pane in held.comparison.panes] == ["first second"] * 2
    assert not held.asking
    assert not held.session.runs.stop("compare-A")


async def test_stopping_one_closes_its_connection_keeps_its_part_and_the_other_finishes() -> None:
    release, a_left = asyncio.Event(), asyncio.Event()

    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say(chunk("some"))
        if json.loads(talk.body)["model"] == "A":
            await talk.gone()
            a_left.set()
        else:
            await release.wait()
            await talk.say(chunk(" more") + END)

    async with scripted(script) as server, asyncio.timeout(10):
        held = compare(server.url, "A", "B")
        running = asyncio.create_task(send(held, "hi"))
        await until(held, lambda: len(held.asking) == 2 and all(one.content for one in held.asking.values()))
        held.stop("A")
        await a_left.wait()
        release.set()
        await running
    a, b = (pane.messages[-1].variant for pane in held.comparison.panes)
    assert a.record
    assert b.record
    assert (a.content, a.record.finish_reason) == ("some", "stopped")
    assert (b.content, b.record.finish_reason) == ("some more", None)


async def test_one_failing_says_why_keeps_the_question_and_can_be_asked_again() -> None:
    refusals = 1

    async def script(talk: Talk) -> None:
        nonlocal refusals
        if json.loads(talk.body)["model"] == "A" and refusals:
            refusals -= 1
            await talk.answer("429 Too Many", "{}", "application/json", "retry-after: 7")
        else:
            await talk.events()
            await talk.say(chunk("fine") + END)

    async with scripted(script) as server, asyncio.timeout(10):
        held = compare(server.url, "A", "B")
        await send(held, "hi")
        failure = held.failures["A"]
        assert "too many" in failure.reason
        assert failure.retry_after == 7
        assert [message.role for message in held.comparison.panes[0].messages] == ["user"]
        assert held.comparison.panes[1].messages[-1].content == "fine"
        await act(held, "again", "A")
    assert not held.failures
    assert held.comparison.panes[0].messages[-1].content == "fine"


async def test_each_model_sees_only_its_own_history_over_turns_edits_and_retries() -> None:
    seen: dict[str, list[list[dict[str, Any]]]] = {"A": [], "B": []}

    async def script(talk: Talk) -> None:
        body = json.loads(talk.body)
        seen[body["model"]].append(body["messages"])
        await talk.events()
        await talk.say(chunk(f"{body['model']} says {len(seen[body['model']])}") + END)

    async with scripted(script) as server, asyncio.timeout(20):
        held = compare(server.url, "A", "B")
        await send(held, "q1")
        await send(held, "q2")
        a = held.comparison.panes[0].messages
        await act(held, "retry", "A", a[3].id)  # a second answer to q2, in A alone
        await send(held, "q3")
        b = held.comparison.panes[1].messages
        await act(held, "save", "B", b[1].id, text="B edited 1")
        await act(held, "older", "A", a[3].id)
        await send(held, "q4", "B")
        await act(held, "resend", "A", a[0].id, text="q1 anew")
        await send(held, "q5")
        await act(held, "save", "A", "system-A", text="Only A")
        await act(held, "delete", "B", b[2].id)
        await send(held, "q6")

    def last(name: str) -> list[str]:
        return [message["content"] for message in seen[name][-1]]

    assert last("A") == [
        "Only A", "q1 anew", "A says 5", "q2", "A says 2", "q3", "A says 4", "q5", "A says 6", "q6",
    ]  # fmt: skip
    assert last("B") == ["q1", "B edited 1", "q3", "B says 3", "q4", "B says 4", "q5", "B says 5", "q6"]
    assert seen["A"][2] == [
        {"role": "user", "content": "q1"},
        {"role": "assistant", "content": "A says 1"},
        {"role": "user", "content": "q2"},
    ]
    assert all(set(message) == {"role", "content"} for sent in (*seen["A"], *seen["B"]) for message in sent)
    for name in "AB":
        said = [m["content"] for sent in seen[name] for m in sent if m["role"] == "assistant"]
        assert all(text.startswith(name) for text in said)


async def test_questions_are_replayed_on_another_model_with_its_own_answers() -> None:
    async def script(talk: Talk) -> None:
        body = json.loads(talk.body)
        await talk.events()
        await talk.say(chunk(f"{body['model']}{len(body['messages'])}") + END)

    async with scripted(script) as server, asyncio.timeout(10):
        held = compare(server.url, "A", "B")
        for text in ("q1", "q2"):
            await send(held, text, "A")
        await act(held, "replay", "B", **{"from": "A"})
    said = [message.content for message in held.comparison.panes[1].messages]
    assert said == ["q1", "B1", "q2", "B3"]


async def test_tool_calls_are_shown_and_their_results_go_back() -> None:
    call = {"index": 0, "id": "c1", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
    seen = []

    async def script(talk: Talk) -> None:
        seen.append(json.loads(talk.body)["messages"])
        await talk.events()
        said = chunk("It rains") if len(seen) > 1 else chunk(delta={"tool_calls": [call]})
        await talk.say(said + chunk(choice={"finish_reason": "stop"}) + END)

    async with scripted(script) as server, asyncio.timeout(10):
        held = compare(server.url, "A")
        await send(held, "Weather?")
        answer = held.comparison.panes[0].messages[-1]
        assert answer.variant.tool_calls[0].name == "weather"
        await act(held, "results", "A", answer.id, results={"c1": "rain"})
    assert seen[1][-1] == {"role": "tool", "content": "rain", "tool_call_id": "c1"}
    assert held.comparison.panes[0].messages[-1].content == "It rains"


async def test_an_answer_to_a_comparison_that_was_put_away_is_dropped_and_its_call_closed() -> None:
    left = asyncio.Event()

    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say(chunk("some"))
        await talk.gone()
        left.set()

    async with scripted(script) as server, asyncio.timeout(10):
        held = compare(server.url, "A")
        before = held.comparison
        running = asyncio.create_task(send(held, "hi"))
        await until(held, lambda: bool(held.asking) and bool(held.asking["A"].content))
        held.put(conversation.emptied(before))
        await left.wait()
        await running
    assert held.comparison.panes[0].messages == ()
    assert [message.role for message in before.panes[0].messages] == ["user"]


def test_what_is_no_action_is_refused() -> None:
    held = compare("http://127.0.0.1:1", "A")
    for posted in (None, "", "[]", "{", json.dumps({"act": "burn", "pane": "A"}), json.dumps({"act": "edit"})):
        with pytest.raises(RequestError):
            actions.perform(held, actions.read(posted))


def test_a_call_whose_arguments_have_no_bottom_is_shown_as_it_is() -> None:
    assert "[" * 5_000 in call_html(ToolCall("1", "f", "[" * 5_000))


async def test_a_key_that_a_server_says_back_is_hidden() -> None:
    async def script(talk: Talk) -> None:
        assert "authorization: bearer aSecretKey" in talk.head.lower().replace("asecretkey", "aSecretKey")
        if "again" in talk.body.decode():
            await talk.say("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-echo: Bearer aSecretKey\r\n"
                           "connection: close\r\n\r\n" + chunk("hi", choice={"finish_reason": "stop"}) + END)  # fmt: skip
        else:
            await talk.answer("401 Unauthorized", '{"error": {"message": "Incorrect API key: Bearer aSecretKey"}}')

    async with scripted(script) as server:
        held = compare(server.url, "A")
        held.session.keep_endpoint_key(server.url, "aSecretKey")
        await send(held, "first")
        failure = held.failures["A"]
        assert failure.reason.endswith("Incorrect API key: Bearer …")
        assert "aSecretKey" not in failure.detail + failure.hint
        await send(held, "again")
    answer = held.comparison.panes[0].answer
    assert answer
    assert answer.variant.record
    assert answer.variant.record.raw
    assert dict(answer.variant.record.raw.headers)["x-echo"] == "Bearer …"


async def answered_with(script: Callable[[Talk], Awaitable[None]]) -> tuple[Variant, Record]:
    """What one pane makes of an answer."""
    async with scripted(script) as server, asyncio.timeout(10):
        request = conversation.request(conversation.asked(Pane(Settings("m", base_url=server.url)), "q" * 20))
        variant = (await ask(request, session())).variant()
    assert variant.record
    return variant, variant.record


NO_USAGE = 'data: {"choices": [], "usage": null}\n\n'
SAYS = chunk("x" * 20) + chunk("y" * 20)
STOPS = chunk(choice={"finish_reason": "stop"})


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (SAYS + STOPS + usage(12, 34) + END, "12 in 34 out stop"),
        (SAYS + STOPS + END, "≈5 in ≈10 out stop"),
        (SAYS + STOPS + NO_USAGE + END, "≈5 in ≈10 out stop"),
        (SAYS + STOPS + usage(12, 34) + NO_USAGE + END, "12 in 34 out stop"),
        (SAYS + STOPS + usage(12, 0) + END, "≈5 in ≈10 out stop"),
        (SAYS + STOPS + usage(0, 34) + END, "34 out stop"),
        (SAYS + STOPS + usage(12, 34, 50) + END, "12 in 84 out 50 reasoning stop"),
        (SAYS + usage(12, 34) + END, "12 in 34 out no reason given"),
        (usage(12, 0) + chunk("x" * 20, usage={"prompt_tokens": 12, "completion_tokens": 5})
         + chunk("y" * 20, usage={"prompt_tokens": 12, "completion_tokens": 34}) + STOPS + NO_USAGE + END,
         "12 in 34 out stop"),
        (SAYS + STOPS + 'data: {"choices": [], "usage": {"prompt_tokens": 12}}\n\n' + END, "≈5 in ≈10 out stop"),
        (SAYS + STOPS + 'data: {"choices": null, "usage": {"prompt_tokens": "12", "completion_tokens": []}}\n\n' + END,
         "≈5 in ≈10 out stop"),
    ],
)  # fmt: skip
async def test_figures_of_odd_servers(sent: str, told: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say(sent)

    variant, record = await answered_with(script)
    assert variant.content == "x" * 20 + "y" * 20
    shown = {name: text for name, text, _ in facts(record)}
    assert " ".join(shown[name] for name in ("in", "out", "reasoning", "end") if name in shown) == told
    assert shown["cost"] == "cost unknown"
    assert "context" not in shown


@pytest.mark.parametrize(
    ("headers", "by"),
    [
        ("x-inference-provider: novita\r\nX-Inference-Provider: novita\r\n", "by novita"),
        ("x-inference-provider: novita, groq\r\nx-inference-provider: groq\r\n", "by novita, groq"),
        ("x-inference-provider: \r\n", "by endpoint"),
        ("", "by endpoint"),
    ],
)
async def test_the_provider_is_told_once_or_all_are(headers: str, by: str) -> None:
    async def script(talk: Talk) -> None:
        head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{headers}connection: close\r\n\r\n"
        await talk.say(head + SAYS + STOPS + END)

    _, record = await answered_with(script)
    assert {name: text for name, text, _ in facts(record)}["by"] == by


async def test_a_thousand_pieces_in_one_moment_lose_nothing_and_have_no_speed() -> None:
    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say("".join(chunk(f"{number} ") for number in range(1_000)) + STOPS + usage(5, 2_000_000) + END)

    variant, record = await answered_with(script)
    assert variant.content == "".join(f"{number} " for number in range(1_000))
    assert record.measurement.output_tokens == 2_000_000
    assert record.measurement.tokens_per_second is None
    assert record.raw
    assert sum(size for _, size in record.raw.timeline) == len(variant.content)


async def test_the_speed_is_that_of_the_pieces_behind_the_first() -> None:
    async def script(talk: Talk) -> None:
        await talk.events()
        await talk.say(chunk("x" * 75) + chunk("y" * 15) + chunk("z" * 10) + STOPS + usage(5, 1_000) + END)

    _, record = await answered_with(script)
    assert record.raw
    first, *_, last = record.raw.timeline
    assert record.measurement.written == 250  # three quarters of the text came first
    assert record.measurement.writing == pytest.approx(last[0] - first[0], abs=2e-4)


async def test_half_characters_are_joined_wherever_they_are_cut() -> None:
    said = "é\U0001f600 \u05d0 end"
    lines = []

    async def script(talk: Talk) -> None:
        await talk.say(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
            "connection: close\r\n\r\n"
        )
        raw = json.dumps({"choices": [{"index": 0, "delta": {"content": said}}]}, ensure_ascii=False)
        halves = [chunk(half, delta={"reasoning_content": half}) for half in ("\ud83d", "\ude00", " \ud83d")]
        for byte in f"data: {raw}\n\n{''.join(halves)}{STOPS}{END}".encode():
            await talk.say(b"1\r\n%c\r\n" % byte)  # a chunk for each, however they travel
        await talk.say("0\r\n\r\n")

    async with scripted(script) as server, asyncio.timeout(10):
        held = compare(server.url, "A")
        watching = asyncio.create_task(anext(aiter_until_ended(held, lines)))
        await send(held, "hi")
        await watching
    answer = held.comparison.panes[0].answer
    assert answer
    assert answer.content == f"{said}\U0001f600 \ufffd"
    assert answer.variant.reasoning == "\U0001f600 \ufffd"
    assert "".join(json.loads(line).get("t", "") for line in lines) == answer.content
    assert "".join(lines).encode()
    for what in ("comparison", f"text/{answer.id}"):
        found = kept.read(held, what)
        assert found
        assert "\U0001f600" in found[0].decode()


async def aiter_until_ended(held: CompareSession, lines: list[str]) -> AsyncIterator[None]:
    """Collects what the page is sent of the answers, until one has ended."""
    async for line in held.feed.lines():
        lines.append(line)
        if '"e":1' in line:
            break
    yield


KEY = "sk-aSecretKey/with+signs=="


async def test_a_key_that_is_said_back_anywhere_never_leaves_the_server() -> None:
    """In words and thoughts, cut in two; in calls, the reason of the end, the provider, names and values of headers."""
    lines: list[str] = []
    call = {"index": 0, "id": KEY, "function": {"name": KEY, "arguments": json.dumps({"key": KEY})}}

    async def script(talk: Talk) -> None:
        assert KEY in talk.head
        await talk.say(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n"
            f"x-inference-provider: {KEY}\r\nauthorization: Bearer {KEY}\r\n\r\n"
        )
        for part in (f"You sent {KEY[:9]}", f"{KEY[9:]}.\n\nAgain: ", KEY, f" and `{KEY}`\n\nend"):
            await talk.say(chunk(part, delta={"reasoning_content": part}))
        await talk.say(chunk(delta={"tool_calls": [call]}) + chunk(choice={"finish_reason": KEY}) + END)

    async with scripted(script) as server, asyncio.timeout(10):
        held = compare(server.url, "A")
        held.session.keep_endpoint_key(server.url, KEY)
        watching = asyncio.create_task(anext(aiter_until_ended(held, lines)))
        await send(held, "hi")
        await watching
    pane = held.comparison.panes[0]
    assert pane.answer
    assert pane.answer.content == "You sent ….\n\nAgain: … and `…`\n\nend"
    assert pane.answer.variant.tool_calls == (ToolCall("…", "…", '{"key": "…"}'),)
    shown = [*lines, transcript(held, pane), below(held, pane)]
    for what in ("comparison", f"raw/{pane.answer.id}", f"text/{pane.answer.id}"):
        found = kept.read(held, what)
        assert found
        shown.append(found[0].decode())
    shown += [exported.to_json(held.comparison).decode(), exported_page.to_html(held.comparison).decode()]
    assert not [text for text in shown if KEY in text or KEY[5:] in text]


def test_what_a_call_tells_is_without_keys_whoever_lets_them_through() -> None:
    """The transport hides the key that it sent; this is the second net."""
    held = session()
    held.keep_hub_token(KEY)
    asking = PaneCall(conversation.request(conversation.asked(Pane(Settings("m")), "q")), held)
    asking.exchange.headers = [("x-inference-provider", KEY), ("x-echo", f"Bearer {KEY}")]
    asking.failure = InferenceFailure(f"No: {KEY}", f"Take {KEY}", detail=KEY)
    record, failure = asking.variant().record, failure_of(asking)
    assert record
    assert record.raw
    assert failure
    assert (record.provider, record.raw.headers[1]) == ("…", ("x-echo", "Bearer …"))
    assert (failure.reason, failure.hint, failure.detail) == ("No: …", "Take …", "…")


@pytest.mark.parametrize("status", ["401 Unauthorized", "500 Internal Server Error", "200 OK"])
async def test_a_key_in_an_error_is_hidden(status: str) -> None:
    async def script(talk: Talk) -> None:
        error = json.dumps({"error": {"message": f"No: {KEY}", "type": KEY, "code": KEY}})
        if status == "200 OK":
            await talk.events()
            await talk.say(chunk("some") + f"data: {error}\n\n")
        else:
            await talk.answer(status, error, "application/json", f"www-authenticate: {KEY}", f"retry-after: {KEY}")

    async with scripted(script) as server, asyncio.timeout(10):
        held = compare(server.url, "A")
        held.session.keep_endpoint_key(server.url, KEY)
        await send(held, "hi")
    pane, failure = held.comparison.panes[0], held.failures["A"]
    assert "No: …" in failure.reason + failure.detail
    shown = transcript(held, pane) + below(held, pane) + str(vars(failure)) + exported.to_json(held.comparison).decode()
    assert KEY not in shown
