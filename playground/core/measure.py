"""What an answer took: times, tokens, speed, cost; reported by the provider or estimated ("≈"), never mixed.

A long first piece counts by its share. Tokens that were counted and never sent do not count. Counts that cannot be
(none, of an answer that is there) are estimated instead, and an estimate is never marked as better than a count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a worker process that reads a comparison needs no network
    from showcard.inference.hub.offers import Offer
    from showcard.inference.reply import Usage

CHARACTERS_A_TOKEN = 4
LEAST_SECONDS = 0.02  # below, it is the network that is measured
MAX_SPEED = 10_000.0  # tokens a second; above, a proxy held the answer back and gave it at once
LONG_PIECE = 24  # characters; a first piece that is longer holds several tokens


@dataclass(frozen=True, slots=True)
class Measurement:
    """Times in seconds, cost in US dollars; `reported`: the token counts are the provider's, else estimates.

    `output_tokens` include `reasoning_tokens`. `writing` are the seconds from the first piece to the last, `written`
    the tokens that came in them. What is not known is None."""

    time_to_first_token: float | None
    total: float
    output_tokens: int
    prompt_tokens: int | None
    reported: bool
    reasoning_tokens: int | None = None
    reasoning_reported: bool = True
    cost: float | None = None
    context_length: int | None = None
    writing: float | None = None
    written: int | None = None

    @property
    def tokens_per_second(self) -> float | None:
        """The speed after the first token, None where there is too little to tell, as of an answer in one burst."""
        if self.time_to_first_token is None:
            return None
        writing = self.total - self.time_to_first_token if self.writing is None else self.writing
        written = self.output_tokens - 1 if self.written is None else self.written
        if written < 1 or writing < LEAST_SECONDS or written > MAX_SPEED * writing:
            return None
        return written / writing

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
    last: float | None = None,
    first_size: int = 0,
) -> Measurement:
    """The measurement of an answer; times are of `perf_counter`, `first` and `last` when text arrived, and `first_size`
    how many characters came first.

    `said` is the text that was sent, the answer, and its reasoning: where there is no `usage`, tokens are estimated
    from it. The cost is that of the provider's published prices, None where they are not known."""
    asked, content, reasoning = said
    usage = _believed(usage, content, reasoning)
    thought = usage.reasoning_tokens if usage is not None else None
    counted = thought is not None
    if thought is None and reasoning:
        thought = estimated(reasoning)
    prompt: int | None
    if usage is not None:
        prompt, output = usage.prompt_tokens if usage.prompt_tokens > 0 or not asked else None, usage.completion_tokens
    else:
        prompt, output = estimated(asked), estimated(content) + (thought or 0)
    unseen = thought or 0 if counted and not reasoning else 0  # counted, and never sent
    return Measurement(
        first - started if first is not None else None,
        ended - started,
        output,
        prompt,
        usage is not None,
        thought,
        counted,
        cost_of(prompt, output, offer),
        offer.context_length if offer else None,
        last - first if first is not None and last is not None else None,
        _written(output - unseen, first_size, len(content + reasoning)),
    )


def _believed(usage: Usage | None, content: str, reasoning: str) -> Usage | None:
    """What the provider counted; None where it can't be: no tokens of an answer that is there, or of thoughts.

    Some leave the reasoning out of `completion_tokens`, which then are fewer; here it is among them."""
    if usage is None or usage.completion_tokens < 0 or (content + reasoning and not usage.completion_tokens):
        return None
    thought, output = usage.reasoning_tokens, usage.completion_tokens
    if thought is not None and (thought < 0 or (reasoning and not thought)):
        thought = None
    apart = thought if thought is not None and thought > output else 0
    return replace(usage, reasoning_tokens=thought, completion_tokens=output + apart)


def _written(tokens: int, first_size: int, characters: int) -> int:
    """How many tokens came after the first piece; of a long one, by its share of the text."""
    if first_size <= LONG_PIECE or first_size > characters:
        return max(tokens - 1, 0)
    return round(tokens * (1 - first_size / characters))


def estimated(text: str) -> int:
    """About how many tokens a text is."""
    return -(-len(text) // CHARACTERS_A_TOKEN)


def cost_of(prompt_tokens: int | None, output_tokens: int, offer: Offer | None) -> float | None:
    """US dollars at an offer's prices, None where it names none, or the tokens are not known."""
    if prompt_tokens is None or offer is None or offer.input_price is None or offer.output_price is None:
        return None
    return (prompt_tokens * offer.input_price + output_tokens * offer.output_price) / 1e6
