"""What can be done to a pane and to a comparison, without a browser."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import ToolCall
from showcard.playground.core import conversation as c
from showcard.playground.core.state import Comparison, Pane, Settings, Variant
from showcard.wire.request import RequestError

PNG = Media(None, b"\x89PNG\r\n\x1a\n" + b"0" * 20, "image/png", "a.png")


def talk(*turns: str, settings: Settings | None = None) -> Pane:
    """A pane in which questions and answers take turns."""
    pane = Pane(settings or Settings("org/a"))
    for place, text in enumerate(turns):
        pane = c.answered(pane, Variant(text)) if place % 2 else c.asked(pane, text)
    return pane


def sent(pane: Pane, before: str = "") -> list[tuple[str, object]]:
    return [(m["role"], m["content"]) for m in c.request(pane, before).inputs["messages"]]


def test_settings_reach_the_request_and_zero_is_a_value() -> None:
    tool = {"type": "function", "function": {"name": "f"}}
    settings = Settings(
        "m", "novita", None, "org", "Be brief.", {"temperature": 0}, (tool,), {"type": "json_object"}, {"min_p": 0.1}
    )
    request = c.request(c.asked(Pane(settings), "hi"))
    assert request.inputs["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hi"},
    ]
    assert (request.parameters, request.extra, request.tools) == ({"temperature": 0}, {"min_p": 0.1}, (tool,))
    assert (request.provider, request.bill_to, request.response_format) == ("novita", "org", {"type": "json_object"})


def test_images_are_parts_and_thoughts_are_not_sent() -> None:
    pane = c.asked(Pane(Settings("m")), "what is this?", [PNG])
    pane = c.answered(pane, Variant("a cat", reasoning="whiskers"))
    assert c.request(pane).inputs["messages"] == [
        {
            "role": "user",
            "content": [{"type": "text", "text": "what is this?"}, {"type": "image_url", "image_url": {"url": PNG}}],
        },
        {"role": "assistant", "content": "a cat"},
    ]


def test_a_retry_is_a_variant_and_the_arrows_choose_what_is_sent() -> None:
    pane = talk("q", "first", "q2")
    answer = pane.messages[1]
    assert sent(pane, answer.id) == [("user", "q")]
    pane = c.answered(pane, Variant("second"), answer.id)
    assert sent(pane) == [("user", "q"), ("assistant", "second"), ("user", "q2")]
    pane = c.shown(pane, answer.id, -1)
    assert sent(pane)[1] == ("assistant", "first")
    assert c.shown(c.shown(pane, answer.id, -1), answer.id, -1).messages[1].shown == 0
    assert c.shown(pane, "nothing", 1) == pane


def test_an_edit_changes_the_shown_variant_alone_and_says_so() -> None:
    pane = c.answered(talk("q", "first"), Variant("second"), "")
    pane = talk("q", "first")
    pane = c.answered(pane, Variant("second"), pane.messages[1].id)
    pane = c.edited(pane, pane.messages[1].id, "better")
    assert [v.content for v in pane.messages[1].variants] == ["first", "better"]
    assert [v.edited for v in pane.messages[1].variants] == [False, True]
    assert not c.edited(pane, pane.messages[0].id, "other").messages[0].variant.edited


def test_deleting_a_question_takes_its_answer_and_undo_brings_both_back() -> None:
    pane = talk("q1", "a1", "q2", "a2")
    left, deleted = c.without(pane, pane.messages[0].id)
    assert sent(left) == [("user", "q2"), ("assistant", "a2")]
    assert deleted
    assert c.restored(left, deleted) == pane
    alone, _ = c.without(pane, pane.messages[3].id)
    assert sent(alone)[-1] == ("user", "q2")
    assert c.without(pane, "nothing") == (pane, None)


def test_a_branch_cuts_every_pane_at_the_same_turn() -> None:
    panes = [talk("q1", "a1", "q2", "a2"), talk("q1", "b1", "q2", "b2")]
    held = Comparison(panes)
    branch = c.branched(held, panes[0], panes[0].messages[1].id)
    assert [sent(pane) for pane in branch.panes] == [
        [("user", "q1"), ("assistant", "a1")],
        [("user", "q1"), ("assistant", "b1")],
    ]
    assert branch.id != held.id
    assert {p.id for p in branch.panes}.isdisjoint(p.id for p in held.panes)
    assert held.panes == panes


def test_results_of_tools_follow_the_call_and_loops_are_bounded() -> None:
    calls = (ToolCall("1", "weather", '{"city": "Oslo"}'),)
    pane = c.answered(talk("q"), Variant("", tool_calls=calls))
    answer = pane.messages[-1]
    pane = c.with_results(pane, answer.id, {"1": "rain"})
    assert c.request(pane).inputs["messages"][1:] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
            ],
        },
        {"role": "tool", "content": "rain", "tool_call_id": "1"},
    ]
    with pytest.raises(RequestError, match="calls no tool"):
        c.with_results(pane, answer.id, {})
    for _ in range(c.MAX_TOOL_ROUNDS - 1):
        pane = c.answered(pane, Variant("", tool_calls=calls))
        pane = c.with_results(pane, pane.messages[-1].id, {"1": "again"})
    pane = c.answered(pane, Variant("", tool_calls=calls))
    with pytest.raises(RequestError, match="8 times in a row"):
        c.with_results(pane, pane.messages[-1].id, {})


def test_a_call_without_a_result_is_not_sent_with_the_next_question() -> None:
    """Servers refuse a history in which a call has no result."""
    pane = c.answered(talk("q"), Variant("Let me look.", tool_calls=(ToolCall("1", "weather", "{}"),)))
    pane = c.asked(pane, "never mind")
    sent = c.request(pane).inputs["messages"]
    assert [message["content"] for message in sent] == ["q", "Let me look.", "never mind"]
    assert not any("tool_calls" in message for message in sent)
    assert pane.messages[1].variant.tool_calls, "on the page it stays"


def test_an_answer_that_says_nothing_is_not_sent() -> None:
    assert sent(talk("q", "", "q2")) == [("user", "q"), ("user", "q2")]


def test_panes_are_added_swapped_and_removed() -> None:
    held = Comparison([talk("q", "a"), Pane(Settings("org/b"))])
    first, second = held.panes
    copy = c.add_pane(held, first)
    assert copy
    assert (copy.settings, copy.messages) == (first.settings, first.messages)
    assert copy.id != first.id
    assert c.add_pane(held)
    assert c.add_pane(held) is None
    c.swap(held, first)
    assert [held.letter(first), held.letter(second)] == ["B", "A"]
    for pane in list(held.panes):
        c.remove_pane(held, pane)
    assert len(held.panes) == 1


def test_only_what_differs_is_told_and_locks_link() -> None:
    held = Comparison(
        [
            Pane(Settings("a", parameters={"temperature": 0, "seed": 1})),
            Pane(Settings("b", parameters={"temperature": 1, "seed": 1}, extra={"min_p": 0.1})),
        ]
    )
    assert c.differing(held) == ("temperature", "min_p")
    held.locked = frozenset({"temperature", "system"})
    first = held.panes[0]
    c.set_settings(held, first, replace(first.settings, system="Hi", parameters={"temperature": 0.5}))
    assert held.panes[1].settings == Settings(
        "b", system="Hi", parameters={"seed": 1, "temperature": 0.5}, extra={"min_p": 0.1}
    )
    c.set_settings(held, held.panes[1], replace(held.panes[1].settings, parameters={}))
    assert "temperature" not in held.panes[0].settings.parameters
    held.locked = frozenset({"other", "api", "base_url"})
    second = replace(held.panes[1].settings, parameters={"seed": 2, "top_k": 5, "min_p": 0.1}, api="responses")
    c.set_settings(held, held.panes[1], replace(second, base_url="http://127.0.0.1:1/v1"))
    first_now = held.panes[0].settings
    assert (first_now.parameters, first_now.api, first_now.base_url) == (
        {"top_k": 5, "min_p": 0.1},
        "responses",
        "http://127.0.0.1:1/v1",
    )


def test_everything_that_can_be_set_but_the_model_has_a_lock() -> None:
    """Of `parameters` each has one; `other` is that of those without a control."""
    assert frozenset({*(item.name for item in fields(Settings)), "other", *c.PARAMETERS}) - {"model", "parameters"} == (
        c.LOCKABLE
    )


def test_a_new_chat_keeps_the_settings() -> None:
    held = Comparison([talk("q", "a")], locked=frozenset({"seed"}))
    new = c.emptied(held)
    assert (new.panes[0].settings, new.panes[0].messages, new.locked) == (
        held.panes[0].settings,
        (),
        held.locked,
    )
    assert new.id != held.id
    assert c.title_of(held) == "q"


def test_a_question_instead_of_a_result_leaves_the_call_out() -> None:
    pane = c.asked(c.answered(talk("q"), Variant("", tool_calls=(ToolCall("1", "f", "{}"),))), "something else")
    assert sent(pane) == [("user", "q"), ("user", "something else")]
