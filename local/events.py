"""Answers as the wire carries them: OpenAI's chat and completions, and the Hub's text generation; whole or streamed."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from .engines.base import Token
from .errors import Refusal
from .generation import GeneratedPiece, Generation

log = logging.getLogger(__name__)


class WireFormat(Protocol):
    """One way to write an answer."""

    def whole(self, text: str, tokens: list[Token]) -> Any:
        """All of it as JSON data."""

    def first(self) -> Iterable[Any]:
        """What a stream begins with."""

    def piece(self, piece: GeneratedPiece) -> Iterable[Any]:
        """A part of it."""

    def last(self, text: str, tokens: list[Token]) -> Iterable[Any]:
        """What a stream ends with."""


class Chat:
    """OpenAI's chat completions."""

    def __init__(self, generation: Generation) -> None:
        self._made = generation
        self._head = {
            "id": f"chatcmpl-{uuid.uuid4().hex}", "object": "chat.completion", "created": int(time.time()),
            "model": generation.engine.id,
        }  # fmt: skip

    def whole(self, text: str, tokens: list[Token]) -> Any:
        """One object, with its usage."""
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "logprobs": self._logprobs(tokens)}
        choice["finish_reason"] = self._made.finish_reason
        return {**self._head, "choices": [choice], "usage": self._made.usage}

    def first(self) -> Iterator[Any]:
        """The role."""
        yield self._chunk({"role": "assistant", "content": ""})

    def piece(self, piece: GeneratedPiece) -> Iterator[Any]:
        """The text of a piece, with its tokens where probabilities were asked for."""
        if piece.text or self._made.asked.top is not None:
            yield self._chunk({"content": piece.text}, self._logprobs(piece.tokens))

    def last(self, text: str, tokens: list[Token]) -> Iterator[Any]:
        """Why it ended, and the usage where it was asked for."""
        yield self._chunk({}, reason=self._made.finish_reason)
        if self._made.asked.include_usage:
            yield {**self._head, "object": "chat.completion.chunk", "choices": [], "usage": self._made.usage}

    def _chunk(self, delta: dict[str, str], logprobs: Any = None, reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": reason}
        usage = {"usage": None} if self._made.asked.include_usage else {}
        return {**self._head, "object": "chat.completion.chunk", "choices": [choice], **usage}

    def _logprobs(self, tokens: Iterable[Token]) -> dict[str, Any] | None:
        if self._made.asked.top is None:
            return None
        return {"content": [
            {**_openai_token(token.data, token.logprob), "top_logprobs": [_openai_token(*other) for other in token.top]}
            for token in tokens
        ]}  # fmt: skip


class Completion:
    """OpenAI's completions: how a text goes on."""

    def __init__(self, generation: Generation) -> None:
        self._made = generation
        self._place = 0
        self._head = {
            "id": f"cmpl-{uuid.uuid4().hex}", "object": "text_completion", "created": int(time.time()),
            "model": generation.engine.id,
        }  # fmt: skip

    def whole(self, text: str, tokens: list[Token]) -> Any:
        """One object, with its usage."""
        return {**self._chunk(self._echo + text, tokens, self._made.finish_reason), "usage": self._made.usage}

    def first(self) -> Iterator[Any]:
        """The text that it goes on from, where it was asked for."""
        if self._echo:
            yield self._chunk(self._echo)

    def piece(self, piece: GeneratedPiece) -> Iterator[Any]:
        """The text of a piece, with its tokens where probabilities were asked for."""
        if piece.text or self._made.asked.top is not None:
            yield self._chunk(piece.text, piece.tokens)

    def last(self, text: str, tokens: list[Token]) -> Iterator[Any]:
        """Why it ended, and the usage where it was asked for."""
        yield self._chunk("", (), self._made.finish_reason)
        if self._made.asked.include_usage:
            yield {**self._head, "choices": [], "usage": self._made.usage}

    @property
    def _echo(self) -> str:
        return str(self._made.asked.prompt) if self._made.asked.echo else ""

    def _chunk(self, text: str, tokens: Iterable[Token] = (), reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "text": text, "logprobs": self._logprobs(list(tokens)), "finish_reason": reason}
        return {**self._head, "choices": [choice]}

    def _logprobs(self, tokens: list[Token]) -> dict[str, Any] | None:
        if self._made.asked.top is None or not tokens:
            return None
        places = []
        for token in tokens:
            places.append(self._place)
            self._place += len(token.text)
        return {
            "tokens": [_shown(token.data) for token in tokens],
            "token_logprobs": [token.logprob for token in tokens],
            "top_logprobs": [{_shown(data): logprob for data, logprob in token.top} for token in tokens],
            "text_offset": places,
        }


class TextGeneration:
    """The Hub's text generation, as Text Generation Inference answers it."""

    def __init__(self, generation: Generation) -> None:
        self._made = generation
        self._sent = 0

    def whole(self, text: str, tokens: list[Token]) -> Any:
        """A list of one answer."""
        return [{"generated_text": self._full(text), **self._details(tokens)}]

    def first(self) -> Iterator[Any]:
        """Nothing."""
        yield from ()

    def piece(self, piece: GeneratedPiece) -> Iterator[Any]:
        """A token each; the last of them is held back, to go with the whole text."""
        for token in piece.tokens:
            self._sent += 1
            yield self._event(token, None, None)

    def last(self, text: str, tokens: list[Token]) -> Iterator[Any]:
        """The whole text, beside the end of the text as a token of its own."""
        details = {**self._reason(), "input_length": self._made.prompt_tokens}
        yield self._event(Token("", number=0, logprob=0.0), self._full(text), details, special=True)

    def _event(self, token: Token, text: str | None, details: Any, special: bool = False) -> dict[str, Any]:
        return {
            "index": self._sent, "token": _hub_token(token, special), "generated_text": text, "details": details
        }  # fmt: skip

    def _full(self, text: str) -> str:
        return f"{self._made.asked.prompt}{text}" if self._made.asked.echo else text

    def _reason(self) -> dict[str, Any]:
        cut = self._made.finish_reason == "length"
        reason = "length" if cut else "stop_sequence" if self._made.met_a_stop else "eos_token"
        return {
            "finish_reason": reason, "generated_tokens": self._made.completion_tokens,
            "seed": self._made.asked.parameters.get("seed"),
        }  # fmt: skip

    def _details(self, tokens: list[Token]) -> dict[str, Any]:
        if not self._made.asked.include_usage:
            return {}
        top = {"top_tokens": [
            [{"id": 0, "text": _shown(data), "logprob": logprob, "special": False} for data, logprob in token.top]
            for token in tokens
        ]} if self._made.asked.top else {}  # fmt: skip
        return {"details": {**self._reason(), "prefill": [], "tokens": [_hub_token(t) for t in tokens], **top}}


def _hub_token(token: Token, special: bool = False) -> dict[str, Any]:
    return {"id": token.number, "text": token.text, "logprob": token.logprob or 0.0, "special": special}


def _openai_token(data: bytes, logprob: float | None) -> dict[str, Any]:
    return {"token": _shown(data), "logprob": logprob, "bytes": list(data)}


def _shown(data: bytes) -> str:
    return data.decode("utf-8", "replace")


async def respond(
    request: Request, generation: Generation, form: Callable[[Generation], WireFormat], *, done: bool = True
) -> Response:
    """An answer in one of the wire's forms, whole or as a stream. Who hangs up ends the engine's work."""
    if generation.asked.stream:
        sent = _stream(generation, form(generation), done)
        return StreamingResponse(sent, media_type="text/event-stream", headers=_UNBUFFERED)
    answer = await _whole(generation, form(generation), request)
    return Response(status_code=499) if answer is None else JSONResponse(answer)


_UNBUFFERED = {"cache-control": "no-cache", "x-accel-buffering": "no"}


async def _stream(generation: Generation, form: WireFormat, done: bool) -> AsyncIterator[str]:
    said: list[str] = []
    tokens: list[Token] = []
    for data in form.first():
        yield _event(data)
    try:
        async with aclosing(generation.pieces()) as pieces:
            async for piece in pieces:
                said.append(piece.text)
                tokens += piece.tokens
                for data in form.piece(piece):
                    yield _event(data)
    except Refusal as refusal:
        yield _event({"error": {"message": refusal.sentence, "type": "invalid_request_error"}})
        return
    except Exception:
        # The status is sent already: what fails now can only be told within the stream.
        log.exception("%s failed", generation.engine.id)
        sentence = f"{generation.engine.id} failed on this input. The server's log says where."
        yield _event({"error": {"message": sentence, "type": "server_error"}})
        return
    for data in form.last("".join(said), tokens):
        yield _event(data)
    if done:
        yield "data: [DONE]\n\n"


async def _whole(generation: Generation, form: WireFormat, request: Request) -> Any:
    """None when who asked is gone before it is made."""
    said: list[str] = []
    tokens: list[Token] = []
    async with aclosing(generation.pieces()) as pieces:
        async for piece in pieces:
            said.append(piece.text)
            tokens += piece.tokens
            if await request.is_disconnected():
                return None
    return form.whole("".join(said), tokens)


def _event(data: Any) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
