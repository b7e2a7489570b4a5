"""Each model sees only its own history, and what was set is what is sent."""

from __future__ import annotations

from inference.reply import Usage
from metadata.outputs import Message
from playground.conversation import Pane, Settings
from playground.measure import measure


def test_five_turns_stay_apart() -> None:
    panes = {name: Pane(Settings(f"org/{name}")) for name in "AB"}
    for turn in range(5):
        panes = {n: p.answered(f"q{turn}", Message(f"{n} says {turn}"), "") for n, p in panes.items()}
    for name, pane in panes.items():
        sent = pane.request("next").inputs["messages"]
        assert [m["role"] for m in sent] == ["user", "assistant"] * 5 + ["user"]
        assert all(m["content"].startswith(name) for m in sent if m["role"] == "assistant")
        assert all(set(m) == {"role", "content"} for m in sent)


def test_settings_reach_the_request_and_zero_is_a_value() -> None:
    request = Pane(Settings("m", "Be brief.", {"temperature": 0, "max_tokens": 5})).request("hi")
    assert request.inputs["messages"][0] == {"role": "system", "content": "Be brief."}
    assert request.parameters == {"temperature": 0, "max_tokens": 5}
    assert Pane(Settings("m")).request("hi").parameters == {}


def test_an_empty_answer_leaves_no_turn() -> None:
    assert Pane(Settings("m")).answered("hi", Message(""), "").turns == ()


def test_reported_counts_are_told_from_estimates() -> None:
    reported = measure(0.0, 0.5, 2.5, "x" * 400, Usage(7, 21))
    assert (reported.time_to_first_token, reported.total, reported.output_tokens) == (0.5, 2.5, 21)
    assert reported.tokens_per_second == 10
    assert str(reported) == "0.50 s to first · 10 tok/s · 21 out · 7 in · 2.50 s"
    guessed = measure(0.0, 0.5, 1.5, "x" * 400, None)
    assert (guessed.output_tokens, guessed.prompt_tokens) == (100, None)
    assert "≈100 out" in str(guessed)
    assert measure(0.0, None, 1.0, "", None).tokens_per_second is None
