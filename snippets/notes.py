"""The short remarks that snippets carry."""

from __future__ import annotations

from showcard.wire.request import ResolvedRequest


def no_token_note(resolved: ResolvedRequest, mark: str) -> str:
    """A comment line where no key is sent, in a language whose comments begin with `mark`."""
    return "" if resolved.key_name is not None else f"{mark} No token is sent to this endpoint.\n"
