"""Every benchmark runs with its smallest numbers, and what it times has the right answer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.support.report import KEPT, MISSED, ROOT, SHARED_APP, SKIPPED, Report
from tests.conftest import clean_environment, process

SCRIPTS = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py"))


@pytest.fixture(scope="module")
def shared() -> Iterator[str]:
    """An app for all the benchmarks that leave it as it was: starting one costs more than what they do."""
    with process("app.py", "--port", "0", HF_ENDPOINT="http://127.0.0.1:10") as (app, address):
        yield f"{app.pid} {address}"


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_small_run_is_right(script: str, shared: str) -> None:
    environment = clean_environment(**{SHARED_APP: shared})
    command = [sys.executable, "-m", f"benchmarks.{script}", "--small"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode == SKIPPED:
        *_, last = done.stdout.splitlines() or [done.stderr]
        assert last.startswith("skipped: "), done.stderr
        pytest.skip(last)
    assert done.returncode == KEPT, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.strip().splitlines()[-1] == "every limit is kept"


def test_a_proof_that_fails_fails_a_small_run_too() -> None:
    report = Report(small=True)
    report.ratio("of one turn", 9, 1, most=2)
    assert report.end() == KEPT
    report.proof("the answer is right", False)
    assert report.end() == MISSED


@pytest.mark.parametrize(("value", "limits"), [(3.0, {"most": 2}), (1.0, {"least": 2}), (1.0, {"most": 0.5})])
def test_a_ratio_beyond_its_limit_fails(value: float, limits: dict[str, float]) -> None:
    report = Report()
    report.ratio("of its peer", value, 1.0, **limits)
    assert report.end() == MISSED


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_proves_what_it_times_and_has_ratios_for_limits(script: str) -> None:
    text = (ROOT / "benchmarks" / f"{script}.py").read_text(encoding="utf-8")
    assert "report.proof(" in text
    assert "report.ratio(" in text
    assert "run(main)" in text or "to_its_end(main)" in text


def test_make_bench_tells_what_was_skipped_from_what_failed() -> None:
    said = subprocess.run(["make", "-n", "bench"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(script in said for script in SCRIPTS)
    assert "2) skipped=" in said
