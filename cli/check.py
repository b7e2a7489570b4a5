"""`showcard check --model M`: does an endpoint keep what its task promises."""

from __future__ import annotations

import argparse
import asyncio
import sys

from showcard.inference.check import check
from showcard.inference.keys import home_trouble, keys_of_machine
from showcard.metadata.visible import printable

from .terminal import as_json


def run(given: list[str]) -> int:
    """Print what was promised and what was kept; 1 where a promise was not."""
    parser = argparse.ArgumentParser(prog="showcard check", description="See whether an endpoint keeps its promises.")
    parser.add_argument("--model", required=True, help="the model's id, as the endpoint knows it")
    parser.add_argument("--task", help="the task to ask for; else what the Hub or the server says")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--provider", default="auto", help="an Inference Provider (auto)")
    place.add_argument("--base-url", metavar="URL", help="an endpoint of your own; API_TOKEN holds its key")
    parser.add_argument("--bill-to", metavar="ORG", help="the organisation that Inference Providers bill")
    asked = parser.parse_args(given)
    if told := home_trouble():
        print(told, file=sys.stderr)
    keys = keys_of_machine()
    found = check(
        asked.model, provider=asked.provider, base_url=asked.base_url, task=asked.task, keys=keys, bill_to=asked.bill_to
    )
    report = asyncio.run(found)
    print(as_json(report.to_json()) if asked.json else printable(report.to_text()))
    return int(not report.passed)
