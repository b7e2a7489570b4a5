"""Other ways to write the same request: asyncio, into a file, through the Responses API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from showcard.snippets import CLIENTS, Options, comparison_script, differences, snippet_for, snippets_for
from showcard.snippets.files import files_of
from showcard.wire.call import OWN_ENDPOINT_CANT, has_method
from showcard.wire.media import with_bytes
from showcard.wire.request import RequestError, ResolvedRequest
from showcard.wire.responses import responses_request
from tests.support.answers import FETCHED, PICTURE, answer
from tests.support.execute import NODE, environment, run_node, run_python, run_shell
from tests.support.hostile import TEXTS
from tests.support.recorder import recording
from tests.support.requests import (
    IMAGE,
    INPUTS,
    MESSAGES,
    PARAMETERS,
    SOUND,
    TOOLS,
    at_endpoint,
    request,
    routed,
    sent_by_client,
)

PYTHON = [client for client in CLIENTS if client.language == "python"]
NAMES = [f"{client.language} {client.name}" for client in CLIENTS]


@pytest.fixture
def recorder():
    with recording() as recorder:
        yield recorder


def write(home: Path, client: str, cases: list[ResolvedRequest], options: Options) -> dict[int, Path]:
    """The scripts that can be written, by the number of their case, each in its folder."""
    (home / "node_modules").symlink_to(NODE / "node_modules")
    scripts = {}
    for number, resolved in enumerate(cases):
        snippet = snippet_for(next(one for one in CLIENTS if f"{one.language} {one.name}" == client), resolved, options)
        if snippet.content is None:
            continue
        folder = home / str(number)
        folder.mkdir()
        for file in files_of(dict(resolved.request.inputs)).values():
            (folder / file.name).write_bytes(file.media.data)
        scripts[number] = folder / snippet.filename
        scripts[number].write_text(snippet.content, encoding="utf-8", newline="")
    return scripts


def run(client: str, scripts: dict[int, Path], home: Path, url: str) -> None:
    runners = {"python": run_python, "js": run_node, "sh": lambda paths, env: run_shell("sh", paths, env)}
    ran = runners[client.partition(" ")[0]](list(scripts.values()), environment(home, RECORDER=url))
    for path, one in zip(scripts.values(), ran, strict=True):
        assert one.error is None, f"{one.error}\n{path.read_text()}"
        (path.parent / "printed").write_text(one.printed)


def endpoints(url: str) -> list[ResolvedRequest]:
    tasks = sorted(set(INPUTS) - OWN_ENDPOINT_CANT)
    asked = [request(task, parameters=PARAMETERS.get(task, {})) for task in tasks]
    asked += [request(task, stream=True) for task in ("conversational", "image-text-to-text", "text-generation")]
    asked += [request("conversational", tools=TOOLS)]
    return [at_endpoint(one, f"{url}/case-{number}") for number, one in enumerate(asked)]


@pytest.mark.parametrize("client", [f"python {client.name}" for client in PYTHON])
def test_asyncio_asks_the_same(tmp_path, recorder, client):
    cases = endpoints(recorder.url)
    cases += [routed(request("feature-extraction", provider="together"), "case-x/m")]
    cases += [routed(request("text-to-speech", provider="deepinfra", parameters={"voice": "v"}), "case-x/m")]
    cases += [routed(request("automatic-speech-recognition", provider="deepinfra"), "case-x/m")]
    ends = {"embeddings": cases[-3], "speech": cases[-2], "transcriptions": cases[-1]}
    case_of = {f"case-{number}": one for number, one in enumerate(cases)}
    recorder.answer = lambda arrived: answer(
        case_of.get(arrived.path.split("/")[1], ends.get(arrived.path.rsplit("/")[-1])), arrived
    )
    scripts = write(tmp_path, client, cases[:-3] if client.endswith("hub") else cases, Options(asynchronous=True))
    assert len(scripts) > (5 if "openai" in client else 30)
    run(client, scripts, tmp_path, recorder.url)
    posts = {one.path.split("/")[1]: one for one in recorder.posts()}
    for number in scripts:
        if number >= len(cases) - 3 or (number := f"case-{number}") not in posts:
            continue
        resolved = case_of[number]
        if not has_method(resolved.request.task):
            continue
        wanted = sent_by_client(resolved)
        if wanted.headers["content-type"] == "application/json":
            body = json.loads(wanted.body)
            if "openai" in client and body.get("stream") is False:
                del body["stream"]
            assert posts[number].json == body
        else:
            assert posts[number].body == wanted.body


@pytest.mark.parametrize("client", NAMES)
@pytest.mark.parametrize("name", ["out put.txt", 'it\'s $(touch PWNED) "x" `id`.json'])
def test_the_output_is_saved(tmp_path, recorder, client, name):
    cases = endpoints(recorder.url)
    recorder.answer = lambda arrived: answer(cases[int(arrived.path.split("/")[1].removeprefix("case-"))], arrived)
    scripts = write(tmp_path, client, cases, Options(save_to=name))
    run(client, scripts, tmp_path, recorder.url)
    for number, path in scripts.items():
        saved = path.parent / name
        task = cases[number].request.task
        if client == "python huggingface_hub" and task in ("image-segmentation", "audio-to-audio"):
            continue  # these are several files
        assert saved.exists(), path.read_text()
        data = saved.read_bytes()
        if task in ("text-to-speech", "text-to-audio"):
            assert data == FETCHED
        elif task in ("text-to-image", "image-to-image"):
            assert data[:4] == PICTURE[:4]  # huggingface_hub writes it anew
        elif cases[number].request.stream:
            assert b"scattering" in data or b"so on" in data
        else:
            assert any(word in data for word in (b"GOOD", b"0.5", b"scattering", b"so on", b"depth"))
        assert not (path.parent / "printed").read_text().strip() or client.startswith("sh")
    assert not list(tmp_path.rglob("PWNED"))


@pytest.mark.parametrize("name", ["", " ", ".", "a\nb", "a\0b", "-rf", "\ud800", "x" * 2000])
def test_names_that_are_refused(name):
    with pytest.raises(RequestError):
        snippets_for(routed(request("conversational")), Options(save_to=name))


IMAGE_PARTS = [{"type": "text", "text": "?"}, {"type": "image_url", "image_url": {"url": IMAGE}}]
RESPONSE = {
    "id": "r", "object": "response", "created_at": 0, "model": "m", "parallel_tool_calls": True, "tool_choice": "auto",
    "tools": [], "status": "completed",
    "output": [{"id": "m", "type": "message", "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": "Because of scattering.", "annotations": []}]}],
}  # fmt: skip


RESPONDING = [name for name in NAMES if "huggingface" not in name]


@pytest.mark.parametrize("client", RESPONDING)
def test_the_responses_api(tmp_path, recorder, client):
    messages = [*MESSAGES[:2], {"role": "assistant", "content": None, "tool_calls": [
        {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    ]}, MESSAGES[3], {"role": "user", "content": IMAGE_PARTS}]  # fmt: skip
    shapes = [
        {"inputs": {"messages": messages}, "parameters": {"temperature": 0, "max_tokens": 5, "seed": 0}},
        {"tools": TOOLS, "parameters": {"tool_choice": {"type": "function", "function": {"name": "f"}}}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}}},
        {"stream": True, "extra": {"reasoning_effort": "low"}},
        {"stream": True, "inputs": {"messages": messages}, "tools": TOOLS},
    ]
    asked = [request("conversational", api="responses", **shape) for shape in shapes]
    cases = [at_endpoint(one, f"{recorder.url}/case-{number}/v1") for number, one in enumerate(asked)]
    recorder.answer = lambda arrived: (
        ("text/event-stream", b'event: x\ndata: {"type": "response.output_text.delta", "delta": "scattering"}\n\n')
        if arrived.json.get("stream")
        else ("application/json", json.dumps(RESPONSE).encode())
    )
    scripts = write(tmp_path, client, cases, Options(save_to=None))
    run(client, scripts, tmp_path, recorder.url)
    assert len(recorder.posts()) == len(scripts) == len(cases)
    for resolved, arrived in zip(cases, recorder.posts(), strict=True):
        sent, _ = responses_request(resolved)
        assert arrived.path == sent.url.removeprefix(recorder.url)
        assert arrived.json == with_bytes(sent.json)
        assert arrived.headers["content-type"] == "application/json"
    printed = [(path.parent / "printed").read_text() for path in scripts.values()]
    assert all("scattering" in text for text in printed)


def test_what_the_responses_api_can_not_say():
    resolved = routed(request("conversational", api="responses", parameters={"seed": 0}))
    assert "Left out, because it can't be sent here: seed." in differences(resolved)
    reasons = {one.client: one.reason for one in snippets_for(resolved)}
    assert reasons["openai"] is reasons["requests"] is reasons["curl"] is None
    assert (
        reasons["huggingface_hub"] == reasons["huggingface.js"] == "Hugging Face's own clients have no Responses API."
    )
    groq = routed(request("conversational", api="responses", provider="groq"))
    assert {one.content for one in snippets_for(groq)} == {None}


@pytest.mark.parametrize("client", ["python openai", "js openai"])
def test_speech_and_transcription(tmp_path, recorder, client):
    speech = request("text-to-speech", provider="deepinfra", parameters={"voice": "v", "speed": 0, "x": 1})
    heard = request("automatic-speech-recognition", provider="deepinfra", parameters={"language": "en", "prompt": "é"})
    cases = [routed(speech, "org/speaks"), routed(heard, "org/hears")]
    recorder.answer = lambda arrived: answer(cases["transcriptions" in arrived.path], arrived)
    scripts = write(tmp_path, client, cases, Options())
    run(client, scripts, tmp_path, recorder.url)
    spoken, form = recorder.posts()
    assert spoken.json == json.loads(sent_by_client(cases[0], "hf_key").body)
    assert (tmp_path / "0" / "output.wav").read_bytes() == FETCHED
    assert spoken.path.endswith("/deepinfra/v1/openai/audio/speech")
    assert form.path.endswith("/deepinfra/v1/openai/audio/transcriptions")
    for part in (
        b'name="model"\r\n\r\norg/hears',
        b'name="language"\r\n\r\nen',
        'name="prompt"\r\n\r\né'.encode(),
        SOUND.data,
    ):
        assert part in form.body
    assert "GOOD" in (tmp_path / "1" / "printed").read_text()


@pytest.mark.parametrize("options", [Options(asynchronous=True), Options(True, "a b.txt")])
def test_hostile_texts_stay_texts(options):
    for text in TEXTS:
        inputs = {"messages": [{"role": "user", "content": text}]}
        for stream in (False, True):
            resolved = at_endpoint(request("conversational", inputs=inputs, stream=stream), "http://127.0.0.1:1/v1")
            for snippet in snippets_for(resolved, options):
                if snippet.language == "python" and snippet.content is not None:
                    compile(snippet.content, "snippet", "exec")


def test_no_key_of_a_remote_tool_stands_in_code():
    tool = {
        "type": "mcp", "server_label": "x", "server_url": "https://u:SECRETpw@h/mcp", "authorization": "SECRETauth",
        "headers": {"Authorization": "Bearer SECREThead", "x-own": "SECRETown", "Accept": "text/plain"},
    }  # fmt: skip
    asked = request("conversational", api="responses", tools=(tool, TOOLS[0]))
    resolved = at_endpoint(asked, "http://127.0.0.1:1/v1")
    written = [one for one in snippets_for(resolved) if one.content]
    assert len(written) == len(RESPONDING)
    for one in written:
        assert "SECRET" not in one.content
        assert one.keys == ("EXTRA_SERVER_URL", "EXTRA_AUTHORIZATION", "EXTRA_AUTHORIZATION_2", "EXTRA_X_OWN")
    assert "SECRET" not in (comparison_script({"a": resolved}).content or "SECRET")
    assert any("EXTRA_X_OWN" in said for said in differences(resolved))
    assert not any("EXTRA_" in said for said in differences(at_endpoint(request("conversational"), "http://h/v1")))
    assert responses_request(resolved)[0].json["tools"][0]["authorization"] == "SECRETauth"  # a run sends it
