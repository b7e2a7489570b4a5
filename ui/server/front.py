"""The scripts and styles of the pages: files of `front/`, served under an address that holds the hash of them all.

So a browser keeps each for ever, and asks for none of them twice. `front/pages.json` says which page uses what;
`FirstHtml` writes that into the first HTML of the page, before Gradio's own script has run.

Gradio's own `head=` and `css=` stand in the configuration of the page, and reach it after that script. Gradio also
puts its container, three classes, in front of each rule of its `css=`. Our style sheets nest in `:root:root:root`,
which weighs the same; what stands outside of that is meant to weigh less."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any

import brotli
from starlette.responses import JSONResponse, Response

from showcard.ui.markup.html import element, join

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

FRONT = Path(__file__).parent.parent.parent / "front"
TYPES = {".js": "text/javascript", ".css": "text/css"}
FOR_EVER = "public, max-age=31536000, immutable"
IMPORTED = re.compile(r'^(?:import|export) [^;]*?"(\.{1,2}/[^"]+)";', re.MULTILINE)
COMMENT = re.compile(r"^\s*(?://.*|/\*(?:[^*]|\*(?!/))*\*/\s*)$", re.MULTILINE)
_GAP = r"(?:\s|/\*(?:[^*]|\*(?!/))*\*/)"
# A string; a mark (a colon only before space: after it that means a descendant) with what is around; other space.
SPACE = re.compile(rf'("(?:\\.|[^"\\])*")|{_GAP}*(?:;{_GAP}*)?([{{}};,]|:(?={_GAP})){_GAP}*|{_GAP}+', re.DOTALL)


def read(name: str) -> str:
    """The text of a file below `front/`, such as "shared/page.js"."""
    return (FRONT / name).read_text(encoding="utf-8")


@cache
def files() -> dict[str, bytes]:
    """What is served, by its path below `front/`, without what only a reader of the file needs."""
    found = sorted(path for path in FRONT.glob("*/*") if path.suffix in TYPES)
    lean = {".js": _lean_script, ".css": _lean_style}
    return {
        path.relative_to(FRONT).as_posix(): lean[path.suffix](path.read_text(encoding="utf-8")).encode()
        for path in found
    }


def _lean_script(text: str) -> str:
    """A script without comments and indentation, each line where it was. No string of ours goes over several lines:
    eslint sees to that."""
    bare = COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    return "\n".join(line.strip() for line in bare.split("\n"))


def _lean_style(text: str) -> str:
    """A style without comments and space that means nothing; strings stay as they are."""
    return SPACE.sub(lambda found: found[1] or found[2] or " ", text).strip()


@cache
def version() -> str:
    """The hash of all files, which stands in the address of each: a module imports others by their place beside it."""
    told = hashlib.sha256()
    for name, content in files().items():
        told.update(f"{name} {len(content)}\n".encode() + content)
    return told.hexdigest()[:16]


def answer(held: str, name: str, accepted: str) -> Response:
    """A file, for ever, in the best encoding of those a browser accepts (its Accept-Encoding)."""
    if held != version() or name not in files():
        return JSONResponse({"error": "There is nothing here."}, 404)
    encodings = {part.split(";")[0].strip() for part in accepted.lower().split(",") if not part.endswith("q=0")}
    encoding = next((known for known in ("br", "gzip") if known in encodings), "")
    headers = {"cache-control": FOR_EVER, "vary": "accept-encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    return Response(_packed(name, encoding), headers=headers, media_type=TYPES[Path(name).suffix])


@cache
def _packed(name: str, encoding: str) -> bytes:
    content = files()[name]
    if encoding == "br":
        packed: bytes = brotli.compress(content, mode=brotli.MODE_TEXT)
        return packed
    return gzip.compress(content, 9, mtime=0) if encoding else content


@cache
def pages() -> dict[str, tuple[bytes, bytes]]:
    """The tags of each page, by its path without slashes: of its script and its modules, and of its styles."""
    told: dict[str, dict[str, Any]] = json.loads(read("pages.json"))
    return {name: _tags(page["styles"], page["script"]) for name, page in told.items()}


def _tags(styles: list[str], script: str) -> tuple[bytes, bytes]:
    place = f"front/{version()}"  # relative to the page's `base`, so that it holds below any prefix
    linked = [element("link", rel="stylesheet", href=f"{place}/{name}") for name in styles]
    ahead = [element("link", rel="modulepreload", href=f"{place}/{name}") for name in _imports(script)]
    run = element("script", type="module", src=f"{place}/{script}")
    return join([run, ahead]).encode(), join(linked).encode()


def _imports(script: str) -> list[str]:
    """All modules that a module needs from the start, in the order of their imports, each once."""
    found: dict[str, None] = {}

    def follow(name: str) -> None:
        for address in IMPORTED.findall(files()[name].decode()):
            near = (FRONT / name).parent.joinpath(address).resolve().relative_to(FRONT.resolve()).as_posix()
            if near not in found:
                found[near] = None
                follow(near)

    follow(script)
    return list(found)


class FirstHtml:
    """Puts the tags of a page into its first HTML; Gradio would put them there by its own script, late."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; a page with its tags."""
        tags = pages().get(scope["path"].strip("/")) if scope["type"] == "http" and scope["method"] == "GET" else None
        await self.app(scope, receive, _with_tags(send, *tags) if tags else send)


def _with_tags(send: Send, scripts: bytes, styles: bytes) -> Send:
    start: MutableMapping[str, Any] = {}
    body = bytearray()

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            return
        body.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        whole = bytes(body)
        if start["status"] == 200:
            # Modules run in the order in which they stand, and of two rules that weigh the same the later one wins.
            whole = _before(b'<link rel="manifest"', scripts, _before(b"</head>", styles, whole))
        kept = [header for header in start["headers"] if header[0].lower() != b"content-length"]
        await send({**start, "headers": [*kept, (b"content-length", str(len(whole)).encode())]})
        await send({"type": "http.response.body", "body": whole})

    return sending


def _before(mark: bytes, added: bytes, whole: bytes) -> bytes:
    """The page with something added before the last place of a mark: what Gradio says of the page stands further up."""
    head, found, rest = whole.rpartition(mark)
    return head + added + found + rest
