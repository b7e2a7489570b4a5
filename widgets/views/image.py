"""An image or a video, with its size and a download."""

import io

from PIL import Image as Pillow

from metadata.media import Media
from metadata.outputs import Image, Video
from ui.markup import escape

from .context import Context


def render(output: Image, context: Context) -> str:
    """The image; its description is the prompt that asked for it."""
    address = context.address(output.media)
    described = context.inputs.get("text") or context.inputs.get("prompt") or "the image that came back"
    if (output.media.media_type or "").startswith("video/"):
        return render_video(Video(output.media), context)
    return (
        f'<figure><img class="shown" src="{escape(address)}" alt="{escape(str(described)[:300])}">'
        f"<figcaption>{_facts(output.media)} {download(address, output.media, 'image.png')}</figcaption></figure>"
    )


def render_video(output: Video, context: Context) -> str:
    """The video with its controls."""
    address = context.address(output.media)
    return (
        f'<figure><video class="shown" controls loop muted playsinline src="{escape(address)}"></video>'
        f"<figcaption>{_facts(output.media)} {download(address, output.media, 'video.mp4')}</figcaption></figure>"
    )


def download(address: str, media: Media, name: str) -> str:
    """A link that saves the media under its name."""
    return f'<a href="{escape(address)}" download="{escape(media.name or name)}">Download</a>'


def _facts(media: Media) -> str:
    if not media.data:
        return ""
    facts = [f"{len(media.data) / 1024:,.0f} KB"]
    if media.kind == "image" and media.media_type != "image/svg+xml":
        try:
            width, height = Pillow.open(io.BytesIO(media.data)).size
            facts.insert(0, f"{width} × {height}")
        except (OSError, ValueError, Pillow.DecompressionBombError):
            facts.insert(0, "not an image that opens")
    return f"<span>{' · '.join(facts)}</span>"
