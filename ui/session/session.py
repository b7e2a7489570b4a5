"""One person's state: settings, keys, what is open, and the calls under way.

Sessions are held by the hash that Gradio gives each open tab, not in `gr.State`, so that a click before the page has
settled finds the same one."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import gradio as gr

from showcard.inference.errors import InferenceFailure
from showcard.inference.keys import ENDPOINT_KEY, own_key_name
from showcard.inference.processes.folder import Folders
from showcard.inference.processes.workers import work_for
from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.session.bounds import Bounds, Reached, bounds_of
from showcard.ui.session.visitors import NOBODY, Visitor, visitor_of
from showcard.wire.call import HUB_KEY
from showcard.wire.hub_private import PROVIDERS

from .functions import Functions
from .live_channel import LiveChannel, LiveChannels
from .media_store import MediaStore, SessionMedia
from .person import Person, person_of
from .target import Target, is_hosted

MAX_PAGES = 4  # the one that is seen, and those whose last events are still on their way
SECONDS_KEPT = 24 * 3600
SECONDS_IDLE = 15 * 60.0  # after which a tab makes room for another one, where there are too many
SECONDS_AWAY, SECONDS_LOST = 120.0, 600.0  # that a tab may be put aside, or out of sight, and find all as it was


@dataclass(frozen=True, slots=True)
class Site:
    """What the whole app shares: its mode, the embedded engine, the media, and which endpoints are allowed.

    `data_dir` is the folder for what is kept on this machine; None where nothing is, as in shared mode. `tabs` are
    found by the names of their feeds."""

    embedded: EmbeddedEngine
    media_store: MediaStore
    shared: bool = False
    machine_token: str | None = None
    endpoints: tuple[str, ...] = ()  # shared mode: the only base URLs that may be called
    data_dir: Path | None = None
    folders: Folders | None = None  # what runs models of folders; never in shared mode
    signs_in: bool = False  # people sign in with Hugging Face: on a Space
    functions: Functions = field(default_factory=Functions)  # that a chat may call, when a person says so
    place: Target = field(default_factory=Target)  # where runs go, as the app was started
    machine_keys: Mapping[str, str] = field(default_factory=dict)  # of this machine's environment; never in shared mode
    most_tabs: int = 0  # that are held at once, how many bytes of files, and calls under way: 0 where there is no end
    most_uploads: int = 0
    most_calls: int = 0
    tabs_each: int | None = None  # the same of one person, in shared mode; None: a part of what all may hold
    uploads_each: int | None = None
    calls_each: int | None = None
    bounds: Bounds = field(init=False, compare=False)
    feeds: LiveChannels = field(default_factory=LiveChannels, compare=False)
    tabs: WeakValueDictionary[str, Session] = field(
        default_factory=WeakValueDictionary, compare=False
    )  # by their feeds
    when_closed: list[Callable[[str], None]] = field(default_factory=list, compare=False)  # called with a tab's hash

    def __post_init__(self) -> None:
        most, each = (self.most_tabs, self.most_uploads, self.most_calls), (self.tabs_each, self.uploads_each)
        object.__setattr__(self, "bounds", bounds_of(self.shared, *most, *each, self.calls_each))

    def make_room(self, visitor: Visitor = NOBODY) -> None:
        """Let go of a tab that was left, or not seen for long, where one more would be too many: one of the person's
        own where they have as many as they may. Raises gr.Error."""
        for level in self.bounds.tabs.levels(visitor):
            # All at once: another thread may add one.
            tabs = [tab for found in self.tabs.valuerefs() if (tab := found()) and tab.counts_for(level.key)]
            if len(tabs) < level.most:
                continue
            idle = min(tabs, key=lambda tab: (not tab.left, tab.seen))
            if not idle.left and monotonic() - idle.seen < SECONDS_IDLE:
                raise gr.Error(self.bounds.tabs.sentence(level), duration=None, print_exception=False)
            idle.close()

    def allows_endpoint(self, base_url: str) -> bool:
        """Whether a person may call this base URL from here."""
        return not self.shared or any(_below(base_url, allowed) for allowed in self.endpoints)


Origin = tuple[str, str, int | None]


def origin(url: str) -> Origin | None:
    """Scheme, host and port of an address, None where it is none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
        return (parts.scheme, parts.hostname, port) if parts.hostname else None
    except ValueError:
        return None


def _below(url: str, allowed: str) -> bool:
    """Whether an address is an allowed one or lies below it; nothing that a server may read as going up counts."""
    if origin(url) is None or origin(url) != origin(allowed):
        return False
    path, root = urlsplit(url).path.rstrip("/"), urlsplit(allowed).path.rstrip("/")
    plain = "\\" not in path and "%" not in path and not {".", ".."} & set(path.split("/"))
    return plain and (path == root or path.startswith(root + "/"))


class Runs:
    """The registry of calls under way: a run's id leads to what stops it.

    Stop them in the event loop: a task that a thread cancels goes on until the loop turns for another reason."""

    def __init__(self) -> None:
        self._stops: dict[str, Callable[[], Any]] = {}

    def start(self, run: str, stop: Callable[[], Any]) -> None:
        """Register a run; an older one under the same id is stopped."""
        self.stop(run)
        self._stops[run] = stop

    def end(self, run: str, stop: Callable[[], Any]) -> None:
        """Forget a run, if it is still the one registered."""
        if self._stops.get(run) == stop:
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


@dataclass(slots=True, weakref_slot=True, eq=False)
class Session:
    """A person's open pages, keys and runs. Lives in this server's memory and nowhere else."""

    site: Site
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    hub_token: str | None = None
    person: Person | None = None  # who signed in
    visitor: Visitor = NOBODY  # who it counts for
    tab: str = ""  # the hash that Gradio gives it
    provider_keys: dict[str, str] = field(default_factory=dict)
    endpoint_keys: dict[Origin, str] = field(default_factory=dict)
    trusted: set[Origin] = field(default_factory=set)  # endpoints that may get the Hugging Face token
    remembered: dict[str, Target] = field(default_factory=dict)  # by widget or pane, as this browser had it
    pages: dict[str, Any] = field(default_factory=dict)
    shown: str = ""  # the page that the tab shows
    opening: int = 0  # counts the cards that were asked for: one that comes after a later one is not shown
    runs: Runs = field(default_factory=Runs)
    feed: LiveChannel = field(init=False)
    seen: float = field(default_factory=monotonic)
    closed: bool = False
    _leaving: asyncio.TimerHandle | None = None
    _is_back: bool = False

    def __post_init__(self) -> None:
        self.feed = self.site.feeds.open()
        self.site.tabs[self.feed.name] = self

    @property
    def media_store(self) -> SessionMedia:
        """This person's part of the media; one that nobody finds where the tab was closed meanwhile."""
        if self.closed:
            return SessionMedia(self.id)
        return self.site.media_store.part(self.id, lambda: self.site.bounds.fetches.one(self.visitor))

    def counts_for(self, key: str) -> bool:
        """Whether it is one of the tabs that a bound counts: a person's, an address's, or all."""
        return key in ("", *self.visitor.keys)

    @contextmanager
    def calling(self) -> Iterator[None]:
        """One more call under way, for as long as the block takes. Raises InferenceFailure where it is one too many."""
        try:
            work_for(self.id)
            with self.site.bounds.calls.one(self.visitor):
                yield
        except Reached as reached:
            raise InferenceFailure(str(reached), retry=True) from None

    @property
    def left(self) -> bool:
        """Whether the tab was closed or put aside, and did not come back."""
        return self._leaving is not None and not self._leaving.cancelled()

    def leave(self, told_by_page: bool = True) -> None:
        """The tab was closed, or put aside: stop its calls, and close it unless it soon comes back.

        Gradio tells so when a connection was cut: the tab may be back already, or there all the time."""
        if self._is_back and not told_by_page:
            return
        self.runs.stop_all()
        self.back()
        self._is_back = False
        seconds, since = (SECONDS_AWAY, None) if told_by_page else (SECONDS_LOST, monotonic())
        self._leaving = asyncio.get_running_loop().call_later(seconds, self._close_unless_seen, since)

    def _close_unless_seen(self, since: float | None) -> None:
        if since is None or self.seen < since:
            self.close()

    def back(self) -> bool:
        """The tab is there again, or was never away; False where it was closed meanwhile."""
        self._is_back = not self.closed
        if self._leaving:
            self._leaving.cancel()
        return self._is_back

    def close(self) -> None:
        """Stop every call, and let go of all that is held."""
        self.closed = True
        self.runs.stop_all()
        self.forget_keys()
        self.pages.clear()
        self.site.tabs.pop(self.feed.name, None)
        self.site.media_store.close(self.id)
        for let_go in self.site.when_closed:
            let_go(self.tab)

    def keep(self, page: Any) -> str:
        """Hold an open page; its id. The oldest pages leave."""
        name = secrets.token_urlsafe(9)
        self.pages[name] = page
        while len(self.pages) > MAX_PAGES:
            del self.pages[next(iter(self.pages))]
        return name

    @property
    def token(self) -> str | None:
        """The Hugging Face token: the one that was pasted, else that of the signed-in account, else this machine's."""
        return self.hub_token or (self.person.token if self.person else None) or self.site.machine_token

    def keys_for(self, base_url: str | None = None) -> dict[str, str]:
        """The keys by name for a call; an endpoint's own key only for its scheme, host and port."""
        found = {name: key for name, key in self.site.machine_keys.items() if name != ENDPOINT_KEY}
        found |= self.provider_keys
        if token := self.token:
            found[HUB_KEY] = token
        where = origin(base_url) if base_url else None
        if where in self.endpoint_keys:
            found[ENDPOINT_KEY] = self.endpoint_keys[where]
        elif where and where == origin(self.site.place.base_url) and ENDPOINT_KEY in self.site.machine_keys:
            found[ENDPOINT_KEY] = self.site.machine_keys[ENDPOINT_KEY]  # it came along with that address
        return found

    def trusts(self, base_url: str | None) -> bool:
        """Whether the Hugging Face token may go to an endpoint, as the person ticked for it."""
        return bool(base_url) and origin(base_url or "") in self.trusted

    def trust(self, base_url: str, trusted: bool) -> None:
        """Let the Hugging Face token go to an endpoint that Hugging Face hosts, or no longer."""
        where = origin(base_url)
        if where and trusted and is_hosted(base_url):
            self.trusted.add(where)
        elif where:
            self.trusted.discard(where)

    def keep_provider_key(self, provider: str, key: str | None) -> None:
        """Hold a provider's own key; an empty one leaves the one that is held."""
        if provider in PROVIDERS and key and key.strip():
            self.provider_keys[own_key_name(provider)] = key.strip()

    def keep_endpoint_key(self, base_url: str, key: str | None) -> None:
        """Hold an endpoint's key; an empty one leaves the one that is held."""
        where = origin(base_url)
        if where and key and key.strip():
            self.endpoint_keys[where] = key.strip()

    def keep_hub_token(self, token: str | None) -> None:
        """Hold a Hugging Face token; an empty one leaves the one that is held."""
        self.hub_token = (token or "").strip() or self.hub_token

    @property
    def holds_keys(self) -> bool:
        """Whether a key was pasted that is held still."""
        return bool(self.hub_token or self.provider_keys or self.endpoint_keys)

    def forget_keys(self) -> None:
        """Let go of every key that was pasted."""
        self.hub_token = None
        self.provider_keys.clear()
        self.endpoint_keys.clear()
        self.trusted.clear()


class Sessions:
    """The people here now, by the hash Gradio gives each open tab; who was not seen for a day is forgotten."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._held: dict[str, Session] = {}

    def of(self, request: gr.Request) -> Session:
        """The session of the tab that sent a request, new where there is none."""
        name = str(request.session_hash)
        visitor = visitor_of(getattr(getattr(request, "request", None), "scope", None))
        if name not in self._held or self._held[name].closed:
            self._sweep()
            self.site.make_room(visitor)
            self._held[name] = Session(self.site, visitor=visitor, tab=name)
        session = self._held[name]
        session.seen, session.visitor = monotonic(), visitor
        work_for(session.id)
        session.person = person_of(request) if self.site.signs_in else None
        return session

    async def forget(self, request: gr.Request) -> None:
        """Gradio saw that the tab was left."""
        session = self._held.get(str(request.session_hash))
        if session is not None:
            session.leave(told_by_page=False)

    def _sweep(self) -> None:
        for name, session in list(self._held.items()):
            if session.closed or monotonic() - session.seen > SECONDS_KEPT:
                self._held.pop(name).close()
