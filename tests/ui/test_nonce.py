"""The scripts of a page: those that are written into it have the nonce of its answer, and no others run."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import gradio as gr
import gradio.routes
import httpx2
import pytest

from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.gradio_patches import nonce
from showcard.ui.gradio_patches.laying_out import laying_out
from showcard.ui.server.app import Access, build_app
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Site

pytestmark = pytest.mark.filterwarnings("ignore:SSR mode")  # as the app has it
SCRIPT = re.compile(r"<script\b[^>]*>")
FOREIGN = "</script><script>alert(1)</script>"


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    with laying_out(), gr.Blocks(analytics_enabled=False) as demo:
        gr.Textbox(value=FOREIGN, label=FOREIGN)
    app = build_app(demo, Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore()), Access())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost") as found:
        yield found


async def test_each_inline_script_has_the_nonce_of_its_answer(client: httpx2.AsyncClient) -> None:
    seen = set()
    for _ in range(2):
        answer = await client.get("/")
        policy = answer.headers["content-security-policy"]
        [given] = re.findall(r"script-src 'self' 'nonce-([\w-]{24})';", policy)
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        inline = [tag for tag in SCRIPT.findall(answer.text) if " src=" not in tag]
        assert len(inline) == 5
        assert all(f'<script nonce="{given}"' in tag for tag in inline)
        seen.add(given)
    assert len(seen) == 2


async def test_what_stands_in_the_configuration_is_no_script(client: httpx2.AsyncClient) -> None:
    assert "<script>" not in (await client.get("/")).text  # Gradio escapes it, and we give it no nonce


def test_the_patch_is_still_needed_and_finds_its_place() -> None:
    with open(f"{gradio.routes.STATIC_TEMPLATE_LIB}/{nonce.TEMPLATE}", encoding="utf-8") as file:
        source = file.read()
    assert "nonce" not in source
    assert len(nonce.INLINE.findall(source)) == 5
    assert " onload=" not in source  # such a handler would need the leave for all inline scripts
