"""A card: front matter and body from text, and where every value stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .diagnostics import Diagnostic
from .document import LARGEST, Document, read_document
from .yaml12 import Marks


@dataclass(frozen=True, slots=True)
class Card:
    """A model card. `data` is the front matter as the Hub reads it, `body` the Markdown below it, `marks` tells where
    the value at a key path stands, `diagnostics` what was found while reading."""

    text: str
    data: Mapping[str, Any]
    body: str
    marks: Marks
    diagnostics: tuple[Diagnostic, ...] = ()


# Keys that make a mapping recognisable as the front matter of a card.
KNOWN_KEYS = frozenset(
    """pipeline_tag tags widget library_name language languages license license_name license_link datasets metrics
    model-index model_index base_model base_model_relation inference mask_token thumbnail co2_eq_emissions new_version
    instance_prompt extra_gated_prompt extra_gated_fields extra_gated_heading extra_gated_description model_name
    eval_results title library task""".split()
)

_OPEN = re.compile(r"^---\n", re.MULTILINE)
_CLOSE = re.compile(r"\n---[ \t]*(?:\n|\Z)")
_ALMOST_OPEN = re.compile(r"\s*^(?:[ \t]+---[ \t]*|-{4,}[ \t]*|---[ \t]+|—+|–+)$", re.MULTILINE)
_FIRST_KEY = re.compile(r"\s*(?:#[^\n]*\n\s*)*[A-Za-z_][\w-]*:(?:[ \t\n]|$)")


def decode(raw: bytes) -> str:
    """The text of a card's bytes: UTF-8 with or without a mark, UTF-16 with one, else byte by byte."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("utf-8-sig", "replace")


def parse_card(text: str | bytes) -> Card:
    """A card from its text. Never raises; what is odd is in `diagnostics`."""
    original = decode(text) if isinstance(text, bytes) else text
    clean = original.removeprefix("\ufeff")
    if "\r" in clean:
        clean = clean.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    opened = _OPEN.search(clean)
    if opened is None or (opened.start() and clean[: opened.start()].strip()):
        return _without_leading_fence(original, clean, opened)
    return _fenced(original, clean, opened.end())


def _fenced(original: str, clean: str, start: int) -> Card:
    """A card whose first line that is not blank is the fence."""
    if clean.startswith("---", start) and not _CLOSE.search(clean, start + 3):
        start = clean.find("\n", start) + 1 or start  # `---` twice and nothing after: an empty block
    closed = _CLOSE.search(clean, start - 1)
    line = clean.count("\n", 0, start) + 1
    if closed is None:
        message = "The front matter is opened with “---” but never closed, so the Hub reads no metadata."
        problem = Diagnostic("error", "front-matter-unclosed", message, line - 1, 1, "Add a line “---” below it.")
        return Card(original, {}, clean, Marks(), (problem,))
    if closed.start() < start:
        # `---` right below `---`: the Hub's pattern wants something in between and goes on to the next fence.
        later = _CLOSE.search(clean, closed.end() - 1)
        if later is None:
            message = "The front matter is empty."
            return Card(
                original, {}, clean[closed.end() :], Marks(), (_plain("front-matter-empty", message, line - 1),)
            )
        closed = later
    block = clean[start : closed.start() + 1]
    return _card(original, clean[closed.end() :], read_document(block, line), line)


def _card(original: str, body: str, document: Document, line: int, *extra: Diagnostic) -> Card:
    found = (*extra, *document.diagnostics)
    if isinstance(document.data, dict):
        return Card(original, document.data, body, document.marks, found)
    if document.data is not None:
        message = "The front matter is no mapping of keys to values, so the Hub reads no metadata."
        found += (Diagnostic("error", "front-matter-shape", message, line, 1, "Write it as “key: value” lines."),)
    elif not document.diagnostics:
        found += (_plain("front-matter-empty", "The front matter is empty.", line),)
    return Card(original, {}, body, document.marks, found)


def _plain(code: str, message: str, line: int) -> Diagnostic:
    return Diagnostic("warning", code, message, line, 1, "Add at least pipeline_tag, license and language.")


def _without_leading_fence(original: str, clean: str, opened: re.Match[str] | None) -> Card:
    """A card that starts with something else: text, an odd fence, bare YAML, or only a body."""
    almost = _ALMOST_OPEN.match(clean)
    if almost:
        fence = almost.group().strip("\n")
        line = clean.count("\n", 0, almost.end()) + 1
        message = f"The line “{fence.strip()[:20]}” does not open front matter, so the Hub reads no metadata."
        fix = "Write exactly three dashes, with nothing before or after them."
        return Card(original, {}, clean, Marks(), (Diagnostic("error", "front-matter-fence", message, line, 1, fix),))
    if opened is not None:
        card = _after_text(original, clean, opened)
        if card:
            return card
    elif _FIRST_KEY.match(clean) and len(clean) <= LARGEST:
        document = read_document(clean)
        if isinstance(document.data, dict) and KNOWN_KEYS & document.data.keys():
            message = "This is metadata without the lines “---” around it; in a README.md the Hub would not read it."
            problem = Diagnostic("info", "front-matter-bare", message, 1, 1, "Put “---” above and below it.")
            return _card(original, "", document, 1, problem)
    message = "The card has no metadata."
    return Card(original, {}, clean, Marks(), (_plain("front-matter-missing", message, 1),))


def _after_text(original: str, clean: str, opened: re.Match[str]) -> Card | None:
    """Front matter below other text: the Hub reads it, so it is read where it looks like metadata."""
    closed = _CLOSE.search(clean, opened.end() - 1)
    if closed is None or closed.start() < opened.end():
        return None
    line = clean.count("\n", 0, opened.end()) + 1
    block = clean[opened.end() : closed.start() + 1]
    if not _FIRST_KEY.match(block):
        return None
    document = read_document(block, line)
    if not (isinstance(document.data, dict) and KNOWN_KEYS & document.data.keys()):
        return None
    message = "There is text above the front matter; the Hub may or may not read it."
    problem = Diagnostic(
        "warning", "front-matter-late", message, line - 1, 1, "Move the metadata to the top of the file."
    )
    body = clean[: opened.start()] + clean[closed.end() :]
    return _card(original, body, document, line, problem)
