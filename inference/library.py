"""A call through huggingface_hub's AsyncInferenceClient, which asks nobody but the server of the request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from typing import Any

from showcard.inference.transport.http import MAX_KEPT, ROUTER, Exchange, client
from showcard.inference.transport.large_bodies import stand_ins
from showcard.wire.call import CHAT_TASKS, ClientCall, client_call, helper_task
from showcard.wire.checks import check_model_id
from showcard.wire.hub_private import AskedModel, HubClient, forget_refused, known_model
from showcard.wire.request import RequestError, ResolvedRequest

from .keys import key_of, machine_token

# The library finds these two under a longer address, as one model does both.
_BY_PIPELINE = frozenset({"feature-extraction", "sentence-similarity"})
# Asked by the model's own id: the router looks it up, or there is nothing to look up.
_BY_OWN_ID = frozenset({"auto", "openai"})
_STREAMING = frozenset({"chat_completion", "text_generation"})
# Of more the library makes no objects, as nothing else runs meanwhile; but it knows best where an answer holds media.
MAX_READ = 2**18  # bytes of an answer
MADE_BY_LIBRARY = frozenset({"image", "audio", "video", "mesh"})


async def ask(
    resolved: ResolvedRequest,
    keys: Mapping[str, str],
    exchange: Exchange,
    stream: bool,
    stack: AsyncExitStack,
) -> Any:
    """Start the call; its result is the client's own. `stream` overrides what the request says."""
    resolved = _at_router(resolved)
    call = client_call(resolved)
    exchange.most_read = MAX_KEPT if resolved.request.row.output in MADE_BY_LIBRARY else MAX_READ
    exchange.stand_ins = stand_ins(call.arguments)
    arguments = call.bound_arguments(exchange.stand_ins)
    if call.method in _STREAMING:
        arguments["stream"] = stream
        if not stream:
            arguments.pop("stream_options", None)
    exchange.dropped = tuple(name for name in call.dropped if name != "stream")
    key = key_of(resolved, call.key_name, keys)
    machine_token()  # which the library looks for though it is not sent
    settings: dict[str, Any] = {**call.client, "api_key": key, "timeout": exchange.timeout}
    asking = await stack.enter_async_context(HubClient(client, call.verbatim, **settings))
    with _named(resolved, arguments):
        try:
            return await getattr(asking, call.method)(**arguments)
        finally:
            exchange.dropped += _refused(call, arguments)


def _at_router(resolved: ResolvedRequest) -> ResolvedRequest:
    """A request to hf-inference with its address: asked by id, the library would ask the Hub about the model first."""
    if resolved.route or resolved.provider != "hf-inference":
        if resolved.provider == "auto" and resolved.request.task not in CHAT_TASKS:
            raise RequestError("Which provider serves this model is not known yet; name one.")
        return resolved
    request = resolved.request
    route = f"{ROUTER}/hf-inference/models/{check_model_id(request.model)}"
    if request.task in _BY_PIPELINE:
        route += f"/pipeline/{request.task}"
    return replace(resolved, route=route, provider_model=request.model)


@contextmanager
def _named(resolved: ResolvedRequest, arguments: dict[str, Any]) -> Iterator[None]:
    """Tells the library the provider's id of the model under a name that only this call knows.

    Its own lookup would use this machine's token, block, and be remembered for everybody."""
    if resolved.route or resolved.provider in _BY_OWN_ID:
        yield
        return
    asked = AskedModel(
        resolved.provider,
        helper_task(resolved.request.task),
        resolved.request.model,
        resolved.provider_model,
        resolved.adapter,
    )
    with known_model(asked) as arguments["model"]:
        yield


def _refused(call: ClientCall, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """The parameters that a server refused, so that the library left them out; it is made to forget them."""
    refused = forget_refused(arguments.get("model"))
    return tuple(dict.fromkeys(name for name in refused if name in call.arguments))
