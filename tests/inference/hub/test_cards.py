"""Models of the Hub: searched, opened, refused, and opened from the cache where there is no network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from huggingface_hub import constants

from showcard.inference.errors import InferenceFailure
from showcard.inference.hub.cached import cached_models
from showcard.inference.hub.cards import open_repo
from showcard.inference.hub.offers import Offer
from showcard.inference.hub.search import find_models, provider_page
from showcard.metadata.model import read_model
from showcard.metadata.reading.files import PartialFiles
from showcard.ui.markup.found import models_html
from tests.inference.test_errors import answering
from tests.support.scripted import Script, Scripted, Talk, scripted

CARD = "---\npipeline_tag: text-classification\n---\n# Mine\n"
Answers = Callable[[str, dict[str, list[str]], str], tuple[str, Any, tuple[str, ...]]]


@asynccontextmanager
async def hub(monkeypatch: pytest.MonkeyPatch, script: Script) -> AsyncIterator[Scripted]:
    async with scripted(script) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


def path_of(talk: Talk) -> str:
    return talk.head.split(" ", 2)[1]


async def repo(talk: Talk) -> None:
    """A private repo `org/mine` of two revisions, seen with `hf_mine` only."""
    path = unquote(urlsplit(path_of(talk)).path)
    if "authorization: bearer hf_mine" not in talk.head.lower():
        await talk.answer("401 Unauthorized", '{"error": "Invalid username or password."}')
    elif path.startswith("/api/models/org/mine/revision/refs/pr/1"):
        await talk.answer("200 OK", json.dumps({"siblings": [{"rfilename": "README.md"}]}))
    elif path.startswith("/api/models/org/mine/revision/main"):
        names = ["config.json", "README.md", "a b#1.png", "empty"]
        await talk.answer("200 OK", json.dumps({"siblings": [{"rfilename": name} for name in names]}))
    elif "/revision/" in path:
        await talk.answer(
            "404 Not Found", '{"error": "Invalid rev"}', "application/json", "x-error-code: RevisionNotFound"
        )
    else:
        body = {"README.md": CARD, "config.json": '{"a": 1}', "empty": ""}.get(path.rpartition("/")[2], "picture")
        await talk.answer("200 OK", body)


async def test_a_private_repo_with_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hub(monkeypatch, repo) as server:
        text, files = await open_repo("org/mine", "hf_mine")
        assert text == CARD
        assert files.list() == ["README.md", "a b#1.png", "config.json", "empty"]
        assert (files.name, files.revision) == ("org/mine", "main")
        assert await asyncio.to_thread(files.read, "a b#1.png", 100) == b"picture"
        assert "/org/mine/resolve/main/a%20b%231.png" in server.heads[-1]
        assert isinstance(files, PartialFiles)
        assert await asyncio.to_thread(files.head, "config.json", 3) == b'{"a'
        assert await asyncio.to_thread(files.read, "empty", 100) == b""
        assert await asyncio.to_thread(files.read, "config.json", 8) == b'{"a": 1}'
        with pytest.raises(ValueError, match="larger than"):
            await asyncio.to_thread(files.read, "config.json", 7)
        with pytest.raises(FileNotFoundError):
            await asyncio.to_thread(files.read, "../../other/README.md", 3)
        row = (await asyncio.to_thread(read_model, text, files, "org/mine")).guess.widget
        assert row is not None
        assert row.id == "text-classification"


async def test_a_revision_has_its_own_files(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hub(monkeypatch, repo):
        _, files = await open_repo("org/mine", "hf_mine", "refs/pr/1")
        assert files.list() == ["README.md"]
        with pytest.raises(InferenceFailure, match="no revision nope"):
            await open_repo("org/mine", "hf_mine", "nope")


GATED = answering("403 Forbidden", "{}", "application/json", "x-error-code: GatedRepo")


async def gated_files(talk: Talk) -> None:
    """What is listed can be seen, and its files need a consent."""
    if "/api/" in path_of(talk):
        await talk.answer("200 OK", json.dumps({"siblings": [{"rfilename": "README.md"}]}))
    else:
        await GATED(talk)


@pytest.mark.parametrize(
    ("script", "token", "sentence", "hint"),
    [
        (repo, None, "has no model", "sign in with a token"),
        (answering("404 Not Found", "{}"), "hf_x", "has no model", "Check the id"),
        (GATED, None, "is gated", "then sign in"),
        (gated_files, "hf_x", "is gated", "with your account."),
        (answering("500 Error", "boom"), None, "failed while", "Run again"),
        (answering("429 Many", "", "text/plain", "retry-after: 9"), None, "too many requests", "9 s"),
        (answering("200 OK", "<html>"), None, "not JSON", "HF_ENDPOINT"),
        (answering("200 OK", "[]"), None, "not JSON", "HF_ENDPOINT"),
    ],
)
async def test_a_refusal_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, script: Script, token: str | None, sentence: str, hint: str
) -> None:
    async with hub(monkeypatch, script):
        with pytest.raises(InferenceFailure, match=sentence) as caught:
            await open_repo("org/gated", token)
    assert hint in caught.value.hint


async def test_no_network_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(InferenceFailure, match="can't be reached"):
        await open_repo("org/mine", None)
    with pytest.raises(InferenceFailure, match="can't be searched"):
        await find_models("x")


@pytest.mark.parametrize("odd", ["", "../x", "a/b/c", "a b", "http://x/y", "org/m?x=1", "org/m#x"])
async def test_what_is_no_id_is_not_asked_for(odd: str) -> None:
    with pytest.raises(InferenceFailure, match="not an id"):
        await open_repo(odd, None)


# -- searching -------------------------------------------------------------------------------------------------------


async def catalogue(talk: Talk) -> None:
    """Two pages of models, with a link to the second one as the Hub gives it."""
    asked = parse_qs(urlsplit(path_of(talk)).query)
    page = asked.get("cursor", ["1"])[0]
    mapping = {"groq": {"providerId": "g", "task": "conversational", "status": "staging"}}
    row = {"id": f"org/m{page}", "pipeline_tag": "text-generation", "downloads": 5, "gated": "auto",
           "library_name": "transformers", "private": False, "inferenceProviderMapping": mapping}  # fmt: skip
    link = '<https://huggingface.co/api/models?limit=20&cursor=page%2F2>; rel="next"'
    more = (f"link: {link}",) if page == "1" else ()
    await talk.answer("200 OK", json.dumps([row]), "application/json", *more)


async def test_models_are_found_a_page_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hub(monkeypatch, catalogue) as server:
        first = await find_models(" bert ", task="fill-mask", library="transformers", provider="all", token="hf_x")
        second = await find_models("bert", cursor=first.next)
    asked = parse_qs(urlsplit(server.heads[0].split(" ")[1]).query)
    assert (asked["search"], asked["pipeline_tag"], asked["filter"]) == (["bert"], ["fill-mask"], ["transformers"])
    assert asked["inference_provider"] == ["all"]
    assert "authorization: bearer hf_x" in server.heads[0].lower()
    assert "authorization" not in server.heads[1].lower()
    assert [model.id for model in (*first.models, *second.models)] == ["org/m1", "org/mpage/2"]
    assert (first.next, second.next) == ("page/2", None)
    found = first.models[0]
    assert (found.task, found.gated, found.downloads, found.likes) == ("text-generation", True, 5, 0)
    assert [(m.provider, m.status) for m in found.providers] == [("groq", "staging")]


async def test_chat_models_are_found_by_their_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hub(monkeypatch, catalogue) as server:
        await find_models(task="conversational", limit=10_000)
    asked = parse_qs(urlsplit(server.heads[0].split(" ")[1]).query)
    assert asked["filter"] == ["conversational"]
    assert "pipeline_tag" not in asked
    assert asked["limit"] == ["100"]


@pytest.mark.parametrize(
    "body", ["{}", "[1]", "<html>", "[{}]", "null", '[{"id": "m", "likes": 1e999}]', "[" * 100_000]
)
async def test_an_odd_list_is_a_sentence(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    async with hub(monkeypatch, answering("200 OK", body)):
        if body == "{}":
            assert (await find_models()).models == ()
        else:
            with pytest.raises(InferenceFailure, match="no list of models"):
                await find_models()


async def test_a_model_with_odd_facts_is_shown_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"id": "org/\ud800", "pipeline_tag": ["x"], "library_name": 3, "inferenceProviderMapping": {"groq": 3}}
    async with hub(monkeypatch, answering("200 OK", json.dumps([row]))):
        (model,) = (await find_models()).models
    assert (model.task, model.library, model.providers) == (None, None, ())
    assert "?model=org/" in models_html([model], False)


async def test_the_page_of_a_provider(monkeypatch: pytest.MonkeyPatch, elsewhere: Callable[[str], list[str]]) -> None:
    offers = [{"id": "org/m1", "providers": [{"provider": "groq", "status": "live", "pricing": {"input": 1, "output": 2}}]},
              {"id": "org/other", "providers": [{"provider": "groq"}, {"provider": "novita"}]}]  # fmt: skip
    async with scripted(answering("200 OK", json.dumps({"data": offers}))) as router, hub(monkeypatch, catalogue):
        elsewhere(router.url)
        page = await provider_page("groq")
    assert [served.model for served in page["conversational"]] == ["org/m1", "org/other"]
    assert page["conversational"][0].offer == Offer("groq", "live", None, 1.0, 2.0)


# -- offline ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with one model, as huggingface_hub lays it out: files are links into the repo's blobs."""
    folder = tmp_path / "hub" / "models--org--mine"
    commit = "0123456789abcdef0123456789abcdef01234567"
    snapshot = folder / "snapshots" / commit
    for name in ("blobs", "refs"):
        (folder / name).mkdir(parents=True)
    snapshot.mkdir(parents=True)
    (folder / "refs" / "main").write_text(commit)
    (tmp_path / "secret").write_text("secret")
    for name, data in {"README.md": CARD, "config.json": "{}"}.items():
        (folder / "blobs" / name).write_text(data)
        (snapshot / name).symlink_to(Path("../../blobs") / name)
    (snapshot / "leak.txt").symlink_to(tmp_path / "secret")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return tmp_path


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("revision", ["main", "0123456789"])
async def test_offline_the_cache_is_opened(revision: str) -> None:
    text, files = await open_repo("org/mine", None, revision)
    assert text == CARD
    assert "config.json" in files.list()
    assert files.read("config.json", 10) == b"{}"
    assert (files.name, files.revision) == ("org/mine", "0123456789abcdef0123456789abcdef01234567")


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("path", ["leak.txt", "../../refs/main", "/etc/passwd", "../../../../secret", "nope", "a\0"])
async def test_offline_nothing_outside_the_repo_is_read(path: str) -> None:
    _, files = await open_repo("org/mine", None)
    with pytest.raises(FileNotFoundError):
        files.read(path, 100)


@pytest.mark.usefixtures("cache")
async def test_offline_the_cache_is_offered() -> None:
    with pytest.raises(InferenceFailure, match="not in the cache") as caught:
        await open_repo("org/other", None)
    assert "org/mine" in caught.value.hint
    with pytest.raises(InferenceFailure, match="at v2 is not"):
        await open_repo("org/mine", None, "v2")
    assert [model.id for model in await cached_models()] == ["org/mine"]
    assert [model.id for model in (await find_models("MINE")).models] == ["org/mine"]
    assert (await find_models("other")).models == ()


async def test_offline_without_a_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "nowhere"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(InferenceFailure, match="not in the cache") as caught:
        await open_repo("org/mine", None)
    assert "HF_HUB_OFFLINE" in caught.value.hint


CLIMBING = (
    "../../etc/passwd", "..", "a/../../b", "./a", "/etc/passwd", "//evil.example/a", "a//b", "a/", "", ".", " / ",
    "%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc", "%252e%252e%252fa", "a%5c..%5cb", "a\\..\\b", "%2fetc", "a\nb", "a%0d%0ab",
    "a\x00b", "a\x7fb", "\ud800", "a%25252525252e",
)  # fmt: skip


async def test_names_in_a_listing_never_lead_out_of_the_repo(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = ["a b#1.png", "a..b/c...d", "sub/é?.json", "100%.txt", "100%25.txt", "..."]

    async def script(talk: Talk) -> None:
        names = [{"rfilename": name} for name in (*CLIMBING, *inside)] + [{"rfilename": 7}, {"rfilename": None}, {}]
        await talk.answer("200 OK", json.dumps({"siblings": names}) if "/api/" in path_of(talk) else "read")

    async with hub(monkeypatch, script) as server:
        _, files = await open_repo("org/mine", "hf_mine")
        assert sorted(files.list()) == sorted([*inside, "7", "None"])
        asked = len(server.heads)
        for name in CLIMBING:
            with pytest.raises(FileNotFoundError):
                await asyncio.to_thread(files.read, name, 100)
        assert len(server.heads) == asked
        for name in inside:
            assert await asyncio.to_thread(files.read, name, 100) == b"read"
            path = server.heads[-1].split(" ")[1]
            assert unquote(path) == f"/org/mine/resolve/main/{name}"


@pytest.mark.parametrize("revision", ["..", ".", "../..", "%2e%2e", "a/../..", "main\n", "", "/", "a\\b"])
async def test_a_revision_never_leads_out_of_the_repo(revision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with hub(monkeypatch, repo) as server:
        with pytest.raises(InferenceFailure, match="no such revision"):
            await open_repo("org/mine", "hf_mine", revision)
        assert server.heads == []
