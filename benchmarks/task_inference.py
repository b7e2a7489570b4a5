"""How often the inferred task is the Hub's own, over the cards of 2022: `python -m benchmarks.task_inference`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.support.report import CARDS, Report, Skipped, parser, run
from showcard.metadata.reading.card import parse_card
from showcard.metadata.tasks.infer import detect_library, infer_task
from showcard.metadata.tasks.table import find_task

TRUTH = CARDS / "hub_truth_2022.jsonl.gz"
CHAT = "text-generation"  # `conversational` was a pipeline tag of its own in 2022; today it is text that chats


class Config:
    """A repo that holds nothing but a config.json with what the Hub knew of it."""

    name = "a/b"
    revision = None

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config

    def list(self) -> list[str]:
        return ["README.md", "config.json"] if self.config.get("architectures") else ["README.md"]

    def read(self, path: str, limit: int) -> bytes:
        return json.dumps(self.config).encode()


def legacy(name: str | None) -> str | None:
    """Today's name of a pipeline tag of 2022."""
    if name is None:
        return None
    found = find_task(name)
    return CHAT if name == "conversational" else found.id if found else name


def rows(path: Path = TRUTH) -> Iterator[dict[str, Any]]:
    """The Hub's own answers, one card at a time."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def misses(path: Path = TRUTH, most: int | None = None) -> tuple[int, list[str]]:
    """How many cards there are (of the first `most`), and a line for each whose task differs."""
    total, wrong = 0, []
    for row in islice(rows(path), most):
        total += 1
        card = parse_card(row["text"])
        files = Config({"architectures": row["architectures"], "model_type": row["model_type"]})
        guess = infer_task(card, files)
        ours = guess.task.id if guess.task else None
        if ours != legacy(row["hub_pipeline_tag"]):
            libraries = f"library {row['hub_library']}, ours {detect_library(card, files)}"
            said = f"{ours} by {guess.rule}, the Hub said {row['hub_pipeline_tag']}"
            wrong.append(f"{row['hub_id']}: {said} (architectures {row['architectures']}, {libraries})")
    return total, wrong


def main() -> int:
    """Print the figure and every miss; 1 where it is missed, 2 where the cards are not there."""
    options = parser(__doc__).parse_args()
    if not TRUTH.exists():
        raise Skipped(f"{TRUTH} is missing")
    report, most = Report(options.small), 200 if options.small else None
    total, wrong = misses(most=most)
    for line in wrong:
        print(line)
    report.proof(f"{total:,} cards were read", total > 0)
    report.figure("cards whose task is the Hub's", 100 * (total - len(wrong)) / total, "%")
    report.ratio("the same, of all", total - len(wrong), total, least=0.995)
    return report.end()


if __name__ == "__main__":
    run(main)
