"""A value -> a literal of Python, JavaScript, JSON or the shell. The only place that quotes."""

from __future__ import annotations

import json
import keyword
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

WIDTH = 88
_SHORT_KEY, _MOST_KEYS = 40, 1000

_PLAIN_ASCII = re.compile(r"[ -!#-\[\]-~]*")  # printable, no double quote, no backslash
_PRINTS = re.compile(r"[ -~]*")
_SAFE_WORD = re.compile(r"[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}


@dataclass(frozen=True, slots=True)
class SourceCode:
    """An expression that a writer made, to be written as it stands; never made of an input."""

    text: str


class Secret(str):
    """The name of the environment variable that a value is read from; `plain`: whether JSON holds it unescaped."""

    plain = True


def is_plain(text: str) -> bool:
    """Whether a text is the same inside of quotes in every language."""
    return _PLAIN_ASCII.fullmatch(text) is not None


def python(value: Any, indent: int = 0, room: int = WIDTH) -> str:
    """A Python expression whose value equals `value`, laid out as black does; `room` is what the line has left."""
    return _lay_out(_node(value, _PYTHON), _PYTHON, indent, room)


def javascript(value: Any, indent: int = 0, room: int = WIDTH) -> str:
    """A JavaScript expression whose value equals `value`, laid out as prettier does."""
    return _lay_out(_node(value, _JAVASCRIPT), _JAVASCRIPT, indent, room)


def json_text(value: Any, room: int = WIDTH) -> str:
    """JSON; what does not print (and half a surrogate pair) is escaped. Raises ValueError for NaN and infinity."""
    return _lay_out(_node(value, _JSON), _JSON, 0, room)


@dataclass(frozen=True, slots=True)
class _Style:
    """How a language writes a text, what else is no list or object, a key, and an object on one line; how far it
    indents, what follows the last item, and whether `{x: x}` may be `{x}`."""

    text: Callable[[str], str]
    scalar: Callable[[Any], str]
    key: Callable[[str], str]
    braces: tuple[str, str]
    step: int
    last: str
    shorthand: bool = False


# A value written on one line, its brackets, and its items with the code before each, for when that line is too long.
# A tuple, because thousands are made in every second.
_Node: TypeAlias = "tuple[str, str, Sequence[tuple[str, _Node]]]"


def _node(value: Any, style: _Style) -> _Node:
    kind = type(value)
    if kind is str:  # most are
        return style.text(value), "", ()
    if kind not in (dict, list) or not value:
        return style.scalar(value), "", ()
    if kind is list:
        items = [("", _node(item, style)) for item in value]
        return f"[{', '.join([node[0] for _, node in items])}]", "[]", items
    key, short = style.key, style.shorthand
    items = [
        ("" if short and type(item) is SourceCode and item.text == name else key(name), _node(item, style))
        for name, item in value.items()
    ]
    opening, closing = style.braces
    return f"{opening}{', '.join([head + node[0] for head, node in items])}{closing}", "{}", items


def _keys(literal: Callable[[str], str]) -> Callable[[str], str]:
    """How a key and its colon are written. The same few keys come again and again: short ones are remembered."""
    known: dict[str, str] = {}

    def write(name: str) -> str:
        found = known.get(name)
        if found is None:
            found = f"{literal(name)}: "
            if len(name) < _SHORT_KEY and len(known) < _MOST_KEYS:
                known[name] = found
        return found

    return write


def _lay_out(node: _Node, style: _Style, indent: int, room: int) -> str:
    """One line where it fits, else one item a line."""
    line, brackets, items = node
    if len(line) <= room or not items:
        return line
    inner = indent + style.step
    margin = " " * inner
    lines = [f"{margin}{head}{_lay_out(item, style, inner, WIDTH - inner - len(head) - 1)}" for head, item in items]
    inside = ",\n".join(lines)
    return f"{brackets[0]}\n{inside}{style.last}\n{' ' * indent}{brackets[1]}"


def python_call(function: str, arguments: Iterable[tuple[str | None, Any]], indent: int = 0, prefix: int = 0) -> str:
    """A call with named arguments (None: positional), one a line where they don't fit on one."""
    parts: list[tuple[str, _Node]] = []
    others: dict[str, Any] = {}
    for name, value in arguments:
        if name is None or is_python_name(name):
            parts.append((f"{name}=" if name else "", _node(value, _PYTHON)))
        else:
            others[name] = value
    if others:
        parts.append(("**", _node(others, _PYTHON)))
    one_line = f"{function}({', '.join([head + node[0] for head, node in parts])})"
    if len(one_line) + indent + prefix <= WIDTH:
        return one_line
    inner = " " * (indent + 4)
    room = WIDTH - indent - 5
    lines = [f"{inner}{head}{_lay_out(node, _PYTHON, indent + 4, room - len(head))},\n" for head, node in parts]
    return f"{function}(\n{''.join(lines)}{' ' * indent})"


def is_python_name(name: str) -> bool:
    """Whether a name can be written as a keyword argument. ASCII only: Python folds other letters together."""
    return _NAME.fullmatch(name) is not None and not keyword.iskeyword(name)


def _python_scalar(value: Any) -> str:
    if isinstance(value, Secret):
        return f'os.environ["{value}"]'
    if isinstance(value, str):
        return python_string(value)
    if isinstance(value, SourceCode):
        return value.text
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f'float("{value!r}")'
    if value is None or isinstance(value, bool | int | dict | list):  # of lists and objects, the empty ones
        return repr(value)
    raise TypeError(f"{type(value).__name__} has no literal")


def python_string(text: str) -> str:
    """A Python string literal; double quotes unless single ones save escapes."""
    if _PLAIN_ASCII.fullmatch(text):
        return f'"{text}"'
    quote = "'" if '"' in text and "'" not in text else '"'
    return quote + "".join(_python_char(char, quote) for char in text) + quote


def _python_char(char: str, quote: str) -> str:
    if char == quote:
        return "\\" + char
    if char in _SHORT:
        return _SHORT[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN_ASCII.fullmatch(value):
        return f'"{value}"'
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text if _PRINTS.fullmatch(text) else "".join(_utf16_or_same(char) for char in text)


def _utf16_or_same(char: str) -> str:
    return char if char.isprintable() else _utf16_escapes(char)


def javascript_string(text: str) -> str:
    """A JavaScript string literal."""
    if _PLAIN_ASCII.fullmatch(text):
        return f'"{text}"'
    return '"' + "".join(_javascript_char(char) for char in text) + '"'


def _javascript_scalar(value: Any) -> str:
    if isinstance(value, Secret):
        return f"process.env.{value}"
    if isinstance(value, str):
        return javascript_string(value)
    if isinstance(value, SourceCode):
        return value.text
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else {"nan": "NaN", "inf": "Infinity"}.get(repr(value), "-Infinity")
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int | dict | list):  # of lists and objects, the empty ones
        return repr(value)
    raise TypeError(f"{type(value).__name__} has no literal")


def _javascript_key(key: str) -> str:
    # `__proto__` as a plain or quoted key would set the prototype; computed, it is a property like any other.
    if key == "__proto__":
        return '["__proto__"]'
    return key if _NAME.fullmatch(key) else javascript_string(key)


def _javascript_char(char: str) -> str:
    if char == '"':
        return '\\"'
    if char in _SHORT:
        return _SHORT[char]
    return _utf16_or_same(char)


def _utf16_escapes(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def shell_word(text: str) -> str:
    """One word of a POSIX shell (bash, dash, zsh). Raises ValueError for what no word can hold."""
    if _SAFE_WORD.fullmatch(text):
        return text
    if "\0" in text:
        raise ValueError("A shell word can't hold a NUL byte.")
    text.encode("utf-8")  # half a surrogate pair can't be typed: UnicodeEncodeError is a ValueError
    return "'" + text.replace("'", "'\\''") + "'"


def heredoc(text: str, name: str = "JSON") -> tuple[str, str]:
    """What goes after a command (`<<'JSON'`), and the lines that follow; their end is a line that the text has not."""
    lines = set(text.split("\n"))
    word, number = name, 1
    while word in lines:
        word, number = f"{name}_{number}", number + 1
    return f"<<'{word}'", f"{text}\n{word}"


def comment(text: str) -> str:
    """A text on one line, for a comment."""
    return "".join(char if char.isprintable() else " " for char in text)


def plain(value: Any) -> Any:
    """Lists and dicts instead of other sequences and mappings."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


_PYTHON = _Style(python_string, _python_scalar, _keys(python_string), ("{", "}"), 4, ",")
_JAVASCRIPT = _Style(javascript_string, _javascript_scalar, _keys(_javascript_key), ("{ ", " }"), 2, ",", True)
_JSON = _Style(_json_scalar, _json_scalar, _keys(_json_scalar), ("{", "}"), 2, "")
