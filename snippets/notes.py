"""The short remarks that snippets carry."""

from __future__ import annotations

from wire.request import ResolvedRequest


def no_token_note(resolved: ResolvedRequest, mark: str) -> str:
    """A comment line where no key is sent, in a language whose comments begin with `mark`."""
    return "" if resolved.key_name is not None else f"{mark} No token is sent to this endpoint.\n"


def queue_reason(resolved: ResolvedRequest) -> str:
    """Why a raw client can't be written for a provider that queues."""
    return (
        f"{resolved.provider} puts this job in a queue, and the result has to be polled for: "
        "huggingface_hub does that, one HTTP request does not."
    )
