"""An answer in the making: tokens as they come, held back where a stop sequence may begin, and cut at the limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from .asking import GenerationRequest
from .engines.base import Engine, TextGenerator, Token
from .errors import Refusal


@dataclass(frozen=True, slots=True)
class GeneratedPiece:
    """A part of an answer that may be sent, and the tokens that came since the last one."""

    text: str
    tokens: tuple[Token, ...] = ()


@dataclass(slots=True)
class Generation:
    """What is asked of an engine, and how far it is: why it ended, and how many tokens it took."""

    engine: Engine
    talker: TextGenerator
    asked: GenerationRequest
    pause: float = 0.0
    finish_reason: str = "stop"
    met_a_stop: bool = False
    completion_tokens: int = 0
    prompt_tokens: int = field(init=False)
    _tokens: Iterator[Token | str] = field(init=False)

    def __post_init__(self) -> None:
        prompt, context = self.asked.prompt, self.engine.context_length
        self.prompt_tokens = self.talker.length(prompt) if isinstance(prompt, str) else self.talker.count(prompt)
        if context and self.prompt_tokens >= context:
            raise Refusal(
                f"The input has {self.prompt_tokens:,} tokens; {self.engine.id} takes fewer than {context:,}."
            )
        if not self.talker.sees and not isinstance(prompt, str) and any(turn.images for turn in prompt):
            raise Refusal(f"{self.engine.id} reads text only; it sees no images.")
        if self.asked.top is not None and not self.talker.knows_probabilities:
            raise Refusal(f"{self.engine.id} draws nothing by chance, so its tokens have no probabilities.")
        say = self.asked.parameters
        self._tokens = self.talker.write(prompt, say) if isinstance(prompt, str) else self.talker.stream(prompt, say)

    @property
    def usage(self) -> dict[str, int]:
        """The tokens of question and answer, as counted."""
        both = self.prompt_tokens + self.completion_tokens
        return {
            "prompt_tokens": self.prompt_tokens, "completion_tokens": self.completion_tokens, "total_tokens": both
        }  # fmt: skip

    @property
    def limit(self) -> float:
        """The most tokens of the answer: what was asked for, or what the context holds."""
        context = self.engine.context_length
        left = context - self.prompt_tokens if context else float("inf")
        return min(left, self.asked.max_tokens or left)

    async def pieces(self) -> AsyncGenerator[GeneratedPiece]:
        """The answer piece by piece. Closing it ends the engine's work."""
        held, waiting = "", tuple[Token, ...]()
        try:
            while (said := await run_in_threadpool(next, self._tokens, None)) is not None:
                token = Token(said, said.encode()) if isinstance(said, str) else said
                if self.completion_tokens and self.pause:
                    await asyncio.sleep(self.pause)
                self.completion_tokens += 1
                waiting += (token,)
                ready, held, stopped = _split(held + token.text, self.asked.stops)
                if ready or stopped:
                    yield GeneratedPiece(ready, waiting)
                    waiting = ()
                if stopped:
                    self.met_a_stop = True
                    return
                if self.completion_tokens == self.limit:
                    # Whether there was more to say is only known by asking.
                    if await run_in_threadpool(next, self._tokens, None) is not None:
                        self.finish_reason = "length"
                    break
            if held or waiting:
                yield GeneratedPiece(held, waiting)
        finally:
            close = getattr(self._tokens, "close", None)
            if close is not None:
                close()


def _split(text: str, stops: tuple[str, ...]) -> tuple[str, str, bool]:
    """What may be sent, what may be the start of a stop sequence and waits, and whether one was met."""
    met = [place for stop in stops if (place := text.find(stop)) >= 0]
    if met:
        return text[: min(met)], "", True
    for length in range(min(len(text), max(map(len, stops), default=1) - 1), 0, -1):
        if any(stop.startswith(text[-length:]) for stop in stops):
            return text[:-length], text[-length:], False
    return text, "", False
