"""An image, with its size, a download, and a way to see it full size; several in a grid."""

from __future__ import annotations

from collections.abc import Sequence

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Image, Video
from showcard.ui.markup.html import Markup, element, short_text, span

from . import video
from .context import Context, empty
from .parts import far, missing, remote_button, save_media, size_text
from .stage import size_of

LONGEST_TEXT = 300


def render(output: Image, context: Context) -> Markup:
    """The image; its description is the prompt that asked for it."""
    media = output.media
    if missing(media):
        return empty("No image came back.")
    if media.kind == "video":
        return video.render(Video(media), context)
    described = str(context.inputs.get("text") or context.inputs.get("prompt") or "The image that came back")
    return figure(media, described[:LONGEST_TEXT], context)


def gallery(items: Sequence[tuple[Media, str]], context: Context) -> Markup:
    """Several images side by side, each with its text."""
    if not items:
        return empty("No images came back.")
    shown = [element("li", figure(media, text[:LONGEST_TEXT], context, text)) for media, text in items]
    return element("ul", shown, class_="gallery")


def figure(media: Media, alt: str, context: Context, caption: str = "") -> Markup:
    """One image: a click opens it full size; one elsewhere is a button that loads it."""
    address = context.address(media)
    if far(media):
        return element("figure", remote_button(address, media, alt))
    said = caption and span(short_text(caption), dir="auto")
    picture = element("img", class_="shown", src=address, alt=alt)
    zoom = {"class": "zoom", "href": address, "target": "_blank", "rel": "noopener"}
    return element(
        "figure",
        element("a", picture, **zoom, aria_label="Open the image full size"),
        element("figcaption", said, _facts(media), save_media(address, media, "image.png")),
    )


def _facts(media: Media) -> Markup | None:
    if not media.data:
        return None
    facts = [size_text(media)]
    if media.media_type != "image/svg+xml":
        size = size_of(media)
        facts.insert(0, f"{size.width:g} × {size.height:g}" if size else "not an image that opens")
    return span(" · ".join(facts))
