"""What the files beside a card tell about its model: configurations, tokenizer, adapter, GGUF header."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from showcard.metadata.codes import diagnose
from showcard.metadata.diagnostics import Diagnostic
from showcard.metadata.reading.files import Files, PartialFiles
from showcard.metadata.reading.gguf import HEAD, GGUFError, read_gguf

LARGEST = 5_000_000  # bytes of a configuration
LARGEST_TOKENIZER = 30_000_000


@dataclass(frozen=True, slots=True)
class Hints:
    """What was found beside the card. Whatever is missing or unreadable is empty."""

    paths: frozenset[str] = frozenset()
    config: Mapping[str, Any] = field(default_factory=dict)
    tokenizer: Mapping[str, Any] = field(default_factory=dict)
    adapter: Mapping[str, Any] = field(default_factory=dict)
    pipeline: Mapping[str, Any] = field(default_factory=dict)  # model_index.json
    modules: tuple[str, ...] = ()  # the types named in modules.json
    components: tuple[str, ...] = ()  # of a spaCy pipeline
    keras_class: str = ""  # the class named in task.json of keras-hub
    gguf: Mapping[str, Any] = field(default_factory=dict)
    chat_template: str = ""  # the file that holds one
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def architectures(self) -> tuple[str, ...]:
        """The classes that config.json names."""
        named = self.config.get("architectures")
        return tuple(a for a in named if isinstance(a, str)) if isinstance(named, list) else ()

    @property
    def diffusers_class(self) -> str:
        """The pipeline class that model_index.json names."""
        found = self.pipeline.get("_class_name")
        if isinstance(found, list) and found:
            found = found[-1]
        return found if isinstance(found, str) else ""


NOTHING = Hints()


class _Reader:
    def __init__(self, files: Files) -> None:
        self.files = files
        self.diagnostics: list[Diagnostic] = []
        try:
            self.paths = frozenset(files.list())
        except (OSError, ValueError) as error:
            self.paths = frozenset()
            self._say("files-unreadable", f"The files beside the card can't be listed: {error}", "")

    def mapping(self, path: str, limit: int = LARGEST) -> Mapping[str, Any]:
        found = self.json(path, limit)
        if found is not None and not isinstance(found, dict):
            self._say("file-shape", f"{path} holds no JSON object and was not used.", "Write it as an object.")
        return found if isinstance(found, dict) else {}

    def json(self, path: str, limit: int = LARGEST) -> Any:
        if path not in self.paths:
            return None
        try:
            return json.loads(self.files.read(path, limit))
        except (ValueError, RecursionError) as error:
            reason = str(error)[:200] or "it nests too deep"
            self._say("file-unreadable", f"{path} could not be used: {reason.rstrip('.')}.", "Write it as plain JSON.")
        except OSError as error:
            self._say("file-unreadable", f"{path} could not be read: {error}", "")
        return None

    def text(self, path: str, limit: int = LARGEST) -> str:
        if path not in self.paths:
            return ""
        try:
            return self.files.read(path, limit).decode("utf-8", "replace")
        except (OSError, ValueError) as error:
            self._say("file-unreadable", f"{path} could not be read: {error}", "")
            return ""

    def gguf(self) -> Mapping[str, Any]:
        named = sorted(p for p in self.paths if p.lower().endswith(".gguf"))
        path = next((p for p in named if "mmproj" not in p.lower()), None)
        if path is None or not isinstance(self.files, PartialFiles):
            return {}
        try:
            return read_gguf(self.files.head(path, HEAD))
        except GGUFError as error:
            self._say("file-unreadable", f"{path} could not be used: {error}.", "Check that the file is complete.")
        except (OSError, ValueError) as error:
            self._say("file-unreadable", f"{path} could not be read: {error}", "")
        return {}

    def _say(self, code: str, message: str, fix: str) -> None:
        self.diagnostics.append(diagnose(code, message, fix=fix))


def read_hints(files: Files | None) -> Hints:
    """The hints of a model's files. Never raises; what could not be read is in `diagnostics`."""
    if files is None:
        return NOTHING
    read = _Reader(files)
    tokenizer = read.mapping("tokenizer_config.json")
    gguf = read.gguf()
    modules = read.json("modules.json")
    found = modules if isinstance(modules, list) else []
    types = tuple(m["type"] for m in found if isinstance(m, dict) and isinstance(m.get("type"), str))
    components = read.mapping("meta.json").get("pipeline", read.mapping("meta.json").get("components"))
    keras = read.mapping("task.json")
    keras_class = keras.get("registered_name") or keras.get("class_name")
    return Hints(
        paths=read.paths,
        config=read.mapping("config.json"),
        tokenizer=tokenizer,
        adapter=read.mapping("adapter_config.json"),
        pipeline=read.mapping("model_index.json"),
        modules=types,
        components=tuple(c for c in components if isinstance(c, str)) if isinstance(components, list) else (),
        keras_class=keras_class if isinstance(keras_class, str) else "",
        gguf=gguf,
        chat_template=_chat_template(read, tokenizer, gguf),
        diagnostics=tuple(read.diagnostics),
    )


def _chat_template(read: _Reader, tokenizer: Mapping[str, Any], gguf: Mapping[str, Any]) -> str:
    """The first place that holds a chat template, in the order in which they win."""
    if gguf.get("tokenizer.chat_template"):
        return "the GGUF header"
    if "chat_template.jinja" in read.paths and read.text("chat_template.jinja").strip():
        return "chat_template.jinja"
    if _has_template(tokenizer.get("chat_template")):
        return "tokenizer_config.json"
    for path in ("chat_template.json", "processor_config.json"):
        if _has_template(read.mapping(path).get("chat_template")):
            return path
    return ""


def _has_template(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, Sequence):
        return any(isinstance(v, dict) and v.get("template") for v in value)
    return isinstance(value, dict) and bool(value)


# A part of the model's family name -> its mask token; the first part that fits wins ("roberta" contains "bert").
_MASKS = (
    ("xlm-roberta", "<mask>"), ("roberta", "<mask>"), ("camembert", "<mask>"), ("bart", "<mask>"),
    ("longformer", "<mask>"), ("xlnet", "<mask>"), ("bort", "<mask>"), ("mpnet", "<mask>"), ("flaubert", "<special1>"),
    ("xlm", "<special1>"), ("distilbert", "[MASK]"), ("albert", "[MASK]"), ("electra", "[MASK]"), ("bert", "[MASK]"),
)  # fmt: skip


def mask_token(data: Mapping[str, Any], files: Files | None, hints: Hints) -> str | None:
    """The mask token: as the card says, the tokenizer's files, or the model's family."""
    stated = data.get("mask_token")
    if isinstance(stated, str) and stated:
        return stated
    found = _token(hints.tokenizer.get("mask_token"))
    if found is None and files is not None:
        read = _Reader(files)
        found = _token(read.mapping("special_tokens_map.json").get("mask_token"))
        found = found or _added_mask(read.mapping("tokenizer.json", LARGEST_TOKENIZER))
    if found:
        return found
    family = " ".join((str(hints.config.get("model_type") or ""), *hints.architectures)).lower()
    return next((token for part, token in _MASKS if part in family), None)


def _token(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("content")
    return value if isinstance(value, str) and value else None


def _added_mask(tokenizer: Mapping[str, Any]) -> str | None:
    added = tokenizer.get("added_tokens")
    contents = [_token(token) for token in added] if isinstance(added, list) else []
    return next((c for c in contents if c and "mask" in c.lower()), None)
