"""An image, with its size, a download, and a way to see it full size; several in a grid."""

from __future__ import annotations

from collections.abc import Sequence

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Image, Video
from showcard.ui.markup.html import attribute, short_text, verbatim

from . import video
from .context import Context, empty
from .parts import far, missing, remote_button, save_media, size_text
from .stage import size_of

LONGEST_TEXT = 300


def render(output: Image, context: Context) -> str:
    """The image; its description is the prompt that asked for it."""
    media = output.media
    if missing(media):
        return empty("No image came back.")
    if media.kind == "video":
        return video.render(Video(media), context)
    described = str(context.inputs.get("text") or context.inputs.get("prompt") or "The image that came back")
    return figure(media, described[:LONGEST_TEXT], context)


def gallery(items: Sequence[tuple[Media, str]], context: Context) -> str:
    """Several images side by side, each with its text."""
    if not items:
        return empty("No images came back.")
    shown = "".join(f"<li>{figure(media, text[:LONGEST_TEXT], context, text)}</li>" for media, text in items)
    return f'<ul class="gallery">{shown}</ul>'


def figure(media: Media, alt: str, context: Context, caption: str = "") -> str:
    """One image: a click opens it full size; one elsewhere is a button that loads it."""
    address = context.address(media)
    if far(media):
        return f"<figure>{remote_button(address, media, alt)}</figure>"
    said = f'<span dir="auto">{short_text(caption)}</span>' if caption else ""
    where = verbatim(address)
    return (
        f'<figure><a class="zoom" href="{where}" target="_blank" rel="noopener" aria-label="Open the image full size">'
        f'<img class="shown" src="{where}" alt="{attribute(alt)}"></a>'
        f"<figcaption>{said}{_facts(media)}{save_media(address, media, 'image.png')}</figcaption></figure>"
    )


def _facts(media: Media) -> str:
    if not media.data:
        return ""
    facts = [size_text(media)]
    if media.media_type != "image/svg+xml":
        size = size_of(media)
        facts.insert(0, f"{size.width:g} × {size.height:g}" if size else "not an image that opens")
    return f"<span>{' · '.join(facts)}</span>"
