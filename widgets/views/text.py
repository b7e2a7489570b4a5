"""A text, with timed chunks where there are some."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Chunk, Text
from showcard.ui.markup.html import running_text, short_text, verbatim

from .context import Context, empty, short
from .parts import actions, copy_button, fold, left_out, missing, save_json, save_text

FIRST_CHUNKS, MAX_CHUNKS = 200, 1_000
LONGEST = 400_000


def render(output: Text, context: Context) -> str:
    """The text as it is; chunks of speech below it, each a button that plays the sound from there."""
    if not output.text.strip() and not output.chunks:
        return empty("The answer holds no text.")
    cut = f'<p class="dim">Cut: {len(output.text):,} characters in all.</p>' if len(output.text) > LONGEST else ""
    said = f'<div class="said" dir="auto">{_words(output.text[:LONGEST], context)}</div>' if output.text.strip() else ""
    text = save_text(output.text, "text.txt", context) if said else ""
    chunks = save_json(output, "text.json", context) if output.chunks else ""
    button = copy_button("said" if said else "chunks")
    return said + cut + _chunks(output.chunks, context) + actions(button, text, chunks)


def _words(text: str, context: Context) -> str:
    """The text; where it repeats the prompt, the prompt is set back."""
    prompt = context.inputs.get("text")
    if isinstance(prompt, str) and len(prompt.strip()) > 1 and len(text) > len(prompt) and text.startswith(prompt):
        return f'<span class="echo" title="the prompt">{running_text(prompt)}</span>{running_text(text[len(prompt) :])}'
    return running_text(text)


def _chunks(chunks: Sequence[Chunk], context: Context) -> str:
    if not chunks:
        return ""
    heard = context.inputs.get("audio") or context.inputs.get("video")
    player = ""
    if isinstance(heard, Media) and not missing(heard):
        address = verbatim(context.address(heard))
        player = f'<audio controls preload="none" src="{address}" aria-label="The sound that was transcribed"></audio>'
    lines = [_chunk(chunk) for chunk in chunks[:MAX_CHUNKS]]
    first, rest = "".join(lines[:FIRST_CHUNKS]), "".join(lines[FIRST_CHUNKS:])
    more = fold(f"{len(lines) - FIRST_CHUNKS:,} more", f'<ol class="chunks">{rest}</ol>') if rest else ""
    return f'<div class="timed">{player}<ol class="chunks">{first}</ol>{more}</div>{left_out(len(chunks) - MAX_CHUNKS)}'


def _chunk(chunk: Chunk) -> str:
    words = f'<span dir="auto">{short_text(short(chunk.text))}</span>'
    start = chunk.start if chunk.start is not None and isfinite(chunk.start) and chunk.start >= 0 else None
    times = f"{_time(chunk.start)}–{_time(chunk.end)}"
    if start is None:
        return f'<li><span class="num time">{times}</span>{words}</li>'
    end = f' data-end="{chunk.end:.3f}"' if chunk.end is not None and isfinite(chunk.end) else ""
    return (
        f'<li><button type="button" class="num time" data-seek="{start:.3f}"{end} '
        f'aria-label="Play from {_time(start)}">{times}</button>{words}</li>'
    )


def _time(seconds: float | None) -> str:
    if seconds is None or not isfinite(seconds):
        return "?"
    return f"{seconds:.2f} s" if abs(seconds) < 60 else f"{int(seconds // 60)}:{seconds % 60:05.2f}"
