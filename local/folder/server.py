"""The server of one folder's model: the wire of the embedded server, at the root and under the model's name."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from metadata.media import sniff

from ..bodies import read_chat, read_task
from ..chat import Generation, answer_object, events
from ..engines.base import Engine, Talker, flag_of
from ..errors import Refusal
from ..guard import MAX_BODY, Guard
from ..listing import hub_model, openai_model
from .pipelines import Run
from .tasks import CHATS

log = logging.getLogger(__name__)
WATCH_SECONDS = 0.1
_UNBUFFERED = {"cache-control": "no-cache", "x-accel-buffering": "no"}


class Served:
    """The model: its row for the listings, and what answers for it, one request after the other."""

    def __init__(self, name: str, task: str, model: Run | Talker) -> None:
        context = getattr(model, "context_length", None)
        self.row = Engine(f"local/{name}", task, "The model of a folder on this machine.", lambda: model,  # type: ignore[arg-type,return-value]
                          context_length=context)  # fmt: skip
        self.task = task
        self.model: Any = model
        self._turns = ThreadPoolExecutor(1, "answer")

    async def answer(self, inputs: Any, parameters: Mapping[str, Any], request: Request) -> Any:
        """The answer of a task; when its reader leaves, it is stopped where the model can be."""
        stop = Event()
        made = asyncio.get_running_loop().run_in_executor(self._turns, self._answer, inputs, parameters, stop)
        while not (await asyncio.wait({made}, timeout=WATCH_SECONDS))[0]:
            if await request.is_disconnected():
                stop.set()
        return await made

    def _answer(self, inputs: Any, parameters: Mapping[str, Any], stop: Event) -> Any:
        return None if stop.is_set() else self.model(inputs, parameters, stop)


def create_app(served: Served, max_body: int = MAX_BODY) -> FastAPI:
    """The application over one model."""
    app = FastAPI(title="A model of this machine", openapi_url=None)
    app.add_middleware(Guard, max_body=max_body)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_exception_handler(Exception, _failed)
    _add_listing(app, served)
    for prefix in ("", f"/models/{served.row.id}"):
        _add_task(app, served, prefix)
        _add_chat(app, served, prefix)
    return app


def _add_listing(app: FastAPI, served: Served) -> None:
    @app.get("/health")
    async def health() -> Response:
        return JSONResponse({"status": "ok", "models": 1, "task": served.task})

    @app.get("/v1/models")
    async def models() -> Response:
        return JSONResponse({"object": "list", "data": [openai_model(served.row)]})

    @app.get("/api/models")
    async def hub_models() -> Response:
        return JSONResponse([hub_model(served.row)])


def _add_task(app: FastAPI, served: Served, prefix: str) -> None:
    async def run(request: Request) -> Response:
        if served.task in CHATS:
            raise Refusal("This model chats: POST messages to /v1/chat/completions.")
        inputs, parameters = read_task(served.task, request.headers.get("content-type", ""), await request.body())
        if served.task == "text-generation" and _streams(await request.body()):
            return StreamingResponse(_events(served, inputs, parameters), media_type="text/event-stream",
                                     headers=_UNBUFFERED)  # fmt: skip
        answer = await served.answer(inputs, parameters, request)
        if isinstance(answer, bytes):
            return Response(answer, media_type=sniff(answer) or "application/octet-stream")
        return JSONResponse(answer)

    app.add_api_route(prefix or "/", run, methods=["POST"])
    app.add_api_route(f"{prefix}/pipeline/{served.task}", run, methods=["POST"])


def _streams(body: bytes) -> bool:
    return flag_of(json.loads(body), "stream")


async def _events(served: Served, inputs: Any, parameters: Mapping[str, Any]) -> AsyncIterator[str]:
    rows = served.model.events(inputs, parameters, Event())
    try:
        while (row := await asyncio.to_thread(next, rows, None)) is not None:
            yield f"data: {json.dumps(row, ensure_ascii=False)}\n\n"
    except Refusal as refusal:
        yield f"data: {json.dumps({'error': refusal.sentence, 'error_type': 'validation'})}\n\n"
    finally:
        await asyncio.to_thread(rows.close)


def _add_chat(app: FastAPI, served: Served, prefix: str) -> None:
    async def complete(request: Request) -> Response:
        if served.task not in CHATS:
            raise Refusal(f"This model does {served.task}; it does not chat. POST to /.")
        _, chat = read_chat(await request.body(), sees=CHATS[served.task])
        generation = await asyncio.to_thread(Generation, served.row, served.model, chat)
        if chat.stream:
            return StreamingResponse(events(generation), media_type="text/event-stream", headers=_UNBUFFERED)
        said = []
        pieces = generation.pieces()
        try:
            async for piece in pieces:
                said.append(piece)
                if await request.is_disconnected():
                    return Response(status_code=499)
        finally:
            await pieces.aclose()
        return JSONResponse(answer_object(generation, "".join(said)))

    app.add_api_route(f"{prefix}/v1/chat/completions", complete, methods=["POST"])


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return JSONResponse({"error": error.sentence}, error.status)


async def _not_routed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": "POST to / or to /v1/chat/completions."}, error.status_code, error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    # Uvicorn logs where; what kind of failure it was helps who has the model in hand.
    return JSONResponse({"error": f"The model failed on this input ({type(error).__name__}). Its log says where."}, 500)
