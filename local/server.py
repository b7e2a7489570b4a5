"""The embedded server: the Hub's wire protocols over the engines of this folder."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing
from threading import Lock
from typing import cast

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from metadata.media import sniff
from metadata.tasks import find_task

from .bodies import Chat, read_chat, read_task
from .chat import Generation, answer_object, events
from .engines import ENGINES, Engine, Runner, Talker
from .errors import Refusal
from .guard import MAX_BODY, Guard
from .listing import EMBEDDING, hub_model, openai_model

_PREFIXES = ("/models/{org}/{name}", "/hf-inference/models/{org}/{name}")


class Shelf:
    """The engines by id, each loaded when it is first used."""

    def __init__(self, engines: Iterable[Engine]) -> None:
        self.rows = {engine.id: engine for engine in engines}
        self._loaded: dict[str, Runner | Talker] = {}
        self._lock = Lock()

    def find(self, model: str | None) -> Engine:
        """An engine's row. Raises Refusal for a model that is not served here."""
        if model in self.rows:
            return self.rows[model]
        asked = f"There is no model {model[:100]!r} here." if model else 'The request names no "model".'
        raise Refusal(f"{asked} GET /v1/models lists the models.", 404 if model else 400)

    async def load(self, engine: Engine) -> Runner | Talker:
        """The engine itself."""
        if engine.id not in self._loaded:
            await run_in_threadpool(self._load, engine)
        return self._loaded[engine.id]

    def _load(self, engine: Engine) -> None:
        with self._lock:
            if engine.id not in self._loaded:
                self._loaded[engine.id] = engine.load()


def create_app(
    engines: Iterable[Engine] = ENGINES,
    *,
    hosts: Iterable[str] = (),
    max_body: int = MAX_BODY,
    pause: float | None = None,
) -> FastAPI:
    """The application over these engines. `hosts` are further names it answers to; `pause` replaces the engines' own
    pause between streamed tokens."""
    app = FastAPI(title="Showcard's embedded engine", openapi_url=None)
    app.add_middleware(Guard, hosts=tuple(hosts), max_body=max_body)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_exception_handler(Exception, _failed)
    shelf = Shelf(engines)
    _add_listing(app, shelf)
    _add_tasks(app, shelf)
    _add_chat(app, shelf, pause)
    return app


def _add_listing(app: FastAPI, shelf: Shelf) -> None:
    @app.get("/health")
    async def health() -> Response:
        return JSONResponse({"status": "ok", "models": len(shelf.rows)})

    @app.get("/v1/models")
    async def models() -> Response:
        return JSONResponse({"object": "list", "data": [openai_model(engine) for engine in shelf.rows.values()]})

    @app.get("/v1/models/{org}/{name}")
    async def model(org: str, name: str) -> Response:
        return JSONResponse(openai_model(shelf.find(f"{org}/{name}")))

    @app.get("/api/models")
    async def hub_models(request: Request) -> Response:
        rows = [hub_model(engine) for engine in shelf.rows.values()]
        asked = [v for k, value in request.query_params.multi_items() for v in value.split(",")
                 if k in ("filter", "pipeline_tag")]  # fmt: skip
        search = request.query_params.get("search", "").lower()
        limit = request.query_params.get("limit", "")
        kept = [row for row in rows if search in row["id"] and all(tag in row["tags"] for tag in asked)]
        return JSONResponse(kept[: int(limit)] if limit.isdecimal() else kept)

    @app.get("/api/models/{org}/{name}")
    async def hub_one(org: str, name: str) -> Response:
        return JSONResponse(hub_model(shelf.find(f"{org}/{name}")))


def _add_tasks(app: FastAPI, shelf: Shelf) -> None:
    async def run(request: Request, org: str, name: str, task: str | None = None) -> Response:
        engine = shelf.find(f"{org}/{name}")
        _check_task(engine, task)
        body, content_type = await request.body(), request.headers.get("content-type", "")
        inputs, parameters = read_task(engine.task, content_type, body)
        runner = cast("Runner", await shelf.load(engine))
        answer = await run_in_threadpool(runner.run, inputs, parameters)
        if isinstance(answer, bytes):
            return Response(answer, media_type=sniff(answer) or "application/octet-stream")
        return JSONResponse(answer)

    for prefix in _PREFIXES:
        app.add_api_route(prefix, run, methods=["POST"])
        app.add_api_route(f"{prefix}/pipeline/{{task}}", run, methods=["POST"])


def _check_task(engine: Engine, task: str | None) -> None:
    """Refuses a chat engine, and a task that is not the engine's own."""
    if engine.task == "conversational":
        raise Refusal(f"{engine.id} is a chat model: POST messages to /models/{engine.id}/v1/chat/completions.")
    row = find_task(task) if task else None
    if task and (row is None or (row.id != engine.task and not {row.id, engine.task} <= EMBEDDING)):
        raise Refusal(f"{engine.id} does {engine.task}, not {task[:60]}.")


def _add_chat(app: FastAPI, shelf: Shelf, pause: float | None) -> None:
    async def complete(request: Request, org: str | None = None, name: str | None = None) -> Response:
        named, chat = read_chat(await request.body())
        # A path that names the model decides: clients send any word as `model` to such an address.
        # Else it is named as for the Hub's router, where a provider may follow a colon.
        engine = shelf.find(f"{org}/{name}" if org else (named or "").partition(":")[0])
        if engine.task != "conversational":
            raise Refusal(f"{engine.id} does {engine.task}; it does not chat. POST to /models/{engine.id}.")
        talker = cast("Talker", await shelf.load(engine))
        generation = Generation(engine, talker, chat, talker.pause if pause is None else pause)
        if chat.stream:
            return StreamingResponse(events(generation), media_type="text/event-stream", headers=_UNBUFFERED)
        return await _whole(request, engine, talker, chat)

    for path in ("/v1/chat/completions", *(f"{prefix}/v1/chat/completions" for prefix in _PREFIXES)):
        app.add_api_route(path, complete, methods=["POST"])


_UNBUFFERED = {"cache-control": "no-cache", "x-accel-buffering": "no"}


async def _whole(request: Request, engine: Engine, talker: Talker, chat: Chat) -> Response:
    # Nobody watches words appear here, so none is held back.
    generation = Generation(engine, talker, chat)
    said: list[str] = []
    async with aclosing(generation.pieces()) as pieces:
        async for piece in pieces:
            said.append(piece)
            if await request.is_disconnected():
                return Response(status_code=499)
    return JSONResponse(answer_object(generation, "".join(said)))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return JSONResponse({"error": error.sentence}, error.status)


async def _not_routed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path, method = request.url.path[:100], request.method
    sentences = {
        404: f"There is nothing at {path}. POST to /models/<id>, or GET /v1/models, which lists the models.",
        405: f"{path} does not take {method}.",
    }
    return JSONResponse({"error": sentences.get(error.status_code, error.detail)}, error.status_code, error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    # Uvicorn logs the error itself.
    return JSONResponse({"error": "The engine failed on this input. The server's log says where."}, 500)
