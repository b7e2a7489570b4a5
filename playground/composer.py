"""The question box: text, and images by paste, drop or file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

import showcard.ui  # noqa: F401 it keeps Gradio from writing beside this module
from showcard.inference.transport.assets import AssetError, load
from showcard.metadata.media import Media
from showcard.metadata.visible import whole
from showcard.wire.request import RequestError

MAX_IMAGES = 10
OUT_OF_REACH = "An image can't be read any more. Attach it again."


class Question(gr.MultimodalTextbox):  # type: ignore[misc]
    """The box. Its files reach us as they are (`preprocess=False`): what is wrong with one is told in our words, not by
    a toast. Gradio lets no path through that is not an upload."""

    EMPTY: dict[str, Any] = {"text": "", "files": []}  # noqa: RUF012 sent as it is

    def get_block_name(self) -> str:
        """For the page it is a MultimodalTextbox."""
        return "multimodaltextbox"

    @staticmethod
    def holding(text: str) -> dict[str, Any]:
        """The box with a text in it."""
        return {"text": text, "files": []}

    @classmethod
    def build(cls) -> Question:
        """Lay it out."""
        return cls(
            value=cls.EMPTY,
            label="Question",
            show_label=False,
            container=False,
            placeholder="Ask all panes …  Images can be pasted or dropped here",
            lines=1,
            max_lines=8,
            file_count="multiple",
            file_types=["image"],
            submit_btn=False,
            elem_id="question",
        )


@dataclass(frozen=True, slots=True)
class Read:
    """A question with its images opened."""

    text: str
    images: tuple[Media, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to ask."""
        return not (self.text.strip() or self.images)


async def read_question(asked: Any) -> Read:
    """What the box holds, its images opened. Raises RequestError for what is no image or too large."""
    if not isinstance(asked, dict):
        return Read("", ())
    text, files = whole(str(asked.get("text") or "")), asked.get("files")
    files = [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []
    if len(files) > MAX_IMAGES:
        raise RequestError(f"A question takes at most {MAX_IMAGES} images.")
    images = []
    for path in (str(file.get("path")) for file in files):
        try:
            image = await load(await asyncio.to_thread(_uploaded, Path(path)), None)
        except (AssetError, OSError) as error:
            raise RequestError(str(error) if isinstance(error, AssetError) else OUT_OF_REACH) from None
        if image.kind != "image":
            raise RequestError(f"{image.name or 'A file'} is not an image.")
        images.append(image)
    return Read(text, tuple(images))


def _uploaded(path: Path) -> Media:
    return Media.from_bytes(path.read_bytes(), name=path.name)
