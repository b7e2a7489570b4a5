"""Keys inside a request: code reads them from the environment, as it does the key that goes with the request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from showcard.wire.media import texts
from showcard.wire.parameters import parameters_of
from showcard.wire.request import Request, ResolvedRequest
from showcard.wire.secrets import is_key, replaced

from .literals import Secret, is_plain, plain

_LONGEST_NAME = 40


class Keys:
    """The keys of requests that one script makes, and the variable that stands for each.

    Their names begin with EXTRA_, so that what a card or a link holds can't make code read a variable that a person
    has already; and no text of the requests holds them, so that they are found again wherever they went."""

    def __init__(self, *asked: ResolvedRequest) -> None:
        self._asked = asked
        self._texts: list[str] | None = None
        self._held: dict[str, Secret] = {}

    def hide(self, resolved: ResolvedRequest) -> ResolvedRequest:
        """The request with the names of variables in the place of its keys."""
        request = resolved.request
        own = {item.name for item in parameters_of(request.task)} if request.parameters else set()
        hidden: dict[str, Any] = {
            "extra": replaced(request.extra, self._secret),
            "parameters": {k: v if k in own else replaced(v, self._secret, k) for k, v in request.parameters.items()},
            "headers": {k: self._secret(k, v) if is_key(k, v) else v for k, v in request.headers.items()},
            "tools": tuple(tool if _is_function(tool) else replaced(tool, self._secret) for tool in request.tools),
        }
        return replace(resolved, request=replace(request, **hidden)) if self._held else resolved

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The variables that stand for what was hidden."""
        return tuple(self._held.values())

    def names_in(self, code: str) -> tuple[str, ...]:
        """Those of the variables that a code reads."""
        return tuple(name for name in self._held.values() if re.search(rf"\b{name}\b", code))

    def found(self, value: Any) -> Any:
        """A body with the variables in it, where a helper has made plain texts of them."""
        if not self._held:
            return value
        if isinstance(value, str):
            return next((secret for secret in self._held.values() if secret == value), value)
        if isinstance(value, Mapping):
            return {name: self.found(item) for name, item in value.items()}
        return [self.found(item) for item in value] if isinstance(value, list | tuple) else value

    def _secret(self, name: str, key: str) -> Secret:
        if key not in self._held:
            self._held[key] = Secret(self._absent(_variable(name)))
            self._held[key].plain = is_plain(key)
        return self._held[key]

    def _absent(self, name: str) -> str:
        if self._texts is None:
            names = [item.name for item in fields(Request)]
            held = [(one.key_name, *(getattr(one.request, name) for name in names)) for one in self._asked]
            self._texts = texts(plain(held))
        taken, number, found = [*self._texts, *self._held.values()], 1, name
        while any(found in text for text in taken):
            number += 1
            found = f"{name}_{number}"
        return found


def _is_function(tool: Any) -> bool:
    return isinstance(tool, Mapping) and tool.get("type") == "function"


def _variable(name: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)).strip("_").upper()
    return f"EXTRA_{words[:_LONGEST_NAME] or 'KEY'}"
