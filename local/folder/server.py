"""The server of one folder's model: the wire of the embedded server, at the root and under the model's name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from showcard.metadata.media import sniff

from .. import events
from ..asking import read_chat, read_completion, read_generation
from ..bodies import read_task
from ..engines.base import Engine, Runner, TextGenerator
from ..errors import Refusal
from ..generation import Generation
from ..guard import EngineGuard
from ..listing import hub_model, openai_model
from .pipelines import Run

WATCH_SECONDS = 0.1
LARGEST = 80_000_000  # bytes of a body: what the page takes as a file, as base64
_ALSO = ("repetition_penalty", "typical_p")


class ServedFolder:
    """The model: its row for the listings, and what answers for it, one request after the other."""

    def __init__(self, name: str, task: str, model: Run | TextGenerator) -> None:
        self.task = task
        self.model: Any = model
        self.row = Engine(
            f"local/{name}",
            task,
            "The model of a folder on this machine.",
            lambda: cast("Runner | TextGenerator", model),
            context_length=getattr(model, "context_length", None),
        )
        self._turns = ThreadPoolExecutor(1, "answer")

    @property
    def chats(self) -> bool:
        """Whether messages are sent to it."""
        return self.task in ("conversational", "image-text-to-text")

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


def create_app(served: ServedFolder, max_body: int = LARGEST) -> FastAPI:
    """The application over one model."""
    app = FastAPI(title="A model of this machine", openapi_url=None)
    app.add_middleware(EngineGuard, max_body=max_body)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_exception_handler(Exception, _failed)
    _add_listing(app, served)
    for prefix in ("", f"/models/{served.row.id}"):
        _add_task(app, served, prefix)
        _add_writing(app, served, prefix)
    return app


def _add_listing(app: FastAPI, served: ServedFolder) -> None:
    @app.get("/health")
    async def health() -> Response:
        return JSONResponse({"status": "ok", "models": 1, "task": served.task})

    @app.get("/v1/models")
    async def models() -> Response:
        return JSONResponse({"object": "list", "data": [openai_model(served.row)]})

    @app.get("/api/models")
    async def hub_models() -> Response:
        return JSONResponse([hub_model(served.row)])


def _add_task(app: FastAPI, served: ServedFolder, prefix: str) -> None:
    async def run(request: Request) -> Response:
        if served.chats:
            raise Refusal("This model chats: POST messages to /v1/chat/completions.")
        body, content_type = await request.body(), request.headers.get("content-type", "")
        if isinstance(served.model, TextGenerator):
            made = await _generation(served, read_generation(body, _ALSO))
            return await events.respond(request, made, events.TextGeneration, done=False)
        inputs, parameters = read_task(served.task, content_type, body)
        answer = await served.answer(inputs, parameters, request)
        if isinstance(answer, bytes):
            return Response(answer, media_type=sniff(answer) or "application/octet-stream")
        return JSONResponse(answer)

    app.add_api_route(prefix or "/", run, methods=["POST"])
    app.add_api_route(f"{prefix}/pipeline/{served.task}", run, methods=["POST"])


async def _generation(served: ServedFolder, asked: Any) -> Generation:
    """An answer in the making; counting the tokens of the question takes a thread."""
    return await asyncio.to_thread(Generation, served.row, served.model, asked)


def _add_writing(app: FastAPI, served: ServedFolder, prefix: str) -> None:
    async def complete(request: Request) -> Response:
        if not served.chats:
            raise Refusal(f"This model does {served.task}; it does not chat. POST to /.")
        made = await _generation(served, read_chat(await request.body())[1])
        return await events.respond(request, made, events.Chat)

    async def go_on(request: Request) -> Response:
        if not isinstance(served.model, TextGenerator):
            raise Refusal(f"This model does {served.task}; it does not go on from a text. POST to /.")
        made = await _generation(served, read_completion(await request.body())[1])
        return await events.respond(request, made, events.Completion)

    app.add_api_route(f"{prefix}/v1/chat/completions", complete, methods=["POST"])
    app.add_api_route(f"{prefix}/v1/completions", go_on, methods=["POST"])


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return JSONResponse({"error": error.sentence}, error.status)


async def _not_routed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": "POST to / or to /v1/chat/completions."}, error.status_code, error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    # Uvicorn logs where; what kind of failure it was helps who has the model in hand.
    return JSONResponse({"error": f"The model failed on this input ({type(error).__name__}). Its log says where."}, 500)
