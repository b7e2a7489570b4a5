"""One person's state: keys by host, runs by id, media by unguessable name."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic

import pytest

from showcard.inference.errors import InferenceFailure
from showcard.inference.resolve import EmbeddedEngine
from showcard.metadata.media import Media
from showcard.ui.session.former_names import FORMER_NAMES
from showcard.ui.session.media_store import MediaStore, SessionMedia
from showcard.ui.session.session import Runs, Session, Sessions, Site
from showcard.ui.session.sources import _repo_id, example_cards, open_source


def session(**more: object) -> Session:
    return Session(Site(EmbeddedEngine("http://127.0.0.1:1"), MediaStore(), **more))  # type: ignore[arg-type]


def test_an_endpoints_key_is_for_its_origin_only() -> None:
    one, other = session(), session()
    one.keep_endpoint_key("https://a.example/v1", " key-a ")
    one.keep_endpoint_key("http://[", "lost")
    one.keep_hub_token("hf_mine")
    assert one.keys_for("https://a.example/other") == {"HF_TOKEN": "hf_mine", "API_TOKEN": "key-a"}
    for elsewhere in ("https://b.example/v1", "http://a.example/v1", "https://a.example:8443/v1", "http://["):
        assert one.keys_for(elsewhere) == {"HF_TOKEN": "hf_mine"}
    assert other.keys_for("https://a.example/v1") == {}
    one.keep_endpoint_key("https://a.example/v1", "")
    assert "API_TOKEN" in one.keys_for("https://a.example/v1")
    one.forget_keys()
    assert one.keys_for("https://a.example/v1") == {}


def test_shared_mode_calls_listed_endpoints_only() -> None:
    site = session(shared=True, endpoints=("https://ok.example/v1",)).site
    assert site.allows_endpoint("https://ok.example/v1/models")
    assert site.allows_endpoint("https://ok.example/v1/")
    for refused in (
        "https://ok.example/v1evil",
        "https://ok.example/v1/../x",
        "https://ok.example/v1/%2e%2e/x",
        "https://ok.example/v1/..\\x",
        "https://ok.example@evil.example/v1",
        "https://ok.example:444/v1",
        "http://ok.example/v1",
        "http://127.0.0.1:8080",
        "nonsense",
    ):
        assert not site.allows_endpoint(refused), refused


def test_a_run_is_stopped_once() -> None:
    runs, stopped = Runs(), []
    runs.start("a", lambda: stopped.append("a"))
    assert runs.stop("a")
    assert not runs.stop("a")
    assert stopped == ["a"]


async def test_the_shelf_forgets_the_oldest_when_full() -> None:
    media_store = MediaStore(most_bytes=10)
    first, second = (put(media_store.part("a"), b"12345678") for _ in range(2))
    assert await media_store.get(first) is None
    assert await media_store.get(second)
    assert len(second) >= 36


def put(part: SessionMedia, data: bytes) -> str:
    return part.put(Media(data=data)).removeprefix("/media/")


async def test_nobody_crowds_out_another_or_reads_what_another_put_away() -> None:
    media_store = MediaStore(most_bytes=10, most_in_all=25)
    mine = put(media_store.part("me"), b"mine")
    for number in range(100):
        put(media_store.part("crowd"), b"12345678")
        put(media_store.part(f"crowd {number % 3}"), b"1234")
    assert (await media_store.get(mine) or Media()).data == b"mine"
    name, _, rest = mine.partition(".")
    other = put(media_store.part("other"), b"x").partition(".")[0]
    for guess in (f"{other}.{rest}", rest, name, f"{name}.", f"{name}.x", "", ".", "me.x"):
        assert await media_store.get(guess) is None, guess
    media_store.close("me")
    assert await media_store.get(mine) is None


async def test_what_a_person_may_open(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("---\npipeline_tag: fill-mask\n---\nhello")
    for source in (
        str(card),
        str(tmp_path),
        card.read_text(),
        "pipeline_tag: fill-mask\nlicense: mit\n",
        "pipeline_tag: fill-mask",
    ):
        opened = await open_source(source, session())
        assert opened.model.guess.task
        assert opened.model.guess.task.id == "fill-mask"
    assert (await open_source("", session())).model.name == example_cards()[0].model


async def test_example_cards_are_named_by_their_task_and_old_links_open_them() -> None:
    for card in example_cards():
        model = (await open_source(card.model, session())).model
        assert model.guess.task is not None
        if model.illustrated:
            assert card.folder == model.guess.task.id
    for before, now in FORMER_NAMES.items():
        opened = await open_source(f"showcard/{before}", session())
        assert (opened.model.name, opened.source) == (f"showcard/{now}", f"showcard/{now}")


async def test_shared_mode_opens_no_path_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\npipeline_tag: fill-mask\n---\n")
    for source in (str(tmp_path), str(tmp_path / "README.md"), "/etc/passwd", "../x", "~"):
        with pytest.raises(InferenceFailure, match="not a Hub id"):
            await open_source(source, session(shared=True))


async def test_what_is_nothing_is_a_sentence() -> None:
    with pytest.raises(InferenceFailure, match="no file or folder"):
        await open_source("no such thing", session())


async def test_a_hub_id_offline_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(InferenceFailure, match="can't be reached"):
        await open_source("org/model", session())
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(InferenceFailure, match="work offline"):
        await open_source("https://huggingface.co/org/model/tree/main", session())


async def test_each_tab_has_its_own_session_until_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Request:
        def __init__(self, name: str) -> None:
            self.session_hash = name

    stopped: list[str] = []
    sessions = Sessions(session().site)
    one, two = sessions.of(Request("a")), sessions.of(Request("b"))  # type: ignore[arg-type]
    assert one is sessions.of(Request("a"))  # type: ignore[arg-type]
    assert one is not two
    one.runs.start("x", lambda: stopped.append("x"))
    one.keep_hub_token("hf_mine")
    await sessions.forget(Request("a"))  # type: ignore[arg-type]
    assert stopped == ["x"]
    assert one.back()  # soon enough: it was put aside only
    assert sessions.of(Request("a")) is one  # type: ignore[arg-type]
    await sessions.forget(Request("a"))  # type: ignore[arg-type]
    monkeypatch.setattr("showcard.ui.session.session.SECONDS_AWAY", 0.0)
    one.leave()
    while not one.closed:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert not one.back()
    assert (one.token, one.feed.name in one.site.tabs) == (None, False)
    assert sessions.of(Request("a")) is not one  # type: ignore[arg-type]


async def test_a_tab_whose_connection_was_cut_stays_where_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("showcard.ui.session.session.SECONDS_LOST", 0.0)
    gone, used = session(), session()
    gone.leave(told_by_page=False)
    used.leave(told_by_page=False)
    used.seen = monotonic()
    while not gone.closed:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert not used.closed
    used.close()


async def test_gradio_is_late_to_tell_of_a_tab_that_is_back() -> None:
    held = session()
    held.leave()
    assert held.back()
    held.runs.start("x", lambda: pytest.fail("stopped"))
    held.leave(told_by_page=False)
    held.runs.end("x", held.runs._stops["x"])
    held.close()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("org/m", ("org/m", "main")),
        ("org/m@v2", ("org/m", "v2")),
        ("gpt2", ("gpt2", "main")),
        ("https://huggingface.co/gpt2/blob/main/README.md", ("gpt2", "main")),
        ("https://huggingface.co/org/m/tree/refs%2Fpr%2F1", ("org/m", "refs/pr/1")),
        ("https://hf.co/org/m", ("org/m", "main")),
        ("https://example.com/org/m", None),
        ("../x", None),
        ("a/b/c", None),
    ],
)
def test_the_repo_that_a_text_names(text: str, found: tuple[str, str] | None) -> None:
    assert _repo_id(text) == found


async def test_a_file_that_is_no_card_is_refused(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"x")
    for source in (tmp_path / "picture.png", tmp_path):
        with pytest.raises(InferenceFailure, match=r"not a model card|holds no README"):
            await open_source(str(source), session())
