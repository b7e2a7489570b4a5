"""Sounds, with their labels, their shape, and a player each."""

from __future__ import annotations

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Audio
from showcard.ui.markup.html import attribute, escape, short_text

from .context import Context, count, empty
from .parts import far, host, missing, save_media, size_text
from .wave import clock, wave_of

MAX_CLIPS = 50


def render(output: Audio, context: Context) -> str:
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
    more = f'<p class="dim">{count(rest, "sound")} more came back.</p>' if rest > 0 else ""
    return f'<div class="clips">{"".join(shown)}</div>{more}'


def _clip(media: Media, label: str, context: Context) -> str:
    address = context.address(media)
    name = f'<strong dir="auto">{short_text(label)}</strong>' if label else ""
    wave = wave_of(media.data)
    facts = [f"Loads from {host(media)} when it is played"] if far(media) else [size_text(media)]
    if wave:
        facts = [clock(wave.seconds), f"{wave.rate:,} Hz", count(wave.channels, "channel"), *facts]
    said = " · ".join(fact for fact in facts if fact)
    ahead, called = "none" if far(media) else "metadata", attribute(label or "The sound")
    return (
        f'<figure class="clip">{name}{wave.svg if wave else ""}'
        f'<audio controls preload="{ahead}" src="{attribute(address)}" aria-label="{called}"></audio>'
        f"<figcaption><span>{escape(said)}</span>{save_media(address, media, 'audio.wav')}</figcaption></figure>"
    )
