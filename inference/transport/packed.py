"""Answers that come packed (gzip, deflate), though none is asked for: unpacked 64 KB at a time, and known to be
whole."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from showcard.inference.errors import InferenceFailure

PIECE = 2**16
_GZIP = b"\x1f\x8b"  # how it begins
BROKE_OFF = "The server broke off in the middle of its answer."


class Plain:
    """Bytes that are not packed."""

    def feed(self, part: bytes) -> Iterator[bytes]:
        """What a part holds."""
        yield part

    def end(self) -> None:
        """No more comes."""


class Inflated(Plain):
    """Bytes packed by gzip or deflate. Raises InferenceFailure for what is neither, and at the end of one cut short."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._any = False

    def feed(self, part: bytes) -> Iterator[bytes]:
        """What a part unpacks to, at most PIECE bytes at a time."""
        try:
            piece = b""
            while part or len(piece) == PIECE:
                self._any = True
                if self._inflate.eof:  # what was packed one behind the other is one text; filling is not
                    if not _GZIP.startswith(part[:2]):
                        return
                    self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
                piece = self._inflate.decompress(part, PIECE)
                yield piece
                part = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
                piece = b"" if self._inflate.eof else piece
        except zlib.error:
            raise InferenceFailure("The server's answer can't be unpacked.", "Run again.", retry=True) from None

    def end(self) -> None:
        """No more comes: all of it must have."""
        if self._any and not self._inflate.eof:
            raise InferenceFailure(BROKE_OFF, "Run again.", retry=True, detail="Its packed bytes are cut short.")


def unpacker(encoding: str) -> Plain:
    """What unpacks an answer of this `content-encoding`. Raises InferenceFailure for one that is not known."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return Plain()
    if name in ("gzip", "x-gzip", "deflate"):
        return Inflated()
    raise InferenceFailure(f"The server packs its answers as {name[:40]}.", "Ask for one that sends plain JSON.")
