"""Characters that change how what stands beside them is read, or that hide, made visible: in pages, a terminal, JSON.

A label that begins with U+202E shows as another word, and `gnp.exe` after one as `exe.png`; `admin` with U+200B in it
is another name. https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters, https://trojansource.codes"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Final

# Unicode's property Bidi_Control.
BIDI_CONTROLS: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Those of them that turn whole words around; the others only say how a sign is read, and prose needs them.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0001\U000e0020-\U000e007f"
)
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_JOINED = "[\u0590-\u1fff\u2100-\ufdff\ufe0f\U00010000-\U0010ffff]"  # letters and pictures that joiners stand between
# The flag of a region, such as Scotland.
_KEPT = "(?P<kept>\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)"
# Beside the controls: what takes no space. Joiners belong to Persian, Hindi and pictures, and so stand between those;
# variation selectors belong to a letter or picture before them. `front/shared/visible.js` has the same.
HIDING = re.compile(
    f"{_KEPT}|[{BIDI_CONTROLS}{_INVISIBLE}]|(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})"
    f"|(?<=[\\x00-\\x22\\x24-\\x29\\x2b-\\x2f\\x3a-\\x7f{_SELECTORS}])[{_SELECTORS}]"
)
# What a terminal acts on: C0 and C1, without the tab and the line's end.
_TERMINAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    """A short text (a label, a title, the name of a file) with such characters written as code points."""
    return text if text.isascii() else HIDING.sub(_written, text)


def turning_none(text: str) -> str:
    """Prose with only those written as code points that turn words around."""
    return text if text.isascii() else TURNING.sub(lambda found: code_point(found[0]), text)


def printable(text: str) -> str:
    """A text for a terminal: also without what would move its cursor or change its colours."""
    return visible(_TERMINAL.sub(lambda found: code_point(found[0]), text))


def escaped_json(text: str) -> str:
    """JSON with such characters in its strings as escapes: it reads as the same value."""
    return HIDING.sub(lambda found: found[0] if found["kept"] else json.dumps(found[0])[1:-1], text)


def code_point(character: str) -> str:
    """What stands for a character: `[U+202E]`."""
    return f"[U+{ord(character):04X}]"


def name_of(character: str) -> str:
    """The code point of a character and its name in Unicode: `U+202E right-to-left override`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '').lower()}".strip()


def whole(text: str) -> str:
    """The text with lone surrogates, which no encoding can carry, replaced; two that belong together become one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _written(found: re.Match[str]) -> str:
    return found[0] if found["kept"] else code_point(found[0])
