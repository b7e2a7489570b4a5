"""What an answer took: times, tokens, speed, cost; reported by the provider or estimated ("≈"), never mixed."""

from __future__ import annotations

from dataclasses import dataclass

from inference.offers import Offer
from inference.reply import Usage

CHARACTERS_A_TOKEN = 4
LEAST_SECONDS = 0.02  # below, it is the network that is measured


@dataclass(frozen=True, slots=True)
class Measurement:
    """Times in seconds, cost in US dollars; `reported`: the token counts are the provider's, else estimates.

    `output_tokens` include `reasoning_tokens`. What is not known is None."""

    time_to_first_token: float | None
    total: float
    output_tokens: int
    prompt_tokens: int | None
    reported: bool
    reasoning_tokens: int | None = None
    reasoning_reported: bool = True
    cost: float | None = None
    context_length: int | None = None

    @property
    def tokens_per_second(self) -> float | None:
        """The speed after the first token, None where there is too little to tell, as of an answer in one burst."""
        if self.time_to_first_token is None or self.output_tokens < 2:
            return None
        writing = self.total - self.time_to_first_token
        return (self.output_tokens - 1) / writing if writing >= LEAST_SECONDS else None

    @property
    def context_used(self) -> int | None:
        """The tokens of the context after the answer."""
        return None if self.prompt_tokens is None else self.prompt_tokens + self.output_tokens

    @property
    def about(self) -> str:
        """The mark of what is estimated."""
        return "" if self.reported else "≈"


def measure(
    started: float,
    first: float | None,
    ended: float,
    said: tuple[str, str, str],
    usage: Usage | None,
    offer: Offer | None = None,
) -> Measurement:
    """The measurement of an answer; times are of `perf_counter`, `first` when the first text arrived.

    `said` is the text that was sent, the answer, and its reasoning: where there is no `usage`, tokens are estimated
    from it. The cost is that of the provider's published prices, None where they are not known."""
    first_token = first - started if first is not None else None
    asked, content, reasoning = said
    thought = usage.reasoning_tokens if usage is not None else None
    counted = thought is not None
    if thought is None and reasoning:
        thought = estimated(reasoning)
    if usage is not None:
        prompt, output = usage.prompt_tokens, usage.completion_tokens
    else:
        prompt, output = estimated(asked), estimated(content) + (thought or 0)
    return Measurement(
        first_token,
        ended - started,
        output,
        prompt,
        usage is not None,
        thought,
        counted,
        cost_of(prompt, output, offer),
        offer.context_length if offer else None,
    )


def estimated(text: str) -> int:
    """About how many tokens a text is."""
    return -(-len(text) // CHARACTERS_A_TOKEN)


def cost_of(prompt_tokens: int, output_tokens: int, offer: Offer | None) -> float | None:
    """US dollars at an offer's prices, None where it names none."""
    if offer is None or offer.input_price is None or offer.output_price is None:
        return None
    return (prompt_tokens * offer.input_price + output_tokens * offer.output_price) / 1e6
