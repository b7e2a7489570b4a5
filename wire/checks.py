"""Addresses, header values, model ids and JSON, checked before anything that is sent is built of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

import httpx2

from showcard.metadata.media import Media

from .request import RequestError

_MODEL_ID = re.compile(r"[A-Za-z0-9_][\w.-]*(/[\w.-]+)?(:[\w.-]*)*", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?")
_LONGEST_HEADER = _LONGEST_URL = 8000  # what servers take
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_NOT_IN_PATH = re.compile(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&'()*+,;=:@/%-]")
_NOT_IN_QUERY = re.compile(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&()*+,;=:@/?%-]")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@lru_cache(maxsize=1024)
def clean_url(url: str) -> str:
    """An http(s) address in the one spelling that every client sends unchanged. Raises RequestError."""
    scheme, mark, rest = url.strip().partition("://")
    url = scheme.lower() + mark + rest
    if not url.startswith(("http://", "https://")):
        raise RequestError("The address of an endpoint begins with http:// or https://.")
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError) as error:
        raise RequestError(f"That is not an address: {error}.") from None
    if len(url) > _LONGEST_URL:
        raise RequestError("The address is too long.")
    if parsed.userinfo:
        raise RequestError("An address can't hold a user name or a key.")
    authority = parsed.netloc.decode("ascii")
    if not _HOST.fullmatch(authority.removesuffix(f":{parsed.port}")):
        raise RequestError("The address names no host.")
    if parsed.fragment:
        raise RequestError("The address of an endpoint has no # part.")
    path, _, query = parsed.raw_path.decode("ascii").partition("?")
    spelled = f"{parsed.scheme}://{authority}{_escape(path, _NOT_IN_PATH)}"
    spelled += f"?{_escape(query, _NOT_IN_QUERY)}" if query else ""
    # An escaped dot became a dot, which may make a segment that leads up.
    return clean_url(spelled) if "/." in spelled and spelled != url else spelled


def _escape(text: str, unsafe: re.Pattern[str]) -> str:
    # `requests` decodes what needs no escape and urllib3 writes the rest in capitals; so do we, beforehand.
    escaped = unsafe.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)
    return _ESCAPE.sub(_shortest, escaped)


def _shortest(found: re.Match[str]) -> str:
    byte = unquote_to_bytes(found[0])
    return byte.decode("ascii") if byte[0] in _UNRESERVED else found[0].upper()


def check_model_id(model: str) -> str:
    """A model id as the Hub or a provider writes it: never an address, which a client would send the key to."""
    if not _MODEL_ID.fullmatch(model) or ".." in model:
        raise RequestError(f"{model[:80]!r} is not a model id.")
    return model


def check_variable(name: str) -> str:
    """The name of an environment variable."""
    if not _VARIABLE.fullmatch(name):
        raise RequestError("The key's name is not the name of an environment variable.")
    return name


def check_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers that HTTP can carry: plain ASCII, no line ends."""
    for name, value in headers.items():
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            raise RequestError(f"{str(name)[:80]!r} is not the name of a header.")
        check_header(name, value)
    return dict(headers)


def check_header(name: str, value: object) -> str:
    """A header's value: printable ASCII, not empty."""
    if isinstance(value, str) and len(value) > _LONGEST_HEADER:
        raise RequestError(f'The header "{name}" is too long.')
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise RequestError(f'The header "{name}" can hold printable ASCII characters only, and not nothing.')
    return value


def check_json(value: Any) -> None:
    """Raises RequestError for what JSON can't carry: NaN, infinity, half a surrogate pair, or an unknown type."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False, default=_media_stands_in).encode("utf-8")
    except UnicodeEncodeError:
        raise RequestError("The text holds half of a surrogate pair, which can't be sent as UTF-8.") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise RequestError(f"This can't be sent as JSON: {error}.") from None


def _media_stands_in(value: Any) -> str:
    if isinstance(value, Media) or isinstance(getattr(value, "media", None), Media):
        return ""
    raise TypeError(f"a {type(value).__name__} is no JSON value")
