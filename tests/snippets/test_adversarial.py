"""Hostile texts in every place: no syntax error, no wrong payload, no command run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from showcard.metadata.media import Media
from showcard.snippets import CLIENTS, snippets_for
from showcard.snippets.files import files_of
from showcard.wire.call import CHAT_TASKS, has_method
from showcard.wire.http import Key, http_request
from showcard.wire.media import EmbeddedMedia, with_bytes
from showcard.wire.request import ResolvedRequest
from showcard.wire.responses import responses_request
from tests.support.answers import answer
from tests.support.execute import NODE, environment, run_node, run_python
from tests.support.hostile import KEYLESS, LONG, TEXTS
from tests.support.recorder import Arrived, Recorder, recording
from tests.support.requests import MESSAGES, PNG, SOUND, TABLE, Sent, at_endpoint, request, routed, sent_by_client

Place = Callable[[str, str, dict[str, str]], ResolvedRequest]


def endpoint(task: str, **options: Any) -> Callable[[str, dict[str, str]], ResolvedRequest]:
    return lambda url, marks: at_endpoint(
        request(task, **{**options, "headers": {**options.get("headers", {}), **marks}}), url
    )


def tool(name: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {name: {"type": "string", "enum": [name]}}}
    return {"type": "function", "function": {"name": name, "description": name, "parameters": schema}}


def called(text: str) -> list[dict[str, Any]]:
    """A chat in which a tool was called, and gave something back."""
    function = {"name": text, "arguments": text}
    call = {"id": text, "type": "function", "function": function}
    return [
        {"role": "user", "content": text},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": text, "content": text},
    ]


PLACES: dict[str, Place] = {
    "text": lambda t, url, h: endpoint("text-classification", inputs={"text": t})(url, h),
    "question": lambda t, url, h: endpoint("question-answering", inputs={"question": t, "context": t + "x"})(url, h),
    "table": lambda t, url, h: endpoint("table-question-answering", inputs={"query": t, "table": {t: [t], **TABLE}})(
        url, h
    ),
    "labels": lambda t, url, h: endpoint(
        "zero-shot-classification",
        inputs={"text": "x", "candidate_labels": [t, "y"]},
        parameters={"hypothesis_template": t},
    )(url, h),
    "sentences": lambda t, url, h: endpoint("sentence-similarity", inputs={"source_sentence": t, "sentences": [t, t]})(
        url, h
    ),
    "message": lambda t, url, h: endpoint(
        "conversational", inputs={"messages": [*MESSAGES, {"role": "user", "content": t}]}, parameters={"stop": [t]}
    )(url, h),
    "tool": lambda t, url, h: endpoint(
        "conversational",
        inputs={"messages": called(t)},
        tools=(tool(t),),
        response_format={"type": t, "json_schema": {"name": t, "schema": {t: t}}},
        extra={t: {t: t}},
        stream=True,
    )(url, h),
    "responses": lambda t, url, h: endpoint(
        "conversational",
        api="responses",
        inputs={"messages": called(t)},
        tools=(tool(t),),
        response_format={"type": t, "json_schema": {"name": t, "schema": {t: t}}},
        extra={"metadata": {t: t}},
        stream=True,
    )(url, h),
    "model": lambda t, url, h: at_endpoint(request("conversational", headers=h), url, model=t),
    "parameter": lambda t, url, h: endpoint("text-to-image", parameters={f"p{t}": [t], "negative_prompt": t})(url, h),
    "keyword": lambda t, url, h: endpoint("image-to-image", parameters={f"k{t}": {t: t}})(url, h),
    "base_url": lambda t, url, h: endpoint("text-classification")(f"{url}/{t}", h),
    "bill_to": lambda t, url, h: endpoint("text-classification", bill_to=t)(url, h),
    "header": lambda t, url, h: endpoint("text-classification", headers={"x-mine": t})(url, h),
    "file": lambda t, url, h: endpoint(
        "image-classification", inputs={"image": Media.from_bytes(PNG, "image/png", f"{t[:3000]}.png")}
    )(url, h),
    "media type": lambda t, url, h: endpoint(
        "image-classification", inputs={"image": Media(None, PNG, t, t[:3000])}, parameters={"top_k": 1}
    )(url, h),
    "image part": lambda t, url, h: endpoint(
        "image-text-to-text", inputs={"image": Media(None, PNG, t, t[:3000]), "prompt": t}
    )(url, h),
}
# So many texts are no value of a header, or no address.
REFUSED = {"bill_to", "header", "base_url"}


# `make bench` puts every text into every place; here each place has its share, and the commonest ones have all.
EXHAUSTIVE = bool(os.environ.get("EXHAUSTIVE"))
SHARE = 3


def texts_of(place: str) -> tuple[str, ...]:
    """The texts that go into a place."""
    texts = KEYLESS if place in ("tool", "responses", "parameter", "keyword", "header") else TEXTS
    if EXHAUSTIVE or place in ("text", "message", "file"):
        return texts
    return texts[list(PLACES).index(place) % SHARE :: SHARE]


LONG_PLACES = {"text", "message", "image part", "bill_to"}
NO_HEADERS, HUB = "js huggingface.js", "python huggingface_hub"


def case_in(arrived: Arrived) -> int:
    """The number of the case, in a header or in the path."""
    return int(arrived.headers.get("x-case") or re.search(r"/case-(\d+)", arrived.path)[1])


def by_responses(resolved: ResolvedRequest) -> Sent:
    """What the app sends by the Responses API."""
    sent, _ = responses_request(resolved)
    headers = {name.lower(): value for name, value in sent.headers if isinstance(value, str)}
    return Sent(sent.url, headers, json.dumps(with_bytes(sent.json)).encode())


class Folders:
    """Every text in every place, with the snippets that come of it."""

    def __init__(self, home: Path, recorder: Recorder) -> None:
        self.home = home
        (home / "node_modules").symlink_to(NODE / "node_modules")
        self.cases: list[ResolvedRequest] = []
        self.unmarked: list[ResolvedRequest] = []
        self.places: list[tuple[str, str]] = []
        self.files: set[Path] = set()
        self._wanted: dict[tuple[bool, int], Sent] = {}
        self.written: dict[str, list[tuple[int, Path]]] = {f"{client.language} {client.name}": [] for client in CLIENTS}
        for place, build in PLACES.items():
            for text in [*texts_of(place), *(LONG if place in LONG_PLACES else ())]:
                case = str(len(self.cases))
                self.places.append((place, text))
                self.cases.append(build(text, recorder.url, {"x-case": case}))
                # One client sends no headers: its requests are told apart by their path.
                self.unmarked.append(build(text, f"{recorder.url}/case-{case}", {}))
        recorder.answer = lambda arrived: (
            ("text/event-stream", b'data: {"type": "response.output_text.delta", "delta": "hi"}\n\n')
            if arrived.path.endswith("/responses")
            else answer(self.cases[case_in(arrived)], arrived)
        )
        for case, (resolved, unmarked) in enumerate(zip(self.cases, self.unmarked, strict=True)):
            self._write(case, resolved, unmarked)

    def wanted(self, client: str, case: int) -> Sent:
        """What huggingface_hub's client sends for the case."""
        known = (client == NO_HEADERS, case)
        if known not in self._wanted:
            resolved = (self.unmarked if client == NO_HEADERS else self.cases)[case]
            self._wanted[known] = by_responses(resolved) if resolved.request.api else sent_by_client(resolved)
        return self._wanted[known]

    def _write(self, case: int, resolved: ResolvedRequest, unmarked: ResolvedRequest) -> None:
        others = [one for one in snippets_for(unmarked) if one.client == "huggingface.js"]
        for snippet in [one for one in snippets_for(resolved) if one.client != "huggingface.js"] + others:
            client = f"{snippet.language} {snippet.client}"
            if snippet.content is None:
                assert snippet.reason
                continue
            if client == NO_HEADERS and "case-" not in snippet.content:
                continue  # an address that leads up from its case
            folder = self.home / f"{case}-{client.replace(' ', '-')}"
            folder.mkdir()
            for file in files_of(dict(resolved.request.inputs)).values():
                (folder / file.name).write_bytes(PNG)
                self.files.add(folder / file.name)
            path = folder / snippet.filename
            path.write_text(snippet.content, encoding="utf-8", newline="")
            self.written[client].append((case, path))

    def nothing_ran(self) -> bool:
        return not [path for path in self.home.rglob("*PWNED*") if path not in self.files]


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, recorder: Recorder) -> Folders:
    return Folders(tmp_path_factory.mktemp("hostile"), recorder)


def test_there_are_enough_and_few_are_refused(folders):
    assert len(TEXTS) >= 60
    refused = dict.fromkeys(PLACES, 0)
    written = {case for case, _ in folders.written["sh curl"]}
    for case, (place, text) in enumerate(folders.places):
        if case not in written:
            refused[place] += 1
            surrogate = any("\ud800" <= char <= "\udfff" for char in text)
            assert place in REFUSED or surrogate, (place, text)
    assert refused["text"] == 3
    chat = {case for case in written if folders.cases[case].request.task in CHAT_TASKS}
    responding = {case for case in written if folders.cases[case].request.api}
    for client, files in folders.written.items():
        if client != NO_HEADERS:
            able = chat if "openai" in client else written - responding if client == HUB else written
            assert {case for case, _ in files} == able
    assert len(folders.written[NO_HEADERS]) > (900 if EXHAUSTIVE else 350)


@pytest.mark.parametrize(
    "client", [f"{client.language} {client.name}" for client in CLIENTS if client.language != "sh"]
)
def test_code(folders, recorder, client):
    if client.startswith("js") and not (NODE / "node_modules").is_dir():
        pytest.skip("the npm packages of tests/support/node are not installed")
    before = len(recorder.arrived)
    written = folders.written[client]
    run = run_python if client.startswith("python") else run_node
    ran = run([path for _, path in written], environment(folders.home))
    for (case, path), one in zip(written, ran, strict=True):
        assert one.error is None, f"{folders.places[case]!r:.200}\n{path.read_text()[:1000]}\n{one.error[-1000:]}"
    assert folders.nothing_ran()
    arrived = {case_in(request): request for request in recorder.arrived[before:]}
    assert set(arrived) == {case for case, _ in written}
    for case, got in arrived.items():
        wanted = folders.wanted(client, case)
        assert f"http://{got.headers['host']}{got.path}" == wanted.url, folders.places[case]
        if wanted.headers.get("content-type") == "application/json":
            body = json.loads(wanted.body)
            if ("openai" in client or client == NO_HEADERS) and body.get("stream") is False:
                del body["stream"]
            if client == NO_HEADERS and body.get("parameters") == {}:
                del body["parameters"]
            assert got.json == body, folders.places[case]
        else:
            assert got.body == wanted.body, folders.places[case]
        for name in ("content-type", "x-hf-bill-to", "x-mine", *(() if "openai" in client else ("authorization",))):
            assert got.headers.get(name) == wanted.headers.get(name), (name, folders.places[case])


STUB = """
curl() {
  for word in "$@"; do printf '%s\\0' "$word"; done > "$OUT.words"
  case " $* " in *" --data-binary @- "*) cat > "$OUT.stdin";; esac
}
"""


@pytest.mark.parametrize("shell", [name for name in ("bash", "dash", "zsh") if shutil.which(name)])
def test_words_of_the_shell(folders, shell):
    """curl stands in for itself: the words that a shell makes of the snippet are the request."""
    written = folders.written["sh curl"]
    lines = [f"( cd '{path.parent}' && OUT='{path.parent}/{shell}' && . ./{path.name} )" for _, path in written]
    script = folders.home / f"all.{shell}"
    script.write_text(STUB + "\n".join(lines) + "\n")
    done = subprocess.run([shell, script], capture_output=True, env=environment(folders.home), check=False)
    assert done.stderr == b""
    assert folders.nothing_ran()
    for case, path in written:
        words = (path.parent / f"{shell}.words").read_bytes().decode().split("\0")[:-1]
        stdin = path.parent / f"{shell}.stdin"
        body = stdin.read_bytes() if stdin.exists() else None
        assert_words(words, body, folders.cases[case], folders.places[case])


def assert_words(words: list[str], stdin: bytes | None, resolved: ResolvedRequest, place: object) -> None:
    built = responses_request(resolved)[0] if resolved.request.api else http_request(resolved)
    rest = [word for word in words if word not in ("--globoff", "-N", "--fail-with-body")]
    url, options = rest[0], list(zip(rest[1::2], rest[2::2], strict=True))
    assert url == built.url
    headers = [value for name, value in options if name == "-H"]
    assert headers == [f"{name}: {plain(value)}" for name, value in built.headers], place
    data = [(name, value) for name, value in options if name in ("-d", "--data-binary")]
    assert len(data) == 1
    assert {name for name, _ in options} <= {"-H", "-d", "--data-binary", "--output"}
    if built.data is not None:
        assert data[0][1].startswith("@")
        assert "/" not in data[0][1]
        return
    text = stdin if stdin is not None else data[0][1]
    assert stdin is None or data[0][1] == "@-"
    assert json.loads(text) == plain(built.json), place


def plain(value: Any) -> Any:
    if isinstance(value, Key):
        return f"{value.scheme} {environment(Path('/'))[value.name]}"
    if isinstance(value, EmbeddedMedia):
        return value.prefix + Media(data=value.media.data).data_url().partition(",")[2]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def test_curl_itself(folders, recorder):
    """The same with the real curl, for three of the places."""
    before = len(recorder.arrived)
    real = {"text", "file", "base_url"}
    written = [(case, path) for case, path in folders.written["sh curl"] if folders.places[case][0] in real]
    lines = [f"( cd '{path.parent}' && . ./{path.name} ) > /dev/null" for _, path in written]
    script = folders.home / "curl.sh"
    script.write_text("alias curl='curl -sS'\nshopt -s expand_aliases\n" + "\n".join(lines) + "\n")
    done = subprocess.run(["bash", script], capture_output=True, env=environment(folders.home), check=False)
    assert b"curl:" not in done.stderr, done.stderr[-2000:]
    assert folders.nothing_ran()
    arrived = {case_in(request): request for request in recorder.arrived[before:]}
    assert set(arrived) == {case for case, _ in written}
    for case, got in arrived.items():
        built = http_request(folders.cases[case])
        assert f"http://{got.headers['host']}{got.path}" == built.url
        assert got.body == PNG if built.data is not None else got.json == plain(built.json)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("provider", ["auto", "hf-inference", "fal-ai", "groq"])
def test_ids_on_their_way_to_a_provider(text, provider):
    """The model's id and the provider's id: written safely, or refused, and never an address."""
    task = "text-to-image" if provider in ("hf-inference", "fal-ai") else "conversational"
    for resolved in (
        routed(request(task, model=text or " ", provider=provider), "provider/model"),
        routed(request(task, provider=provider), text or " "),
    ):
        for snippet in snippets_for(resolved):
            if snippet.content is None:
                continue
            if snippet.language == "python":
                compile(snippet.content, "snippet", "exec")
            assert resolved.request.model == "org/model" or "evil" not in text
            hosts = {line for line in snippet.content.splitlines() if "://" in line and text not in line}
            assert all("router.huggingface.co" in line for line in hosts)
    assert has_method(task)


@pytest.mark.parametrize("client", ["python requests", "js fetch", "sh curl"])
def test_the_fields_of_a_form(tmp_path, recorder, client):
    (tmp_path / "speech.wav").write_bytes(SOUND.data)
    written: list[tuple[str, Path]] = []
    for number, text in enumerate(KEYLESS):
        headers = {"x-case": str(number)}
        asked = request(
            "automatic-speech-recognition", provider="deepinfra", parameters={"prompt": text}, headers=headers
        )
        snippet = next(one for one in snippets_for(routed(asked)) if f"{one.language} {one.client}" == client)
        if snippet.content is not None:
            written.append((text, tmp_path / f"{number}-{snippet.filename}"))
            written[-1][1].write_text(snippet.content, encoding="utf-8", newline="")
    assert len(written) > len(TEXTS) - 30
    assert not list(tmp_path.glob("*PWNED*"))
    if client == "sh curl":
        for text, path in written:
            done = subprocess.run(
                ["bash", "-c", f"{STUB}. {path}"],
                env={"OUT": str(path), "PATH": "/usr/bin:/bin"},
                cwd=tmp_path,
                check=True,
                capture_output=True,
            )
            assert done.stderr == b""
            assert f"prompt={text}" in Path(f"{path}.words").read_bytes().decode().split("\0")
        return
    before = len(recorder.arrived)
    recorder.answer = lambda arrived: ("application/json", b'{"text": "GOOD"}')
    run = run_python if client.startswith("python") else run_node
    for one in run([path for _, path in written], environment(tmp_path, RECORDER=recorder.url)):
        assert one.error is None
    for (text, _), got in zip(written, recorder.arrived[before:], strict=True):
        assert f'name="prompt"\r\n\r\n{text}\r\n'.encode() in got.body
