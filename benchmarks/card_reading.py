"""How fast and how completely cards are read, as ratios to huggingface_hub in one run.

`python -m benchmarks.card_reading [--mutations 5000]`; `--quick` leaves out the mutations and the processes."""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import logging
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

from huggingface_hub import ModelCard

from showcard.metadata.examples.read import count_items
from showcard.metadata.lint.run import lint
from showcard.metadata.model import read_model

ROOT = Path(__file__).resolve().parents[1]
CARDS = ROOT.parent / "shared" / "cards"
PIECES = (b"\t", b"\x00", b"\xff", b"---\n", b"\n", b": ", b"- ", b"'", b'"', b"[", b"{", b"*a", b"&a ", b"|", b"\r")


def ours(text: str) -> None:
    """Card, task, examples, diagnostics: all of it."""
    lint(read_model(text))


def theirs(text: str) -> bool:
    """What huggingface_hub does: load the YAML. Whether it gave metadata."""
    try:
        return bool(ModelCard(text, ignore_metadata_errors=True).data.to_dict())
    except Exception:
        return False


def seconds(work: Callable[[], object], times: int) -> float:
    """The least processor time of a few runs."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def peak(work: Callable[[], object]) -> int:
    """The most bytes that were held at a time."""
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def front_size(text: str) -> int:
    """The bytes of a card's front matter."""
    return len(text[: max(text.find("\n---", 4), 1)].encode())


def speed(texts: dict[str, str]) -> bool:
    """Times against ModelCard, over the cards that it gives metadata of."""
    ratios: dict[str, float] = {}
    per_byte: dict[str, float] = {}
    for name, text in texts.items():
        times = 3 if len(text) > 100_000 else 15
        mine = seconds(lambda text=text: ours(text), times)
        per_byte[name] = mine / len(text.encode())
        if theirs(text):
            ratios[name] = seconds(lambda text=text: theirs(text), max(3, times // 3)) / mine
    median = statistics.median(ratios.values())
    over = {name: ratio for name, ratio in ratios.items() if len(texts[name].encode()) > 2048}
    worst = min(over, key=lambda name: over[name])
    largest = max(texts, key=lambda name: len(texts[name]))
    print(f"median over {len(ratios)} cards: {median:.1f} times as fast as ModelCard")
    print(f"least over {len(over)} cards above 2 KB: {over[worst]:.1f} times ({worst})")
    usual = statistics.median(per_byte.values())
    print(f"time per byte: {per_byte[largest] * 1e9:.0f} ns for the largest card, {usual * 1e9:.0f} ns at the median")
    front = statistics.median(per_byte[name] * len(texts[name].encode()) / front_size(texts[name]) for name in ratios)
    print(f"  per byte of front matter: {per_byte[largest] * 1e9:.0f} ns, {front * 1e9:.0f} ns at the median")
    held, their = peak(lambda: ours(texts[largest])), peak(lambda: theirs(texts[largest]))
    print(f"peak memory of the largest card: {held / 1e6:.1f} MB, ModelCard {their / 1e6:.1f} MB")
    return median >= 5 and over[worst] >= 3 and held <= their


def completeness(texts: Iterator[str]) -> bool:
    """Items in are examples and diagnosed items out."""
    cards = items = examples = diagnosed = 0
    for text in texts:
        model = read_model(text)
        cards += 1
        items += count_items(model.card)
        examples += len(model.examples)
        diagnosed += sum(d.code == "example-unusable" for d in lint(model))
    print(f"{cards:,} cards: {items:,} items = {examples:,} examples + {diagnosed} diagnosed")
    return items == examples + diagnosed


def mutations(paths: list[Path], count: int) -> None:
    """Real cards with bytes cut, swapped and put in; whatever is raised ends the run."""
    rng = random.Random(0)
    raws = [path.read_bytes() for path in paths if path.stat().st_size < 20_000]
    for _ in range(count):
        raw = bytearray(rng.choice(raws))
        for _ in range(rng.randint(1, 5)):
            at, to = (rng.randrange(0, min(len(raw), 1500) + 1) for _ in range(2))
            kind = rng.randrange(3)
            if kind == 0:
                del raw[at : at + rng.randint(1, 40)]
            elif kind == 1:
                raw[at : at + 8], raw[to : to + 8] = raw[to : to + 8], raw[at : at + 8]
            else:
                raw[at:at] = rng.choice(PIECES) if rng.random() < 0.5 else rng.randbytes(3)
        model = read_model(bytes(raw))
        json.dumps([model.to_json("x"), [d.to_json() for d in lint(model)]], allow_nan=False)
    print(f"{count:,} mutations of {len(raws)} cards: nothing raised")


def processes() -> bool:
    """`app.py lint` as a whole process against importing Gradio."""
    card = next(iter(sorted((CARDS / "real").glob("*.md"))))

    def run(*command: str) -> float:
        times = []
        for _ in range(4):
            start = time.perf_counter()
            subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, check=False)
            times.append(time.perf_counter() - start)
        return min(times)

    lint_time, gradio_time = run("app.py", "lint", str(card)), run("-c", "import gradio")
    print(f"app.py lint: {lint_time:.2f} s, import gradio: {gradio_time:.2f} s, a {gradio_time / lint_time:.1f}th")
    return lint_time * 6 <= gradio_time


def main() -> int:
    """Print the figures; 1 where one does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=5000)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if not CARDS.is_dir():
        print(f"skipped: {CARDS} is missing")
        return 0
    logging.disable(logging.WARNING)
    paths = sorted((CARDS / "real").glob("*.md"))
    texts = {path.stem: path.read_bytes().decode("utf-8-sig", "replace") for path in paths}
    with gzip.open(CARDS / "widget_cards.jsonl.gz", "rt", encoding="utf-8") as file:
        fronts = [json.loads(line)["text"] for line in file]
    with contextlib.redirect_stderr(io.StringIO()):
        good = [speed(texts), completeness(iter([*texts.values(), *fronts]))]
    if not options.quick:
        mutations(paths, options.mutations)
        good.append(processes())
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
