"""A folder's first answer after loading, beside transformers called directly: at most 1.3 times as long.

Both in fresh processes, in turn, and both have to give the same answer. The model is a random BERT of the size of
MiniLM (6 layers × 384). `python -m benchmarks.folder`, where torch is."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.support.report import ROOT, Report, Skipped, parser, run

LIMIT = 1.3
ROUNDS = 5
TEXT = "the cat sat on the mat and my name is sarah . " * 10
DIRECT = """
import json, sys, time
from transformers import pipeline
ask = pipeline("text-classification", model=sys.argv[1], device="cpu")
begun = time.perf_counter()
answer = ask(sys.argv[2], top_k=None, truncation=True)
print(json.dumps([time.perf_counter() - begun, answer]))
"""


def make(path: Path) -> None:
    """The model's folder."""
    from transformers import BertConfig, BertForSequenceClassification

    from tests.support.tiny import LABELS, bert_tokenizer

    bert_tokenizer(path)
    config = BertConfig(
        vocab_size=30_522,
        hidden_size=384,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=1536,
        **LABELS,
    )
    BertForSequenceClassification(config).save_pretrained(path)


Answered = tuple[float, list[dict[str, Any]]]


def direct(path: Path) -> Answered:
    """The seconds of the first answer of a pipeline that was just made, and the answer."""
    command = [sys.executable, "-c", DIRECT, str(path), TEXT]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    taken, answer = json.loads(done.stdout.splitlines()[-1])
    return taken, answer


def served(path: Path) -> Answered:
    """The seconds of the first answer, over HTTP, of a process that has just said that it is ready."""
    command = [
        sys.executable,
        "-m",
        "showcard.local.folder",
        str(path),
        "--task",
        "text-classification",
        "--with-parent",
    ]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:
        assert process.stdout is not None
        told = next(line for line in map(json.loads, process.stdout) if "ready" in line or "refused" in line)
        begun = time.perf_counter()
        connection = HTTPConnection(urlsplit(told["ready"]).netloc, timeout=60)
        connection.request("POST", "/", json.dumps({"inputs": TEXT}), {"content-type": "application/json"})
        answer = json.loads(connection.getresponse().read())[0]
        taken = time.perf_counter() - begun
        connection.close()
        process.kill()
    return taken, answer


def same(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> bool:
    """Whether two answers have the same labels with the same scores, but for what rounding does."""
    scores = [{found["label"]: found["score"] for found in answer} for answer in (one, other)]
    return scores[0].keys() == scores[1].keys() and all(
        abs(scores[1][key] - scores[0][key]) < 1e-3 for key in scores[0]
    )


def main() -> int:
    """Measures both in turn; 1 when the best rounds differ by more than the limit, 2 without torch."""
    report = Report(parser(__doc__).parse_args().small)
    if importlib.util.find_spec("torch") is None:
        raise Skipped("torch is not installed here; make test-local makes an environment that has it (.venv-local)")
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        pairs = [(direct(Path(folder)), served(Path(folder))) for _ in range(1 if report.small else ROUNDS)]
    report.proof("both gave the same answer each time", all(same(own[1], ours[1]) for own, ours in pairs))
    own, ours = (min(seconds for seconds, _ in side) for side in zip(*pairs, strict=True))  # the least disturbed
    report.figure("first answer of transformers directly", own * 1000, "ms")
    report.ratio("first answer of the folder's server, of that", ours, own, most=LIMIT)
    return report.end()


if __name__ == "__main__":
    run(main)
