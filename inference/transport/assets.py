"""A card's or an answer's `src` or `url` as Media, safely; the only place that opens such a reference.

Relative paths stay inside the folder or repo. Addresses lead to public hosts only: the name is resolved once, every
address it has is checked, and the connection goes to the checked address; again on every redirect."""

from __future__ import annotations

import asyncio
import io
import re
import warnings
from urllib.parse import unquote, urljoin, urlsplit

import httpx2
from PIL import Image, UnidentifiedImageError

from showcard.inference.errors import explain
from showcard.metadata.media import Media, guess_type, sniff
from showcard.metadata.reading.files import Files

from .addresses import public_address
from .http import client, for_pictures

MAX_BYTES = 50 * 2**20
MAX_PIXELS = 80_000_000
MAX_REDIRECTS = 5
SECONDS = 30.0

_OWN_REPO = re.compile(r"^https?://(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)/(?:resolve|blob|raw)/[^/]+/(.+)$")


class AssetError(Exception):
    """A reference that was not opened; its text is a sentence for a person."""


async def load(media: Media, files: Files | None, repo: str | None = None) -> Media:
    """The media with its bytes: at once where it has them, else from the files beside the card or a public address.

    Raises AssetError."""
    if media.data is not None:
        return _checked(media)
    source = (media.source or "").strip()
    if is_remote(source):
        own = _OWN_REPO.match(source)
        if own and repo == own[1] and files is not None:
            source = unquote(own[2].split("?", 1)[0].split("#", 1)[0])
        else:
            with for_pictures():
                data, media_type = await fetch(source)
            return _checked(Media(media.source, data, sniff(data) or media.media_type or media_type, media.name))
    data = await asyncio.to_thread(read, source, files)
    found = sniff(data) or guess_type(source) or media.media_type
    return _checked(Media(media.source, data, found, media.name))


def is_remote(source: str) -> bool:
    """Whether a reference is an address on another host."""
    return bool(re.match(r"(?i)^(https?:)?//", source.strip()))


def read(source: str, files: Files | None) -> bytes:
    """The bytes of a file beside the card. Raises AssetError."""
    if re.match(r"^[a-zA-Z][a-zA-Z0-9+.-]*:", source):
        raise AssetError(f"{_short(source)} is not opened: only files of the repo and http(s) addresses are.")
    if files is None:
        raise AssetError(f"{_short(source)} is a file of the repo, and this card came without its files.")
    path = source.removeprefix("./").lstrip("/")
    for candidate in dict.fromkeys((path, unquote(path))):
        try:
            return files.read(candidate, MAX_BYTES)
        except FileNotFoundError:
            continue
        except (ValueError, OSError) as error:
            raise AssetError(f"{_short(source)} can't be read: {error}") from error
    raise AssetError(f"There is no file {_short(source)} beside the card.")


async def fetch(url: str) -> tuple[bytes, str | None]:
    """The bytes and the stated media type behind a public address. Raises AssetError."""
    try:
        async with asyncio.timeout(SECONDS):
            return await _follow("https:" + url if url.startswith("//") else url)
    except TimeoutError:
        raise AssetError(f"{_short(url)} did not answer within {SECONDS:.0f} s.") from None
    except httpx2.HTTPError as error:
        raise AssetError(f"{_short(url)} could not be fetched. {explain(error).reason}") from None


async def _follow(url: str) -> tuple[bytes, str | None]:
    for _ in range(MAX_REDIRECTS + 1):
        request_url, headers, extensions = await _pinned(url)
        async with (
            client(most=2 * MAX_BYTES, follow_redirects=False) as session,
            session.stream("GET", request_url, headers=headers, extensions=extensions) as response,
        ):
            if response.is_redirect:
                url = urljoin(url, response.headers.get("location", ""))
                continue
            if response.status_code != 200:
                raise AssetError(f"{_short(url)} answered with HTTP {response.status_code}.")
            data = bytearray()
            async for part in response.aiter_bytes():
                data += part
                if len(data) > MAX_BYTES:
                    raise AssetError(f"{_short(url)} is larger than {MAX_BYTES >> 20} MB.")
            return bytes(data), response.headers.get("content-type", "").partition(";")[0].strip() or None
    raise AssetError(f"{_short(url)} redirects too often.")


async def _pinned(url: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """The address with its host replaced by a checked IP address, and what keeps Host and TLS names right."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise AssetError(f"{_short(url)} is not a valid address.") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise AssetError(f"{_short(url)} is not opened: only plain http(s) addresses are.")
    port = port or (443 if parts.scheme == "https" else 80)
    address = await _public_address(host, port)
    literal = f"[{address}]" if ":" in address else address
    pinned = parts._replace(netloc=f"{literal}:{port}", fragment="").geturl()
    return pinned, {"host": parts.netloc}, {"sni_hostname": host}


async def _public_address(host: str, port: int) -> str:
    try:
        address = await public_address(host, port)
    except (OSError, UnicodeError):
        raise AssetError(f"{_short(host)} is not known here; is the network there?") from None
    if address is None:
        raise AssetError(f"{_short(host)} is not a public host, and only those are opened.")
    return address


def _checked(media: Media) -> Media:
    """The media, after a look at its size: no image of more than 80 million pixels passes. Raises AssetError."""
    data = media.data or b""
    if len(data) > MAX_BYTES:
        raise AssetError(f"The file is larger than {MAX_BYTES >> 20} MB.")
    if media.kind == "image" and media.media_type != "image/svg+xml":
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                width, height = Image.open(io.BytesIO(data)).size
        except Image.DecompressionBombError:
            width = height = MAX_PIXELS  # Pillow does not say how many
        except (UnidentifiedImageError, OSError, ValueError):
            raise AssetError(
                f"{_short(media.source or media.name or 'The file')} is not an image that opens."
            ) from None
        if width * height > MAX_PIXELS:
            name = _short(media.source or media.name or "The image")
            raise AssetError(f"{name} has too many pixels: at most {MAX_PIXELS // 1_000_000} million are opened.")
    return media


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:119] + "…"
