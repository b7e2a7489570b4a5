"""`showcard inspect SOURCE...`: what the cards say."""

from __future__ import annotations

import argparse
from pathlib import Path

from showcard.metadata.model import source_model
from showcard.metadata.visible import printable

from .terminal import as_json, complain


def run(given: list[str]) -> int:
    """Print what each card holds; 1 where one can't be read."""
    parser = argparse.ArgumentParser(prog="showcard inspect", description="Say what model cards hold.")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a README.md or a model folder")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args(given)
    failed = 0
    for source in options.sources:
        try:
            found = source_model(Path(source)).to_json(source)
        except (OSError, ValueError) as error:
            failed = complain(source, error)
            continue
        print(as_json(found) if options.json else printable(_summary(found)))
    return failed


def _summary(found: dict[str, object]) -> str:
    examples, diagnostics = found["examples"], found["diagnostics"]
    assert isinstance(examples, list)
    assert isinstance(diagnostics, list)
    lines = [f"{found['source']}: {found['task'] or 'no task'} (by {found['rule']})"]
    lines += [f"  example {n}, line {e['line']}: {e['title']}" for n, e in enumerate(examples, 1)]
    lines += [f"  {d['severity']}, line {d['line']}: {d['message']}" for d in diagnostics]
    return "\n".join(lines)
