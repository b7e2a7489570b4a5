"""All snippets of one request: the clients, and what each of them says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from showcard.wire.call import CHAT_TASKS
from showcard.wire.request import RequestError, ResolvedRequest

from .asked import SnippetContext
from .draft import Draft
from .javascript import fetch as js_fetch
from .javascript import huggingface as js_huggingface
from .javascript import openai as js_openai
from .options import Options
from .python import huggingface_hub as python_huggingface_hub
from .python import openai as python_openai
from .python import requests as python_requests
from .shell import curl as sh_curl


@dataclass(frozen=True, slots=True)
class SnippetClient:
    """A way to ask: the language, the client's own name, and its writer."""

    language: str
    name: str
    write: Callable[[SnippetContext], Draft]


@dataclass(frozen=True, slots=True)
class Snippet:
    """What one client says. Without `content`, `reason` says in a sentence why there is none.

    `keys` are the environment variables that it reads beside the request's own key."""

    language: str
    client: str
    content: str | None
    reason: str | None
    install: str
    filename: str
    keys: tuple[str, ...] = ()


CLIENTS = (
    SnippetClient("python", "huggingface_hub", python_huggingface_hub.write),
    SnippetClient("python", "openai", python_openai.write),
    SnippetClient("python", "requests", python_requests.write),
    SnippetClient("js", "huggingface.js", js_huggingface.write),
    SnippetClient("js", "openai", js_openai.write),
    SnippetClient("js", "fetch", js_fetch.write),
    SnippetClient("sh", "curl", sh_curl.write),
)
_ENDINGS = {"python": "py", "sh": "sh", "js": "mjs"}


def snippets_for(resolved: ResolvedRequest, options: Options | None = None) -> tuple[Snippet, ...]:
    """One snippet a client, in their order. Raises RequestError where the options can't be."""
    asked = SnippetContext(resolved, options)
    return tuple(_snippet(client, asked) for client in CLIENTS)


def snippet_for(client: SnippetClient, resolved: ResolvedRequest, options: Options | None = None) -> Snippet:
    """The snippet of one client."""
    return _snippet(client, SnippetContext(resolved, options))


def _snippet(client: SnippetClient, asked: SnippetContext) -> Snippet:
    task_id = asked.resolved.request.task
    filename = f"{'chat' if task_id in CHAT_TASKS else task_id.replace('-', '_')}.{_ENDINGS[client.language]}"
    try:
        draft = client.write(asked)
    except RequestError as error:
        return Snippet(client.language, client.name, None, str(error), "", filename)
    keys = asked.keys.names_in(draft.content)
    return Snippet(client.language, client.name, draft.content, None, draft.install, filename, keys)
