"""Chat as OpenAI's clients expect it: one object, or server-sent events."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool

from .bodies import Chat
from .engines.base import Engine, Talker
from .errors import Refusal

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Generation:
    """An answer in the making: its pieces as they may be sent, then why it ended and how many tokens it took."""

    engine: Engine
    talker: Talker
    chat: Chat
    pause: float = 0.0
    finish_reason: str = "stop"
    completion_tokens: int = 0

    def __post_init__(self) -> None:
        asked, context = self.prompt_tokens, self.engine.context_length
        if context and asked >= context:
            raise Refusal(f"The conversation has {asked:,} tokens; {self.engine.id} takes fewer than {context:,}.")

    @property
    def prompt_tokens(self) -> int:
        """The tokens of the conversation."""
        return self.talker.count(self.chat.turns)

    @property
    def usage(self) -> dict[str, int]:
        """The tokens of question and answer, as counted."""
        asked = self.prompt_tokens
        both = asked + self.completion_tokens
        return {"prompt_tokens": asked, "completion_tokens": self.completion_tokens, "total_tokens": both}

    async def pieces(self) -> AsyncGenerator[str]:
        """The answer piece by piece, cut before a stop sequence and at the limit."""
        tokens = self.talker.stream(self.chat.turns, self.chat.parameters)
        held = ""
        try:
            while (token := await run_in_threadpool(next, tokens, None)) is not None:
                if self.completion_tokens and self.pause:
                    await asyncio.sleep(self.pause)
                self.completion_tokens += 1
                ready, held, stopped = _split(held + token, self.chat.stops)
                if ready:
                    yield ready
                if stopped:
                    return
                if self.completion_tokens == self.chat.max_tokens:
                    # Whether there was more to say is only known by asking.
                    if await run_in_threadpool(next, tokens, None) is not None:
                        self.finish_reason = "length"
                    break
            if held:
                yield held
        finally:
            _close(tokens)


def _split(text: str, stops: tuple[str, ...]) -> tuple[str, str, bool]:
    """What may be sent, what may be the start of a stop sequence and waits, and whether one was met."""
    met = [place for stop in stops if (place := text.find(stop)) >= 0]
    if met:
        return text[: min(met)], "", True
    for length in range(min(len(text), max(map(len, stops), default=1) - 1), 0, -1):
        if any(stop.startswith(text[-length:]) for stop in stops):
            return text[:-length], text[-length:], False
    return text, "", False


def _close(tokens: Iterator[str]) -> None:
    close = getattr(tokens, "close", None)
    if close is not None:
        close()


def answer_object(generation: Generation, text: str) -> dict[str, Any]:
    """The whole answer as one object."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "logprobs": None,
        "finish_reason": generation.finish_reason,
    }
    return {**_head(generation.engine, "chat.completion"), "choices": [choice], "usage": generation.usage}


async def events(generation: Generation) -> AsyncIterator[str]:
    """The answer as server-sent events, closed by the usage where it was asked for, and by [DONE]."""
    head = _head(generation.engine, "chat.completion.chunk")
    include_usage = generation.chat.include_usage

    def event(delta: dict[str, str], finish_reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return _event({**head, "choices": [choice], **({"usage": None} if include_usage else {})})

    yield event({"role": "assistant", "content": ""})
    try:
        async with aclosing(generation.pieces()) as pieces:
            async for piece in pieces:
                yield event({"content": piece})
    except Exception:
        # The status is sent already: what fails now can only be told within the stream.
        log.exception("%s failed", generation.engine.id)
        sentence = f"{generation.engine.id} failed on this input. The server's log says where."
        yield _event({"error": {"message": sentence, "type": "server_error"}})
        return
    yield event({}, generation.finish_reason)
    if include_usage:
        yield _event({**head, "choices": [], "usage": generation.usage})
    yield "data: [DONE]\n\n"


def _head(engine: Engine, kind: str) -> dict[str, Any]:
    made = int(time.time())
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": made, "model": engine.id}


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
