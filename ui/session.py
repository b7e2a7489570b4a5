"""One person's state: settings, keys, what is open, and the calls under way."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from inference.resolve import Embedded

from .shelf import Shelf

MOST_PAGES = 20


@dataclass(frozen=True, slots=True)
class Site:
    """What the whole app shares: its mode, the embedded engine, the shelf, and which endpoints are allowed."""

    embedded: Embedded
    shelf: Shelf
    shared: bool = False
    machine_token: str | None = None
    endpoints: tuple[str, ...] = ()  # shared mode: the only base URLs that may be called

    def allows_endpoint(self, base_url: str) -> bool:
        """Whether a person may call this base URL from here."""
        return not self.shared or any(
            base_url == allowed or base_url.startswith(allowed.rstrip("/") + "/") for allowed in self.endpoints
        )


class Runs:
    """The registry of calls under way: a run's id leads to what stops it."""

    def __init__(self) -> None:
        self._stops: dict[str, Callable[[], Any]] = {}

    def start(self, run: str, stop: Callable[[], Any]) -> None:
        """Register a run; an older one under the same id is stopped."""
        self.stop(run)
        self._stops[run] = stop

    def end(self, run: str, stop: Callable[[], Any]) -> None:
        """Forget a run, if it is still the one registered."""
        if self._stops.get(run) is stop:
            del self._stops[run]

    def stop(self, run: str) -> bool:
        """Stop a run; False when none is under way."""
        stop = self._stops.pop(run, None)
        if stop is not None:
            stop()
        return stop is not None

    def stop_all(self) -> None:
        """Stop every run."""
        for run in list(self._stops):
            self.stop(run)


@dataclass(slots=True)
class Session:
    """A person's open pages, keys and runs. Lives in this server's memory and nowhere else."""

    site: Site
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    hub_token: str | None = None
    endpoint_keys: dict[str, str] = field(default_factory=dict)  # by host
    pages: dict[str, Any] = field(default_factory=dict)
    runs: Runs = field(default_factory=Runs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Session:
        return self

    def keep(self, page: Any) -> str:
        """Hold an open page; its id. The oldest pages leave."""
        name = secrets.token_urlsafe(9)
        self.pages[name] = page
        while len(self.pages) > MOST_PAGES:
            del self.pages[next(iter(self.pages))]
        return name

    def keys_for(self, base_url: str | None = None) -> dict[str, str]:
        """The keys by name for a call; an endpoint's own key only for its host."""
        found = {}
        token = self.hub_token or self.site.machine_token
        if token:
            found["HF_TOKEN"] = token
        host = urlsplit(base_url).hostname if base_url else None
        if host and host in self.endpoint_keys:
            found["API_TOKEN"] = self.endpoint_keys[host]
        return found

    def keep_key(self, base_url: str | None, key: str | None) -> None:
        """Hold a pasted key: for the endpoint's host, or as the Hub token where there is no base URL."""
        key = (key or "").strip()
        if not key:
            return
        host = urlsplit(base_url).hostname if base_url else None
        if host:
            self.endpoint_keys[host] = key
        elif base_url is None:
            self.hub_token = key


async def cancel_and_wait(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it has let go of its connection."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
