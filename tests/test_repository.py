"""What stands around the code is true: one version, workflows and hooks that run what there is, forms that ask for the card."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

import showcard

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = [path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_version_stands_in_one_place() -> None:
    released = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert released[0] == showcard.__version__
    places = [
        path.relative_to(ROOT).as_posix()
        for pattern in ("*.toml", "*.py", "*.cfg", "Dockerfile", "*/*.py")
        for path in ROOT.glob(pattern)
        if f'"{showcard.__version__}"' in path.read_text(encoding="utf-8")
    ]
    assert places == ["showcard/__init__.py"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_what_there_is(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"]
        for step in job["steps"]:
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1"))
            for command in step.get("run", "").split("&&"):
                words = shlex.split(command)
                assert words[:1] != ["make"] or words[1] in TARGETS, command
                for word in words:
                    assert not re.fullmatch(r"[\w-]+\.txt", word) or (ROOT / word).is_file(), command


def test_the_workflows_cover_tests_engines_wheel_and_container() -> None:
    commands = [
        step.get("run", "") for path in WORKFLOWS for job in read(path)["jobs"].values() for step in job["steps"]
    ]
    for wanted in ("make test", 'pytest -m "browser', "python -m build", "docker build"):
        assert any(wanted in command for command in commands), wanted
    engines = read(ROOT / ".github" / "workflows" / "browsers.yml")["jobs"]["browser"]["strategy"]["matrix"]["engine"]
    assert engines == ["chromium", "firefox", "webkit"]


def test_what_takes_minutes_runs_each_night() -> None:
    nightly = read(ROOT / ".github" / "workflows" / "nightly.yml")
    assert nightly[True]["schedule"][0]["cron"].endswith("* * *")  # YAML 1.1 reads the key `on` as true
    assert {"run": "make test-all"} in nightly["jobs"]["all"]["steps"]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_an_issue_form_asks_for_the_card(path: Path) -> None:
    first = read(path)["body"][0]
    assert first["id"] == "card"
    assert first["validations"]["required"]


def test_the_hooks_check_files_that_there_are() -> None:
    files = [path.relative_to(ROOT).as_posix() for part in ("front", "examples", "metadata", "docs", "tests/front")
             for path in (ROOT / part).rglob("*") if "node_modules" not in path.parts]  # fmt: skip
    (ours,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    for hook in ours["hooks"]:
        assert "files" not in hook or any(re.search(hook["files"], file) for file in files), hook["id"]
        program = shlex.split(hook["entry"])[0]
        assert program == "sh" or program.startswith(".venv/bin/")
