"""Every snippet is run, and what arrives is what the app itself sends."""

from __future__ import annotations

import email
import email.policy
import itertools
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub.inference._providers import PROVIDERS

from showcard.metadata.media import Media
from showcard.snippets import CLIENTS as ALL
from showcard.snippets import Options, Snippet, snippet_for, snippets_for
from showcard.snippets.files import files_of
from showcard.wire.call import CHAT_TASKS, OWN_ENDPOINT_CANT, client_call, has_method
from showcard.wire.checks import clean_url
from showcard.wire.http import http_request
from showcard.wire.request import RESPONSES, Request, ResolvedRequest
from tests.support.answers import ENCODED, FETCHED, PICTURE, answer
from tests.support.execute import NODE, Ran, environment, hurried, run_node, run_python, run_shell
from tests.support.recorder import Arrived, Recorder, recording
from tests.support.requests import (
    IMAGE,
    INPUTS,
    MESSAGES,
    PARAMETERS,
    PNG,
    TOOLS,
    at_endpoint,
    request,
    routed,
    sent_by_client,
)


def _without_node(name: str) -> list[pytest.MarkDecorator]:
    """Skips what is not installed, except where the tests are to be complete."""
    missing = (name.startswith("js") and not shutil.which("node")) or (
        name.startswith("js ") and name != "js fetch" and not (NODE / "node_modules").is_dir()
    )
    return [pytest.mark.skipif(missing, reason="Node or its packages (tests/support/node) are not installed")]


HUB, OPENAI, CURL = "python huggingface_hub", "python openai", "sh curl"
HUB_JS, OPENAI_JS = "js huggingface.js", "js openai"
CLIENTS = [
    pytest.param(name, marks=_without_node(name)) for name in (f"{client.language} {client.name}" for client in ALL)
]
KEY = "hf_of_this_machine"
# Typed into a request, and the variables that stand for them; quotes and the dollar are a shell's.
TYPED = {
    "EXTRA_API_KEY": "sk-of-a-person-$HOME",
    "EXTRA_AUTHORIZATION": "Bearer of-a-tool",
    "EXTRA_TOKEN": "it's `nested`",
    "EXTRA_X_OWN_TOKEN": "of-a-header",
}
FILES = {
    **dict.fromkeys(("text-to-image", "image-to-image"), ("output.png", PICTURE)),
    **dict.fromkeys(("text-to-speech", "text-to-audio"), ("output.wav", FETCHED)),
}


class Bench:
    """Snippets written into folders, run together, and what arrived of each."""

    def __init__(self, home: Path, recorder: Recorder, tls: Recorder) -> None:
        self.home, self.recorder, self.tls = home, recorder, tls
        self.cases: dict[str, ResolvedRequest] = {}
        recorder.answer = tls.answer = self._answer
        (home / "node_modules").symlink_to(NODE / "node_modules")
        (home / ".curlrc").write_text(f'connect-to = ":443:127.0.0.1:{tls.port}"\ninsecure\nsilent\nshow-error\n')

    def _answer(self, arrived: Arrived) -> tuple[str, bytes]:
        case = self.case_in(arrived)
        return answer(self.cases[case] if case else None, arrived)

    def case_in(self, arrived: Arrived) -> str | None:
        """The number of the case: in a header, or in the model's name or the path where a client sends no headers."""
        found = re.search(r"(?:model|case)-(\d+)", f"{arrived.path} {arrived.body[:200].decode('latin-1')}")
        return arrived.headers.get("x-case") or (found[1] if found else None)

    def add(self, resolved: ResolvedRequest) -> str:
        case = str(len(self.cases))
        self.cases[case] = resolved
        return case

    def folder(self, case: str, client: str) -> Path:
        return self.home / f"{case}-{client.replace(' ', '-')}"

    def run(self, client: str, cases: list[str]) -> dict[str, tuple[Snippet, Ran | None, list[Arrived]]]:
        written = {case: self._write(client, case) for case in cases}
        paths = {case: self.folder(case, client) / s.filename for case, s in written.items() if s.content is not None}
        before = len(self.recorder.arrived), len(self.tls.arrived)
        language, scripts = client.partition(" ")[0], list(paths.values())
        if language == "sh":
            path = hurried(self.home / "bin")
            ran = run_shell("bash", scripts, environment(self.home, CURL_HOME=str(self.home), PATH=path, **TYPED))
        else:
            run = run_python if language == "python" else run_node
            ran = run(scripts, environment(self.home, RECORDER=self.recorder.url, **TYPED))
        by_case: dict[str, list[Arrived]] = {case: [] for case in cases}
        for arrived in self.recorder.arrived[before[0] :] + self.tls.arrived[before[1] :]:
            if arrived.method == "POST":
                by_case[self.case_in(arrived)].append(arrived)
        results = dict(zip(paths, ran, strict=True))
        return {case: (snippet, results.get(case), by_case[case]) for case, snippet in written.items()}

    def content(self, case: str, client: str) -> str | None:
        """What was written."""
        written = snippets_for(self.cases[case])
        return next(one.content for one in written if f"{one.language} {one.client}" == client)

    def _write(self, client: str, case: str) -> Snippet:
        resolved = self.cases[case]
        snippet = next(s for s in snippets_for(resolved) if f"{s.language} {s.client}" == client)
        folder = self.folder(case, client)
        folder.mkdir()
        for file in files_of(dict(resolved.request.inputs)).values():
            if file.media.data is not None:
                (folder / file.name).write_bytes(file.media.data)
        if snippet.content is not None:
            (folder / snippet.filename).write_text(snippet.content, encoding="utf-8", newline="")
        return snippet


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    home = tmp_path_factory.mktemp("bench")
    with recording() as plain, recording(tls=home) as tls:
        yield Bench(home, plain, tls)


def case_of(bench: Bench, client: str, asked: Request, own_id: str | None = None, key: str | None = "HF_TOKEN") -> str:
    """The request with its own model, path and header, on its way to a provider, or to the recorder."""
    case = str(len(bench.cases))
    marks = {} if client == HUB_JS else {"x-case": case}
    fields = {name: getattr(asked, name) for name in Request.__dataclass_fields__}
    asked = Request(**{**fields, "headers": {**asked.headers, **marks}, "model": f"org/model-{case}"})
    if asked.base_url is not None:
        return bench.add(at_endpoint(asked, f"{bench.recorder.url}/case-{case}{asked.base_url}", key=key))
    return bench.add(routed(asked, f"{own_id}-{case}" if own_id else None, key))


def assert_arrived(resolved: ResolvedRequest, client: str, ran: Ran, arrived: list[Arrived]) -> None:
    """One request, with the method's own path, key, content type and body."""
    assert len(arrived) == 1, (resolved, ran)
    got = arrived[0]
    url = f"http://{got.headers['host']}{got.path}"
    if not resolved.route:
        url = f"https:/{got.path}" if client != CURL else f"https://{got.headers['host']}{got.path}"
    if has_method(resolved.request.task):
        wanted = sent_by_client(resolved, KEY if resolved.key_name == "HF_TOKEN" else "secret")
        assert clean_url(url) == wanted.url
        no_key = "Bearer not-needed" if client in (OPENAI, OPENAI_JS) else None
        assert got.headers.get("authorization") == wanted.headers.get("authorization", no_key)
        assert got.headers.get("x-hf-bill-to") == wanted.headers.get("x-hf-bill-to")
        kind = wanted.headers.get("content-type", "")
        if kind.startswith("multipart/"):
            assert form(got.headers["content-type"], got.body) == form(kind, wanted.body)
            return
        assert got.headers.get("content-type") == kind
        assert got.body == wanted.body if kind != "application/json" else got.json == body_for(client, wanted.body)
        return
    built = http_request(resolved)
    assert clean_url(url) == built.url
    if built.data is not None:
        assert got.body == built.data.data
    else:
        assert set(got.json) == set(built.json)


def body_for(client: str, body: bytes) -> Any:
    """The body as JSON; OpenAI's clients say nothing of not streaming, and always how vectors are encoded."""
    value = json.loads(body)
    if client == HUB_JS and value.get("parameters") == {}:
        del value["parameters"]  # it sends no empty ones
    if client in (OPENAI, OPENAI_JS, HUB_JS):
        if value.get("stream") is False:
            del value["stream"]
        if client != HUB_JS and "input" in value and "voice" not in value:
            value["encoding_format"] = "float"
    return value


def form(kind: str, body: bytes) -> dict[str, bytes]:
    parsed = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
        for part in parsed.iter_parts()
    }


def assert_finished(bench: Bench, case: str, client: str, ran: Ran) -> None:
    """No error, and the answer is printed or saved."""
    resolved = bench.cases[case]
    assert ran.error is None, f"{ran.error}\n{bench.content(case, client)}"
    task = resolved.request.task
    folder = bench.folder(case, client)
    if task in FILES and (client == HUB or resolved.provider in ("endpoint", "hf-inference")):
        name, data = FILES[task]
        saved = (folder / name).read_bytes()
        # The client writes an image anew, and replicate's file is the same for all tasks.
        assert saved == data or (client == HUB and saved[:4] == PNG[:4])
    elif task in CHAT_TASKS:
        assert "scattering" in ran.printed
        assert "None" not in ran.printed or resolved.request.tools
    else:
        known = ("GOOD", "0.75", "0.5", "and so on", ENCODED, "files.example", "b64_json", "embedding", "so on")
        outputs = [*folder.glob("output*"), *folder.glob("mask*")]
        assert outputs or any(text in ran.printed for text in known), ran.printed


def can(client: str, resolved: ResolvedRequest) -> bool:
    """Whether a client can make a request to an endpoint of one's own."""
    task = resolved.request.task
    if client in (OPENAI, OPENAI_JS):
        return task in CHAT_TASKS
    return client != HUB or (has_method(task) and not client_call(resolved).verbatim)


def check(bench: Bench, client: str, cases: list[str]) -> int:
    run = 0
    for case, (snippet, ran, arrived) in bench.run(client, cases).items():
        if ran is None:
            assert snippet.reason
            continue
        assert_arrived(bench.cases[case], client, ran, arrived)
        assert_finished(bench, case, client, ran)
        run += 1
    return run


@pytest.mark.parametrize("client", CLIENTS)
def test_every_task_at_an_endpoint(bench, client):
    tasks = sorted(set(INPUTS) - OWN_ENDPOINT_CANT)
    asked = [request(task, base_url="/models/showcard/it") for task in tasks]
    asked += [request(task, base_url="/m", parameters=PARAMETERS[task]) for task in tasks if task in PARAMETERS]
    cases = [case_of(bench, client, one, key=key) for key in (None, "API_TOKEN") for one in asked]
    able = [case for case in cases if can(client, bench.cases[case])]
    # huggingface.js sends no parameters with files, and images in other shapes.
    assert check(bench, client, cases) == (len(able) if client != HUB_JS else 70)


@pytest.mark.parametrize("client", CLIENTS)
def test_every_task_of_every_provider(bench, client):
    cases = [
        case_of(
            bench,
            client,
            request(task, provider=str(provider), bill_to="my-org"),
            None if provider == "hf-inference" else f"{provider}/its-model",
        )
        for provider, tasks in PROVIDERS.items()
        for task in tasks
        if provider != "openai"
    ]
    # OpenAI's do chat, vectors, images and transcription, and speech only with a voice.
    ran = {OPENAI: 22, OPENAI_JS: 22, HUB_JS: 45}
    assert check(bench, client, cases) == ran.get(client, len(cases))


@pytest.mark.parametrize("client", CLIENTS)
def test_chat_in_every_shape(bench, client):
    parts = [
        {"type": "text", "text": "?"},
        {"type": "image_url", "image_url": {"url": IMAGE}},
    ]
    shapes = [
        {"stream": True},
        {"parameters": PARAMETERS["conversational"]},
        {"tools": TOOLS, "parameters": {"tool_choice": "auto"}},
        {"inputs": {"messages": [*MESSAGES, {"role": "user", "content": parts}]}, "stream": True},
        {"extra": {"reasoning_effort": "low", "x": {"y": None, "z": [0, False, ""]}}, "stream": True},
    ]
    ways = [
        {"base_url": ""},
        {"base_url": "/v1"},
        {"base_url": "/models/x"},
        {"provider": "auto"},
        {"provider": "groq"},
    ]
    cases = [case_of(bench, client, request("conversational", **shape, **way)) for shape in shapes for way in ways]
    # The parameters hold a JSON schema, which huggingface_hub sends to an endpoint in a form of its own.
    assert check(bench, client, cases) == len(cases) - (3 if client == HUB else 0)


@pytest.mark.parametrize("client", CLIENTS)
def test_keys_in_a_request_are_read_from_the_environment(bench, client):
    own, tool, nested, header = TYPED.values()
    tools = ({"type": "mcp", "headers": {"Authorization": tool, "Accept": "text/plain"}},)
    keyed = {
        "headers": {} if client == HUB_JS else {"x-own-token": header},
        "extra": {"api_key": own, "y": [{"token": nested, "max_tokens_before": 3}], "eos_token": "</s>"},
        "tools": tools,
    }
    ways = [{"base_url": "/v1"}, {"base_url": "/v1", "stream": True}, {"provider": "auto"}, {"tools": (*tools, *TOOLS)}]
    asked = [request("conversational", **{**keyed, **way}) for way in ways]
    asked.append(request("text-classification", base_url="/m", parameters={"top_k": 1, "api_key": own}))
    asked.append(request("image-classification", base_url="/m", parameters={"top_k": 1, "api_key": own}))
    form = {"provider": "deepinfra", "parameters": {"prompt": "Token ring", "api_key": own}}
    asked.append(request("automatic-speech-recognition", **form))
    cases = [case_of(bench, client, one, "it" if one.provider == "deepinfra" else None) for one in asked]
    assert check(bench, client, cases) >= len(ways)
    for case in cases:
        content = bench.content(case, client) or ""
        assert not any(key in content for key in TYPED.values())
        assert "</s>" in content or "eos_token" not in content


@pytest.mark.parametrize("client", CLIENTS)
def test_text_generation_streams(bench, client):
    if client in (OPENAI, OPENAI_JS, HUB_JS):
        pytest.skip("this client completes no text, or at another address")
    cases = [
        case_of(bench, client, request("text-generation", base_url="/m", stream=True, parameters={"details": True}))
    ]
    assert check(bench, client, cases) == 1


@pytest.mark.parametrize("client", CLIENTS)
def test_remote_media_are_fetched(bench, client):
    if client in (OPENAI, OPENAI_JS):
        pytest.skip("OpenAI's clients classify no images")
    address = f"{bench.recorder.url}/files/it's%20a%20cat.png"
    inputs = {"image": Media.from_reference(address)}
    asked = [request("image-classification", base_url="/m", inputs=inputs)]
    if client not in (HUB, HUB_JS):
        asked.append(request("image-classification", base_url="/m", inputs=inputs, parameters={"top_k": 0}))
    cases = [case_of(bench, client, one) for one in asked]
    for snippet, ran, arrived in bench.run(client, cases).values():
        assert ran is not None
        assert ran.error is None, f"{ran.error}\n{snippet.content}"
        assert "GOOD" in ran.printed
        assert len(arrived) == 1
        assert arrived[0].body == PICTURE or arrived[0].json["inputs"] == ENCODED
    missing = {"image": Media.from_reference(f"{bench.recorder.url}/missing/cat.png")}
    cases = [case_of(bench, client, replace(one, inputs=missing)) for one in asked]
    if client == HUB:
        return  # it fetches by itself, and takes a page for a picture
    for snippet, ran, arrived in bench.run(client, cases).values():
        assert "404" in ran.error, snippet.content
        assert not arrived


def streamed(api: str) -> list[dict[str, Any]]:
    """The events of a stream that says two words."""
    if api == RESPONSES:
        return [{"type": "response.output_text.delta", "delta": word} for word in ("Half", " done")]
    return [{"choices": [{"index": 0, "delta": {"content": word}}]} for word in ("Half", " done")]


@pytest.mark.parametrize("client", [one for one in CLIENTS if one.values[0] in ("python requests", "js fetch")])
def test_the_end_of_a_stream(tmp_path, client):
    """An error in the middle is no end like another, and a last event needs no line end."""
    language, _, name = client.partition(" ")
    writer = next(one for one in ALL if (one.language, one.name) == (language, name))
    failed = {"type": "response.failed", "response": {"error": {"message": "CUDA out of memory"}}}
    cases = [("", {"error": {"message": "CUDA out of memory"}}), (RESPONSES, failed), ("", None), (RESPONSES, None)]
    options = [Options(), Options(asynchronous=True)] if language == "python" else [Options()]

    def answered(arrived: Arrived) -> tuple[str, bytes]:
        api, error = cases[int(arrived.path.split("/")[1])]
        events = [*streamed(api), *([error] if error else [])]
        return "text/event-stream", "\n\n".join(f"data: {json.dumps(one)}" for one in events).encode()

    with recording() as recorder:
        recorder.answer = answered
        for (number, (api, error)), option in itertools.product(enumerate(cases), options):
            asked = request("conversational", stream=True, api=api)
            snippet = snippet_for(writer, at_endpoint(asked, f"{recorder.url}/{number}/v1"), option)
            script = tmp_path / f"{number}-{option.asynchronous}-{snippet.filename}"
            script.write_text(snippet.content, encoding="utf-8", newline="")
            [ran] = (run_python if language == "python" else run_node)([script], environment(tmp_path))
            assert ran.printed.strip() == "Half done"
            assert "CUDA out of memory" in ran.error if error else ran.error is None, snippet.content
