"""What looks like a key, by its name or by how it begins, wherever it lies in a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

# Both are JavaScript's too: the page's own script keeps nothing that is a key.
NAMES = (
    r"(?:^|_)(?:key|token|auth|jwt)$|api_?key|authori[sz]ation|secret|passw|credential|bearer|cookie"
    r"|(?:access|auth|hf|id|refresh|session|api|bot)_token"
)
_KNOWN = frozenset({"eos_token", "bos_token", "pad_token", "unk_token", "sep_token", "mask_token", "cls_token"})
BEGINNINGS = (
    r"\s*(?:(?:Bearer|Basic|Token)\s+\S{8,}\s*$"
    r"|(?:hf_|sk[-_]|gsk_|fw_|r8_|ghp_|gho_|github_pat_|nvapi-|xai-|pplx-|csk-|glpat-|tgp_|AIza|AKIA|eyJ)\S{4})"
)
_NAME, _BEGINNINGS = re.compile(NAMES), re.compile(BEGINNINGS)
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


def hidden_in(value: Any, keys: Collection[str]) -> Any:
    """A JSON value with the keys hidden in each of its texts and names."""
    if isinstance(value, str):
        return hidden(value, keys)
    if isinstance(value, Mapping):
        return {hidden(str(name), keys): hidden_in(held, keys) for name, held in value.items()}
    return [hidden_in(item, keys) for item in value] if isinstance(value, list | tuple) else value


def keys_in(value: Any) -> set[str]:
    """The keys in a JSON value, at any depth."""
    found: set[str] = set()
    replaced(value, lambda _, key: found.add(key))
    return found


def replaced(value: Any, instead: Callable[[str, str], Any], name: str = "") -> Any:
    """A JSON value with something else in the place of each key, and of all headers that may carry one.

    `instead` is given the key's name and the key; an address with a user's name is taken for one."""
    if isinstance(value, Mapping):
        headers = name.lower().endswith("headers")
        return {
            key: instead(str(key), held)
            if headers and isinstance(held, str) and str(key).lower() not in SAFE_HEADERS
            else replaced(held, instead, str(key))
            for key, held in value.items()
        }
    if isinstance(value, list | tuple):
        return [replaced(item, instead) for item in value]
    return instead(name, value) if is_key(name, value) or (isinstance(value, str) and _USER.search(value)) else value


def address(url: str, whole: bool = True) -> str:
    """An address without user and password; without its query too, where keys may be, when it is one's `whole` own."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    asked = [] if whole else [one for one in parts.query.split("&") if not is_key(*one.partition("=")[::2])]
    fragment = "" if whole else parts.fragment
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="&".join(asked), fragment=fragment).geturl()
