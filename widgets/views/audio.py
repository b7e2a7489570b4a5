"""Sounds, with their labels."""

from metadata.outputs import Audio
from ui.markup import escape

from .context import Context, empty
from .image import download


def render(output: Audio, context: Context) -> str:
    """A player for each sound."""
    if not output.items:
        return empty("No sound came back.")
    parts = []
    for clip in output.items:
        address = context.address(clip.media)
        parts.append(
            f'<figure><audio controls src="{escape(address)}"></audio><figcaption><span>{escape(clip.label)}</span>'
            f"{download(address, clip.media, 'audio.wav')}</figcaption></figure>"
        )
    return "".join(parts)
