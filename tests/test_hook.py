"""The pre-commit hook: what it runs is there once the project is installed as pre-commit installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
ROOMS = ("metadata", "wire", "inference", "snippets", "ui", "widgets", "playground", "local")


def test_the_hook_lints_a_card(tmp_path: Path) -> None:
    source, there = tmp_path / "source", tmp_path / "there"
    for room in ROOMS:
        shutil.copytree(ROOT / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("app.py", "pyproject.toml"):
        shutil.copy(ROOT / name, source / name)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*install, "--target", there, source], check=True)
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, *words = hook["entry"].split()
    card = tmp_path / "README.md"
    card.write_text("---\npipeline_tag: text-clasification\n---\n")
    linted = subprocess.run(
        [there / "bin" / program, *words, card],
        check=False, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(there)}, cwd=tmp_path,
    )  # fmt: skip
    assert (linted.returncode, "text-classification" in linted.stdout) == (1, True), linted.stderr
