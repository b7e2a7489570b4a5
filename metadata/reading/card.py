"""A card: front matter and body from text, and where every value stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from showcard.metadata.codes import diagnose
from showcard.metadata.diagnostics import Diagnostic

from .document import LARGEST, Document, read_document
from .yaml12 import LARGE, Marks
from .yaml_errors import UNSPACED


@dataclass(frozen=True, slots=True)
class Card:
    """A model card. `data` is the front matter as the Hub reads it, `body` the Markdown below it, `marks` tells where
    the value at a key path stands, `diagnostics` what was found while reading."""

    text: str
    data: Mapping[str, Any]
    below: str  # the body as it stands in the file, with its own line ends
    marks: Marks
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def body(self) -> str:
        """The Markdown, each line ended by `\\n`."""
        return normal_lines(self.below)


# The keys of the Hub's metadata; any of them makes a mapping recognisable as that of a card.
KNOWN_KEYS = frozenset(
    (
        *("pipeline_tag", "tags", "widget", "library_name", "language", "license", "license_name", "license_link"),
        *("datasets", "metrics", "model-index", "base_model", "base_model_relation", "inference", "mask_token"),
        *("thumbnail", "co2_eq_emissions", "new_version", "instance_prompt", "model_name", "eval_results"),
        *("extra_gated_prompt", "extra_gated_fields", "extra_gated_heading", "extra_gated_description"),
        *("extra_gated_button_content", "extra_gated_eu_disallowed"),
    )
)

_FENCE = "---\n"
_FIRST_LINE = re.compile(r"---\r*\n(?!---)")
_CLOSE_OF_ANY = re.compile(r"\n---[ \t]*(?:\r*\n|\Z)")
_OPEN = re.compile(r"^---\n", re.MULTILINE)
_CLOSE = re.compile(r"\n---[ \t]*(?:\n|\Z)")
_ALMOST_OPEN = re.compile(r"[ \t]+---[ \t]*|-{4,}[ \t]*|---[ \t]+|—+|–+")
_FIRST_KEY = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[\"']?[A-Za-z_][\w-]*[\"']?:(?:[ \t\n]|\Z)")
_KNOWN_KEY = re.compile(f"^(?:{'|'.join(sorted(KNOWN_KEYS))}):", re.MULTILINE)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")  # the byte order marks
_SAVE = "Save the file as UTF-8."
_ADD = "Add at least pipeline_tag, license and language."


def decode(raw: bytes) -> str:
    """The text of a card's bytes: UTF-8 with or without a mark, or UTF-16 with one; bytes that are neither become �."""
    if raw[:2] in _UTF16:
        return raw.decode("utf-16", "replace")
    return raw.decode("utf-8-sig", "replace")


def normal_lines(text: str) -> str:
    """The text with one `\\n` a line, whatever ended its lines, and without a byte order mark."""
    text = text.removeprefix("\ufeff")
    for ending in ("\r\r\n", "\r\n", "\r"):
        if "\r" not in text:
            break
        text = text.replace(ending, "\n") if ending in text else text
    return text


def parse_card(text: str | bytes) -> Card:
    """A card from its text. Never raises; what is odd is in `diagnostics`."""
    if isinstance(text, str):
        return _parse(text)
    card, odd = _parse(decode(text)), _encoding(text)
    return replace(card, diagnostics=(odd, *card.diagnostics)) if odd else card


def is_large(text: str | bytes) -> bool:
    """Whether a card's metadata are so long that parsing them takes a noticeable part of a second."""
    if len(text) <= LARGE:
        return False
    plain = (decode(text) if isinstance(text, bytes) else text).removeprefix("\ufeff")
    opened = _FIRST_LINE.match(plain)
    closed = _CLOSE_OF_ANY.search(plain, opened.end()) if opened else None
    return closed is None or closed.start() > LARGE


def _encoding(raw: bytes) -> Diagnostic | None:
    """What is wrong with the encoding of a card's bytes."""
    if raw[:2] in _UTF16:
        message = "The file is UTF-16, not UTF-8, so the Hub finds no metadata in it."
        return diagnose("encoding", message, 1, 1, fix=_SAVE)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = normal_lines(raw[: error.start].decode("utf-8"))
        line, byte = before.count("\n") + 1, raw[error.start : error.start + 1]
        meant = byte.decode("cp1252", "replace")
        guess = f" (“{meant}” in Latin-1)" if meant.isprintable() and meant != "\ufffd" else ""
        message = f"The file is not UTF-8: the byte {byte.hex().upper()}{guess} on line {line} is read as “\ufffd”."
        return diagnose("encoding", message, line, len(before) - before.rfind("\n"), fix=_SAVE)
    return None


def _parse(original: str) -> Card:
    plain = original.removeprefix("\ufeff")
    opened = _FIRST_LINE.match(plain)
    closed = _CLOSE_OF_ANY.search(plain, opened.end()) if opened else None
    if opened and closed:  # nearly every card: the long body is left as it is
        block = normal_lines(plain[opened.end() : closed.start() + 1])
        return _card(original, plain[closed.end() :], read_document(block, 2), 2)
    return _uncommon(original, normal_lines(plain))


def _uncommon(original: str, clean: str) -> Card:
    """A card that does not begin with its front matter, or does not end it."""
    if clean.startswith(_FENCE):
        return _fenced(original, clean, len(_FENCE))
    opened = _OPEN.search(clean)
    if opened is not None and not clean[: opened.start()].strip():
        return _fenced(original, clean, opened.end())
    return _without_leading_fence(original, clean, opened)


def _fenced(original: str, clean: str, start: int) -> Card:
    """A card whose first line that is not blank is the fence."""
    closed = _CLOSE.search(clean, start)
    line = clean.count("\n", 0, start) + 1
    empty = clean.startswith("---", start) and _CLOSE.match(clean, start - 1)
    if closed is None and not empty:
        message = "The front matter is opened with “---” but never closed, so the Hub reads no metadata."
        problem = diagnose("front-matter-unclosed", message, line - 1, 1, fix="Add a line “---” below it.")
        return Card(original, {}, clean, Marks(), (problem,))
    if closed is not None:
        card = _card(original, clean[closed.end() :], read_document(clean[start : closed.start() + 1], line), line)
        if card.data or not empty:
            return card
    problem = diagnose("front-matter-empty", "The front matter is empty.", line - 1, 1, fix=_ADD)
    return Card(original, {}, clean[start + len(_FENCE) :], Marks(None, line), (problem,))


def _card(original: str, body: str, document: Document, line: int, *extra: Diagnostic) -> Card:
    found = (*extra, *document.diagnostics)
    if isinstance(document.data, dict) and (document.data or document.diagnostics):
        return Card(original, document.data, body, document.marks, found)
    if document.data not in (None, {}):
        message = "The front matter is no mapping of keys to values, so the Hub reads no metadata."
        unspaced = isinstance(document.data, str) and UNSPACED.match(document.data)
        fix = "Write a space after the colon." if unspaced else "Write it as “key: value” lines."
        found += (diagnose("front-matter-shape", message, line, 1, fix=fix),)
    elif not document.diagnostics:
        found += (diagnose("front-matter-empty", "The front matter is empty.", line - 1, 1, fix=_ADD),)
    return Card(original, {}, body, document.marks, found)


def _without_leading_fence(original: str, clean: str, opened: re.Match[str] | None) -> Card:
    """A card that starts with something else: text, an odd fence, bare YAML, or only a body."""
    start = clean.rfind("\n", 0, len(clean) - len(clean.lstrip())) + 1
    shown = clean[start:].partition("\n")[0] if clean[start : start + 1] in tuple(" \t-—–") else ""
    if _ALMOST_OPEN.fullmatch(shown):
        message = f"The line “{shown[:20]}” does not open front matter, so the Hub reads no metadata."
        fix = "Write exactly three dashes, with nothing before or after them."
        problem = diagnose("front-matter-fence", message, clean.count("\n", 0, start) + 1, 1, fix=fix)
        return Card(original, {}, clean, Marks(), (problem,))
    found = _bare(original, clean) if opened is None else _after_text(original, clean, opened)
    if found is not None:
        return found
    return Card(
        original, {}, clean, Marks(), (diagnose("front-matter-missing", "The card has no metadata.", 1, 1, fix=_ADD),)
    )


def _bare(original: str, clean: str) -> Card | None:
    """Metadata without any fence, as it is pasted; None where the text does not look like that."""
    if len(clean) > LARGEST or not _FIRST_KEY.match(clean) or not _KNOWN_KEY.search(clean):
        return None
    document = read_document(clean)
    if not (isinstance(document.data, dict) and KNOWN_KEYS & document.data.keys()):
        return None
    message = "This is metadata without the lines “---” around it; in a README.md the Hub would not read it."
    return _card(
        original, "", document, 1, diagnose("front-matter-bare", message, 1, 1, fix="Put “---” above and below it.")
    )


def _after_text(original: str, clean: str, opened: re.Match[str]) -> Card | None:
    """Metadata below other text: the Hub reads it, so it is read where it looks like metadata."""
    while again := _OPEN.match(clean, opened.end()):
        opened = again
    closed = _CLOSE.search(clean, opened.end())
    if closed is None or not _FIRST_KEY.match(clean, opened.end()):
        return None
    line = clean.count("\n", 0, opened.end()) + 1
    document = read_document(clean[opened.end() : closed.start() + 1], line)
    if not (isinstance(document.data, dict) and KNOWN_KEYS & document.data.keys()):
        return None
    message = "Text stands above the front matter; the Hub mostly reads it, other tools do not."
    problem = diagnose("front-matter-late", message, line - 1, 1, fix="Move the metadata to the top of the file.")
    return _card(original, clean[: opened.start()] + clean[closed.end() :], document, line, problem)
