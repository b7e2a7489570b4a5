"""The embedded engine: how fast the tiny language models are, and what the server adds to an engine's own time:
`python benchmarks/local_engine.py`.

One core, one BLAS thread, one run; each line ends with its limit. Engines are measured in this process, and then behind
their server, which is a process of its own."""

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
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from showcard.local.engines import ENGINES, TextGenerator  # noqa: E402
from showcard.local.engines.base import Turn  # noqa: E402
from showcard.local.engines.tiny_lm import load  # noqa: E402

MODELS = ("tiny-chat-1m", "tiny-chat-380k")
TOKENS, CALLS = 600, 60
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


def say(what: str, value: float, unit: str, limit: float, least: bool = False) -> bool:
    """Prints a figure; whether it keeps its limit."""
    print(f"{what:<72} {value:9.2f} {unit:<9} {'at least' if least else 'at most'} {limit:g}")
    return value >= limit if least else value <= limit


def medians(own: Callable[[], Any], wired: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds of two calls that take turns, so that both meet the same machine; after three to warm up."""
    taken: list[list[float]] = [[], []]
    for number in range(CALLS + 3):
        for place, call in enumerate((own, wired)):
            started = perf_counter()
            call()
            if number >= 3:
                taken[place].append((perf_counter() - started) * 1000)
    return statistics.median(taken[0]), statistics.median(taken[1])


def speed(name: str) -> float:
    """Tokens a second, sampled, over whole answers."""
    model, said, seed = load(name), 0, 0
    turns = [Turn(**message) for message in STORY]
    list(model.stream(turns, {"temperature": 0}))
    started = perf_counter()
    while said < TOKENS:
        said += sum(1 for _ in model.stream(turns, {"seed": seed, "temperature": 1.0}))
        seed += 1
    return said / (perf_counter() - started)


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


def overheads(server: Server) -> dict[str, tuple[float, float]]:
    """For each engine of a task its own median and the one over HTTP."""
    found = {}
    for engine in ENGINES:
        runner = engine.load()
        if engine.task not in ASKED or isinstance(runner, TextGenerator):
            continue
        inputs, parameters = ASKED[engine.task]
        sent = base64.b64encode(inputs).decode() if isinstance(inputs, bytes) else inputs
        body = inputs if sent is not inputs and not parameters else {"inputs": sent, "parameters": parameters}
        own, post = partial(runner.run, inputs, parameters), partial(server.post, f"/models/{engine.id}", body)
        found[engine.id] = medians(own, post)
    return found


def main() -> int:
    """Prints the figures; 1 when one misses its limit."""
    held = [say(f"{name}: tokens a second", speed(name), "tokens/s", 500, least=True) for name in MODELS]
    server = Server()
    try:
        for name in MODELS:
            server.first_token(f"showcard/{name}")
            firsts, rates = zip(*[server.first_token(f"showcard/{name}") for _ in range(20)], strict=True)
            print(f"{name}: {statistics.median(rates):.0f} tokens/s as they arrive over the wire")
            held.append(say(f"{name}: first token over the wire, median of 20", statistics.median(firsts), "ms", 50))
        for engine, (own, wired) in overheads(server).items():
            held.append(say(f"{engine}: what the server adds to its {own:.2f} ms", wired - own, "ms", 3))
    finally:
        server.close()
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main())
