"""Texts of strangers as cells of a CSV file, none of which a spreadsheet takes for a formula.

What may stand in front of a formula without keeping a program from computing it differs from one to the next and with
the country's separators; so it is told by Unicode's categories, not by a list.
https://owasp.org/www-community/attacks/CSV_Injection"""

from __future__ import annotations

import unicodedata

_FORMULA = ("=", "+", "-", "@", "|", "%", "\N{MINUS SIGN}")
_SKIPPED = frozenset("CZM")  # first letters of categories: controls and format, separators and spaces, marks
_QUOTES_AND_SEPARATORS = frozenset("\"'`´„‚;,:")
_QUOTES = ("Pi", "Pf")
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a symbol by category, yet nothing is seen


def guarded(text: str) -> str:
    """A text that no spreadsheet computes: one that it might take for a formula begins with an apostrophe."""
    text = text.encode("utf-8", "replace").decode().replace("\0", "")
    begins = next((place for place, character in enumerate(text) if not _skipped(character)), len(text))
    formula = unicodedata.normalize("NFKC", text[begins : begins + 1]).lstrip().startswith(_FORMULA)
    return f"'{text}" if formula or text.startswith(("\t", "\r", "\n")) else text


def _skipped(character: str) -> bool:
    """Whether a formula may follow this."""
    category = unicodedata.category(character)
    known = character in _QUOTES_AND_SEPARATORS or character in _BLANK_LETTERS
    return known or category[0] in _SKIPPED or category in _QUOTES
