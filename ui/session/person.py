"""Who signed in, as a request's session tells it: their name, their token, and what tells accounts apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from time import time
from typing import Any

import gradio as gr

Scope = MutableMapping[str, Any]

INFO = "oauth_info"  # under which a session holds what was learnt


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in, and their token."""

    name: str
    token: str


def person_of(request: gr.Request) -> Person | None:
    """Who sent a request, where they signed in and that still holds."""
    scope = getattr(getattr(request, "request", None), "scope", None)
    found = _info(scope)
    if found is None:
        return None
    user = found.get("userinfo")
    name = user.get("preferred_username") if isinstance(user, Mapping) else None
    return Person(str(name or "you"), str(found["access_token"]))


def signed_in(scope: Scope) -> str:
    """Which account a request comes from, empty where nobody signed in."""
    return account_of(scope["session"]) if _info(scope) else ""


def account_of(session: Mapping[str, Any]) -> str:
    """What tells an account from others: its number or name, else its token's digest."""
    found = session.get(INFO)
    if not isinstance(found, Mapping):
        return ""
    user = found.get("userinfo")
    known = (user.get("sub") or user.get("preferred_username")) if isinstance(user, Mapping) else None
    return str(known or hashlib.sha256(str(found.get("access_token")).encode()).hexdigest())


def _info(scope: Any) -> Mapping[str, Any] | None:
    """What was learnt of who sent a request, where they signed in and that still holds."""
    session = scope.get("session") if isinstance(scope, Mapping) else None
    found = session.get(INFO) if isinstance(session, Mapping) else None
    if not isinstance(found, Mapping) or not found.get("access_token"):
        return None
    until = found.get("expires_at")
    return None if isinstance(until, int | float) and until < time() else found
