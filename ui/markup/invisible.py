"""Marks in HTML for characters that turn words around or hide (`metadata/visible.py`), for what may not import Gradio.

What is seen is always `[U+202E]`, with a tooltip that names it. There are two ways to write that:

- In a short text (a label, a title, a name) it stands in the place of the character: it is copied as it is seen.
- In code and in running text the character stays, for who copies them: alone in a box of its own, so that it turns
  nothing around, and what is seen of it is made by the style (`.control` in `front/shared/page.css`).

In code, and in the words of a link, all of them are marked; in prose those alone that turn words around, as people
write the others between Hebrew or Arabic and signs, to hyphenate, and inside of words."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from showcard.metadata.visible import HIDING, TURNING, code_point, name_of

MAX = 500  # marks of one text that are elements: what is more is only written out
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
# What is neither written from right to left nor ever marked: letters from A on and from kana on, dashes and quotes.
_PLAIN = r"\xa0-\xac\xae-\u034e\u0350-\u058f\u2010-\u2027\u2030-\u205e\u3040-\u3163\u3165-\ud7ff"
_OTHER = re.compile(rf"[^\x00-\x9f{_PLAIN}]")
# Whatever is written otherwise in HTML than it is: quotes, ampersands, angle brackets, and all that is not plain.
TOUCHED = re.compile(rf"[^\x00-\x21\x23-\x25\x28-\x3b=\x3f-\x9f{_PLAIN}]")
_PIECES = re.compile(r"<[^<>]*>|[^<]+|<")
_TAG = re.compile(r"<(/?)(pre|code|kbd|samp|a)(?=[\s>])")

Mark = Callable[[str], str]


def marked(text: str) -> str:
    """A short text as HTML, with marks."""
    return _escaped(text, HIDING, _written_mark)


def is_plain(text: str, start: int = 0) -> bool:
    """Whether a text is written alike in each place: most are, and one look finds it out."""
    return text.isascii() or not _OTHER.search(text, start)


def needs_isolation(text: str) -> bool:
    """Whether a short text could move what stands beside it: it is written from right to left, or holds controls."""
    return not text.isascii() and bool(_RIGHT_TO_LEFT.search(text) or HIDING.search(text))


def running(text: str) -> str:
    """Running text as HTML, to the letter."""
    return _escaped(text, TURNING, _kept_mark)


def code(text: str) -> str:
    """Code as HTML, to the letter."""
    return _escaped(text, HIDING, _kept_mark)


class CharacterMarker:
    """Marks the texts of HTML that comes in pieces: as code inside of code and links, else as prose.

    Attributes must hold neither `<` nor `>`."""

    def __init__(self) -> None:
        self.depth = 0  # of elements whose text is marked as code
        self._budget = _Budget(_kept_mark)

    def marked(self, html: str) -> str:
        """The next piece, marked."""
        return "".join(map(self._piece, _PIECES.findall(html)))

    def _piece(self, piece: str) -> str:
        if piece[0] != "<":
            return _put(piece, HIDING if self.depth else TURNING, self._budget)
        if found := _TAG.match(piece):
            self.depth = max(0, self.depth - 1) if found[1] else self.depth + 1
        return piece


class _Budget:
    """Makes marks while there may be more of them."""

    def __init__(self, mark: Mark) -> None:
        self.mark, self.left = mark, MAX

    def __call__(self, found: re.Match[str]) -> str:
        if found.groupdict().get("kept"):
            return found[0]
        self.left -= 1
        return self.mark(found[0]) if self.left >= 0 else code_point(found[0])


def _escaped(text: str, pattern: re.Pattern[str], mark: Mark) -> str:
    escaped = html.escape(text)
    return escaped if escaped.isascii() else pattern.sub(_Budget(mark), escaped)


def _put(text: str, pattern: re.Pattern[str], budget: _Budget) -> str:
    return text if text.isascii() else pattern.sub(budget, text)


def _written_mark(character: str) -> str:
    return f"{_opening(character)}>{code_point(character)}</span>"


def _kept_mark(character: str) -> str:
    return f'{_opening(character)} data-code="{code_point(character)}">{character}</span>'


def _opening(character: str) -> str:
    name = name_of(character)
    return f'<span class="control" dir="ltr" role="img" aria-label="{name}" title="{name}"'
