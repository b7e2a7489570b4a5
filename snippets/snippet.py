"""All snippets of one request: the clients, and what each of them says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wire.request import RequestError, ResolvedRequest

from . import python_huggingface_hub, python_requests, sh_curl
from .draft import Draft


@dataclass(frozen=True, slots=True)
class Client:
    """A way to ask: the language, the client's own name, and its writer."""

    language: str
    name: str
    write: Callable[[ResolvedRequest], Draft]


@dataclass(frozen=True, slots=True)
class Snippet:
    """What one client says. Without `content`, `reason` says in a sentence why there is none."""

    language: str
    client: str
    content: str | None
    reason: str | None
    install: str
    filename: str


CLIENTS = (
    Client("python", "huggingface_hub", python_huggingface_hub.write),
    Client("python", "requests", python_requests.write),
    Client("sh", "curl", sh_curl.write),
)
_ENDINGS = {"python": "py", "sh": "sh", "js": "mjs"}


def snippets_for(resolved: ResolvedRequest) -> tuple[Snippet, ...]:
    """One snippet a client, in their order."""
    return tuple(_snippet(client, resolved) for client in CLIENTS)


def _snippet(client: Client, resolved: ResolvedRequest) -> Snippet:
    filename = f"{resolved.request.task.replace('-', '_')}.{_ENDINGS[client.language]}"
    try:
        draft = client.write(resolved)
    except RequestError as error:
        return Snippet(client.language, client.name, None, str(error), "", filename)
    return Snippet(client.language, client.name, draft.content, None, draft.install, filename)
