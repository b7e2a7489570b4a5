"""A folder's first answer after loading, beside transformers called directly: at most 1.3 times as long.

Both in fresh processes, in turn. The model is a random BERT of the size of MiniLM (6 layers × 384).
`python -m benchmarks.folder`, where torch is."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 1.3
ROUNDS = 5
TEXT = "the cat sat on the mat and my name is sarah . " * 10
DIRECT = """
import sys, time
from transformers import pipeline
ask = pipeline("text-classification", model=sys.argv[1], device="cpu")
begun = time.perf_counter()
ask(sys.argv[2], top_k=None, truncation=True)
print(time.perf_counter() - begun)
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


def direct(path: Path) -> float:
    """The seconds of the first answer of a pipeline that was just made."""
    command = [sys.executable, "-c", DIRECT, str(path), TEXT]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def served(path: Path) -> float:
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
        assert len(json.loads(connection.getresponse().read())[0]) == 3
        taken = time.perf_counter() - begun
        connection.close()
        process.kill()
    return taken


def main() -> int:
    """Measures both in turn; 1 when the best rounds differ by more than the limit."""
    if importlib.util.find_spec("torch") is None:
        print("torch is not installed here; make test-local makes an environment that has it (.venv-local)")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        pairs = [(direct(Path(folder)), served(Path(folder))) for _ in range(ROUNDS)]
    own, ours = (min(side) for side in zip(*pairs, strict=True))  # the rounds that were disturbed least
    print(f"first answer: transformers directly {own * 1000:.1f} ms, the folder's server {ours * 1000:.1f} ms")
    print(f"ratio {ours / own:.2f} (at most {LIMIT})")
    return int(ours / own > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
