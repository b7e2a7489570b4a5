"""Runs snippets as a person would, many a process, and hands back what they printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(__file__).resolve().parent / "node"
KEYS = {"HF_TOKEN": "hf_of_this_machine", "API_TOKEN": "secret"}


@dataclass(frozen=True)
class Ran:
    """What a snippet printed, and how it failed if it did."""

    printed: str
    error: str | None


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment with keys, without proxies, and with a home of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "HOME": str(home), "HF_HOME": str(home / "hf"), **KEYS, **more}


def hurried(folder: Path) -> str:
    """A PATH on which nothing sleeps."""
    folder.mkdir(exist_ok=True)
    (folder / "sleep").write_text("#!/bin/sh\n")
    (folder / "sleep").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def run_python(scripts: list[Path], env: dict[str, str]) -> list[Ran]:
    """Python files, one after the other in one process."""
    paths = "".join(f"{script}\n" for script in scripts)
    driver = [sys.executable, "-W", "ignore", "-m", "tests.support.run_python"]
    env = env | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(driver, input=paths, capture_output=True, text=True, env=env, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(scripts), f"{scripts[len(answers)]}: {done.stderr[-2000:]}"
    return [Ran(answer["printed"], answer["error"]) for answer in answers]


def run_node(scripts: list[Path], env: dict[str, str]) -> list[Ran]:
    """JavaScript modules, one after the other in one process."""
    paths = "".join(f"{script}\n" for script in scripts)
    done = subprocess.run(["node", NODE / "run.mjs"], input=paths, capture_output=True, text=True, env=env, check=False)
    answers = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert len(answers) == len(scripts), f"{scripts[len(answers)]}: {done.stderr[-2000:]}"
    return [Ran(answer["printed"], answer["error"]) for answer in answers]


def run_shell(shell: str, scripts: list[Path], env: dict[str, str]) -> list[Ran]:
    """Shell files, each run by its own shell in its own folder."""
    ran = []
    for script in scripts:
        done = subprocess.run([shell, script], capture_output=True, cwd=script.parent, env=env, check=False)
        error = f"exit {done.returncode}: {done.stderr.decode(errors='replace')}" if done.returncode else None
        ran.append(Ran(done.stdout.decode(errors="replace"), error))
    return ran
