"""Of each patch of Gradio: that its target is still there with the shape it leans on, and that it is still needed.

A test that fails after an upgrade says which module of `ui/gradio_patches/` to look at: a target that moved, or a fault
that Gradio has mended, so that the patch can go. `old_renders` and `unbounded_records` have more in their own file."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextvars import copy_context
from itertools import pairwise
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio import component_meta, processing_utils, queueing, route_utils, routes
from gradio.blocks import BlocksConfig
from gradio.context import LocalContext
from gradio.data_classes import PredictBodyInternal
from gradio.state_holder import SessionState, StateHolder
from PIL import Image
from starlette.datastructures import Headers
from starlette.requests import Request

from showcard.playground.composer import Question
from showcard.ui.components.panel import panel
from showcard.ui.components.picker import Picker
from showcard.ui.gradio_patches import inside, stub_files
from showcard.ui.gradio_patches.idle_queue import POLL_SECONDS, poll_seldom
from showcard.ui.gradio_patches.laying_out import laying_out
from showcard.ui.gradio_patches.light_tabs import lighten
from showcard.ui.gradio_patches.replaced_listeners import let_go
from showcard.ui.gradio_patches.shared_threads import share
from showcard.ui.gradio_patches.upload_reader import FilesAlone, only_files
from showcard.ui.gradio_patches.uploads_alone import REFUSED, only_uploads
from showcard.ui.markup.html import one_line
from showcard.ui.server import disk
from showcard.widgets.fields.components import ImageField


@pytest.fixture
async def demo() -> gr.Blocks:
    """An app of Gradio's as it is: an image, and what takes it."""
    with laying_out(), gr.Blocks(analytics_enabled=False) as made:
        image = gr.Image()
        gr.Button().click(lambda value: None, image, None)
    return made


# uploads_alone: what keeps strangers from the files of this machine comes first


async def posted(demo: gr.Blocks, path: str) -> Any:
    """What a listener gets where somebody posts a path as if it were an upload."""
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}

    async def ask() -> Any:
        LocalContext.blocks.set(demo)
        return (await demo.preprocess_data(demo.default_config.fns[0], [file], None))[0]

    return await asyncio.create_task(ask(), context=copy_context())


@pytest.fixture
def secret(tmp_path: Path) -> str:
    Image.new("RGB", (3, 2)).save(tmp_path / "secret.png")
    return str(tmp_path / "secret.png")


async def test_gradio_still_opens_any_posted_path_in_an_app_that_it_has_not_launched(
    demo: gr.Blocks, secret: str
) -> None:
    assert demo.has_launched is False
    assert (await posted(demo, secret)).shape == (2, 3, 3)


async def test_a_posted_path_is_refused_once_an_app_counts_as_launched(demo: gr.Blocks, secret: str) -> None:
    demo.has_launched = True
    with pytest.raises(Exception, match="not uploaded by a user"):
        await posted(demo, secret)


async def test_gradio_still_fetches_a_posted_address(demo: gr.Blocks, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = []

    async def fetch(address: str, **_: Any) -> str:
        fetched.append(address)
        raise ValueError("no network here")

    monkeypatch.setattr(processing_utils, "async_ssrf_protected_download", fetch)
    demo.has_launched = True
    with pytest.raises(ValueError, match="no network"):
        await posted(demo, "https://example.org/x.png")
    assert fetched == ["https://example.org/x.png"]
    only_uploads(demo)
    with pytest.raises(gr.Error, match=REFUSED):
        await posted(demo, "https://example.org/x.png")
    assert len(fetched) == 1


async def test_the_patch_refuses_a_posted_path(demo: gr.Blocks, secret: str) -> None:
    only_uploads(demo)
    with pytest.raises(gr.Error, match="not uploaded by a user"):
        await posted(demo, secret)


async def test_every_event_passes_through_the_method_that_is_wrapped() -> None:
    wanted = ["self", "block_fn", "inputs", "state", "explicit_call"]
    assert list(inspect.signature(gr.Blocks.preprocess_data).parameters) == wanted
    assert "preprocess_data" in gr.Blocks.process_api.__code__.co_names


# upload_reader

BOUNDARY = b"x"
FIELD = b'--x\r\ncontent-disposition: form-data; name="text"\r\n\r\nhello\r\n--x--\r\n'
FILE = b'--x\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\n\r\nhello'


async def read(reader: Any, folder: Path, *pieces: bytes, left: bool = False) -> Any:
    """What a reader makes of an upload, whose sender may leave before its end."""

    async def stream() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
        if left:
            raise ConnectionError("left")

    headers = Headers({"content-type": "multipart/form-data; boundary=x"})
    return await reader(headers, stream(), upload_dir=folder, max_file_size=1_000).parse()


@pytest.fixture
def gradios_reader() -> Any:
    """Gradio's own class, also where an app that was built before has put ours in its place."""
    [found] = FilesAlone.__bases__
    return found


async def test_gradios_reader_still_takes_fields_and_leaves_half_a_file(gradios_reader: Any, tmp_path: Path) -> None:
    assert (await read(gradios_reader, tmp_path, FIELD))["text"] == "hello"
    with pytest.raises(ConnectionError):
        await read(gradios_reader, tmp_path, FILE, left=True)
    assert len(os.listdir(tmp_path)) == 1


async def test_ours_takes_files_alone_and_leaves_none(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="Only files"):
        await read(FilesAlone, tmp_path, FIELD)
    with pytest.raises(ConnectionError):
        await read(FilesAlone, tmp_path, FILE, left=True)
    assert os.listdir(tmp_path) == []
    form = await read(FilesAlone, tmp_path, FILE, b"\r\n--x--\r\n")
    assert form["files"].filename == "a.txt"


async def test_an_upload_is_read_by_the_class_of_that_name(
    gradios_reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gradios_reader.__module__ == "gradio.route_utils"
    assert "GradioMultiPartParser" in route_utils.upload_fn.__code__.co_names
    monkeypatch.setattr(route_utils, "GradioMultiPartParser", gradios_reader)
    only_files()
    assert route_utils.GradioMultiPartParser is FilesAlone


# laying_out


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The apps that are made."""
    found: list[Any] = []
    monkeypatch.setattr(routes.App, "create_app", staticmethod(lambda *given, **_: found.append(given)))
    return found


async def test_gradio_still_makes_an_app_for_each_blocks(made: list[Any]) -> None:
    with gr.Blocks(analytics_enabled=False):
        gr.Button()
    assert made


async def test_none_is_made_while_pages_are_laid_out_and_the_classes_are_as_before(made: list[Any]) -> None:
    before = gr.Blocks.get_config_file, routes.App.create_app
    with laying_out(), gr.Blocks(analytics_enabled=False):
        gr.Button()
    assert made == []
    assert (gr.Blocks.get_config_file, routes.App.create_app) == before


# light_tabs


async def test_gradio_still_describes_every_component_for_each_tab(demo: gr.Blocks) -> None:
    assert type(demo.default_config) is BlocksConfig
    assert list(inspect.signature(BlocksConfig.config_for_block).parameters) == [
        "_id", "rendered_ids", "block", "renderable",
    ]  # fmt: skip
    assert all(SessionState(demo).config_values.values())
    lighten(demo)
    assert not any(SessionState(demo).config_values.values())


async def test_gradio_still_holds_an_updated_component_under_one_more_number() -> None:
    with laying_out(), gr.Blocks(analytics_enabled=False) as demo:
        box = gr.Textbox()
        gr.Button().click(lambda: gr.update(visible=True), None, box)
        gr.Button().click(lambda: "text", None, box)
    for light in (False, True):
        if light:
            lighten(demo)
        state = SessionState(demo)
        for fn in demo.fns.values():
            await demo.process_api(fn, [], state=state, request=gr.Request(session_hash="tab"))  # type: ignore[arg-type]
        assert (state.blocks_config.blocks.keys() == demo.blocks.keys()) is light


# old_renders


async def test_gradio_still_keeps_what_was_rendered_before() -> None:
    with laying_out(), gr.Blocks(analytics_enabled=False) as demo:
        trigger, seen = gr.State(""), []

        @gr.render(inputs=trigger, triggers=[trigger.change])
        def draw(_: str) -> None:
            seen.append((LocalContext.blocks_config.get(None), LocalContext.renderable.get(None)))
            gr.Textbox()

    state = SessionState(demo)
    [render] = [fn for fn in demo.fns.values() if fn.renderable]
    counts = []
    for _ in range(4):
        await demo.process_api(render, [None], state=state, request=gr.Request(session_hash="tab"))  # type: ignore[arg-type]
        counts.append(len(state.blocks_config.blocks))
    assert len({later - before for before, later in pairwise(counts)} | {0}) == 2  # as many more each time
    config, renderable = seen[-1]
    assert config is state.blocks_config
    assert config.blocks[renderable.container_id].children
    assert isinstance(renderable._id, int)


# replaced_listeners


async def test_gradio_still_has_no_listener_for_one_that_is_gone(demo: gr.Blocks) -> None:
    assert type(demo.default_config.fns) is dict
    with pytest.raises(KeyError):
        SessionState(demo).blocks_config.fns[10**6]
    let_go(demo)
    [name] = {fn.fn.__name__ for fn in (demo.fns[10**6], SessionState(demo).blocks_config.fns[10**6])}
    assert name == "<lambda>"


# unbounded_records


async def test_gradio_still_holds_for_ever_what_is_drawn_and_done(demo: gr.Blocks) -> None:
    demo.queue()
    before = len(demo.temp_file_sets)
    with laying_out(), demo:
        gr.Image()
    assert type(demo.temp_file_sets) is list
    assert len(demo.temp_file_sets) > before
    assert type(demo._queue.process_time_per_fn) is defaultdict  # it holds each listener
    held = StateHolder()
    held.set_blocks(demo)
    assert held["tab"].config_values
    assert held.session_data.keys() == held.time_last_used.keys() == {"tab"}
    assert held.capacity == demo.state_session_capacity == 10_000
    assert demo._queue.pending_messages_per_session.max_size > 0


async def test_the_records_of_events_have_a_bound_from_outside(
    demo: gr.Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_ANALYTICS_MAX_EVENTS", "1")
    demo.queue()
    assert demo._queue.ANALYTICS_MAX_EVENTS == 1
    assert inspect.signature(gr.mount_gradio_app).parameters.keys().isdisjoint({"state_session_capacity"})


# fair_queue


async def test_gradios_queue_still_knows_no_person(demo: gr.Blocks) -> None:
    known = {"self", "status_update_rate", "api_open", "max_size", "default_concurrency_limit"}
    assert set(inspect.signature(gr.Blocks.queue).parameters) == known
    assert list(inspect.signature(queueing.Queue.push).parameters) == ["self", "body", "request", "username"]
    demo.queue(max_size=3)
    demo.run_startup_events()
    request = Request({"type": "http", "headers": [], "query_string": b"", "session": {}})
    for number in range(3):
        body = PredictBodyInternal(session_hash=f"made up {number}", fn_index=0, data=[None], request=request)
        assert (await demo._queue.push(body, request, None))[0]
    waiting = [event for line in demo._queue.event_queue_per_concurrency_id.values() for event in line.queue]
    assert [event.session_hash for event in waiting] == ["made up 0", "made up 1", "made up 2"]
    assert all(event.request is request for event in waiting)
    assert demo._queue.active_jobs == [None] * demo.max_threads
    assert (await demo._queue.push(body, request, None))[2] == "queue_full"  # for everybody
    demo._queue.close()


# stub_files


async def test_gradio_still_writes_interface_files_as_it_makes_a_class() -> None:
    assert component_meta.__name__ == stub_files.WRITER
    assert "create_or_modify_pyi" in component_meta.ComponentMeta.__new__.__code__.co_names
    source = inspect.getsource(component_meta)
    assert "def create_or_modify_pyi(" in source
    assert component_meta.create_or_modify_pyi.__module__ == stub_files.__name__


# shared_threads, idle_queue


async def test_gradio_still_makes_a_limit_of_its_own(demo: gr.Blocks) -> None:
    demo.max_threads = 200
    demo.create_limiter()
    assert demo.limiter.total_tokens == 200
    demo.limiter = None
    share(demo)
    demo.create_limiter()
    assert demo.limiter is None
    assert "create_limiter" in gr.Blocks.run_startup_events.__code__.co_names
    assert hasattr(next(iter(demo.fns.values())), "renderable")


@pytest.mark.skipif(os.name == "nt", reason="on Windows Gradio looks seldom enough by itself")
async def test_gradio_still_looks_for_events_each_millisecond(demo: gr.Blocks) -> None:
    demo.queue()
    assert demo._queue.sleep_when_free == 0.001
    assert "sleep_when_free" in queueing.Queue.start_processing.__code__.co_names
    poll_seldom(demo)
    assert demo._queue.sleep_when_free == POLL_SECONDS


# inside


async def test_what_is_read_of_an_app_is_there(demo: gr.Blocks) -> None:
    with demo.route("Other", "/other"):
        gr.Button()
    assert inside.page_paths(demo) == ["", "other"]
    demo.queue()
    knows = inside.knows_tab(demo)
    assert not knows("tab")
    demo._queue.pending_messages_per_session["tab"] = object()
    assert knows("tab")


async def test_gradio_still_waits_for_an_event_that_it_does_not_set_itself() -> None:
    app = routes.App()
    found = inside.stop_event(app)
    assert isinstance(found, asyncio.Event)
    assert not found.is_set()
    assert "app.stop_event.wait()" in inspect.getsource(routes.App.create_app)


# What leans on Gradio's documented parts, which no patch needs


@pytest.mark.parametrize(
    ("own", "theirs"), [(Picker, gr.Dropdown), (Question, gr.MultimodalTextbox), (ImageField, gr.Image)]
)
async def test_a_component_of_ours_is_its_parent_for_the_page(own: Any, theirs: Any) -> None:
    with laying_out(), gr.Blocks(analytics_enabled=False):
        assert own().get_block_name() == theirs().get_block_name() == theirs.__name__.lower()
        assert type("Plain", (theirs,), {})().get_block_name() == "plain"  # it is asked for


async def test_a_line_of_html_passes_through_markdown_untouched() -> None:
    line = one_line('<p class="x" data-y="1">*a* <b>b</b>  c\n    d</p>')
    with laying_out(), gr.Blocks(analytics_enabled=False):
        held = panel(line)
        assert held.postprocess(line) == line
        assert held.sanitize_html is False


@pytest.mark.parametrize("named", ["", "/somewhere/else"])
async def test_uploads_are_where_gradio_has_them(named: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(disk.VARIABLE, named)
    assert disk.upload_folder() == gr.utils.get_upload_folder()
    monkeypatch.setenv(disk.VARIABLE, str(tmp_path))
    paths = [Path(disk.keep(data, "../up/a.png")) for data in (b"some bytes", b"some bytes", b"others")]
    paths.append(Path(processing_utils.save_bytes_to_cache(b"some bytes", "../up/a.png", str(tmp_path))))
    assert paths[0] == paths[1]
    assert len(set(paths)) == 3
    for path in paths:
        assert path.relative_to(tmp_path).parts[1:] == ("a.png",)
    assert paths[0].read_bytes() == b"some bytes"
    known = {hashlib.new(name, b"some bytes").hexdigest() for name in ("blake2b", "sha256")}
    known.add(hashlib.blake2b(b"some bytes", digest_size=32).hexdigest())
    assert paths[0].parent.name not in known, "nobody finds a file by what is in it"
