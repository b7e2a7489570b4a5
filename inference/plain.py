"""A call over plain HTTP, for the tasks that huggingface_hub's client has no working method for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from showcard.inference.transport.http import MEDIA, Exchange, client
from showcard.inference.transport.large_bodies import json_body
from showcard.metadata.media import sniff
from showcard.wire.call import raw_call
from showcard.wire.http import HttpRequest, Key, http_request
from showcard.wire.request import RequestError, ResolvedRequest

from .errors import status_failure
from .keys import key_of


async def ask(
    resolved: ResolvedRequest,
    keys: Mapping[str, str],
    exchange: Exchange,
    stream: bool,
    stack: AsyncExitStack,
) -> bytes | None:
    """Send the request; the bytes of a file that came, None where JSON came: the exchange holds it."""
    call = raw_call(resolved)
    exchange.dropped = call.dropped
    sent = http_request(resolved, call)
    headers = {name: _header(resolved, value, keys) for name, value in sent.headers}
    session = await stack.enter_async_context(client(timeout=exchange.timeout))
    response = await session.request(sent.method, sent.url, headers=headers, **_body(sent, exchange))
    if response.status_code != 200:
        raise status_failure(response.status_code, response.content, response.headers.get("retry-after"))
    return response.content if exchange.content_type.startswith(MEDIA) or sniff(response.content) else None


def _header(resolved: ResolvedRequest, value: str | Key, keys: Mapping[str, str]) -> str:
    return value if isinstance(value, str) else f"{value.scheme} {key_of(resolved, value.name, keys)}"


def _body(sent: HttpRequest, exchange: Exchange) -> dict[str, Any]:
    if sent.form:
        raise RequestError("This provider takes a form, which is not sent for this task.")
    if sent.data is not None:
        return {"content": sent.data.data or b""}
    return {"content": json_body(sent.json, exchange)}
