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
from showcard.ui.markup.html import Markup, element, join, span
from showcard.widgets.views.mesh import still
from showcard.widgets.views.wave import wave_of

MAX_TEXT = 110


def thumb(example: Example, files: Files | None, address: Callable[[Media], str]) -> Markup | None:
    """An example as HTML that fits a tile; None where there is nothing to see. It may read a file."""
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
    return join([span(_cut(text), class_="words"), answer]) if text or answer else None


def _media(output: Any) -> list[Media]:
    held = [output, *getattr(output, "items", ())]
    return [media for media in (getattr(item, "media", None) for item in held) if isinstance(media, Media)]


def _medium(media: Media, files: Files | None, address: Callable[[Media], str]) -> Markup | None:
    if media.kind == "image":
        return element("img", src=address(media), alt="", loading="lazy")
    if media.kind == "video":
        return element("video", src=address(media), muted=True, preload="metadata", tabindex=-1, aria_hidden="true")
    try:
        held = _held(media.source or "", files)
    except AssetError:
        return None
    if media.kind == "audio":
        wave = wave_of(held.data)
        return wave.svg if wave else None
    return still(held)


def _held(source: str, files: Files | None) -> Media:
    """A file beside a card, with its bytes."""
    return asyncio.run(load(Media.from_reference(source), files))


def _table(table: Mapping[str, Any]) -> Markup:
    names = list(table)[:3]
    rows = zip(*(table[name][:3] for name in names), strict=False)
    body = [element("tr", [element("td", str(cell)) for cell in row]) for row in rows]
    head = element("tr", [element("th", str(name)) for name in names])
    return element("table", element("thead", head), element("tbody", body))


def _answer(output: Any) -> Markup | None:
    if isinstance(output, Labels) and output.items:
        best = max(output.items, key=lambda item: item.score or 0)
        return span(best.label, class_="said")
    if isinstance(output, Unknown):
        return span(_cut(json.dumps(plain(output.raw), ensure_ascii=False)), class_="words num")
    return span(_cut(output.text), class_="said") if isinstance(output, Text) and output.text else None


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
