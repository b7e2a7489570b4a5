"""What every benchmark says and how it ends: figures, proofs, ratios to a peer in the same run, and `--small`.

A limit is a ratio to something else that was measured in the same run, so that a slow machine changes nothing. A proof
says that what was timed happened, with the right answer. A run ends with 0, with 1 where a ratio misses its limit or a
proof fails, or with 2 where it was skipped, as what it needs is missing."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
# Many real cards, and what the Hub knew of them; they are not part of this repository.
CARDS = Path(os.environ.get("SHOWCARD_CARDS") or ROOT.parent / "shared" / "cards")
KEPT, MISSED, SKIPPED = 0, 1, 2
SHARED_APP = "SHOWCARD_BENCHMARK_APP"  # process id and address of an app that small runs use instead of their own


class Skipped(Exception):
    """What is measured can't be measured here; the message says what is missing."""


@dataclass
class Report:
    """What a run found. In a small one ratios are shown and not judged: they are of too few turns."""

    small: bool = False
    missed: list[str] = field(default_factory=list)

    def figure(self, what: str, value: float, unit: str) -> None:
        """Print a figure that has no limit: it is one of this machine."""
        print(f"  {what:<76} {value:10.2f} {unit}", flush=True)

    def ratio(
        self, what: str, value: float, peer: float, *, most: float | None = None, least: float | None = None
    ) -> None:
        """Print what a value is of its peer's, and hold it against a limit."""
        found = value / peer if peer else float("inf")
        bad = (most is not None and found > most) or (least is not None and found < least)
        said = f"at most {most:g}" if most is not None else f"at least {least:g}"
        print(f"  {what:<76} {found:10.2f} times, {said}{'   MISSED' if bad and not self.small else ''}", flush=True)
        if bad and not self.small:
            self.missed.append(what)

    def proof(self, what: str, held: bool) -> None:
        """Say what was proven of what was timed; small runs are judged by this too."""
        print(f"  {what:<76} {'yes' if held else 'NO':>10}", flush=True)
        if not held:
            self.missed.append(what)

    def end(self) -> int:
        """The exit code."""
        print(f"missed: {'; '.join(self.missed)}" if self.missed else "every limit is kept", flush=True)
        return MISSED if self.missed else KEPT


def parser(documentation: str | None) -> argparse.ArgumentParser:
    """A command line with `--small`."""
    made = argparse.ArgumentParser(description=(documentation or "").partition("\n")[0])
    made.add_argument("--small", action="store_true", help="the smallest numbers, to see that it runs and is right")
    return made


def run(main: Callable[[], int]) -> NoReturn:
    """Run a benchmark to its exit code."""
    try:
        sys.exit(main())
    except Skipped as reason:
        print(f"skipped: {reason}", flush=True)
        sys.exit(SKIPPED)


@contextmanager
def app(**environment: str) -> Iterator[tuple[int, str]]:
    """The process id and the address of an app with the Hub out of reach: one of its own, or the one that is shared."""
    if shared := os.environ.get(SHARED_APP):
        process_id, address = shared.split()
        yield int(process_id), address
        return
    from tests.conftest import process

    with process("app.py", "--port", "0", HF_ENDPOINT="http://127.0.0.1:10", **environment) as (started, address):
        yield started.pid, address


def resident(process_id: int) -> float:
    """The memory that a process holds, in MB."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def processor(process_id: int) -> float:
    """The seconds of the processor that a process has used."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(process_id: int) -> dict[int, str]:
    """The processes that a process has started, with their command lines."""
    command = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(process_id)]
    told = subprocess.run(command, check=False, capture_output=True, text=True)
    return {int(line.split()[0]): line.split(maxsplit=1)[1] for line in told.stdout.splitlines()}
