"""What is pasted into a terminal writes the very file, and runs it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from showcard.snippets import Snippet, one_liner, paste
from tests.support.hostile import LONG, TEXTS

SHELLS = [name for name in ("bash", "dash", "zsh") if shutil.which(name)]
COMMANDS = {"pip": 'echo "$@" > asked', "python": 'echo ran "$@"', "node": 'echo ran "$@"'}


def snippet(content: str, language: str = "python", install: str = "pip install x") -> Snippet:
    ending = {"python": "py", "js": "mjs", "sh": "sh"}[language]
    return Snippet(language, "client", content, None, install, f"chat.{ending}")


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, does in COMMANDS.items():
        (folder / name).write_text(f"#!/bin/sh\n{does}\n")
        (folder / name).chmod(0o755)
    return folder


def test_one_line():
    assert one_liner(snippet("")) == "pip install x && python chat.py"
    assert one_liner(snippet("", "sh", "")) == "sh chat.sh"
    assert one_liner(snippet("", "js", "npm install y")) == "npm install y && node chat.mjs"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_paste_writes_the_code_and_runs_it(tmp_path, commands, shell):
    texts = [text for text in (*TEXTS, *LONG) if "\0" not in text and text.isprintable() | ("\n" in text)]
    for text in texts:
        one = snippet(f"{text}\nEND\nEND_1\n{text}\n")
        before, after = paste(one)
        typed = f"{before}{one.content}{after}".encode("utf-8", "surrogatepass")
        done = subprocess.run(
            [shutil.which(shell)],
            input=typed,
            capture_output=True,
            cwd=tmp_path,
            env={"PATH": f"{commands}:/usr/bin:/bin"},
            check=True,
        )
        assert (tmp_path / "chat.py").read_bytes() == one.content.encode("utf-8", "surrogatepass")
        assert done.stdout == b"ran chat.py\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["asked", "bin", "chat.py"]
