"""From what a person types or pastes to an open model: a path, a Hub id, a card, or its YAML."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from showcard.inference.errors import InferenceFailure
from showcard.inference.hub.cards import REPO_ID, open_repo
from showcard.inference.processes.workers import WorkerError, run_apart_here
from showcard.metadata.diagnostics import Diagnostic
from showcard.metadata.lint.run import lint
from showcard.metadata.model import Model, Parse, read_model, source_model
from showcard.metadata.reading.card import Card, is_large, parse_card
from showcard.metadata.reading.files import Folder

from .former_names import FORMER_NAMES
from .session import Session

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
FIRST = (
    "sentiment", "entities", "question-answering", "digits", "tiny-chat-1m", "tiny-chat-380k", "eliza", "card-helper"
)  # fmt: skip
LONGEST_NAME = 4_096  # of a path, an id or an address
_BEGINS_AS_YAML = re.compile(r"[A-Za-z_][\w-]*:(\s|$)")
MAX_CHARACTERS = 4_000_000
MAX_RETURNED = 64 * 2**20  # bytes of a card that was read in a worker
IN_REPO = ("tree", "blob", "resolve", "raw")
CARD_SUFFIXES = (".md", ".markdown", ".yaml", ".yml", ".txt")
CARD_FILES = frozenset(
    ("README.md", "config.json", "model_index.json", "adapter_config.json", "modules.json", "model.safetensors")
)


@dataclass(frozen=True, slots=True)
class ExampleCard:
    """A model folder that comes with the app: its folder's name, its model id, and how the picker calls it."""

    folder: str
    model: str
    title: str


@dataclass(frozen=True, slots=True)
class Opened:
    """An open model, the Hub repo it comes from if it does, and the text that opens it again."""

    model: Model
    repo: str | None
    source: str
    notes: tuple[Diagnostic, ...] = ()
    pasted: bool = False  # `source` is the card itself
    folder: Path | None = None  # of this machine, that a person named


@cache
def example_cards() -> tuple[ExampleCard, ...]:
    """The example cards, the ones to look at first in front."""
    folders = sorted(path.parent.name for path in EXAMPLES.glob("*/README.md"))
    order = {name: place for place, name in enumerate(FIRST)}
    cards = []
    for folder in sorted(folders, key=lambda name: (order.get(name, len(order)), name)):
        row = _example(folder).guess.widget
        name = row.name if row else "Other"
        title = name if row is None or row.id == folder else f"{name} · {folder}"
        cards.append(ExampleCard(folder, f"showcard/{folder}", title))
    return tuple(cards)


async def open_source(source: str, session: Session, task: str | None = None) -> Opened:
    """What a person named or pasted, read and linted. Raises InferenceFailure with a sentence."""
    try:
        opened = await _read_source(source, session, task)
    except WorkerError:
        said = "The card's metadata take too long, or too much memory, to read."
        raise InferenceFailure(said, "Move long texts and results out of them.") from None
    return replace(opened, notes=await asyncio.to_thread(lint, opened.model))


def parser(whose: str) -> Parse:
    """What reads cards, those with long metadata in a worker process; `whose` is the session's id. Call it in a thread:
    it waits for the worker, and raises WorkerError."""

    def parse(text: str | bytes) -> Card:
        if not is_large(text):
            return parse_card(text)
        return run_apart_here(parse_card, text, most=MAX_RETURNED, whose=whose)

    return parse


async def _read_source(source: str, session: Session, task: str | None) -> Opened:
    text = source.strip()
    if len(text) > MAX_CHARACTERS:
        raise InferenceFailure("This is too long for a model card.", "Paste the card alone, or give its path.")
    if not text:
        text = example_cards()[0].model
    owner, _, name = text.partition("/")
    if owner == "showcard" and name in FORMER_NAMES:
        text = f"{owner}/{FORMER_NAMES[name]}"
    folder = next((card.folder for card in example_cards() if text == card.model), None)
    if folder:
        return Opened(await asyncio.to_thread(_example, folder, task), None, text)
    if "\n" in text or text.startswith(("---", "# ")):
        return await _pasted(source, session, task)
    repo = _repo_id(text)
    if len(text) > LONGEST_NAME and not _BEGINS_AS_YAML.match(text):
        raise InferenceFailure(_not_found(text, session.site.shared), "Give a README.md, a model folder or a Hub id.")
    if not session.site.shared:
        opened = await asyncio.to_thread(_local, text, task, parser(session.id))
        if opened:
            return opened
    if _BEGINS_AS_YAML.match(text):
        return await _pasted(source, session, task)
    if repo is None:
        raise InferenceFailure(_not_found(text, session.site.shared), "Give a README.md, a model folder or a Hub id.")
    name, revision = repo
    card, files = await open_repo(name, session.token, revision, not session.site.shared)
    model = await asyncio.to_thread(read_model, card, files, name, task, parser(session.id))
    return Opened(model, name, text)


async def _pasted(source: str, session: Session, task: str | None) -> Opened:
    text, parse = source.lstrip("\n"), parser(session.id)
    model = await asyncio.to_thread(read_model, text, None, "Pasted card", task, parse)
    return Opened(model, None, source, pasted=True)


def _example(folder: str, task: str | None = None) -> Model:
    path = EXAMPLES / folder
    text = (path / "README.md").read_text(encoding="utf-8")
    return read_model(text, Folder(path), f"showcard/{folder}", task)


def _local(text: str, task: str | None, parse: Parse = parse_card) -> Opened | None:
    """The model at a path of this machine, None where there is none. Raises InferenceFailure."""
    try:
        path = Path(text).expanduser()
        if not path.exists():
            return None
        if path.is_file() and path.suffix.lower() not in CARD_SUFFIXES:
            raise InferenceFailure(f"{text} is not a model card.", "Give a README.md or a model folder.")
        if path.is_dir() and not any(child.name in CARD_FILES for child in path.iterdir()):
            raise InferenceFailure(f"{text} holds no README.md and no model.", "Give a README.md or a model folder.")
        model = source_model(path, task, parse)
        return Opened(model, None, text, folder=model.files.root if isinstance(model.files, Folder) else None)
    except (OSError, ValueError, RuntimeError) as error:
        raise InferenceFailure(str(error), "Give a README.md or a model folder.") from None


def _repo_id(text: str) -> tuple[str, str] | None:
    """The repo and revision that an id (`org/name`, `org/name@revision`) or an address on the Hub names."""
    if re.match(r"(?i)^https?://", text):
        parts = urlsplit(text)
        if parts.hostname not in ("huggingface.co", "hf.co"):
            return None
        pieces = [unquote(piece) for piece in parts.path.strip("/").split("/")]
        length = 1 if pieces[1:2] and pieces[1] in IN_REPO else 2
        text = "/".join(pieces[:length])
        if pieces[length:][:1] and pieces[length] in IN_REPO and len(pieces) > length + 1:
            text += f"@{pieces[length + 1]}"
    name, _, revision = text.partition("@")
    return (name, revision or "main") if REPO_ID.match(name) else None


def _not_found(text: str, shared: bool) -> str:
    shown = text if len(text) <= 80 else text[:79] + "…"
    return (
        f"{shown} is not a Hub id." if shared else f"There is no file or folder {shown} here, and it is not a Hub id."
    )
