"""Any failure of a call as one sentence: what happened, the way out, and whether trying again can help."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx2
from huggingface_hub.errors import HfHubHTTPError, InferenceTimeoutError

from wire.request import RequestError


@dataclass(frozen=True, slots=True)
class Cause:
    """What a status or an exception means to a person."""

    reason: str
    way_out: str
    retry: bool = False


class InferenceFailure(Exception):
    """A call that failed. `reason` is a sentence, `way_out` says what to do, `detail` holds what the server said."""

    def __init__(
        self, reason: str, way_out: str = "", *, retry: bool = False, detail: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.way_out = way_out
        self.retry = retry
        self.detail = detail
        self.retry_after = retry_after


_STATUS: dict[int, Cause] = {
    400: Cause("The server did not accept the request.", "Look at the inputs and parameters."),
    401: Cause("The server wants a key, or refused the one it got.", "Give a valid token for this host."),
    402: Cause("The account has no credit left for this call.", "Add credit, or bill an organisation."),
    403: Cause("The key does not allow this call.", "Use a token with the permission to make inference calls."),
    404: Cause("The server does not know this model or address.", "Check the model's id and the base URL."),
    405: Cause("The server does not take this kind of request.", "Check that the base URL leads to this task."),
    413: Cause("The input is too large for the server.", "Send something smaller."),
    415: Cause("The server does not read this kind of file.", "Send another format, such as PNG or WAV."),
    422: Cause("The server could not use the inputs as they are.", "Look at the inputs and parameters."),
    429: Cause("The server has had too many requests.", "Wait a moment, then run again.", retry=True),
    500: Cause(
        "The server failed while it worked on this.", "Run again; if it stays, the model is broken.", retry=True
    ),
    502: Cause("The server behind the address did not answer.", "Run again in a moment.", retry=True),
    503: Cause("The model is not ready yet.", "Run again in a moment.", retry=True),
    504: Cause("The model took too long to answer.", "Ask for less, stream the answer, or run again.", retry=True),
}

# The first class that fits decides.
_EXCEPTIONS: tuple[tuple[type[BaseException], Cause], ...] = (
    (
        httpx2.ConnectTimeout,
        Cause("The server could not be reached in time.", "Check the address and the network.", retry=True),
    ),
    (httpx2.ConnectError, Cause("Nothing answers at this address.", "Check the address and the network.", retry=True)),
    (httpx2.TimeoutException, Cause("The server stopped answering.", "Run again, or ask for less.", retry=True)),
    (InferenceTimeoutError, Cause("The server stopped answering.", "Run again, or ask for less.", retry=True)),
    (
        httpx2.RemoteProtocolError,
        Cause("The server broke off in the middle of its answer.", "Run again.", retry=True),
    ),
    (httpx2.HTTPError, Cause("The connection failed.", "Check the address and the network.", retry=True)),
    (httpx2.InvalidURL, Cause("This is not an address that can be called.", "It should look like https://host/path.")),
)


def explain(error: BaseException) -> InferenceFailure:
    """The failure that an exception of the client or the network means."""
    if isinstance(error, InferenceFailure):
        return error
    if isinstance(error, RequestError):
        return InferenceFailure(str(error), "Correct it and run again.")
    if isinstance(error, HfHubHTTPError):
        return _from_response(error.response)
    if isinstance(error, httpx2.ConnectError) and "certificate" in str(error).lower():
        return InferenceFailure(
            "The server's certificate is not trusted.", "Check the address, or the certificate.", detail=str(error)
        )
    for kind, cause in _EXCEPTIONS:
        if isinstance(error, kind):
            return InferenceFailure(cause.reason, cause.way_out, retry=cause.retry, detail=str(error))
    if isinstance(error, StopIteration) or "StopIteration" in str(error):
        return InferenceFailure("No provider serves this model.", "Choose another model, or give an endpoint.")
    return InferenceFailure(
        "The answer is not what this task promises.",
        "Check that the model does this task.",
        detail=f"{type(error).__name__}: {error}",
    )


def status_failure(status: int, body: bytes, retry_after: str | None) -> InferenceFailure:
    """The failure that an HTTP status means, with what the server said about it."""
    fallback = 500 if status >= 500 else 400
    cause = _STATUS.get(status) or _STATUS[fallback]
    said, seconds = _server_words(body), _seconds(retry_after)
    if seconds is None and status == 503:
        seconds = _estimated(body)
    reason = f"{cause.reason.rstrip('.')}: {said}" if said else cause.reason
    wait = f" Try again in {seconds:.0f} s." if seconds is not None else ""
    return InferenceFailure(
        reason, cause.way_out + wait, retry=cause.retry, detail=f"HTTP {status}", retry_after=seconds
    )


def _from_response(response: httpx2.Response) -> InferenceFailure:
    try:
        body = response.content
    except httpx2.ResponseNotRead:
        body = b""
    return status_failure(response.status_code, body, response.headers.get("retry-after"))


def _server_words(body: bytes) -> str:
    """The sentence in an error body of any known shape: `error`, `message`, `detail`, or plain text."""
    text = body[:20_000].decode("utf-8", "replace").strip()
    try:
        value: Any = json.loads(text)
    except ValueError:
        return "" if text[:1] == "<" else text[:300]
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = next((value[k] for k in ("error", "message", "detail", "msg") if value.get(k)), None)
    if isinstance(value, list):
        value = "; ".join(str(item.get("msg", item) if isinstance(item, dict) else item) for item in value[:3])
    return str(value)[:500] if value else ""


def _estimated(body: bytes) -> float | None:
    try:
        return _seconds(str(json.loads(body)["estimated_time"]))
    except (ValueError, KeyError, TypeError):
        return None


def _seconds(text: str | None) -> float | None:
    try:
        return min(max(float(text), 0.0), 86_400.0) if text else None
    except ValueError:
        return None
