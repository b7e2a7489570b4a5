"""Requests with large media: short stand-ins for their bytes go through whatever writes the body, and the bytes take
their places when it is sent, slice by slice. While tens of MB are written as JSON at once, nothing else runs."""

from __future__ import annotations

import json
from typing import Any

from showcard.wire.media import MediaMarker, media_in, with_bytes

from .http import Exchange

LARGE = 2**20  # bytes of all media of a request


def stand_ins(value: Any) -> MediaMarker | None:
    """What stands for the media in a value, where they are large."""
    large = sum(len(media.data or b"") for media in media_in(value)) > LARGE
    return MediaMarker.absent_from(value) if large else None


def json_body(value: Any, exchange: Exchange) -> bytes:
    """A body as JSON, with stand-ins for large media that the transport fills in."""
    exchange.stand_ins = stand_ins(value)
    return json.dumps(with_bytes(value, exchange.stand_ins), ensure_ascii=False).encode("utf-8")
