"""What the verbs print, and how."""

from __future__ import annotations

import json
import sys

from showcard.metadata.visible import escaped_json, printable


def as_json(value: object) -> str:
    """JSON on one line, with what a terminal would obey or hide written as escapes."""
    return escaped_json(json.dumps(value, ensure_ascii=False))


def complain(source: str, error: Exception) -> int:
    """Say on standard error what is wrong with a source; the exit code."""
    print(printable(f"{source}: {error}"), file=sys.stderr)
    return 1
