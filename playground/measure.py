"""What an answer took: time to first token, tokens, speed; reported by the provider or estimated, never mixed."""

from __future__ import annotations

from dataclasses import dataclass

from inference.reply import Usage

CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Measurement:
    """Times in seconds; `reported` tells whether the token counts come from the provider or are estimated."""

    time_to_first_token: float | None
    total: float
    output_tokens: int
    prompt_tokens: int | None
    reported: bool

    @property
    def tokens_per_second(self) -> float | None:
        """The speed after the first token, None where there is too little to tell."""
        if self.time_to_first_token is None or self.output_tokens < 2:
            return None
        writing = self.total - self.time_to_first_token
        return (self.output_tokens - 1) / writing if writing > 0 else None

    def __str__(self) -> str:
        about = "" if self.reported else "≈"
        facts = []
        if self.time_to_first_token is not None:
            facts.append(f"{self.time_to_first_token:.2f} s to first")
        if self.tokens_per_second is not None:
            facts.append(f"{about}{self.tokens_per_second:.0f} tok/s")
        facts.append(f"{about}{self.output_tokens} out")
        if self.prompt_tokens is not None:
            facts.append(f"{self.prompt_tokens} in")
        return " · ".join([*facts, f"{self.total:.2f} s"])


def measure(started: float, first: float | None, ended: float, text: str, usage: Usage | None) -> Measurement:
    """The measurement of an answer; times are of `perf_counter`, `first` when the first text arrived."""
    first_token = first - started if first is not None else None
    if usage is not None:
        return Measurement(first_token, ended - started, usage.completion_tokens, usage.prompt_tokens, True)
    estimated = -(-len(text) // CHARACTERS_A_TOKEN)
    return Measurement(first_token, ended - started, estimated, None, False)
