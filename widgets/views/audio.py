"""Sounds, with their labels, their shape, and a player each."""

from __future__ import annotations

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Audio
from showcard.ui.markup.html import Markup, div, element, join, short_text, span
from showcard.ui.markup.pieces import dim, strong

from .context import Context, count, empty
from .parts import far, host, missing, save_media, size_text
from .wave import clock, wave_of

MAX_CLIPS = 50


def render(output: Audio, context: Context) -> Markup:
    """A player for each sound, under its waveform where the sound can be read here."""
    clips = [clip for clip in output.items if not missing(clip.media)]
    if not clips:
        return empty("No sound came back.")
    several = len(clips) > 1
    shown = [
        _clip(clip.media, clip.label or (f"Sound {n + 1}" if several else ""), context)
        for n, clip in enumerate(clips[:MAX_CLIPS])
    ]
    rest = len(clips) - MAX_CLIPS
    more = dim(f"{count(rest, 'sound')} more came back.") if rest > 0 else None
    return join([div(shown, class_="clips"), more])


def _clip(media: Media, label: str, context: Context) -> Markup:
    address = context.address(media)
    name = label and strong(short_text(label), dir="auto")
    wave = wave_of(media.data)
    facts = [f"Loads from {host(media)} when it is played"] if far(media) else [size_text(media)]
    if wave:
        facts = [clock(wave.seconds), f"{wave.rate:,} Hz", count(wave.channels, "channel"), *facts]
    said = " · ".join(fact for fact in facts if fact)
    ahead = "none" if far(media) else "metadata"
    player = element("audio", controls=True, preload=ahead, src=address, aria_label=label or "The sound")
    caption = element("figcaption", span(said), save_media(address, media, "audio.wav"))
    return element("figure", name, wave.svg if wave else None, player, caption, class_="clip")
