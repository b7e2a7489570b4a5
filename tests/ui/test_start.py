"""What makes the app start sooner: no interface files, and one web app for all pages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import gradio as gr
import httpx2
import pytest

from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.gradio_patches.laying_out import laying_out
from showcard.ui.server.app import Access, build_app
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Site
from tests.conftest import ROOT, clean_environment

# Without the function that reads a class out of its module, no interface file can be written.
IMPORTS = (
    "import ast; ast.get_source_segment = None; import showcard.ui.components.theme, mine; print(mine.Mine.__name__)"
)

# The app, which ends where it says that it is there, and says what of it no collection of garbage walks any more.
KEPT = """
import builtins, gc, os
said = print
def told(*words, **options):
    if str(words[0]).startswith("Showcard is at"):
        said(gc.get_freeze_count(), flush=True)
        os._exit(0)
builtins.print = told
import app
app.main(["--port", "0"])
"""


def test_what_the_app_is_made_of_is_no_garbage_to_look_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", KEPT], check=False, cwd=ROOT, env=clean_environment(), capture_output=True, text=True
    )
    assert int(done.stdout) > 100_000, done.stderr


def test_no_interface_files_are_written(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import gradio as gr\n\n\nclass Mine(gr.Button):\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        check=False,
        cwd=ROOT,
        env=clean_environment(PYTHONPATH=str(tmp_path)),
        capture_output=True,
        text=True,
    )
    assert done.stdout == "Mine\n", done.stderr
    assert not (tmp_path / "mine.pyi").exists()


@pytest.mark.filterwarnings("ignore:SSR mode")  # as the app has it
async def test_pages_that_were_only_laid_out_are_all_served() -> None:
    with laying_out():
        with gr.Blocks(analytics_enabled=False) as demo:
            gr.Textbox(elem_id="first")
        with demo.route("Second", "/second"):
            gr.Textbox(elem_id="second")
    assert not hasattr(demo.app, "routes")
    app = build_app(demo, Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore()), Access())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost") as client:
        for path, held in (("/", "first"), ("/second", "second")):
            answer = await client.get(path)
            assert answer.status_code == 200
            assert f'"elem_id":"{held}"' in answer.text
