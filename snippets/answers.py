"""What comes back on the wire, so that a raw client can print or save it."""

from __future__ import annotations

from dataclasses import dataclass

from metadata.tasks import task
from wire.call import CHAT_TASKS
from wire.request import ResolvedRequest

Path = tuple[str | int, ...]

OUTPUT_FILES = {"image": "output.png", "audio": "output.wav", "video": "output.mp4", "mesh": "output.glb"}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a service: `json`, `bytes` of media, `base64` in JSON, or the `url` of media in JSON at `path`."""

    kind: str
    path: Path = ()
    file: str = ""


_TEXT_PATHS: dict[str, Path] = {"automatic-speech-recognition": ("text",)}
_MEDIA_IN_JSON: dict[tuple[str, str], tuple[str, Path]] = {
    ("fal-ai", "text-to-image"): ("url", ("images", 0, "url")),
    ("fal-ai", "text-to-speech"): ("url", ("audio", "url")),
    ("novita", "text-to-video"): ("url", ("video", "video_url")),
    ("nscale", "text-to-image"): ("base64", ("data", 0, "b64_json")),
    ("together", "text-to-image"): ("base64", ("data", 0, "b64_json")),
    ("together", "image-to-image"): ("base64", ("data", 0, "b64_json")),
}
# Servers of one's own answer an object or a list of one: the whole of it is shown.
_COMPLETIONS: dict[str, Path] = {"hf-inference": ()}
_MEDIA_AS_JSON = frozenset({"audio-to-audio", "depth-estimation"})
_TEXT_IN_JSON = frozenset({"hf-inference", "fal-ai", "deepinfra"})
_SPEECH_BYTES = frozenset({"together", "deepinfra"})


def answer_of(resolved: ResolvedRequest) -> Answer:
    """What comes back for a request."""
    task_id = resolved.request.task
    provider = "hf-inference" if resolved.route or resolved.provider == "auto" else resolved.provider
    file = OUTPUT_FILES.get(task(task_id).output, "")
    if task_id in CHAT_TASKS:
        message: Path = ("choices", 0, "message")
        return Answer("json", message if resolved.request.tools else (*message, "content"))
    if (provider, task_id) in _MEDIA_IN_JSON:
        return Answer(*_MEDIA_IN_JSON[provider, task_id], file)
    if task_id == "text-generation":
        return Answer("json", _COMPLETIONS.get(provider, ("choices", 0, "text")))
    if not file or task_id in _MEDIA_AS_JSON:
        return Answer("json", _TEXT_PATHS.get(task_id, ()) if provider in _TEXT_IN_JSON else ())
    if provider == "hf-inference" or (task_id == "text-to-speech" and provider in _SPEECH_BYTES):
        return Answer("bytes", (), file)
    return Answer("json")
