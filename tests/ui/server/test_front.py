"""The scripts and styles: where they are served, how long they last, and what a page loads of them."""

from __future__ import annotations

import ast
import gzip
import re
from collections.abc import AsyncIterator

import brotli
import gradio as gr
import httpx2
import pytest

from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.gradio_patches.laying_out import laying_out
from showcard.ui.server import front
from showcard.ui.server.app import Access, build_app
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Site
from showcard.widgets import find as find_page
from showcard.widgets import index as index_page
from tests.conftest import ROOT

LINKED = re.compile(r'(?:href|src)="(front/[^"]+)"')
PAGES = ["", "compare", find_page.PATH, index_page.PATH, *(path for path, _, _ in index_page.FLOWS)]


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    with laying_out():
        with gr.Blocks(analytics_enabled=False) as demo:
            gr.Markdown("</head> in a page", elem_id="first")
        for path in PAGES[1:]:
            with demo.route(path, f"/{path.strip('/')}"):
                gr.Textbox()
    app = build_app(demo, Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore()), Access())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost") as found:
        yield found


@pytest.mark.filterwarnings("ignore:SSR mode")  # as the app has it
async def test_every_page_names_its_scripts_and_styles_in_its_first_html(client: httpx2.AsyncClient) -> None:
    for path in PAGES:
        answer = await client.get(f"/{path.strip('/')}", headers={"accept-encoding": "identity"})
        head, body = answer.text.split("<body", 1)
        assert "front/" not in body
        run = head.index('<script type="module" src="front/')
        gradios = [head.index(mark) for mark in ('src="./assets/', 'href="./assets/')]
        assert run < gradios[0]  # modules run in their order
        assert gradios[1] < head.index('<link rel="stylesheet" href="front/')  # the later of two rules wins
        assert int(answer.headers["content-length"]) == len(answer.content)
        for address in LINKED.findall(head):
            found = await client.get(address)
            assert found.status_code == 200, address
            assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert found.headers["content-type"].split(";")[0] in ("text/javascript", "text/css")


@pytest.mark.filterwarnings("ignore:SSR mode")
async def test_a_file_comes_in_the_encoding_that_is_accepted(client: httpx2.AsyncClient) -> None:
    name = "shared/page.js"
    plain, unpack = front.files()[name], {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}
    for accepted, encoding in (("gzip, deflate, br", "br"), ("br;q=0, gzip", "gzip"), ("identity", ""), ("", "")):
        async with client.stream(
            "GET", f"/front/{front.version()}/{name}", headers={"accept-encoding": accepted}
        ) as answer:
            assert answer.headers.get("content-encoding", "") == encoding
            assert unpack[encoding](b"".join([part async for part in answer.aiter_raw()])) == plain


@pytest.mark.filterwarnings("ignore:SSR mode")
@pytest.mark.parametrize("name", ["package.json", "../app.py", "shared/none.js", "", "pages.json"])
async def test_nothing_else_is_served(client: httpx2.AsyncClient, name: str) -> None:
    assert (await client.get(f"/front/{front.version()}/{name.replace('/', '%2F')}")).status_code == 404
    assert (await client.get("/front/0123456789abcdef/shared/page.js")).status_code == 404


def test_a_comment_is_not_sent_and_lines_stay_where_they_were() -> None:
    text = "/** Why.\n * More. */\nlet a = 1; // beside\n  // alone\n  a = '/* no */';\n/* b */\n"
    assert front._lean_script(text) == "\n\nlet a = 1; // beside\n\na = '/* no */';\n\n"


def test_a_style_is_sent_without_space_that_means_nothing() -> None:
    text = 'a :hover,\nb > i { /* x; */\n  color: red;\n  content: " ;  /* y */ { : ";}\n@media (width < 9px) {\n  p { top : 0; }\n}\n'
    lean = 'a :hover,b > i{color:red;content:" ;  /* y */ { : "}@media (width < 9px){p{top:0}}'
    assert front._lean_style(text) == lean


@pytest.mark.parametrize(
    ("page", "most"), [("", 25_000), ("compare", 36_000), ("find", 14_000), ("image-editor", 21_000)]
)
@pytest.mark.filterwarnings("ignore:SSR mode")
async def test_a_page_loads_little(client: httpx2.AsyncClient, page: str, most: int) -> None:
    told = (await client.get(f"/{page}")).text
    loaded = 0
    for address in LINKED.findall(told.split("<body", 1)[0]):
        answer = await client.get(address, headers={"accept-encoding": "gzip"})
        loaded += int(answer.headers["content-length"])
    assert 0 < loaded <= most


def test_no_script_and_no_style_stands_in_a_string() -> None:
    looks = re.compile(
        r"=>\s*[{(]|addEventListener|querySelector|\bconst \w+ =|^\s*[.#\w-][^{}\n]*{[^}]*:[^}]*;", re.MULTILINE
    )
    found = []
    for path in (path for package in ("ui", "widgets", "playground") for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if text.count("\n") >= 3 and len(looks.findall(text)) >= 2:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")  # type: ignore[attr-defined]
    assert found == []
