"""Any failure of a call as one sentence: what happened, the way out, and whether trying again can help.

What a status or an exception means to a person stands in the tables of this module, and nowhere else. On the page
`ui/markup/panels.py` makes buttons of the ways out, and `front/shared/ways.js` leads there."""

from __future__ import annotations

import json
import math
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
from huggingface_hub.errors import HfHubHTTPError, InferenceTimeoutError

from showcard.wire.request import RequestError

DAY = 86_400.0  # seconds
_DEEPEST_WORDS = 4  # objects and lists around what a server says of an error


@dataclass(frozen=True, slots=True)
class Cause:
    """What a status or an exception means to a person."""

    reason: str
    hint: str
    retry: bool = False
    ways: tuple[str, ...] = ()


class InferenceFailure(Exception):
    """A call that failed. `reason` is a sentence, `hint` says what to do, `detail` holds what the server said.

    `loading`: the model will be there after `retry_after` seconds. `ways`: where on the page the way out is, `token`,
    `place` or `bill`; `links` (words, address) where it is on another page."""

    def __init__(
        self,
        reason: str,
        hint: str = "",
        *,
        retry: bool = False,
        detail: str = "",
        retry_after: float | None = None,
        loading: bool = False,
        ways: tuple[str, ...] = (),
        links: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.retry = retry
        self.detail = detail
        self.retry_after = retry_after
        self.loading = loading
        self.ways = ways
        self.links = links


_STATUS: dict[int, Cause] = {
    300: Cause(
        "The server leads elsewhere, and not to an answer.", "Give the address that it leads to.", ways=("place",)
    ),
    400: Cause("The server did not accept the request.", "Look at the inputs and parameters."),
    401: Cause(
        "The server wants a key, or refused the one it got.", "Give a valid token for this host.", ways=("token",)
    ),
    402: Cause("The account has no credit left for this call.", "Add credit, or bill an organisation.", ways=("bill",)),
    403: Cause(
        "The key does not allow this call.",
        "Use a token with the permission to make inference calls.",
        ways=("token",),
    ),
    404: Cause(
        "The server does not know this model or address.", "Check the model's id and the base URL.", ways=("place",)
    ),
    405: Cause(
        "The server does not take this kind of request.", "Check that the base URL leads to this task.", ways=("place",)
    ),
    413: Cause("The input is too large for the server.", "Send something smaller."),
    415: Cause("The server does not read this kind of file.", "Send another format, such as PNG or WAV."),
    422: Cause("The server could not use the inputs as they are.", "Look at the inputs and parameters."),
    429: Cause("The server has had too many requests.", "Wait a moment, then run again.", retry=True),
    500: Cause(
        "The server failed while it worked on this.", "Run again; if it stays, look at the server's log.", retry=True
    ),
    502: Cause("The server behind the address did not answer.", "Run again in a moment.", retry=True),
    503: Cause("The model is not ready yet.", "Run again in a moment.", retry=True),
    504: Cause("The model took too long to answer.", "Ask for less, stream the answer, or run again.", retry=True),
}

# What is underneath a connection that could not be made; the first class that fits decides.
_CONNECTING: tuple[tuple[type[BaseException], Cause], ...] = (
    (
        ssl.SSLCertVerificationError,
        Cause("The server's certificate is not trusted.", "Check the address, or the certificate.", ways=("place",)),
    ),
    (
        ssl.SSLError,
        Cause(
            "The server does not speak TLS as it should.", "If it is a plain server, write http://.", ways=("place",)
        ),
    ),
    (
        socket.gaierror,
        Cause(
            "The name of the server is not known here.",
            "Check how it is written, and the network.",
            retry=True,
            ways=("place",),
        ),
    ),
    (
        BaseException,
        Cause("Nothing answers at this address.", "Check the address and the network.", retry=True, ways=("place",)),
    ),
)

# The first class that fits decides.
_EXCEPTIONS: tuple[tuple[type[BaseException], Cause], ...] = (
    (
        httpx2.ConnectTimeout,
        Cause(
            "The server could not be reached in time.",
            "Check the address and the network.",
            retry=True,
            ways=("place",),
        ),
    ),
    (httpx2.PoolTimeout, Cause("Too many calls are under way.", "Run again in a moment.", retry=True)),
    (httpx2.WriteTimeout, Cause("The server did not take the request in time.", "Send something smaller.", retry=True)),
    (httpx2.TimeoutException, Cause("The server did not begin to answer in time.", "Run again.", retry=True)),
    (
        httpx2.RemoteProtocolError,
        Cause("The server broke off in the middle of its answer.", "Run again.", retry=True),
    ),
    (httpx2.ReadError, Cause("The server broke off in the middle of its answer.", "Run again.", retry=True)),
    (
        httpx2.HTTPError,
        Cause("The connection failed.", "Check the address and the network.", retry=True, ways=("place",)),
    ),
    (
        httpx2.InvalidURL,
        Cause("This is not an address that can be called.", "It should look like https://host/path.", ways=("place",)),
    ),
)
_SILENT = Cause(
    "The server did not answer in HTTP.",
    "Run again; if it wants TLS, its address begins with https://.",
    retry=True,
    ways=("place",),
)
_IDLE = Cause("The server stopped in the middle of its answer.", "What came is kept. Run again.", retry=True)


def explain(error: BaseException, begun: bool = False) -> InferenceFailure:
    """The failure that an exception of the client or the network means; `begun`: the answer had begun to arrive."""
    if isinstance(error, InferenceFailure):
        return error
    if isinstance(error, RequestError):
        return InferenceFailure(str(error))
    if isinstance(error, HfHubHTTPError):
        return _from_response(error.response)
    if isinstance(error, InferenceTimeoutError) and error.__cause__ is not None:
        return explain(error.__cause__, begun)
    cause = _cause(error, begun)
    if cause is not None:
        return InferenceFailure(cause.reason, cause.hint, retry=cause.retry, detail=str(error), ways=cause.ways)
    if isinstance(error, StopIteration) or "StopIteration" in str(error):
        return InferenceFailure(
            "No provider serves this model.", "Choose another model, or give an endpoint.", ways=("place",)
        )
    return InferenceFailure(
        "The answer is not what this task promises.",
        "Check that the model does this task.",
        detail=f"{type(error).__name__}: {error}",
    )


def _cause(error: BaseException, begun: bool) -> Cause | None:
    if begun and isinstance(error, httpx2.ReadTimeout):
        return _IDLE
    if not begun and isinstance(error, httpx2.RemoteProtocolError | httpx2.ReadError):
        return _SILENT
    if isinstance(error, httpx2.ConnectError):
        underneath = list(_underneath(error))
        return next(cause for kind, cause in _CONNECTING if any(isinstance(one, kind) for one in underneath))
    return next((cause for kind, cause in _EXCEPTIONS if isinstance(error, kind)), None)


def _underneath(error: BaseException) -> Iterator[BaseException]:
    """An exception and those it was raised from."""
    found: BaseException | None = error
    while found is not None:
        yield found
        if isinstance(found, BaseExceptionGroup):
            for one in found.exceptions:
                yield from _underneath(one)
        found = found.__cause__ or found.__context__


def status_failure(status: int, body: bytes, retry_after: str | None) -> InferenceFailure:
    """The failure that an HTTP status means, with what the server said about it."""
    fallback = 500 if status >= 500 else 400 if status >= 400 else 300
    cause = _STATUS.get(status) or _STATUS[fallback]
    said, seconds = _said_in(body), _seconds(retry_after)
    if seconds is None and status == 503:
        seconds = _estimated(body)
    loading = status == 503 and seconds is not None
    reason = f"{cause.reason.rstrip('.')}: {_ended(said)}" if said else cause.reason
    wait = f" Try again {_when(seconds)}." if seconds is not None else ""
    return InferenceFailure(
        reason,
        cause.hint + wait,
        retry=cause.retry,
        detail=f"HTTP {status}",
        retry_after=seconds,
        loading=loading,
        ways=cause.ways,
    )


def _from_response(response: httpx2.Response) -> InferenceFailure:
    try:
        body = response.content
    except httpx2.ResponseNotRead:
        body = b""
    return status_failure(response.status_code, body, response.headers.get("retry-after"))


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _said_in(body: bytes) -> str:
    """The sentence in an error body: JSON of any known shape, or plain text; nothing of a web page."""
    text = body[:20_000].decode("utf-8", "replace").strip()
    try:
        return server_words(json.loads(text))
    except (ValueError, RecursionError):
        return text[:300] if _is_written(text[:300]) else ""


def _is_written(text: str) -> bool:
    """Whether a text is one for people: no web page, no bytes of a file, no brackets alone."""
    letters, whole = any(map(str.isalnum, text)), all(one.isprintable() or one.isspace() for one in text)
    return letters and whole and "\ufffd" not in text and not text.startswith("<")


def server_words(value: Any) -> str:
    """The sentence in an error object of any known shape: `error`, `message`, `detail`, in lists too; empty where it
    holds none."""
    return _words(value, _DEEPEST_WORDS)[:500]


def _words(value: Any, depth: int) -> str:
    while isinstance(value, Mapping) and depth > 0:
        value = next((value[k] for k in ("error", "errors", "message", "detail", "msg") if value.get(k)), None)
        depth -= 1
    if isinstance(value, list) and depth > 0:
        return "; ".join(filter(None, (_words(item, depth - 1) for item in value[:3])))
    return "" if value is None or value is False or isinstance(value, Mapping | list) else str(value).strip()


def _estimated(body: bytes) -> float | None:
    try:
        return _seconds(str(json.loads(body)["estimated_time"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _when(seconds: float) -> str:
    """How long to wait, in words."""
    if seconds >= DAY:
        return "in a day or later"
    for size, unit in ((3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"in {seconds / size:.0f} {unit}"
    return f"in {seconds:.0f} s"


def _seconds(text: str | None) -> float | None:
    """How long to wait, from a number of seconds or a date."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except ValueError:
            return None
    return min(max(seconds, 0.0), DAY) if math.isfinite(seconds) else None
