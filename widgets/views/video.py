"""A video with its controls."""

from __future__ import annotations

from showcard.metadata.outputs.read import Video
from showcard.ui.markup.html import Markup, element, span

from .context import Context, empty
from .parts import far, host, missing, save_media, size_text


def render(output: Video, context: Context) -> Markup:
    """The video and a download; one elsewhere is loaded when it is played."""
    media = output.media
    if missing(media):
        return empty("No video came back.")
    address = context.address(media)
    said = f"Loads from {host(media)} when it is played" if far(media) else size_text(media)
    described = str(context.inputs.get("text") or context.inputs.get("prompt") or "The video that came back")
    player = element(
        "video",
        class_="shown",
        controls=True,
        loop=True,
        muted=True,
        playsinline=True,
        preload="none" if far(media) else "metadata",
        src=address,
        aria_label=described[:300],
    )
    return element("figure", player, element("figcaption", span(said), save_media(address, media, "video.mp4")))
