"""A file reaches a listener by upload alone, whichever field it is posted for."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr
import httpx
import pytest
from gradio.context import LocalContext
from PIL import Image

from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.gradio_patches.uploads_alone import REFUSED
from showcard.ui.server.app import Access, build_app
from showcard.ui.server.uploads import UNWRITTEN
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Site

FIELDS = (gr.Image, gr.Audio, gr.Video, gr.File, gr.Model3D, gr.Gallery, gr.ImageEditor, gr.MultimodalTextbox)


def posted_for(field: type, path: str) -> Any:
    """What the page would post for a file in a field."""
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    if field is gr.Video:
        return file
    if field is gr.Gallery:
        return [{"image": file, "caption": None}]
    if field is gr.ImageEditor:
        return {"background": file, "layers": [], "composite": file}
    return {"text": "", "files": [file]} if field is gr.MultimodalTextbox else file


async def given(field: type, path: str) -> Any:
    """What a listener of our app gets for what was posted."""
    with gr.Blocks(analytics_enabled=False) as demo:
        held = field()
        gr.Button().click(lambda value: None, held, None)
    build_app(demo, Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore()), Access())
    LocalContext.blocks.set(demo)
    return await demo.preprocess_data(demo.default_config.fns[0], [posted_for(field, path)], None)


@pytest.mark.parametrize("field", FIELDS)
async def test_a_file_of_this_machine_is_not_read(field: type, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (8, 8)).save(secret)
    with pytest.raises(Exception, match="not uploaded by a user"):
        await given(field, str(secret))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("address", ["https://example.org/x.png", "HTTP://example.org/x.png"])
async def test_an_address_is_not_fetched(field: type, address: str) -> None:
    with pytest.raises(gr.Error, match=REFUSED):
        await given(field, address)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("Screenshot at 1.02\u202fPM.png", "Screenshot at 1.02 PM.png"), ("می\u200cخواهم.png", "می_خواهم.png"),
     ("\u202egnp.exe", "_gnp.exe"), ("שלום.png", "שלום.png"), ("a b.png", "a b.png")],
)  # fmt: skip
async def test_a_file_can_be_seen_again_whatever_its_name(name: str, kept: str) -> None:
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.Image()
    app = build_app(demo, Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore()), Access())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        [path] = (await client.post("/gradio_api/upload", files={"files": (name, b"x")})).json()
        assert Path(path).name == kept
        assert (await client.get(f"/gradio_api/file={quote(path)}")).status_code == 200


async def test_a_file_that_is_too_large_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("showcard.ui.server.app.MAX_UPLOAD", "1mb")
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.Image()
    app = build_app(demo, Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore()), Access())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        answer = await client.post("/gradio_api/upload", files={"files": ("x.bin", bytes(2**20 + 1))})
    assert answer.status_code == 413
    assert answer.text == "A file is larger than 1 MB, the maximum allowed size of one."


async def test_an_upload_is_taken() -> None:
    folder = Path(gr.utils.get_upload_folder()) / "tests-uploads"
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8)).save(folder / "picture.png")
    assert (await given(gr.Image, str(folder / "picture.png")))[0].shape == (8, 8, 3)


async def test_a_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "full").write_text("a file, and no folder")
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.File()
    app = build_app(demo, Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore()), Access())
    app.routes[-1].app.uploaded_file_dir = str(tmp_path / "full" / "below")  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        answer = await client.post("/gradio_api/upload", files={"files": ("x.txt", b"some text")})
    assert answer.status_code == 507
    assert answer.text.startswith(UNWRITTEN)
    assert answer.text.endswith(".")
