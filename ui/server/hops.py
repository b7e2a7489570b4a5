"""What the proxies in front of the app say of a request, as far as it can be believed.

Each proxy adds what it saw at the right end of `X-Forwarded-For`; whatever stands further left, anybody may have
written. So `--proxies N` counts from the right. Gradio and Starlette read what is left here, and nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

FOR, PROTO, HOST = b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"
SIGNS = frozenset((FOR, PROTO, HOST, b"forwarded", b"x-real-ip", b"via"))  # that there is a proxy
# What Gradio makes addresses of the app from, beside X-Forwarded-Proto.
MISLEADING = frozenset((FOR, HOST, b"x-gradio-server"))


class Hops:
    """Sets who asks, by which scheme and under which name, from what the trusted proxies say.

    `proxies`: how many there are; 0: none, whatever a request says; None: nobody said, so the address of a request
    that came through one from this machine or its network is not known (`client` is None). `answers` tells whether a
    name is one of the app's own: a name that a proxy passes on is taken only instead of another such one."""

    def __init__(self, app: App, proxies: int | None, answers: Callable[[str], bool]) -> None:
        self.app, self.proxies, self.answers = app, proxies, answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] in ("http", "websocket"):
            self._look(scope)
        await self.app(scope, receive, send)

    def _look(self, scope: Scope) -> None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        said = {name: _listed(headers, name) for name in (FOR, PROTO, HOST)}
        dropped = MISLEADING if self.proxies is None else MISLEADING | {PROTO}
        scope["headers"] = [pair for pair in headers if pair[0] not in dropped]
        if self.proxies is None:
            if _is_near(scope) and any(name in SIGNS for name, _ in headers):
                scope["client"] = None
        elif self.proxies:
            self._believe(scope, {name: _hop(values, self.proxies) for name, values in said.items()})

    def _believe(self, scope: Scope, said: dict[bytes, str]) -> None:
        if address := _address(said[FOR]):
            scope["client"] = (address, 0)
        if said[PROTO] in ("http", "https"):
            scope["scheme"] = said[PROTO] if scope["type"] == "http" else said[PROTO].replace("http", "ws")
            scope["headers"].append((PROTO, said[PROTO].encode()))
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if said[HOST] and self.answers(host) and self.answers(said[HOST]):
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope["headers"].append((b"host", said[HOST].encode("latin-1")))


def _listed(headers: list[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    """The items of a header, which may come several times."""
    values = [value.decode("latin-1") for name, value in headers if name == wanted]
    return [item.strip() for value in values for item in value.split(",")]


def _hop(values: list[str], proxies: int) -> str:
    """What the outermost trusted proxy said; where there are fewer than that, the outermost there is."""
    return values[-min(proxies, len(values))] if values else ""


def _address(said: str) -> str:
    """The IP address in `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1` or `[2001:db8::1]:80`; empty where there is none."""
    host = said[1:].partition("]")[0] if said.startswith("[") else said.partition(":")[0] if "." in said else said
    for candidate in (said, host):
        try:
            return str(ip_address(candidate.split("%", 1)[0]))
        except ValueError:
            continue
    return ""


def _is_near(scope: Scope) -> bool:
    """Whether a request comes from this machine or its network, as those of a proxy mostly do."""
    client = scope.get("client")
    try:
        return client is None or not ip_address(client[0].split("%", 1)[0]).is_global
    except ValueError:
        return True  # a Unix socket
