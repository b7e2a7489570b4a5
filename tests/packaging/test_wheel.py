"""What `pip install .` gives: one package, whole, that works beside others of the same names, from any folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from ..conftest import ROOT, serving

PARTS = ("showcard", "cli", "metadata", "wire", "inference", "snippets", "ui", "widgets", "playground", "local")
DATA = ("front", "examples")
NAMESAKES = ("metadata", "ui", "inference", "playground", "cli", "front", "examples", "app")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what it is made of."""
    source, there = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for part in (*PARTS, *DATA):
        shutil.copytree(ROOT / part, source / part, ignore=ignored)
    for pattern in ("requirements*.txt", "pyproject.toml", "setup.py", "README.md", "LICENSE", "MANIFEST.in", "app.py"):
        for file in ROOT.glob(pattern):
            shutil.copy(file, source)
    build = ["wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(there)]
    subprocess.run([sys.executable, "-m", "pip", *build, str(source)], check=True)
    (found,) = there.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the wheel and with other packages of the names of its parts.

    What it depends on is found in the environment of the tests: downloading it anew is left to `make test-all`."""
    there = tmp_path_factory.mktemp("environment")
    venv.create(there, with_pip=False, symlinks=True)
    site = there / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(command, check=True)
    for name in NAMESAKES:
        (site / f"{name}.py").write_text("raise RuntimeError('another package was imported')\n")
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    program = there / "bin" / "showcard"
    body = re.sub(r"^#!.*", f"#!{there / 'bin' / 'python'}", (site / "bin" / "showcard").read_text(), count=1)
    program.write_text(body)
    program.chmod(0o755)
    return there / "bin"


def run(
    program: Path, *words: str, cwd: Path, given: str = "", seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [program, *words], cwd=cwd, env=kept, input=given, capture_output=True, text=True, check=False, timeout=seconds
    )


def test_it_holds_one_package_and_every_file(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in held} == {"showcard"}
    left_out = {"__pycache__", "node_modules", "_make"}
    of_tools = {"eslint.config.js", "package.json", "package-lock.json", "tsconfig.json"}
    wanted = {
        f"showcard/{file.relative_to(ROOT)}".replace("showcard/showcard/", "showcard/")
        for part in (*PARTS, *DATA)
        for file in (ROOT / part).rglob("*")
        if file.is_file() and not left_out & set(file.parts) and file.suffix not in (".pyc", ".pyi")
        if not (part == "front" and file.name in of_tools)
        if file.suffix != ".py" or (file.parent / "__init__.py").exists()
    }
    assert sorted(wanted - held) == []
    assert sorted(held - wanted) == []


def test_it_asks_for_what_it_imports_and_offers_the_rest(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("METADATA")]
    said = archive.read(name).decode()
    for file, ending in (("requirements.txt", ""), ("requirements-local.txt", '; extra == "local"')):
        for line in (ROOT / file).read_text().splitlines():
            if line and not line.startswith("#"):
                assert re.split(r"[~=<>\[; ]", line)[0].lower() in said.lower(), line
                assert not ending or ending in said


def test_the_command_works_from_another_folder(installed: Path, tmp_path: Path) -> None:
    version = re.search(r'__version__ = "(.*)"', (ROOT / "showcard" / "__init__.py").read_text())
    assert version
    assert run(installed / "showcard", "--version", cwd=tmp_path).stdout == f"showcard {version[1]}\n"
    (tmp_path / "README.md").write_text("---\npipeline_tag: text-clasification\n---\n")
    linted = run(installed / "showcard", "lint", "README.md", cwd=tmp_path)
    assert (linted.returncode, "text-classification" in linted.stdout) == (1, True), linted.stderr
    asked = {"id": 1, "task": "fill-mask", "model": "org/m", "inputs": {"text": "a [MASK]"}, "provider": "hf-inference"}
    written = run(installed / "showcard", "snippets", cwd=tmp_path, given=json.dumps(asked))
    assert json.loads(written.stdout)["snippets"], written.stderr
    as_module = run(installed / "python", "-m", "showcard", "inspect", "README.md", cwd=tmp_path)
    assert as_module.returncode == 0, as_module.stderr


def test_it_serves_from_another_folder(installed: Path, tmp_path: Path) -> None:
    with serving([str(installed / "showcard"), "--port", "0"], tmp_path) as (_, address):
        page = urllib.request.urlopen(address, timeout=30).read().decode()
        assert "Showcard" in page
        script = re.search(r"front/[0-9a-f]+/[\w/.-]+\.js", page)
        assert script
        assert urllib.request.urlopen(f"{address}/{script[0]}", timeout=30).status == 200
        examples = urllib.request.urlopen(f"{address}/widgets", timeout=30)
        assert examples.status == 200


@pytest.mark.slow
def test_a_bare_install_serves(wheel: Path, tmp_path: Path) -> None:
    """With what the wheel asks for, downloaded into an environment that has nothing else."""
    venv.create(tmp_path / "bare", with_pip=True)
    bin = tmp_path / "bare" / "bin"
    installed = run(bin / "python", "-m", "pip", "install", "--quiet", str(wheel), cwd=tmp_path, seconds=900)
    if "No matching distribution" in installed.stderr or "Connection" in installed.stderr:
        pytest.skip(f"the packages can't be downloaded here: {installed.stderr.strip().splitlines()[-1]}")
    assert installed.returncode == 0, installed.stderr
    with serving([str(bin / "showcard"), "--port", "0"], tmp_path) as (_, address):
        assert "Showcard" in urllib.request.urlopen(address, timeout=30).read().decode()


BESIDE = """
import sys
before = list(sys.path)
import metadata, ui, inference
import showcard
from showcard.metadata.model import read_model
model = showcard.read_card(sys.argv[1])
assert model.guess.task.id == "fill-mask" and not showcard.lint_card(model)
request = showcard.Request("fill-mask", "org/m", {"text": "a [MASK]"}, provider="hf-inference")
assert any(snippet.content for snippet in showcard.write_snippets(request))
assert metadata.mine and ui.mine and inference.mine
import showcard.inference.run, showcard.ui.session.session
assert sys.path == before, sys.path
files = {}
for name, module in list(sys.modules.items()):
    file = getattr(module, "__file__", None)
    if file and name.split(".")[0] in ("showcard", "metadata", "ui", "inference", "wire", "snippets"):
        files.setdefault(file, []).append(name)
twice = {file: names for file, names in files.items() if len(names) > 1}
assert not twice, twice
"""


@pytest.mark.parametrize("where", ["checkout", "installed"])
def test_it_lives_beside_modules_of_the_same_names(where: str, installed: Path, tmp_path: Path) -> None:
    for name in ("metadata", "ui", "inference"):
        (tmp_path / f"{name}.py").write_text("mine = True\n")
    (tmp_path / "mine.py").write_text(BESIDE)
    (tmp_path / "README.md").write_text(
        "---\npipeline_tag: fill-mask\nlicense: mit\nmask_token: '[MASK]'\nwidget:\n- text: a [MASK]\n---\n# x\n"
    )
    if where == "installed":
        done = run(installed / "python", "mine.py", "README.md", cwd=tmp_path)
    else:
        done = subprocess.run(
            [sys.executable, "mine.py", "README.md"],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
