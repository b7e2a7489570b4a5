"""The `snippets` verb: JSON lines of Requests -> JSON lines of snippets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from showcard.wire.request import Request, RequestError, ResolvedRequest

from .snippet import snippets_for

Resolve = Callable[[Request, str | None], ResolvedRequest]


def lines(source: Iterable[str], resolve: Resolve) -> Iterator[str]:
    """One answer a line, in the order of the lines; `resolve` gets the request and the `provider_model` of its line."""
    for line in source:
        if line.strip():
            yield json.dumps(_answer(line, resolve))


def _answer(line: str, resolve: Resolve) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"This line is not JSON: {error}."}
    if not isinstance(value, dict):
        return {"id": None, "error": "A request is a JSON object."}
    name = value.get("id")
    try:
        written = snippets_for(_resolved(value, resolve))
    except (RequestError, RecursionError) as error:
        return {"id": name, "error": str(error)}
    reasons = {snippet.reason for snippet in written}
    if all(snippet.content is None for snippet in written):
        return {"id": name, "error": " ".join(sorted(reason for reason in reasons if reason))}
    answer: dict[str, Any] = {
        "id": name,
        "snippets": [
            {"language": snippet.language, "client": snippet.client, "content": snippet.content}
            for snippet in written
            if snippet.content is not None
        ],
    }
    unavailable = [
        {"language": snippet.language, "client": snippet.client, "reason": snippet.reason}
        for snippet in written
        if snippet.content is None
    ]
    return {**answer, "unavailable": unavailable} if unavailable else answer


def _resolved(value: dict[str, Any], resolve: Resolve) -> ResolvedRequest:
    provider_model = value.get("provider_model")
    if provider_model is not None and not isinstance(provider_model, str):
        raise RequestError('"provider_model" is not a text.')
    return resolve(Request.from_json(value), provider_model)
