"""The pre-commit hook: what it runs is there once the project is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent


def test_the_hook_lints_a_card(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, *words = hook["entry"].split()
    assert program == "showcard"  # the wheel's command, which tests/packaging tries
    card = tmp_path / "README.md"
    card.write_text("---\npipeline_tag: text-clasification\n---\n")
    command = [sys.executable, "-m", "showcard", *words, str(card)]
    linted = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert (linted.returncode, "text-classification" in linted.stdout) == (1, True), linted.stderr
