"""A video with its controls."""

from __future__ import annotations

from showcard.metadata.outputs.read import Video
from showcard.ui.markup.html import attribute, escape

from .context import Context, empty
from .parts import far, host, missing, save_media, size_text


def render(output: Video, context: Context) -> str:
    """The video and a download; one elsewhere is loaded when it is played."""
    media = output.media
    if missing(media):
        return empty("No video came back.")
    address = context.address(media)
    said = f"Loads from {host(media)} when it is played" if far(media) else size_text(media)
    described = str(context.inputs.get("text") or context.inputs.get("prompt") or "The video that came back")
    ahead = "none" if far(media) else "metadata"
    return (
        f'<figure><video class="shown" controls loop muted playsinline preload="{ahead}" src="{attribute(address)}" '
        f'aria-label="{attribute(described[:300])}"></video>'
        f"<figcaption><span>{escape(said)}</span>{save_media(address, media, 'video.mp4')}</figcaption></figure>"
    )
