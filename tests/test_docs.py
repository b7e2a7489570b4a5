"""The README and the documents are true: their commands exist and run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def run(*command: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, **options)  # type: ignore[call-overload]


def test_the_set_up_is_two_commands_that_make_knows() -> None:
    blocks = re.findall(r"```sh\n(make .*?)```", README, flags=re.DOTALL)
    assert [block.strip() for block in blocks] == ["make run", "make test"]
    for command in blocks:
        assert run("make", "--dry-run", command.split()[1]).returncode == 0


def commands() -> list[str]:
    return sorted(set(re.findall(r"`(python app\.py [a-z]+[^`]*)`", README)))


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_runs(command: str, engine_url: str) -> None:
    here = {"path/to/README.md": "examples/sentiment/README.md", "org/model": "showcard/eliza"}
    for name, real in {**here, "http://127.0.0.1:8080": engine_url}.items():
        command = command.replace(name, real)
    words = shlex.split(command)[2:]
    if words[0] not in ("inspect", "lint", "snippets", "check"):
        pytest.skip(f"{command} serves the app, which the browser tests do")
    done = run(sys.executable, "app.py", *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_request_line_of_the_readme_is_written_down() -> None:
    line = re.search(r"^(echo .* \| python app\.py snippets)$", README, flags=re.MULTILINE)
    assert line
    done = run("sh", "-c", line[1].replace("python ", f"{shlex.quote(sys.executable)} "))
    assert '"language": "python"' in done.stdout
    assert '"client": "curl"' in done.stdout


def test_links_lead_to_files() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)\)", document.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (document.parent / target).exists(), f"{document.name}: {target}"


DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
SOURCES = [
    path
    for part in ("cli", "metadata", "wire", "inference", "snippets", "ui", "widgets", "playground", "local", "front",
                 "showcard", "benchmarks", "tests", "docs")
    for path in sorted((ROOT / part).rglob("*"))
    if path.suffix in (".py", ".js", ".mjs", ".css") and "node_modules" not in path.parts
]  # fmt: skip
OF_OURS = (".py", ".js", ".mjs", ".css", ".md", ".toml", ".lock")


def names_of_files(text: str) -> set[str]:
    """The words in code spans that are written as paths, or as the name of a file of code."""
    words = {word for span in re.findall(r"`([^`\n]+)`", text) for word in span.split()}
    return {word for word in words if re.fullmatch(r"\.?\w[\w.*/-]*", word) and not word.startswith("path/to")}


def is_there(name: str, beside: Path) -> bool:
    """Whether a path leads somewhere from the root, or from a folder around the file that names it."""
    around = [ROOT, *(folder for folder in beside.parents if folder.is_relative_to(ROOT))]
    return any(any(folder.glob(name.rstrip("/"))) for folder in around)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_in_a_document_exists(document: Path) -> None:
    top, code = {path.name for path in ROOT.iterdir()}, {path.name for path in SOURCES}
    missing = set()
    for name in names_of_files(document.read_text(encoding="utf-8")):
        if "/" in name:
            of_ours = name.endswith(OF_OURS) or name.split("/")[0] in top
            missing |= {name} if of_ours and not is_there(name, document) else set()
        elif name.endswith((".py", ".mjs")) and name not in code | top:
            missing.add(name)
    assert not missing, f"{document.name} names what is not there: {sorted(missing)}"


def test_every_path_in_the_code_exists() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in SOURCES
        for name in sorted(names_of_files(path.read_text(encoding="utf-8")))
        if "/" in name and name.endswith(OF_OURS) and not is_there(name, path)
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_parts_are_called_packages(document: Path) -> None:
    found = re.findall(
        r"(?i)\b(?:rooms|floors?|doors?|houses?)\b|\b(?:this|the|a|each) room\b", document.read_text("utf-8")
    )
    assert not found, f"{document.name}: {found}"


def test_the_architecture_is_one_page_with_one_drawing() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert page.count("```") == 2
    assert len(page.splitlines()) <= 66
    packages = set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))
    assert packages == {part.name for part in ROOT.iterdir() if (part / "__init__.py").exists()} - {
        "showcard", "tests", "benchmarks",
    } | {"front"}  # fmt: skip


def test_the_python_of_the_readme_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    done = run(sys.executable, "-c", code.replace("path/to/README.md", "examples/sentiment/README.md"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("text-classification [")
    assert "InferenceClient" in done.stdout


def test_the_space_starts_what_the_readme_says() -> None:
    front = yaml.safe_load(README.split("---")[1])
    assert (front["sdk"], front["app_file"]) == ("gradio", "app.py")
    assert f"gradio[oauth]=={front['sdk_version']}" in (ROOT / "requirements.txt").read_text()


def test_every_verb_has_help() -> None:
    for words in (["--help"], ["inspect", "--help"], ["lint", "--help"], ["snippets", "--help"], ["check", "--help"]):
        done = run(sys.executable, "app.py", *words)
        assert done.returncode == 0
        assert "usage: showcard" in done.stdout


def test_the_figures_of_the_security_page_are_those_of_the_code() -> None:
    from benchmarks.support.bombs import BOMBS
    from showcard.inference.answers import chat, long_answers, schema
    from showcard.inference.processes import workers
    from showcard.inference.transport import events
    from showcard.inference.transport import http as transport
    from showcard.ui.markup import markdown
    from showcard.ui.server import slow

    seconds = [workers.MAX_SECONDS, long_answers.SECONDS, schema.SECONDS_APART, markdown.SECONDS, markdown.SECONDS_BODY]
    assert chat.MAX_CHARACTERS == events.MAX_LINES
    assert slow.SECONDS_HEAD == slow.SECONDS_BODY
    said = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())
    for sentence in (
        f"ended after {min(seconds):g} to {max(seconds):g} seconds of the processor",
        f"by the clock after {workers.MAX_WAIT:g}), with {workers.MAX_MEMORY >> 30} GB of memory",
        f"opens {len(BOMBS)} bombs",
        f"{transport.MAX_BYTES >> 20} MB of one that comes whole, {chat.MAX_CHARACTERS:,} characters or lines",
        f"Above a megabyte an answer is kept in a temporary file{'' if transport.MAX_KEPT == 2**20 else ' (not so)'}",
        f"worker process ({long_answers.SECONDS:g} seconds, {long_answers.MEMORY >> 30} GB)",
        f"half a request ends after {slow.SECONDS_HEAD:g} seconds",
    ):
        assert sentence in said
