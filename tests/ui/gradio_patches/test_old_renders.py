"""What `gr.render` made before is let go of, each render for itself, while the page goes on."""

from __future__ import annotations

import sys
from asyncio import Queue
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState, StateHolder

from showcard.inference.resolve import EmbeddedEngine
from showcard.ui.gradio_patches import unbounded_records as files
from showcard.ui.gradio_patches.light_tabs import lighten
from showcard.ui.gradio_patches.old_renders import forget_old_renders
from showcard.ui.gradio_patches.unbounded_records import (
    PRUNED_AFTER,
    FileSets,
    hold_little,
    hold_little_of_tabs,
    let_go_of_tab,
)
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Sessions, Site
from showcard.ui.session.sources import open_source
from showcard.widgets.page import ModelPage
from showcard.widgets.state import Page


def renders(demo: gr.Blocks) -> list[Any]:
    return [fn for fn in demo.fns.values() if fn.renderable]


async def draw(demo: gr.Blocks, render: Any, state: SessionState) -> list[int]:
    """Let a render make its components anew, as a page asks for it; their numbers."""
    request = gr.Request(session_hash="tab")
    made = await demo.process_api(render, [None] * len(render.inputs), state=state, request=request)  # type: ignore[arg-type]
    return [component["id"] for component in made["render_config"]["components"]]


@pytest.fixture
def page() -> Callable[[int], gr.Blocks]:
    def made(count: int) -> gr.Blocks:
        with gr.Blocks(analytics_enabled=False) as demo:
            trigger = gr.State("")
            for n in range(count):

                @gr.render(inputs=trigger, triggers=[trigger.change])
                def some(_: str, n: int = n) -> None:
                    forget_old_renders()
                    with gr.Row(), gr.Column():
                        gr.Textbox(f"{n}")
                        gr.Button("Press").click(lambda: gr.update(interactive=False), None, gr.Textbox())

        lighten(demo)
        return demo

    return made


async def test_a_render_lets_go_of_its_own_old_ones(page: Callable[[int], gr.Blocks]) -> None:
    demo = page(2)
    state = SessionState(demo)
    held = state.blocks_config.blocks
    one, other = renders(demo)
    kept = [*await draw(demo, other, state), *await draw(demo, other, state)]
    first, second = await draw(demo, one, state), await draw(demo, one, state)
    assert held.keys() >= {*kept, *first, *second}  # the listeners of the last but one may still be at work
    [row] = [held[number] for number in first if isinstance(held[number], gr.Row)]
    third = await draw(demo, one, state)
    assert held.keys() >= {*kept, *second, *third}
    assert not held.keys() & {*first} - {*second}
    assert row.children == []  # who still holds a layout does not hold what was in it


async def test_a_render_that_failed_leaves_what_is_shown() -> None:
    with gr.Blocks(analytics_enabled=False) as demo:
        trigger = gr.State("")

        @gr.render(inputs=trigger, triggers=[trigger.change])
        def some(_: str) -> None:
            forget_old_renders()
            if fails:
                raise gr.Error("no card")
            gr.Textbox()

    lighten(demo)
    state, fails = SessionState(demo), False
    (render,) = renders(demo)
    shown = await draw(demo, render, state)
    fails = True
    for _ in range(2):
        with pytest.raises(gr.Error):
            await draw(demo, render, state)
    assert state.blocks_config.blocks.keys() >= {*shown}


async def test_what_a_late_event_brings_back_is_let_go_of_again(page: Callable[[int], gr.Blocks]) -> None:
    demo = page(1)
    state = SessionState(demo)
    (render,) = renders(demo)
    first = await draw(demo, render, state)
    gone = state.blocks_config.blocks[max(first)]
    for _ in range(2):
        await draw(demo, render, state)
    assert gone._id not in state.blocks_config.blocks
    state[gone._id] = gone
    await draw(demo, render, state)
    assert gone._id not in state.blocks_config.blocks


async def test_switching_cards_holds_no_more_and_no_more(page: Callable[[int], gr.Blocks]) -> None:
    site = Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore())
    with gr.Blocks(analytics_enabled=False) as demo:
        model_page = ModelPage(site, "")
        model_page.build(demo)
    lighten(demo)
    state, counts = SessionState(demo), []
    session = model_page.sessions.of(gr.Request(session_hash="tab"))
    (render,) = renders(demo)
    for name in ("sentiment", "entities", "digits") * 4:
        opened = Page(await open_source(f"showcard/{name}", session))
        opened.name = state[model_page.current._id] = session.keep(opened)
        assert len(await draw(demo, render, state)) > 30
        counts.append(len(state.blocks_config.blocks))
    assert counts[3:6] == counts[6:9] == counts[9:]


async def test_components_may_come_while_others_are_gone_through(page: Callable[[int], gr.Blocks]) -> None:
    held = SessionState(page(1)).blocks_config.blocks
    for block in held.values():
        held[-block._id - 1] = block


async def test_updates_hold_no_more_and_no_more() -> None:
    with gr.Blocks(analytics_enabled=False) as demo:
        box = gr.Textbox()
        gr.Button().click(lambda: gr.update(visible=True), None, box)
        gr.Button().click(lambda: "text", None, box)
    lighten(demo)
    state = SessionState(demo)
    update, value = list(demo.fns.values())
    for _ in range(3):
        for fn in (update, value):
            await demo.process_api(fn, [], state=state, request=gr.Request(session_hash="tab"))  # type: ignore[arg-type]
    assert state.blocks_config.blocks.keys() == demo.blocks.keys()
    assert state.blocks_config.blocks[box._id]._id == box._id


def test_sets_of_files_are_let_go_of_with_their_components() -> None:
    kept: set[str] = set()
    sets = FileSets([kept])
    for number in range(PRUNED_AFTER + 10):
        sets.append({f"{number}"})
    later = {"later"}
    sets.append(later)
    assert len(sets) < 20
    sets.prune()
    assert any(one is kept for one in sets)
    assert later in sets
    assert {one for held in sets for one in held} == {"later", *map(str, range(PRUNED_AFTER + 10))}


def test_sets_come_from_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PRUNED_AFTER", 5)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    sets, mine = FileSets([]), [{f"{number}"} for number in range(500)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: (sets.append(one), [sets.append(set()) for _ in range(3)]), mine))
    sys.setswitchinterval(before)
    assert {one for held in sets for one in held} == {one for held in mine for one in held}


async def test_times_go_with_their_listeners() -> None:
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.Button().click(lambda: None)
    demo.queue()
    hold_little(demo)
    times = demo._queue.process_time_per_fn
    (listener,) = demo.fns.values()
    passing = object.__new__(type(listener))  # as one that is drawn anew
    passing.__dict__.update(listener.__dict__)
    for one in (listener, passing):
        times[one].add(0.5)
    assert times[listener].avg_time == 0.5
    assert len(times) == 2
    del one, passing
    assert len(times) == 1


async def test_a_tab_holds_no_description_of_what_it_drew(page: Callable[[int], gr.Blocks]) -> None:
    demo = page(1)
    demo.queue()
    held = StateHolder()
    held.set_blocks(demo)
    hold_little_of_tabs(demo)
    state = held["tab"]
    (render,) = renders(demo)
    for _ in range(3):
        await draw(demo, render, state)
    state[max(state.blocks_config.blocks)] = gr.Textbox(render=False)
    assert not state.config_values
    assert not list(state.components)


async def test_gradio_lets_go_of_a_tab_with_us() -> None:
    closed: list[str] = []
    site = Site(EmbeddedEngine("http://127.0.0.1:1", {}), MediaStore(), when_closed=[closed.append])
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.State("")
    demo.queue()
    held = StateHolder()
    held.set_blocks(demo)
    site.when_closed.append(lambda tab: let_go_of_tab(demo, tab))
    for tab in ("one", "other"):
        assert held[tab]
        demo._queue.pending_messages_per_session[tab] = Queue()
    Sessions(site).of(gr.Request(session_hash="one")).close()
    assert closed == ["one"]
    assert held.session_data.keys() == held.time_last_used.keys() == {"other"}
    assert list(demo._queue.pending_messages_per_session) == ["other"]


async def test_gradio_holds_some_tabs_more_than_may_be_open() -> None:
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.State("")
    demo.queue()
    hold_little(demo, 3)
    held = StateHolder()
    held.set_blocks(demo)
    for number in range(10):
        assert held[f"tab {number}"]
    assert held.session_data.keys() == {f"tab {number}" for number in range(4, 10)}
