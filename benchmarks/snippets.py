"""How fast snippets are written, as a ratio to `@huggingface/inference` under Node for the same models and providers.

`python -m benchmarks.snippets`; figures are of processor time, on one core. `--quick` leaves out the exhaustive proof
that hostile texts stay texts, of which `make test` runs a sample. Each side has to write what it is
timed for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.support.report import ROOT, Report, Skipped, parser, run
from showcard.metadata.media import Media
from showcard.snippets import snippets_for
from showcard.wire.request import Request, ResolvedRequest

NODE = ROOT / "tests" / "support" / "node"
WANTED = 1.5
LINES = 10_000

_HF, _AUTO = "hf-inference", "auto"
_PAGE = "https://cdn.britannica.com/61/93061-050-99147DCE/Statue-of-Liberty-Island-New-York-Bay.jpg"
_CHAT = {"messages": [{"role": "user", "content": "What is the capital of France?"}]}
_LOOK = {
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Describe this image in one sentence."},
                {"type": "image_url", "image_url": {"url": _PAGE}},
            ],
        }
    ]
}
_LABELS = {
    "text": "Hi, I recently bought a device from your company but it is not working as advertised and I would like to "
    "get reimbursed!",
    "candidate_labels": ["refund", "legal", "faq"],
}
_HORSE = {"text": "Astronaut riding a horse"}
# Ten tasks and providers with the inputs that the other side has built in: task, provider, inputs, stream.
MIX: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
    ("conversational", _AUTO, _CHAT, False),
    ("conversational", "groq", _CHAT, True),
    ("image-text-to-text", "together", _LOOK, False),
    ("text-classification", _HF, {"text": "I like you. I love you"}, False),
    ("question-answering", _HF, {"question": "What is my name?", "context": "I am Clara and live in Berkeley."}, False),
    ("zero-shot-classification", _HF, _LABELS, False),
    ("feature-extraction", "scaleway", {"text": "Today is a sunny day and I will get some ice cream."}, False),
    ("text-to-image", "together", _HORSE, False),
    ("text-to-image", "fal-ai", _HORSE, False),
    ("automatic-speech-recognition", _HF, {"audio": Media.from_bytes(b"fLaC", name="sample1.flac")}, False),
)


def resolved(task: str, provider: str, inputs: dict[str, Any], stream: bool) -> ResolvedRequest:
    """One of the mix."""
    asked = Request(task, "org/model", inputs, provider, stream=stream)
    model = "org/model" if provider in (_HF, _AUTO) else "their/model"
    return ResolvedRequest(asked, provider, model, None, "", "router.huggingface.co", "HF_TOKEN")


def theirs(rounds: int) -> dict[str, float]:
    """Snippets a second, and how many there are, of the other side."""
    cases = []
    for task, provider, _, stream in MIX:
        chat = task in ("conversational", "image-text-to-text")
        tag = "text-generation" if task == "conversational" else task
        model = {"id": "org/model", "pipeline_tag": tag, "tags": ["conversational"] * chat, "inference": ""}
        mapping = {"hfModelId": "org/model", "providerId": "their/model", "status": "live", "task": task}
        cases.append({"model": model, "provider": provider, "mapping": mapping, "options": {"streaming": stream}})
    given = json.dumps(cases)
    done = subprocess.run(
        ["node", NODE / "snippets.mjs", str(rounds)], input=given, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def ours(rounds: int) -> dict[str, float]:
    """What this project takes for it."""
    mix = [resolved(*case) for case in MIX]

    def write(rounds: int) -> int:
        return sum(one.content is not None for _ in range(rounds) for asked in mix for one in snippets_for(asked))

    write(max(1, rounds // 2))
    best = 0.0
    for _ in range(3):
        before = time.process_time()
        written = write(rounds)
        best = max(best, written / (time.process_time() - before))
    return {"speed": best, "written": write(1)}


def command_line(lines: int, report: Report) -> None:
    """`app.py snippets` with many Requests on its standard input: every one is answered, in order."""
    asked = [resolved(*case).request.to_json() for case in MIX]
    given = "".join(json.dumps({"id": n, **asked[n % len(asked)]}) + "\n" for n in range(lines))
    start = time.perf_counter()
    command = [sys.executable, "app.py", "snippets"]
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, check=True)
    report.figure(f"app.py snippets with {lines:,} Requests, the start included", time.perf_counter() - start, "s")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    good = [answer["id"] for answer in answers] == list(range(lines)) and not any("error" in a for a in answers)
    written = sum(len(answer.get("snippets", ())) for answer in answers)
    report.proof(f"every Request was answered in order, with {written:,} snippets", good and written > lines)


def proof() -> bool:
    """Every hostile text in every place."""
    tests = [ROOT / "tests" / "snippets" / f"test_{name}.py" for name in ("adversarial", "tool_loop")]
    command = [sys.executable, "-m", "pytest", "-q", "--durations=0", "--durations-min=60", *tests]
    env = {**os.environ, "EXHAUSTIVE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    print(f"hostile texts in every place: {done.stdout.strip().splitlines()[-1]}")
    return done.returncode == 0


def main() -> int:
    """Print the figures; 1 where one does not hold, 2 where the other side is not installed."""
    options = parser(__doc__)
    options.add_argument("--quick", action="store_true")
    asked = options.parse_args()
    report = Report(asked.small)
    command_line(20 if asked.small else LINES, report)
    if not (asked.quick or asked.small):
        report.proof("hostile texts stay texts in every place", proof())
    if not shutil.which("node") or not (NODE / "node_modules" / "@huggingface").is_dir():
        if report.missed:
            return report.end()
        raise Skipped("Node or the packages of tests/support/node are not installed, so there is no peer")
    # Twice each, in turns, because other work on the machine slows now the one and now the other.
    rounds, count = (1, 1) if asked.small else (50, 2)
    turns = [(ours(rounds), theirs(4 * rounds)) for _ in range(count)]
    mine, their = (max(turn[side]["speed"] for turn in turns) for side in (0, 1))
    written = [turns[0][side]["written"] for side in (0, 1)]
    report.proof(f"{written[0]:.0f} and {written[1]:.0f} snippets of {len(MIX)} Requests", min(written) >= len(MIX))
    report.figure("snippets a second of the processor", mine, "")
    report.ratio("the same, of @huggingface/inference", mine, their, least=WANTED)
    return report.end()


if __name__ == "__main__":
    run(main)
