"""What comes back on the wire, so that a raw client can print or save it."""

from __future__ import annotations

from dataclasses import dataclass

from showcard.metadata.tasks.table import task
from showcard.wire.call import CHAT_TASKS
from showcard.wire.request import RESPONSES, ResolvedRequest

Path = tuple[str | int, ...]

OUTPUT_FILES = {"image": "output.png", "audio": "output.wav", "video": "output.mp4", "mesh": "output.glb"}


@dataclass(frozen=True, slots=True)
class AnswerShape:
    """The answer of a service: `json`, `bytes` of media, `base64` in JSON, or the `url` of media in JSON at `path`;
    or the `items` of the Responses API.

    `one_or_list`: some models put a list of one there. `or_data`: the address may be a `data:` address."""

    kind: str
    path: Path = ()
    file: str = ""
    one_or_list: bool = False
    or_data: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it is plain text."""
        return self.path[-1:] in (("content",), ("text",))

    def output(self, kind: str) -> str:
        """The file for media of a kind."""
        return self.file or OUTPUT_FILES[kind]


_TEXT_PATHS: dict[str, Path] = {"automatic-speech-recognition": ("text",)}
_PICTURES: Path = ("images", 0, "url")
_VIDEO: Path = ("video", "url")
_MEDIA_IN_JSON: dict[tuple[str, str], tuple[str, Path]] = {
    ("fal-ai", "image-segmentation"): ("url", ("image", "url")),
    ("fal-ai", "image-to-image"): ("url", _PICTURES),
    ("fal-ai", "image-to-video"): ("url", _VIDEO),
    ("fal-ai", "text-to-image"): ("url", _PICTURES),
    ("fal-ai", "text-to-speech"): ("url", ("audio", "url")),
    ("fal-ai", "text-to-video"): ("url", _VIDEO),
    ("novita", "text-to-video"): ("url", ("video", "video_url")),
    ("nscale", "text-to-image"): ("base64", ("data", 0, "b64_json")),
    ("together", "text-to-image"): ("base64", ("data", 0, "b64_json")),
    ("together", "image-to-image"): ("base64", ("data", 0, "b64_json")),
    ("together", "image-to-video"): ("url", ("outputs", "video_url")),
    ("together", "text-to-video"): ("url", ("outputs", "video_url")),
    ("zai-org", "text-to-image"): ("url", ("image_result", 0, "url")),
    **{
        ("wavespeed", task_id): ("url", ("data", "outputs", 0))
        for task_id in ("text-to-image", "image-to-image", "text-to-video", "image-to-video")
    },
    **{
        ("replicate", task_id): ("url", ("output",))
        for task_id in ("text-to-image", "image-to-image", "text-to-video", "text-to-speech")
    },
}
# Servers of one's own answer an object or a list of one: the whole of it is shown.
_COMPLETIONS: dict[str, Path] = {"hf-inference": ()}
_MEDIA_AS_JSON = frozenset({"audio-to-audio", "depth-estimation"})
_TEXT_IN_JSON = frozenset({"hf-inference", "fal-ai", "deepinfra"})
_SPEECH_BYTES = frozenset({"together", "deepinfra"})


def answer_of(resolved: ResolvedRequest) -> AnswerShape:
    """What comes back for a request."""
    task_id = resolved.request.task
    provider = "hf-inference" if resolved.route or resolved.provider == "auto" else resolved.provider
    file = OUTPUT_FILES.get(task(task_id).output, "")
    if resolved.request.api == RESPONSES:
        return AnswerShape("items", ("output",))
    if task_id in CHAT_TASKS:
        message: Path = ("choices", 0, "message")
        return AnswerShape("json", message if resolved.request.tools else (*message, "content"))
    if (provider, task_id) in _MEDIA_IN_JSON:
        kind, path = _MEDIA_IN_JSON[provider, task_id]
        mask = task_id == "image-segmentation"
        return AnswerShape(kind, path, file or "mask.png", one_or_list=provider == "replicate", or_data=mask)
    if task_id == "text-generation":
        return AnswerShape("json", _COMPLETIONS.get(provider, ("choices", 0, "text")))
    if (provider, task_id) == ("replicate", "automatic-speech-recognition"):
        return AnswerShape("json", ("output",))
    if not file or task_id in _MEDIA_AS_JSON:
        return AnswerShape("json", _TEXT_PATHS.get(task_id, ()) if provider in _TEXT_IN_JSON else ())
    if provider == "hf-inference" or (task_id == "text-to-speech" and provider in _SPEECH_BYTES):
        return AnswerShape("bytes", (), file)
    return AnswerShape("json")
