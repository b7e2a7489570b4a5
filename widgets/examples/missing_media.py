"""Media that a card names and that are not there: said in words, before a browser asks for them in vain."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, is_dataclass, replace
from typing import Any
from urllib.parse import unquote

from showcard.inference.transport.assets import is_remote
from showcard.metadata.media import Media
from showcard.metadata.outputs.read import Output
from showcard.metadata.reading.files import Files, Folder
from showcard.ui.markup.html import Markup, code_text, element, p


def paths_of(files: Files | None) -> frozenset[str]:
    """The paths of the files beside a card that can be opened."""
    paths = files.list() if files else []
    return frozenset(filter(files.opens, paths) if isinstance(files, Folder) else paths)


def is_lost(media: Media, paths: Collection[str]) -> bool:
    """Whether the media are a file of the repo that is not among its files."""
    source = (media.source or "").strip()
    if media.data is not None or not source or is_remote(source):
        return False
    path = source.removeprefix("./").lstrip("/")
    return path not in paths and unquote(path) not in paths


def without_lost(output: Output, paths: Collection[str]) -> tuple[Output, list[str]]:
    """The output with nothing in place of lost media, and their names."""
    lost: list[str] = []

    def kept(value: Any) -> Any:
        if isinstance(value, Media):
            if not is_lost(value, paths):
                return value
            lost.append(str(value.source))
            return Media(data=b"", media_type=value.media_type, name=value.name)
        if isinstance(value, tuple):
            return tuple(map(kept, value))
        if is_dataclass(value) and not isinstance(value, type):
            changed = {field.name: kept(getattr(value, field.name)) for field in fields(value)}
            return replace(value, **changed)
        return value

    found: Output = kept(output)
    return (found, lost) if lost else (output, [])


def said_of(names: list[str], has_files: bool) -> Markup:
    """The sentence about lost media."""
    shown = ", ".join(dict.fromkeys(names[:3])) + (" …" if len(set(names)) > 3 else "")
    why = "which is not among the model's files" if has_files else "and this card came without its files"
    named = element("code", code_text(shown[:200]))
    return p("The card names ", named, f", {why}.", class_="note", role="note")
