"""Regular expressions that strangers wrote: RE2's, linear in time whatever they say; no look-around, no references."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

MAX_CHARACTERS = 1_000


class PatternError(ValueError):
    """Text that is no such pattern; its own text is a sentence."""


@lru_cache(maxsize=200)
def compiled(pattern: str) -> Any:
    """A pattern to search with. Raises PatternError."""
    if len(pattern) > MAX_CHARACTERS:
        raise PatternError(f"The pattern is longer than {MAX_CHARACTERS:,} characters.")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeError) as error:
        said = error.args[0] if error.args else error
        said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        hint = " Look-around is not supported." if "invalid perl operator" in said else ""
        raise PatternError(f"The pattern can't be read: {said}.{hint}") from None


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches somewhere. Raises PatternError."""
    return compiled(pattern).search(text.encode("utf-8", "replace").decode()) is not None
