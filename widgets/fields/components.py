"""The input fields of a task: a Gradio component for each kind, and the way between it and a Request's inputs."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from showcard.metadata.media import Media
from showcard.metadata.tasks.table import Field
from showcard.ui.markup.chat import words
from showcard.ui.server.disk import keep
from showcard.wire.request import RequestError

from .encode import encoded
from .values import read_list, read_table, write_list, write_table

MAX_MEDIA = 50 * 2**20


class ImageField(gr.Image):  # type: ignore[misc]
    """An image whose file reaches us as it is: what does not open is told in our words, not by a toast."""

    def get_block_name(self) -> str:
        """For the page it is an Image."""
        return "image"

    def preprocess(self, payload: Any) -> str | None:
        """The path of the file."""
        return payload.path if payload else None


@dataclass(frozen=True, slots=True)
class Control:
    """How a kind of field is made, shown and read. `read` raises RequestError."""

    make: Callable[[Field, Any], gr.components.Component]
    show: Callable[[Any], Any]
    read: Callable[[Any, Field], Any]


def make(field: Field, value: Any) -> gr.components.Component:
    """The component of a field, holding an input of a Request."""
    return CONTROLS[field.kind].make(field, show(field, value))


def show(field: Field, value: Any) -> Any:
    """What the component takes for an input of a Request; None empties it."""
    return CONTROLS[field.kind].show(value)


def read(field: Field, value: Any) -> Any:
    """The input that a component's value means, None where an optional one is empty. Raises RequestError."""
    found = CONTROLS[field.kind].read(value, field)
    if found is None and field.required:
        raise RequestError(f"{field.label} is empty.")
    return found


def _text(lines: int) -> Callable[[Field, Any], gr.components.Component]:
    def make_text(field: Field, value: Any) -> gr.components.Component:
        return gr.Textbox(
            value=value,
            label=field.label,
            placeholder=field.placeholder,
            lines=lines,
            max_lines=12,
            interactive=True,
            elem_id=f"in-{field.name}",
        )

    return make_text


def _read_text(value: Any, field: Field) -> str | None:
    return str(value) if value is not None and str(value).strip() else None


def make_message(field: Field, value: Any, images: bool) -> gr.components.Component:
    """The message of a chat; with `images` it takes images too, by upload or paste."""
    if not images:
        return make(field, value)
    return gr.MultimodalTextbox(
        show_message(value),
        label=field.label,
        placeholder="Type a message; paste or attach images",
        file_types=["image"],
        file_count="multiple",
        sources=["upload"],
        lines=2,
        max_lines=12,
        submit_btn=False,
        interactive=True,
        elem_id=f"in-{field.name}",
    )


def show_message(value: Any) -> dict[str, Any]:
    """What the field shows for the content of a message: its words, and the images that are here."""
    if not isinstance(value, list):
        return {"text": value or "", "files": []}
    words = "\n".join(str(part.get("text", "")) for part in value if part.get("type") == "text")
    files = [_show_media(part["image_url"]["url"]) for part in value if part.get("type") == "image_url"]
    return {"text": words, "files": [file for file in files if file]}


def _read_message(value: Any, field: Field) -> Any:
    """The content of a message: a text, or parts where images come with it."""
    if not isinstance(value, Mapping):
        return _read_text(value, field)
    text = _read_text(value.get("text"), field)
    files = [_read_media(path, field) for path in value.get("files") or ()]
    if not files:
        return text
    images = [{"type": "image_url", "image_url": {"url": media}} for media in files if media]
    return [*images, {"type": "text", "text": text}] if text else images


def _media(component: type[gr.components.Component], **options: Any) -> Callable[[Field, Any], gr.components.Component]:
    def make_media(field: Field, value: Any) -> gr.components.Component:
        return component(value, label=field.label, interactive=True, elem_id=f"in-{field.name}", **options)

    return make_media


def _show_media(value: Any) -> Any:
    if not isinstance(value, Media) or value.data is None:
        return None
    suffix = mimetypes.guess_extension(value.media_type or "") or ".bin"
    name = value.name or f"input{suffix}"
    return keep(value.data, name if Path(name).suffix else name + suffix)


def _read_media(value: Any, field: Field) -> Media | None:
    if not value:
        return None
    path = Path(str(value))
    if path.stat().st_size > MAX_MEDIA:
        raise RequestError(f"{field.label} is larger than {MAX_MEDIA >> 20} MB.")
    return encoded(Media.from_bytes(path.read_bytes(), name=path.name))


def _rich(kind: str) -> Callable[[Field, Any], gr.components.Component]:
    """A text area that the page's own script draws an editor over."""

    def make_rich(field: Field, value: Any) -> gr.components.Component:
        classes = ["rich", f"rich-{kind}"]
        return gr.Textbox(
            value, label=field.label, lines=2, interactive=True, elem_id=f"in-{field.name}", elem_classes=classes
        )

    return make_rich


def _read_labels(value: Any, field: Field) -> list[str] | None:
    labels = [label.strip() for label in read_list(value, field.label)]
    return [label for label in dict.fromkeys(labels) if label] or None


def _read_sentences(value: Any, field: Field) -> list[str] | None:
    sentences = read_list(value, field.label)
    while sentences and not sentences[-1].strip():
        sentences.pop()
    return sentences or None


CONTROLS: Mapping[str, Control] = {
    "text": Control(_text(3), lambda value: value or "", _read_text),
    "line": Control(_text(1), lambda value: value or "", _read_text),
    "messages": Control(_text(2), lambda value: words(value or ""), _read_message),
    "labels": Control(_rich("labels"), write_list, _read_labels),
    "sentences": Control(_rich("sentences"), write_list, _read_sentences),
    "switch": Control(
        lambda field, value: gr.Checkbox(value, label=field.label, interactive=True, elem_id=f"in-{field.name}"),
        bool,
        lambda value, _: bool(value),
    ),
    "table": Control(_rich("table"), write_table, lambda value, field: read_table(value, field.label)),
    "image": Control(
        _media(
            ImageField,
            type="filepath",
            image_mode=None,
            format="png",
            sources=["upload", "webcam", "clipboard"],
            height=260,
        ),
        _show_media,
        _read_media,
    ),
    "audio": Control(_media(gr.Audio, type="filepath", sources=["upload", "microphone"]), _show_media, _read_media),
    "video": Control(_media(gr.Video, sources=["upload", "webcam"]), _show_media, _read_media),
}
