"""`showcard snippets`: Requests as JSON lines on standard input, or a card's examples, to JSON lines of snippets."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from showcard.inference.resolve import resolve_offline
from showcard.metadata.model import source_model
from showcard.metadata.visible import escaped_json
from showcard.snippets import lines
from showcard.snippets.of_card import example_requests

from .terminal import complain


def run(given: list[str]) -> int:
    """Print a line of snippets for each Request; 1 where the card can't be read."""
    parser = argparse.ArgumentParser(
        prog="showcard snippets",
        description="Write code for the examples of a card, or for Requests given as JSON lines on standard input.",
    )
    parser.add_argument("source", nargs="?", help="a README.md or a model folder; else standard input is read")
    options = parser.parse_args(given)
    try:
        requests = list(example_requests(source_model(Path(options.source)))) if options.source else sys.stdin
    except (OSError, ValueError) as error:
        return complain(options.source, error)
    for line in lines(requests, resolve_offline):
        print(escaped_json(line), flush=True)
    return 0
