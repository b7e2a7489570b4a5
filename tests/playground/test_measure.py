"""Reported figures are told from estimates, and costs from prices that nobody named."""

from __future__ import annotations

from inference.offers import Offer
from inference.reply import Usage
from playground.figures import best, seconds
from playground.measure import Measurement, measure
from playground.state import ChatMessage, Comparison, Pane, Record, Variant


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
