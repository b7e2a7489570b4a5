"""The command line: one module a verb. Verbs other than serving never import Gradio."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module

import showcard

VERBS = ("inspect", "lint", "snippets", "check")


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; without one, serve. The exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know fewer characters than a card has
    if given == ["--version"]:
        print(f"showcard {showcard.__version__}")
        return 0
    verb, rest = (given[0], given[1:]) if given and given[0] in VERBS else ("serve", given)
    try:
        code: int = import_module(f"showcard.cli.{verb}").run(rest)
    except BrokenPipeError:  # the reader of our output, such as head, has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code
