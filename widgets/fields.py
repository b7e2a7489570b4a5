"""The input fields of a task: a Gradio component for each kind, and the way between it and a Request's inputs."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from metadata.media import Media
from metadata.tasks import Field
from wire.request import RequestError

MOST_MEDIA = 50 * 2**20


class ImageField(gr.Image):  # type: ignore[misc]
    """An image whose file reaches us as it is: what does not open is told in our words, not by a toast."""

    is_template = True  # for the page it is an Image

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


def _media(component: type[gr.components.Component], **options: Any) -> Callable[[Field, Any], gr.components.Component]:
    def make_media(field: Field, value: Any) -> gr.components.Component:
        return component(value, label=field.label, interactive=True, elem_id=f"in-{field.name}", **options)

    return make_media


def _show_media(value: Any) -> Any:
    if not isinstance(value, Media) or value.data is None:
        return None
    suffix = mimetypes.guess_extension(value.media_type or "") or ".bin"
    name = value.name or f"input{suffix}"
    return save_bytes_to_cache(value.data, name if Path(name).suffix else name + suffix, get_upload_folder())


def _read_media(value: Any, field: Field) -> Media | None:
    if not value:
        return None
    path = Path(str(value))
    if path.stat().st_size > MOST_MEDIA:
        raise RequestError(f"{field.label} is larger than {MOST_MEDIA >> 20} MB.")
    return Media.from_bytes(path.read_bytes(), name=path.name)


def _read_labels(value: Any, field: Field) -> list[str] | None:
    return [label.strip() for label in str(value or "").split(",") if label.strip()] or None


def _read_lines(value: Any, field: Field) -> list[str] | None:
    return [line for line in str(value or "").splitlines() if line.strip()] or None


def _show_table(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return {"headers": ["Column 1", "Column 2"], "data": [["", ""]]}
    columns = [list(v) if isinstance(v, list | tuple) else [v] for v in value.values()]
    rows = max((len(column) for column in columns), default=0)
    data = [[column[r] if r < len(column) else None for column in columns] for r in range(rows)]
    return {"headers": [str(name) for name in value], "data": data}


def _read_table(value: Any, field: Field) -> dict[str, list[Any]] | None:
    if value is None or not len(value.columns) or not len(value):
        return None
    columns = [value.iloc[:, i].tolist() for i in range(len(value.columns))]
    cells = [[None if cell != cell else cell for cell in column] for column in columns]  # noqa: PLR0124 (NaN)
    return {str(name): column for name, column in zip(value.columns, cells, strict=True)}


def _make_table(field: Field, value: Any) -> gr.components.Component:
    return gr.Dataframe(value, label=field.label, type="pandas", interactive=True, elem_id=f"in-{field.name}")


CONTROLS: Mapping[str, Control] = {
    "text": Control(_text(4), lambda value: value or "", _read_text),
    "line": Control(_text(1), lambda value: value or "", _read_text),
    "messages": Control(_text(2), lambda value: value or "", _read_text),
    "labels": Control(_text(1), lambda value: ", ".join(value or ()), _read_labels),
    "sentences": Control(_text(4), lambda value: "\n".join(value or ()), _read_lines),
    "switch": Control(
        lambda field, value: gr.Checkbox(value, label=field.label, interactive=True, elem_id=f"in-{field.name}"),
        bool,
        lambda value, _: bool(value),
    ),
    "table": Control(_make_table, _show_table, _read_table),
    "image": Control(
        _media(ImageField, type="filepath", image_mode=None, format="png", sources=["upload", "clipboard"], height=260),
        _show_media,
        _read_media,
    ),
    "audio": Control(_media(gr.Audio, type="filepath", sources=["upload", "microphone"]), _show_media, _read_media),
    "video": Control(_media(gr.Video, sources=["upload"]), _show_media, _read_media),
}
