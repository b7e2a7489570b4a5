"""Reported figures are told from estimates, and costs from prices that nobody named."""

from __future__ import annotations

import pytest

from showcard.inference.hub.offers import Offer
from showcard.inference.reply import Usage
from showcard.playground.core.figures import best, measured, seconds
from showcard.playground.core.measure import Measurement, measure
from showcard.playground.core.state import ChatMessage, Comparison, Pane, Record, Variant


def test_reported_counts_give_speed_cost_and_context() -> None:
    offer = Offer("novita", "live", 8_000, 0.5, 2.0)
    taken = measure(0.0, 0.5, 2.5, ("q", "x" * 400, "hm"), Usage(1_000, 21, 5), offer)
    assert (taken.time_to_first_token, taken.total, taken.output_tokens, taken.prompt_tokens) == (0.5, 2.5, 21, 1_000)
    assert taken.tokens_per_second == 10
    assert (taken.reasoning_tokens, taken.reasoning_reported, taken.reported) == (5, True, True)
    assert taken.cost == (1_000 * 0.5 + 21 * 2.0) / 1e6
    assert (taken.context_used, taken.context_length, taken.about) == (1_021, 8_000, "")


def test_without_usage_everything_counted_is_an_estimate() -> None:
    guessed = measure(0.0, 0.5, 1.5, ("q" * 40, "x" * 400, "y" * 80), None)
    assert (guessed.output_tokens, guessed.prompt_tokens, guessed.reasoning_tokens) == (120, 10, 20)
    assert (guessed.about, guessed.reported, guessed.reasoning_reported) == ("≈", False, False)
    assert guessed.cost is None


def test_thoughts_that_a_provider_does_not_count_are_estimated_alone() -> None:
    taken = measure(0.0, 0.5, 1.5, ("q", "x", "y" * 80), Usage(1, 30))
    assert (taken.output_tokens, taken.reasoning_tokens, taken.reported, taken.reasoning_reported) == (
        30,
        20,
        True,
        False,
    )


def test_nothing_is_told_where_nothing_is_known() -> None:
    assert measure(0.0, None, 1.0, ("", "", ""), None).tokens_per_second is None
    assert measure(0.0, 0.1, 1.0, ("", "x", ""), Usage(1, 9), Offer("a", "live")).cost is None


def test_a_burst_has_no_speed() -> None:
    """What comes within milliseconds measures the network."""
    assert measure(0.0, 0.001, 0.005, ("", "x" * 120, ""), Usage(1, 30)).tokens_per_second is None
    assert [seconds(time) for time in (0.0, 0.0041, 0.0994, 0.104, 2.0)] == [
        "0 ms",
        "4 ms",
        "99 ms",
        "0.10 s",
        "2.00 s",
    ]


def test_a_burst_behind_the_first_token_has_no_speed_and_a_long_first_piece_does_not_make_one() -> None:
    """A proxy that holds an answer back gives thousands of tokens in a moment."""
    held_back = measure(0.0, 0.5, 0.53, ("", "x" * 8_000, ""), Usage(1, 2_000))
    assert held_back.tokens_per_second is None
    assert measure(0.0, 0.5, 1.5, ("", "x" * 8_000, ""), Usage(1, 2_001)).tokens_per_second == 2_000
    begun = measure(0.0, 0.5, 1.5, ("", "x" * 4_000, ""), Usage(1, 1_000), first_size=3_600)
    assert begun.tokens_per_second == 100
    by_sentence = measure(0.0, 1.0, 4.0, ("", "x" * 800, ""), Usage(1, 200), first_size=200)
    assert by_sentence.tokens_per_second == 50


def test_the_speed_is_of_what_was_sent_and_while_it_was() -> None:
    late_end = measure(0.0, 0.5, 9.0, ("", "x" * 84, ""), Usage(1, 21), last=2.5)
    assert (late_end.tokens_per_second, late_end.total) == (10, 9.0)
    unseen = measure(0.0, 5.0, 7.0, ("", "x" * 84, ""), Usage(1, 2_021, 2_000))
    assert (unseen.tokens_per_second, unseen.output_tokens) == (10, 2_021)
    thoughts_sent = measure(0.0, 5.0, 7.0, ("", "x", "y" * 80), Usage(1, 21, 20))
    assert thoughts_sent.tokens_per_second == 10


@pytest.mark.parametrize(
    ("usage", "said", "prompt", "output", "thought", "about"),
    [
        (Usage(12, 0), ("q", "x" * 40, ""), 1, 10, None, "≈"),  # none of an answer that is there
        (Usage(12, 0), ("q", "", ""), 12, 0, None, ""),
        (Usage(12, -1), ("q", "x" * 40, ""), 1, 10, None, "≈"),
        (Usage(12, 8, 30), ("q", "x" * 40, "y"), 12, 38, 30, ""),  # the thoughts counted apart
        (Usage(12, 8, 0), ("q", "x" * 40, "y" * 8), 12, 8, 2, ""),
        (Usage(12, 8, 0), ("q", "x" * 40, ""), 12, 8, 0, ""),
        (Usage(12, 8, -5), ("q", "x" * 40, ""), 12, 8, None, ""),
        (Usage(0, 8), ("q", "x" * 40, ""), None, 8, None, ""),
    ],
)
def test_counts_that_cannot_be_are_not_shown(
    usage: Usage, said: tuple[str, str, str], prompt: int | None, output: int, thought: int | None, about: str
) -> None:
    taken = measure(0.0, 0.5, 1.5, said, usage, Offer("a", "live", None, 1.0, 0.0))
    assert (taken.prompt_tokens, taken.output_tokens, taken.reasoning_tokens, taken.about) == (
        prompt,
        output,
        thought,
        about,
    )
    assert taken.cost == (None if prompt is None else prompt / 1e6)
    assert taken.context_used == (None if prompt is None else prompt + output)


def test_a_price_of_nothing_is_no_unknown_price() -> None:
    free = measure(0.0, 0.5, 1.5, ("q", "x", ""), Usage(10, 20), Offer("a", "live", None, 0.0, 0.0))
    half = measure(0.0, 0.5, 1.5, ("q", "x", ""), Usage(10, 20), Offer("a", "live", None, 0.0, None))
    told = [{name: text for name, text, _ in measured(taken)} for taken in (free, half)]
    assert [one["cost"] for one in told] == ["$0", "cost unknown"]
    assert all("context" not in one for one in told)


def test_an_estimate_is_not_better_than_a_count() -> None:
    def compared(*reported: bool) -> str:
        panes = []
        for place, counted in enumerate(reported):
            record = Record("m", "p", Measurement(0.5, 1.5 + place, 101, 1, counted, cost=0.1 * (place + 1)))
            question, answer = Variant("?"), Variant("!", record=record)
            messages = (ChatMessage("q", "user", (question,)), ChatMessage(f"a{place}", "assistant", (answer,)))
            panes.append(Pane(messages=messages))
        return best(Comparison(panes))

    assert compared(True, True) == compared(False, False) == "a0:speed a0:cost"
    assert compared(True, False) == ""


def test_what_is_hardly_better_is_not_marked() -> None:
    def compared(*firsts: float) -> str:
        panes = []
        for place, first in enumerate(firsts):
            record = Record("m", "p", Measurement(first, first + 1, 11, 1, True))
            messages = (
                ChatMessage("q", "user", (Variant("?"),)),
                ChatMessage(f"a{place}", "assistant", (Variant("!", record=record),)),
            )
            panes.append(Pane(messages=messages))
        return best(Comparison(panes))

    assert compared(0.061, 0.064) == ""
    assert compared(0.25, 0.5) == "a0:first"
