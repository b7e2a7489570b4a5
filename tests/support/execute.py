"""Runs snippets as a person would, many a process, and hands back what they printed."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
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


class _Driver:
    """A process that runs scripts as they come, for as long as the tests last: starting one takes a second."""

    def __init__(self, command: list[str | Path], env: dict[str, str]) -> None:
        self.said = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self.said, text=True, env=env)
        atexit.register(self.end)

    def run(self, script: Path, env: dict[str, str]) -> Ran:
        """One script, with an environment of its own."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps({"path": str(script), "env": env}) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            self.said.seek(0)
            raise AssertionError(f"{script}: {self.said.read()[-2000:]}")
        answer = json.loads(line)
        return Ran(answer["printed"], answer["error"])

    def end(self) -> None:
        """Its standard input is closed, so that it ends."""
        self.process.communicate()
        self.said.close()


_DRIVERS: dict[str, _Driver] = {}
_PYTHON: list[str | Path] = [sys.executable, "-W", "ignore", "-m", "tests.support.run_python"]
_NODE: list[str | Path] = ["node", NODE / "run.mjs"]


def _run(language: str, command: list[str | Path], scripts: list[Path], env: dict[str, str]) -> list[Ran]:
    driver = _DRIVERS.get(language)
    if driver is None or driver.process.poll() is not None:
        driver = _DRIVERS[language] = _Driver(command, env | {"PYTHONPATH": str(ROOT)})
    return [driver.run(script, env) for script in scripts]


def run_python(scripts: list[Path], env: dict[str, str]) -> list[Ran]:
    """Python files, one after the other in one process."""
    return _run("python", _PYTHON, scripts, env)


def run_node(scripts: list[Path], env: dict[str, str]) -> list[Ran]:
    """JavaScript modules, one after the other in one process."""
    return _run("js", _NODE, scripts, env)


def run_shell(shell: str, scripts: list[Path], env: dict[str, str]) -> list[Ran]:
    """Shell files, each run by its own shell in its own folder."""
    ran = []
    for script in scripts:
        done = subprocess.run([shell, script], capture_output=True, cwd=script.parent, env=env, check=False)
        error = f"exit {done.returncode}: {done.stderr.decode(errors='replace')}" if done.returncode else None
        ran.append(Ran(done.stdout.decode(errors="replace"), error))
    return ran
