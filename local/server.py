"""The embedded server: the Hub's wire protocols over the engines of this folder."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from showcard.metadata.media import sniff
from showcard.metadata.tasks.table import find_task

from . import events
from .asking import read_chat, read_completion, read_generation
from .bodies import read_task
from .engines import ENGINES, Engine, Runner, TextGenerator
from .errors import Refusal
from .generation import Generation
from .guard import MAX_BODY, EngineGuard
from .listing import EMBEDDING, hub_model, openai_model

_PREFIXES = ("/models/{org}/{name}", "/hf-inference/models/{org}/{name}")


class EngineShelf:
    """The engines by id, each loaded when it is first used."""

    def __init__(self, engines: Iterable[Engine]) -> None:
        self.rows = {engine.id: engine for engine in engines}
        self._loaded: dict[str, Runner | TextGenerator] = {}
        self._lock = Lock()

    def find(self, model: str | None) -> Engine:
        """An engine's row. Raises Refusal for a model that is not served here."""
        if model in self.rows:
            return self.rows[model]
        asked = f"There is no model {model[:100]!r} here." if model else 'The request names no "model".'
        raise Refusal(f"{asked} GET /v1/models lists the models.", 404 if model else 400)

    async def load(self, engine: Engine) -> Runner | TextGenerator:
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
) -> Starlette:
    """The application over these engines. `hosts` are further names it answers to; `pause` replaces the engines' own
    pause between streamed tokens."""
    # Starlette alone, as FastAPI takes most of the start to import and nothing of it is needed here.
    app = Starlette(exception_handlers={Refusal: _refused, HTTPException: _not_routed, Exception: _failed})
    app.add_middleware(EngineGuard, hosts=tuple(hosts), max_body=max_body)
    media_store = EngineShelf(engines)
    _add_listing(app, media_store)
    _add_tasks(app, media_store)
    _add_chat(app, media_store, pause)
    return app


def _add_listing(app: Starlette, media_store: EngineShelf) -> None:
    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "models": len(media_store.rows)})

    async def models(request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [openai_model(engine) for engine in media_store.rows.values()]})

    async def model(request: Request) -> Response:
        return JSONResponse(openai_model(media_store.find(_path_model(request))))

    async def hub_models(request: Request) -> Response:
        rows = [hub_model(engine) for engine in media_store.rows.values()]
        asked = [v for k, value in request.query_params.multi_items() for v in value.split(",")
                 if k in ("filter", "pipeline_tag")]  # fmt: skip
        search = request.query_params.get("search", "").lower()
        limit = request.query_params.get("limit", "")
        kept = [row for row in rows if search in row["id"] and all(tag in row["tags"] for tag in asked)]
        return JSONResponse(kept[: int(limit)] if limit.isdecimal() else kept)

    async def hub_one(request: Request) -> Response:
        return JSONResponse(hub_model(media_store.find(_path_model(request))))

    app.add_route("/health", health)
    app.add_route("/v1/models", models)
    app.add_route("/v1/models/{org}/{name}", model)
    app.add_route("/api/models", hub_models)
    app.add_route("/api/models/{org}/{name}", hub_one)


def _path_model(request: Request) -> str | None:
    """The model that an address names."""
    named = request.path_params
    return f"{named['org']}/{named['name']}" if named else None


def _add_tasks(app: Starlette, media_store: EngineShelf) -> None:
    async def run(request: Request) -> Response:
        engine = media_store.find(_path_model(request))
        _check_task(engine, request.path_params.get("task"))
        body, content_type = await request.body(), request.headers.get("content-type", "")
        runner = await media_store.load(engine)
        if engine.task == "text-generation" and isinstance(runner, TextGenerator):
            asked = read_generation(body)
            return await events.respond(request, Generation(engine, runner, asked), events.TextGeneration, done=False)
        inputs, parameters = read_task(engine.task, content_type, body)
        answer = await run_in_threadpool(cast("Runner", runner).run, inputs, parameters)
        if isinstance(answer, bytes):
            return Response(answer, media_type=sniff(answer) or "application/octet-stream")
        return JSONResponse(answer)

    for prefix in _PREFIXES:
        app.add_route(prefix, run, methods=["POST"])
        app.add_route(f"{prefix}/pipeline/{{task}}", run, methods=["POST"])


def _check_task(engine: Engine, task: str | None) -> None:
    """Refuses a chat engine, and a task that is not the engine's own."""
    if engine.task == "conversational":
        raise Refusal(f"{engine.id} is a chat model: POST messages to /models/{engine.id}/v1/chat/completions.")
    row = find_task(task) if task else None
    if task and (row is None or (row.id != engine.task and not {row.id, engine.task} <= EMBEDDING)):
        raise Refusal(f"{engine.id} does {engine.task}, not {task[:60]}.")


def _add_chat(app: Starlette, media_store: EngineShelf, pause: float | None) -> None:
    async def complete(request: Request) -> Response:
        named, asked = read_chat(await request.body())
        engine = _named(media_store, _path_model(request), named)
        if engine.task != "conversational":
            raise Refusal(f"{engine.id} does {engine.task}; it does not chat. POST to /models/{engine.id}.")
        talker = cast("TextGenerator", await media_store.load(engine))
        # Where nobody watches words appear, none is held back.
        wait = (talker.pause if pause is None else pause) if asked.stream else 0.0
        return await events.respond(request, Generation(engine, talker, asked, wait), events.Chat)

    async def go_on(request: Request) -> Response:
        named, asked = read_completion(await request.body())
        engine = _named(media_store, _path_model(request), named)
        if engine.task not in ("conversational", "text-generation"):
            raise Refusal(
                f"{engine.id} does {engine.task}; it does not go on from a text. POST to /models/{engine.id}."
            )
        talker = cast("TextGenerator", await media_store.load(engine))
        return await events.respond(request, Generation(engine, talker, asked), events.Completion)

    for prefix in ("", *_PREFIXES):
        app.add_route(f"{prefix}/v1/chat/completions", complete, methods=["POST"])
        app.add_route(f"{prefix}/v1/completions", go_on, methods=["POST"])


def _named(media_store: EngineShelf, path: str | None, named: str | None) -> Engine:
    """The engine of a path or a body. A path that names it decides: clients send any word as `model` to such an
    address. Else it is named as for the Hub's router, where a provider may follow a colon."""
    return media_store.find(path or (named or "").partition(":")[0])


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return JSONResponse({"error": error.sentence}, error.status)


async def _not_routed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path, method = request.url.path[:100], request.method
    sentences = {
        404: f"There is nothing at {path}. POST to /models/ and an id, or GET /v1/models, which lists the models.",
        405: f"{path} does not take {method}.",
    }
    return JSONResponse({"error": sentences.get(error.status_code, error.detail)}, error.status_code, error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    # Uvicorn logs the error itself.
    return JSONResponse({"error": "The engine failed on this input. The server's log says where."}, 500)
