"""What came of asking a model once: an answer with its measurement, or a failure in a sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from showcard.wire.request import Request

from .measure import Measurement


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer without its reasoning, or `error`; `started` is of `perf_counter`."""

    content: str = ""
    reasoning: str = ""
    measurement: Measurement | None = None
    error: str = ""
    started: float = 0.0

    def figures(self) -> dict[str, Any]:
        """The measurement by name, for a table or a file; what is not known is None."""
        taken = self.measurement
        if taken is None:
            return {}
        return {
            "time_to_first_token": taken.time_to_first_token,
            "tokens_per_second": taken.tokens_per_second,
            "total": taken.total,
            "output_tokens": taken.output_tokens,
            "prompt_tokens": taken.prompt_tokens,
            "tokens_reported": taken.reported,
        }


Ask = Callable[[Request], Awaitable[Outcome]]
