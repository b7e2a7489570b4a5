"""What looks like a key, by its name or by how it begins, wherever it lies in a request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_NAME = re.compile(
    r"(?:^|_)(?:key|token|auth|jwt)$|api_?key|authori[sz]ation|secret|passw|credential|bearer|cookie"
    r"|(?:access|auth|hf|id|refresh|session|api|bot)_token"
)
_KNOWN = frozenset({"eos_token", "bos_token", "pad_token", "unk_token", "sep_token", "mask_token", "cls_token"})
_BEGINNINGS = re.compile(
    r"\s*(?:(?:Bearer|Basic|Token)\s"
    r"|(?:hf_|sk[-_]|gsk_|fw_|r8_|ghp_|gho_|github_pat_|nvapi-|xai-|pplx-|csk-|glpat-|tgp_|AIza|AKIA|eyJ)\S{4})"
)
_USER = re.compile(r"(?<=://)[^/@\s]*@")
SHORTEST_KEY = 6
SAFE_HEADERS = frozenset({"accept", "content-type", "user-agent"})


def is_key(name: str, value: Any) -> bool:
    """Whether a text is a key, by the name it has or by how it begins."""
    if not isinstance(value, str) or not value:
        return False
    plain = re.sub(r"[^a-z]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()).strip("_")
    return (plain not in _KNOWN and _NAME.search(plain) is not None) or _BEGINNINGS.match(value) is not None


def hidden(text: str, keys: Iterable[str]) -> str:
    """A text of a server's without the keys that it got, which some say back."""
    for key in sorted(keys, key=len, reverse=True):
        text = text.replace(key, "…") if len(key) >= SHORTEST_KEY else text
    return text


def masked(value: Any, instead: str, name: str = "") -> Any:
    """A JSON value with something else in the place of its keys, and of all headers that may carry one."""
    if isinstance(value, Mapping):
        headers = name.lower().endswith("headers")
        hidden = {key for key in value if headers and str(key).lower() not in SAFE_HEADERS}
        return {key: instead if key in hidden else masked(held, instead, str(key)) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item, instead) for item in value]
    if is_key(name, value):
        return instead
    return _USER.sub(f"{instead}@", value) if isinstance(value, str) else value
