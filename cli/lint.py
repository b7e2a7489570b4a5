"""`showcard lint SOURCE...`: what is wrong with the cards."""

from __future__ import annotations

import argparse
from pathlib import Path

from showcard.metadata.lint.run import lint, render
from showcard.metadata.model import source_model
from showcard.metadata.visible import escaped_json, printable

from .terminal import complain


def run(given: list[str]) -> int:
    """Print the findings of each card; 1 where one is an error."""
    parser = argparse.ArgumentParser(prog="showcard lint", description="Find mistakes in model cards.")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a README.md or a model folder")
    parser.add_argument("--format", choices=("text", "json", "github"), default="text")
    options = parser.parse_args(given)
    failed = 0
    for source in options.sources:
        try:
            model = source_model(Path(source))
        except (OSError, ValueError) as error:
            failed = complain(source, error)
            continue
        diagnostics = lint(model)
        if shown := render(source, model.card.text, diagnostics, options.format):
            print((escaped_json if options.format == "json" else printable)(shown))
        failed |= any(d.severity == "error" for d in diagnostics)
    return int(failed)
