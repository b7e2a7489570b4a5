"""The embedded engine: how fast the tiny language models are, and what the server adds to an engine's own time:
`python benchmarks/local_engine.py`.

One core, one BLAS thread, one run. A sampled token is held against the bare matrix products that it takes; an
engine behind its server, against its own time and the smallest answer of that server (`/health`), all asked in turn.
Engines are measured in this process, and then behind their server, which is a process of its own: both have to say
the same."""

from __future__ import annotations

import base64
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from urllib.parse import urlsplit

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402

from benchmarks.support.report import ROOT, Report, parser, run  # noqa: E402
from showcard.local.engines import ENGINES, TextGenerator  # noqa: E402
from showcard.local.engines.base import Turn  # noqa: E402
from showcard.local.engines.tiny_lm import TinyLM, load  # noqa: E402

# How many times the bare products of a token it may take; the smaller model's are hardly more than calls of NumPy.
MODELS = {"tiny-chat-1m": 12, "tiny-chat-380k": 30}
TOKENS, CALLS, WARM = 600, 60, 3
STORY = [{"role": "user", "content": "Tell me a story about a fox."}]
SAMPLES = ROOT / "metadata" / "data" / "samples"
IRIS = {"sepal length": [5.1], "sepal width": [3.5], "petal length": [1.4], "petal width": [0.2]}
# What each task is asked with; parameters where a task needs them.
ASKED: dict[str, tuple[Any, dict[str, Any]]] = {
    "text-classification": ("I like this museum, and its garden too.", {}),
    "token-classification": ("My name is Sarah and I live in London.", {}),
    "question-answering": ({"question": "Where do I live?", "context": "My name is Sarah. I live in London."}, {}),
    "image-classification": ((ROOT / "examples/digits/images/seven.png").read_bytes(), {}),
    "sentence-similarity": ({"source_sentence": "a cat", "sentences": ["a dog", "two cats"]}, {}),
    "feature-extraction": ("Today is a sunny day.", {}),
    "summarization": ("A cat sat. A cat ran. A dog came. It rained.", {}),
    "table-question-answering": ({"query": "How many rows?", "table": {"City": ["Bern"], "People": ["134000"]}}, {}),
    "fill-mask": ("Temperature says how much [MASK] decides.", {}),
    "object-detection": ((SAMPLES / "shapes.png").read_bytes(), {}),
    "image-segmentation": ((SAMPLES / "shapes.png").read_bytes(), {}),
    "image-to-image": ((SAMPLES / "shapes.png").read_bytes(), {"prompt": "sepia"}),
    "tabular-classification": ({"data": IRIS}, {}),
    "tabular-regression": ({"data": IRIS}, {}),
}


def medians(calls: list[Callable[[], Any]], turns: int) -> list[float]:
    """Milliseconds of calls that take turns, so that all meet the same machine; after some to warm up."""
    taken: list[list[float]] = [[] for _ in calls]
    for number in range(turns + WARM):
        for place, call in enumerate(calls):
            started = perf_counter()
            call()
            if number >= WARM:
                taken[place].append((perf_counter() - started) * 1000)
    return [statistics.median(each) for each in taken]


def speed(name: str, tokens: int, report: Report) -> None:
    """The time of a sampled token over whole answers, and of the bare products that it takes."""
    model, said, seed = load(name), 0, 0
    turns = [Turn(**message) for message in STORY]
    first = "".join(str(token) for token in model.stream(turns, {"temperature": 0}))
    again = "".join(str(token) for token in model.stream(turns, {"temperature": 0}))
    report.proof(f"{name}: says something, and the same again at temperature 0", bool(first) and first == again)
    began = process_time()
    while said < tokens:
        said += sum(1 for _ in model.stream(turns, {"seed": seed, "temperature": 1.0}))
        seed += 1
    taken = (process_time() - began) / said
    report.figure(f"{name}: tokens a second of the processor", 1 / taken, "tokens/s")
    report.ratio(
        f"{name}: a token, of the bare products that it takes", taken, products(model, tokens), most=MODELS[name]
    )


def products(model: TinyLM, times: int) -> float:
    """Seconds of the processor for a token's matrix products and nothing else."""
    matrices = [model.model._embedding.T]
    for layer in model.model._layers:
        matrices += [layer.query_key_value, layer.attention_out, layer.gate_and_up, layer.down]
    pairs = [(np.ones((1, one.shape[0]), np.float32), one) for one in matrices]
    began = process_time()
    for _ in range(times):
        for vector, matrix in pairs:
            vector @ matrix
    return (process_time() - began) / times


class Server:
    """The server, and a connection that is kept."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "showcard.local", "--with-parent"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.connection = HTTPConnection(urlsplit(self.process.stdout.readline().strip()).netloc, timeout=60)

    def post(self, path: str, body: Any) -> bytes:
        """The body of an answer."""
        self.connection.request("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode())
        return self.connection.getresponse().read()

    def health(self) -> bytes:
        """The smallest answer there is."""
        self.connection.request("GET", "/health")
        return self.connection.getresponse().read()

    def first_token(self, model: str) -> tuple[float, float]:
        """Milliseconds to the first token of a streamed answer, and its tokens a second from there on."""
        asked = {"model": model, "messages": STORY, "stream": True, "temperature": 0}
        started = perf_counter()
        self.connection.request("POST", "/v1/chat/completions", json.dumps(asked).encode())
        reply, first, said = self.connection.getresponse(), 0.0, 0
        for line in reply:
            if b'"content": "' in line and b'"content": ""' not in line:
                first = first or perf_counter()
                said += 1
        return (first - started) * 1000, said / (perf_counter() - first)

    def close(self) -> None:
        """Ends the server."""
        self.connection.close()
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


def first_tokens(server: Server, name: str, turns: int, report: Report) -> None:
    """The first token over the wire, of the first one in this process and the smallest answer together."""
    model, asked = load(name), [Turn(**message) for message in STORY]
    server.first_token(f"showcard/{name}")
    wired, rates = zip(*[server.first_token(f"showcard/{name}") for _ in range(turns)], strict=True)
    own, health = medians([lambda: next(iter(model.stream(asked, {"temperature": 0}))), server.health], turns)
    report.figure(f"{name}: as they arrive over the wire", statistics.median(rates), "tokens/s")
    report.figure(f"{name}: first token over the wire", statistics.median(wired), "ms")
    report.ratio(
        f"{name}: first token over the wire, of one here and /health", statistics.median(wired), own + health, most=4
    )


def overheads(server: Server, turns: int, report: Report) -> None:
    """For each engine of a task what its server adds to its own time."""
    for engine in ENGINES:
        runner = engine.load()
        if engine.task not in ASKED or isinstance(runner, TextGenerator):
            continue
        inputs, parameters = ASKED[engine.task]
        sent = base64.b64encode(inputs).decode() if isinstance(inputs, bytes) else inputs
        body = inputs if sent is not inputs and not parameters else {"inputs": sent, "parameters": parameters}
        own, post = partial(runner.run, inputs, parameters), partial(server.post, f"/models/{engine.id}", body)
        report.proof(f"{engine.id}: answers here and there the same", same(own(), post()))
        mine, wired, health = medians([own, post, server.health], turns)
        report.ratio(f"{engine.id}: over the wire, of its own {mine:.2f} ms and /health", wired, mine + health, most=2)


def same(own: Any, wired: bytes) -> bool:
    """Whether an engine's answer is what came over the wire: bytes as they are, all else as JSON."""
    if isinstance(own, bytes):
        return own == wired
    return json.dumps(own, sort_keys=True) == json.dumps(json.loads(wired), sort_keys=True)


def main() -> int:
    """Prints the figures; 1 when a limit or a proof is missed."""
    small = parser(__doc__).parse_args().small
    report, turns = Report(small), 1 if small else CALLS
    for name in MODELS:
        speed(name, 20 if small else TOKENS, report)
    server = Server()
    try:
        for name in MODELS:
            first_tokens(server, name, 1 if small else 20, report)
        overheads(server, turns, report)
    finally:
        server.close()
    return report.end()


if __name__ == "__main__":
    run(main)
