"""How fast and how completely cards are read, as ratios to huggingface_hub in one run.

`python -m benchmarks.card_reading [--mutations 5000]`; `--quick` leaves out the mutations and the processes, `--small`
reads the cards of `examples/`. Both read the same front matter, which is compared first."""

from __future__ import annotations

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

from benchmarks.support.report import CARDS, ROOT, Report, Skipped, parser, run
from showcard.metadata.examples.read import count_items
from showcard.metadata.lint.run import lint
from showcard.metadata.model import read_model

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


def agree(text: str) -> bool:
    """Whether both found the same task, library and license in a card."""
    data = ModelCard(text, ignore_metadata_errors=True).data.to_dict()
    found = read_model(text).card.data
    return all(data.get(key) in (None, found.get(key)) for key in ("pipeline_tag", "library_name", "license"))


def speed(texts: dict[str, str], report: Report) -> None:
    """Times against ModelCard, over the cards that it gives metadata of."""
    ratios: dict[str, float] = {}
    per_byte: dict[str, float] = {}
    for name, text in texts.items():
        times = 1 if report.small else 3 if len(text) > 100_000 else 15
        mine = seconds(lambda text=text: ours(text), times)
        per_byte[name] = mine / len(text.encode())
        if theirs(text):
            ratios[name] = seconds(lambda text=text: theirs(text), max(3, times // 3)) / mine
    both = [text for name, text in texts.items() if name in ratios]
    report.proof(f"of {len(both)} cards both read the same task, library and license", all(map(agree, both)))
    over = {name: ratio for name, ratio in ratios.items() if report.small or len(texts[name].encode()) > 2048}
    worst = min(over, key=lambda name: over[name])
    largest = max(texts, key=lambda name: len(texts[name]))
    report.ratio("as fast as ModelCard, median", statistics.median(ratios.values()), 1, least=5)
    report.ratio(f"least of {len(over)} cards above 2 KB ({worst})", over[worst], 1, least=3)
    report.figure("a byte of the largest card", per_byte[largest] * 1e9, "ns")
    report.figure("a byte at the median", statistics.median(per_byte.values()) * 1e9, "ns")
    front = statistics.median(per_byte[name] * len(texts[name].encode()) / front_size(texts[name]) for name in ratios)
    report.figure("a byte of front matter at the median", front * 1e9, "ns")
    held, their = peak(lambda: ours(texts[largest])), peak(lambda: theirs(texts[largest]))
    report.ratio("peak memory of the largest card, of ModelCard's", held, their, most=1)


def completeness(texts: Iterator[str], report: Report) -> None:
    """Items in are examples and diagnosed items out."""
    cards = items = examples = diagnosed = 0
    for text in texts:
        model = read_model(text)
        cards += 1
        items += count_items(model.card)
        examples += len(model.examples)
        diagnosed += sum(d.code == "example-unusable" for d in lint(model))
    said = f"{cards:,} cards: {items:,} items = {examples:,} examples + {diagnosed} diagnosed"
    report.proof(said, items > 0 and items == examples + diagnosed)


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


def processes(card: Path, report: Report) -> None:
    """`app.py lint` as a whole process against importing Gradio."""
    said = ""

    def taken(*command: str) -> float:
        nonlocal said
        times = []
        for _ in range(4):
            start = time.perf_counter()
            done = subprocess.run([sys.executable, *command], cwd=ROOT, check=False, capture_output=True, text=True)
            said = done.stdout
            times.append(time.perf_counter() - start)
        return min(times)

    gradio_time, lint_time = taken("-c", "import gradio; print(gradio.__version__)"), taken("app.py", "lint", str(card))
    report.proof("app.py lint spoke of the card", card.name in said)
    report.ratio("`app.py lint` as a process, of importing Gradio", lint_time, gradio_time, most=1 / 6)


def main() -> int:
    """Print the figures; 1 where one does not hold."""
    options = parser(__doc__)
    options.add_argument("--mutations", type=int, default=5000)
    options.add_argument("--quick", action="store_true")
    asked = options.parse_args()
    report = Report(asked.small)
    if asked.small:
        paths = sorted((ROOT / "examples").glob("*/README.md"))
    elif not CARDS.is_dir():
        raise Skipped(f"{CARDS} is missing")
    else:
        paths = sorted((CARDS / "real").glob("*.md"))
    logging.disable(logging.WARNING)
    texts = {f"{path.parent.name}/{path.name}": path.read_bytes().decode("utf-8-sig", "replace") for path in paths}
    fronts: list[str] = []
    if not asked.small:
        with gzip.open(CARDS / "widget_cards.jsonl.gz", "rt", encoding="utf-8") as file:
            fronts = [json.loads(line)["text"] for line in file]
    with contextlib.redirect_stderr(io.StringIO()):
        speed(texts, report)
        completeness(iter([*texts.values(), *fronts]), report)
    if not asked.quick:
        mutations(paths, 50 if asked.small else asked.mutations)
    if not (asked.quick or asked.small):
        processes(paths[0], report)
    return report.end()


if __name__ == "__main__":
    run(main)
