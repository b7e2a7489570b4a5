"""The packages: arrows point one way, and the quiet ones open no socket and import no Gradio."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.private_parts import PLACES, private_parts

ROOT = Path(__file__).parent.parent

MAY_IMPORT: dict[str, set[str]] = {
    "metadata": set(),
    "wire": {"metadata"},
    "snippets": {"metadata", "wire"},
    "inference": {"metadata", "wire"},
    "ui": {"metadata", "wire", "inference", "snippets"},
    "widgets": {"metadata", "wire", "inference", "snippets", "ui"},
    "playground": {"metadata", "wire", "inference", "snippets", "ui"},
    "local": {"metadata"},
    "cli": {"metadata", "wire", "inference", "snippets", "ui", "widgets", "playground"},
}
NETWORK = {"httpx", "httpx2", "requests", "urllib3", "aiohttp", "socket", "http", "openai"} | {
    "fastapi",
    "starlette",
    "uvicorn",
}
FORBIDDEN: dict[str, set[str]] = {
    "metadata": NETWORK | {"gradio", "huggingface_hub"},
    "wire": {"gradio", "requests", "fastapi", "socket"},
    "snippets": NETWORK | {"gradio"},
    "inference": {"gradio"},
    "local": {"gradio"},
}

SILENCE = """
import socket, sys
def refuse(*a, **k): raise AssertionError("a socket was opened")
class NoGradio:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "gradio": raise ImportError("gradio is not installed")
sys.meta_path.insert(0, NoGradio())
import importlib, pkgutil
package = importlib.import_module(sys.argv[1])
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if "__main__" not in module.name and ".samples." not in module.name: importlib.import_module(module.name)
assert "gradio" not in sys.modules
"""

WORK = """
from showcard.inference.resolve import resolve_offline
from showcard.metadata.model import read_model
from showcard.snippets import snippets_for
from showcard.wire.request import Request
import socket
def refuse(*a, **k): raise AssertionError("a socket was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
model = read_model("---\\npipeline_tag: text-classification\\nwidget:\\n- text: hi\\n---\\n# x")
assert model.examples[0].inputs == {"text": "hi"}
request = Request("text-classification", "org/m", model.examples[0].inputs, provider="hf-inference")
assert all(s.content for s in snippets_for(resolve_offline(request)) if s.client in ("huggingface_hub", "curl"))
"""


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """The top-level packages a file imports, with their lines."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, _part(alias.name)) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, _part(node.module, alias.name)) for alias in node.names)


def _part(module: str, name: str = "") -> str:
    """The part of ours that an import leads to, or the package of others."""
    first, _, rest = f"{module}.{name}".partition(".")
    return rest.split(".")[0] if first == "showcard" else first


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_arrows_point_one_way(package: str) -> None:
    files = list((ROOT / package).rglob("*.py"))
    assert files, f"{package} is empty"
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in files
        for line, name in imports(file)
        if (name in MAY_IMPORT and name != package and name not in MAY_IMPORT[package])
        or name in FORBIDDEN.get(package, ())
    ]
    assert not wrong, "\n".join(wrong)


def sub_packages(root: Path, package: str) -> dict[str, set[str]]:
    """Each package within a package, with those beside it that it imports from."""
    within = {path.parent.name for path in (root / package).glob("*/__init__.py")}
    found: dict[str, set[str]] = {name: set() for name in within}
    for name in within:
        for file in (root / package / name).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    here = ["showcard", *file.relative_to(root).parts[: -node.level]] if node.level else []
                    path = [[*here, *f"{node.module or ''}.{alias.name}".strip(".").split(".")] for alias in node.names]
                    found[name] |= {one[2] for one in path if one[:2] == ["showcard", package]} & within - {name}
    return found


def circles(arrows: dict[str, set[str]]) -> list[str]:
    """The packages that lead back to themselves."""

    def reached(start: str) -> set[str]:
        seen, todo = set[str](), [start]
        while todo:
            todo += (new := arrows[todo.pop()] - seen)
            seen |= new
        return seen

    return sorted(name for name in arrows if name in reached(name))


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_no_two_packages_within_one_need_each_other(package: str) -> None:
    assert not circles(sub_packages(ROOT, package))


def test_a_public_class_name_occurs_once() -> None:
    places: dict[str, list[str]] = {}
    for package in MAY_IMPORT:
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places.setdefault(node.name, []).append(file.relative_to(ROOT).as_posix())
    assert not {name: found for name, found in places.items() if len(found) > 1}


def test_circles_are_really_found(tmp_path: Path) -> None:
    for name, text in {"a": "from showcard.p.b.x import y", "b": "from showcard.p.c import x", "c": ""}.items():
        (tmp_path / "p" / name).mkdir(parents=True)
        (tmp_path / "p" / name / "__init__.py").write_text("")
        (tmp_path / "p" / name / "x.py").write_text(text)
    assert circles(sub_packages(tmp_path, "p")) == []
    for written in ("from showcard.p import a", "from ..a import x", "from .. import a", "from ..a.x import y"):
        (tmp_path / "p" / "c" / "x.py").write_text(written)
        assert circles(sub_packages(tmp_path, "p")) == ["a", "b", "c"], written


def test_the_arrows_are_really_checked(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(
        "import gradio.themes\nfrom showcard.widgets.page import build\nfrom .near import thing\nfrom showcard import ui\n"
    )
    assert list(imports(file)) == [(1, "gradio"), (2, "widgets"), (4, "ui")]


@pytest.mark.parametrize("package", [*MAY_IMPORT, "showcard"])
def test_private_parts_of_others_are_touched_in_few_places(package: str) -> None:
    wrong = []
    for file in (ROOT / package).rglob("*.py"):
        name = file.relative_to(ROOT).as_posix()
        for line, library, part in private_parts(file.read_text(encoding="utf-8")):
            if not name.startswith(PLACES[library]):
                wrong.append(f"{name}:{line} {library}: {part}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from huggingface_hub.inference._common import MimeBytes", "huggingface_hub.inference._common.MimeBytes"),
        ("from huggingface_hub.inference import _common as c", "huggingface_hub.inference._common"),
        ("import httpcore2._backends.anyio", "httpcore2._backends.anyio"),
        ("from gradio.route_utils import GradioMultiPartParser", "gradio.route_utils.GradioMultiPartParser"),
        ("from gradio import route_utils", "gradio.route_utils"),
        ("import gradio as gr\nblocks = gr.context.Context", "gr.context"),
        ("import gradio as gr\nprint(gr.utils.get_upload_folder())", "gr.utils"),
        ("import gradio as gr\ndef f(demo): demo._queue.sleep = 1", "demo._queue"),
        ("import gradio as gr\ndef f(demo): return demo.default_config", "demo.default_config"),
        ("import gradio as gr\ndef f(self): return self.demo.temp_file_sets", "self.demo.temp_file_sets"),
        ("import gradio as gr\ngr.Blocks.launch = None", "gr.Blocks.launch is replaced"),
        ("import httpx2\npool()._pool._network_backend = 1", "pool()._pool._network_backend"),
        ("from starlette.middleware import gzip\ngzip._limiter.set(1)", "gzip._limiter"),
        ("import importlib\nimportlib.import_module('huggingface_hub.inference._generated')",
         "huggingface_hub.inference._generated"),
        ("import gradio as gr\nclass A(gr.Button):\n    def f(self): return self._mine, gr.Row, gr.themes.Soft", ""),
        ("import os, httpx2\nos._exit(0)\nurl._replace(a=1)\nhttpx2.URL('_x')", ""),
    ],
)  # fmt: skip
def test_private_parts_are_really_found(source: str, found: str) -> None:
    parts = [part for _, _, part in private_parts(source)]
    assert found in parts if found else not parts


@pytest.mark.parametrize("package", ["metadata", "wire", "snippets"])
def test_a_quiet_package_loads_without_gradio_and_without_a_socket(package: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SILENCE, f"showcard.{package}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_reading_and_writing_open_no_socket() -> None:
    done = subprocess.run([sys.executable, "-c", WORK], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("verb", ["inspect", "lint", "snippets"])
def test_only_serving_imports_gradio(verb: str, tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("---\npipeline_tag: text-classification\n---\n# x\n")
    code = (
        "import sys, io, app\nsys.stdin = io.StringIO('')\n"
        "app.main(sys.argv[1:])\nassert 'gradio' not in sys.modules, 'gradio was imported'"
    )
    command = [sys.executable, "-c", code, verb, *([] if verb == "snippets" else [str(card)])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


TAG = re.compile("</?[a-z][a-z0-9-]*[ >/]")
PARTS_WITH_PAGES = ("cli", "inference", "local", "metadata", "playground", "ui", "widgets", "wire")


def written_html(source: str) -> Iterator[int]:
    """The lines on which a tag meets a value in a string, or something else than a text in place becomes `Markup`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.JoinedStr():
                wrong = any(map(_has_tag, node.values)) or bool(TAG.search("".join(map(_text, node.values))))
            case ast.BinOp(op=ast.Add() | ast.Mod()):
                wrong = _has_tag(node.left) or _has_tag(node.right)
            case ast.Call(func=ast.Attribute(value=held, attr="format" | "join" | "replace" | "format_map")):
                wrong = _has_tag(held) or any(map(_has_tag, node.args))
            case ast.Call(func=ast.Name(id="Markup") | ast.Attribute(attr="Markup"), args=[given, *_]):
                wrong = not isinstance(given, ast.Constant)
            case _:
                continue
        if wrong:
            yield node.lineno


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _has_tag(node: ast.AST) -> bool:
    return bool(TAG.search(_text(node)))


def test_html_is_made_of_elements() -> None:
    found: dict[str, list[int]] = {}
    for part in PARTS_WITH_PAGES:
        for file in sorted((ROOT / part).rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            if not name.startswith("ui/markup/") and (lines := list(written_html(file.read_text(encoding="utf-8")))):
                found[name] = lines
    assert found == {}, "see ui/markup/html.py"


@pytest.mark.parametrize(
    "line",
    ['f"<b>{x}</b>"', 'f"{x}<br>"', '"<p>" + x', 'x + "</p>"', '"<b>%s</b>" % x', '"<b>{}</b>".format(x)',
     '"<br>".join(x)', "Markup(x)", 'markupsafe.Markup(f"{x}")', 'x.replace("_", "_<wbr>")'],
)  # fmt: skip
def test_tags_in_strings_are_really_seen(line: str) -> None:
    assert list(written_html(line)) == [1]


@pytest.mark.parametrize("line", ['Markup("<b>x</b>")', 'p("a < b", f"{x} > {y}")', '"<b>"', 'f"{x} <{y}>"'])
def test_what_is_no_html_made_of_strings(line: str) -> None:
    assert list(written_html(line)) == []
