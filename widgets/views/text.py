"""A text, with timed chunks where there are some."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite

from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Chunk, Text
from showcard.ui.markup.html import Attribute, Markup, div, element, join, running_text, short_text, span
from showcard.ui.markup.pieces import dim
from showcard.ui.markup.prepared import prepared

from .context import Context, empty, short
from .parts import actions, copy_button, fold, left_out, missing, save_json, save_text

FIRST_CHUNKS, MAX_CHUNKS = 200, 1_000
LONGEST = 400_000


def render(output: Text, context: Context) -> Markup:
    """The text as it is; chunks of speech below it, each a button that plays the sound from there."""
    if not output.text.strip() and not output.chunks:
        return empty("The answer holds no text.")
    cut = dim(f"Cut: {len(output.text):,} characters in all.") if len(output.text) > LONGEST else None
    said = div(_words(output.text[:LONGEST], context), class_="said", dir="auto") if output.text.strip() else None
    text = save_text(output.text, "text.txt", context) if said else None
    chunks = save_json(output, "text.json", context) if output.chunks else None
    button = copy_button("said" if said else "chunks")
    return join([said, cut, _chunks(output.chunks, context), actions(button, text, chunks)])


def _words(text: str, context: Context) -> Markup:
    """The text; where it repeats the prompt, the prompt is set back."""
    prompt = context.inputs.get("text")
    if isinstance(prompt, str) and len(prompt.strip()) > 1 and len(text) > len(prompt) and text.startswith(prompt):
        echo = span(running_text(prompt), class_="echo", title="the prompt")
        return join([echo, running_text(text[len(prompt) :])])
    return running_text(text)


def _chunks(chunks: Sequence[Chunk], context: Context) -> Markup | None:
    if not chunks:
        return None
    heard = context.inputs.get("audio") or context.inputs.get("video")
    player = None
    if isinstance(heard, Media) and not missing(heard):
        said = "The sound that was transcribed"
        player = element("audio", controls=True, preload="none", src=context.address(heard), aria_label=said)
    lines = [_chunk(chunk) for chunk in chunks[:MAX_CHUNKS]]
    rest = lines[FIRST_CHUNKS:]
    more = rest and fold(f"{len(rest):,} more", element("ol", rest, class_="chunks"))
    timed = div(player, element("ol", lines[:FIRST_CHUNKS], class_="chunks"), more, class_="timed")
    return join([timed, left_out(len(chunks) - MAX_CHUNKS)])


def _chunk(chunk: Chunk) -> Markup:
    start, end, words = chunk.start, chunk.end, short(chunk.text)
    begun, ended = _time(start), _time(end)
    times = f"{begun}–{ended}"
    if start is None or not 0 <= start < inf:
        return element("li", span(times, class_="num time"), span(short_text(words), dir="auto"))
    if end is None or not isfinite(end):
        return _played(f"{start:.3f}", f"Play from {begun}", times, words)
    return _played_until(f"{start:.3f}", f"{end:.3f}", f"Play from {begun}", times, words)


@prepared
def _played(start: str, said: str, times: str, words: str) -> Markup:
    button = element("button", times, type="button", class_="num time", data_seek=start, aria_label=said)
    return element("li", button, span(words, dir="auto"))


@prepared
def _played_until(start: str, end: str, said: str, times: str, words: str) -> Markup:
    held: dict[str, Attribute] = {"data_seek": start, "data_end": end, "aria_label": said}
    button = element("button", times, type="button", class_="num time", **held)
    return element("li", button, span(words, dir="auto"))


def _time(seconds: float | None) -> str:
    if seconds is None or not isfinite(seconds):
        return "?"
    return f"{seconds:.2f} s" if -60 < seconds < 60 else f"{int(seconds // 60)}:{seconds % 60:05.2f}"
