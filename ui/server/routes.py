"""Which addresses the app answers at: ours, and of Gradio's those that our pages use, each with a bound for a body.

The path of a request is held against this table as the router will see it (percent-decoded, `scope["path"]`), so that
what is judged here is what is reached there. Whatever is not in the table is not served. The test
`tests/ui/server/test_routes.py` walks every route of the app, in odd forms too, and names those of Gradio that nobody
has decided about.

`file=` serves uploads, and files that listeners gave out, of this run alone: they lie in a folder of its own, one
folder below each. Gradio's own route also opens an address, for anybody and without a bound; nothing but
`inference/transport/assets.py` does that here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

KILOBYTE, MEGABYTE = 2**10, 2**20
SMALL = 16 * KILOBYTE  # the body of a request that needs none, or a few words
# What a page sends of its fields: a card of 4 MB, 8 million characters of values; JSON makes more of both.
FORM = 32 * MEGABYTE
UPLOADS = 100 * MEGABYTE  # of one request, which may hold several files
MAX_CHARACTERS, MAX_BYTES = 2_000, 255  # of a path, and of each name in it

UPLOAD = "/gradio_api/upload"
EVENTS = "/gradio_api/queue/data"
FILE = "/gradio_api/file="

# Methods, path and the most bytes of a body.
OURS = (
    ("GET", "/health", SMALL),
    ("GET", "/front/{version}/{name:path}", SMALL),
    ("GET", "/media/{name}", SMALL),
    ("WEBSOCKET", "/live/{name}", SMALL),
    ("GET", "/kept/{name}/{what:path}", SMALL),
    ("POST", "/left/{name}", SMALL),
    ("GET", "/back/{name}", SMALL),
)
SIGN_IN = (
    ("GET", "/login/huggingface", SMALL),
    ("GET", "/login/callback", SMALL),
    ("GET", "/logout", SMALL),
)
GRADIOS = (
    ("GET HEAD", "/", SMALL),
    ("GET", "/assets/{path:path}", SMALL),
    ("GET", "/static/{path:path}", SMALL),
    ("GET", "/theme.css", SMALL),
    ("GET", "/favicon.ico", SMALL),
    ("GET", "/robots.txt", SMALL),
    ("GET", "/manifest.json", SMALL),
    ("GET", "/config", SMALL),  # a page that has lost the server looks whether it is there again
    ("GET", "/gradio_api/app_id", SMALL),
    ("GET", "/gradio_api/startup-events", SMALL),
    ("GET", "/gradio_api/heartbeat/{session_hash}", SMALL),
    ("POST", "/gradio_api/queue/join", FORM),
    ("GET", EVENTS, SMALL),
    ("POST", "/gradio_api/run/{api_name}", FORM),  # listeners that wait for no other
    ("POST", "/gradio_api/cancel", SMALL),
    ("POST", "/gradio_api/reset", SMALL),
    ("POST", UPLOAD, UPLOADS),
    ("GET", "/gradio_api/upload_progress", SMALL),
    ("GET HEAD", "/gradio_api/file={path_or_url:path}", SMALL),
)


@dataclass(frozen=True, slots=True)
class ServedRoute:
    """An address that is served: as its route writes it, with the methods it takes and the most bytes of a body."""

    path: str
    methods: frozenset[str]
    most: int


class Routes:
    """The table of an app: `pages` are Gradio's, without their first slash, `folder` is where it keeps uploads."""

    def __init__(self, pages: Iterable[str] = (), signs_in: bool = False, folder: str | None = None) -> None:
        shown = [("GET", f"/{page}{end}", SMALL) for page in pages if page for end in ("", "/")]
        rows = [*OURS, *(SIGN_IN if signs_in else ()), *GRADIOS, *shown]
        self.served = tuple(ServedRoute(path, frozenset(methods.split()), most) for methods, path, most in rows)
        self._plain = {served.path: served for served in self.served if "{" not in served.path}
        self._open = [(_pattern(served.path), served) for served in self.served if "{" in served.path]
        self._folder = Path(folder) if folder else None

    def find(self, path: str) -> ServedRoute | None:
        """What is served at a path, None where that is nothing."""
        if found := self._plain.get(path):
            return found
        if is_crooked(path):
            return None
        found = next((served for pattern, served in self._open if pattern.fullmatch(path)), None)
        return None if found and path.startswith(FILE) and not self._is_own(path.removeprefix(FILE)) else found

    def _is_own(self, path: str) -> bool:
        """Whether a path is that of a file which was uploaded or made here: those lie in a folder each."""
        if self._folder is None or not Path(path).is_relative_to(self._folder):
            return False
        return len(Path(path).relative_to(self._folder).parts) == 2


def is_crooked(path: str) -> bool:
    """Whether a path goes up, stays where it is, has empty names or backslashes, or names that are too long for a file:
    none of our pages writes such."""
    names = path.split("/")
    long = len(path) > MAX_CHARACTERS or any(len(name.encode()) > MAX_BYTES for name in names)
    return long or "\\" in path or "" in names[1:-1] or not {".", ".."}.isdisjoint(names)


def _pattern(path: str) -> re.Pattern[str]:
    """What a route's path matches, as Starlette reads it."""
    parts = re.split(r"{\w+(:path)?}", path)
    kinds = {":path": ".*", None: "[^/]+"}
    return re.compile("".join(kinds[part] if n % 2 else re.escape(part) for n, part in enumerate(parts)))
