"""Characters that change how what stands beside them is read, made visible: in pages, in a terminal, in JSON.

A label that begins with U+202E shows as another word, and `gnp.exe` after one as `exe.png`.
https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters, https://trojansource.codes"""

from __future__ import annotations

import re
from typing import Final

# Unicode's property Bidi_Control.
BIDI_CONTROLS: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_BIDI = re.compile(f"[{BIDI_CONTROLS}]")
# What a terminal acts on too: C0 and C1, without the tab and the line's end.
_TERMINAL = re.compile(f"[{BIDI_CONTROLS}\x00-\x08\x0b-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    """A short text (a label, a title, the name of a file) with bidirectional controls written as code points."""
    return text if text.isascii() else _BIDI.sub(_written, text)


def printable(text: str) -> str:
    """A text for a terminal: also without what would move its cursor or change its colours."""
    return _TERMINAL.sub(_written, text)


def escaped_json(text: str) -> str:
    """JSON with those controls in its strings as escapes: it reads as the same value."""
    return _BIDI.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def whole(text: str) -> str:
    """The text with lone surrogates, which no encoding can carry, replaced; two that belong together become one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _written(found: re.Match[str]) -> str:
    return f"[U+{ord(found[0]):04X}]"
