"""A file to take along: kept among the media under a name nobody can guess, downloaded as soon as its link is there."""

from __future__ import annotations

from showcard.metadata.media import Media
from showcard.ui.markup.html import Markup, element, p
from showcard.ui.session.media_store import SessionMedia


def link(media_store: SessionMedia, media: Media, name: str) -> Markup:
    """The link to a file; the page's script follows it once."""
    size = len(media.data or b"")
    said = f"{size / 1024:,.0f} KB" if size >= 1024 else f"{size} bytes"
    return p(element("a", f"{name} ({said})", href=media_store.put(media), download=name, class_="download-now"))
