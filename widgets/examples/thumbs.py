"""What an example looks like, small: its picture, film, sound, 3D object, table or words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from showcard.inference.transport.assets import AssetError, load
from showcard.metadata.examples.read import Example
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Labels, Text, Unknown, plain
from showcard.metadata.reading.files import Files
from showcard.ui.markup.html import escape, tag
from showcard.widgets.views.mesh import still
from showcard.widgets.views.wave import wave_of

MAX_TEXT = 110


def thumb(example: Example, files: Files | None, address: Callable[[Media], str]) -> str:
    """An example as HTML that fits a tile; empty where there is nothing to see. It may read a file."""
    output = example.output
    given = [value for value in example.inputs.values() if isinstance(value, Media)]
    for media in (*_media(output), *given):
        if shown := _medium(media, files, address):
            return shown
    table = example.inputs.get("table")
    if isinstance(table, Mapping):
        return _table(table)
    said = example.inputs.get("messages") or [{}]
    words = [example.inputs.get(name) for name in ("text", "question", "source_sentence", "query")]
    words += [said[0].get("content") if isinstance(said[0], Mapping) else None]
    answer = _answer(output)
    text = next((str(word) for word in words if isinstance(word, str) and word.strip()), "")
    return f'<span class="words">{escape(_cut(text))}</span>{answer}' if text or answer else ""


def _media(output: Any) -> list[Media]:
    held = [output, *getattr(output, "items", ())]
    return [media for media in (getattr(item, "media", None) for item in held) if isinstance(media, Media)]


def _medium(media: Media, files: Files | None, address: Callable[[Media], str]) -> str:
    if media.kind == "image":
        return tag("img", src=address(media), alt="", loading="lazy")
    if media.kind == "video":
        return tag("video", src=address(media), muted=True, preload="metadata", tabindex=-1, aria_hidden="true")
    try:
        held = _held(media.source or "", files)
    except AssetError:
        return ""
    if media.kind == "audio":
        wave = wave_of(held.data)
        return wave.svg if wave else ""
    return still(held)


def _held(source: str, files: Files | None) -> Media:
    """A file beside a card, with its bytes."""
    return asyncio.run(load(Media.from_reference(source), files))


def _table(table: Mapping[str, Any]) -> str:
    names = list(table)[:3]
    rows = zip(*(table[name][:3] for name in names), strict=False)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _answer(output: Any) -> str:
    if isinstance(output, Labels) and output.items:
        best = max(output.items, key=lambda item: item.score or 0)
        return f'<span class="said">{escape(best.label)}</span>'
    if isinstance(output, Unknown):
        return f'<span class="words num">{escape(_cut(json.dumps(plain(output.raw), ensure_ascii=False)))}</span>'
    return f'<span class="said">{escape(_cut(output.text))}</span>' if isinstance(output, Text) and output.text else ""


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
