"""Where a provider queues its jobs, the raw clients ask after them as huggingface_hub does."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from showcard.snippets import CLIENTS, snippets_for
from showcard.snippets.files import files_of
from showcard.snippets.options import Options
from showcard.wire.queues import _QUEUED
from showcard.wire.request import ResolvedRequest
from tests.support.answers import PICTURE
from tests.support.execute import Ran, environment, hurried, run_node, run_python, run_shell
from tests.support.recorder import Arrived, recording
from tests.support.requests import PNG, request, routed

PAIRS = [(provider, task) for provider, tasks in _QUEUED.items() for task in sorted(tasks)]
HUB = "python huggingface_hub"
RAW = [
    "python requests",
    "python httpx",
    "js fetch",
    *(f"sh curl {shell}" for shell in ("bash", "dash", "zsh") if shutil.which(shell)),
]
RESULT = "https://files.example/a%20result?x=1&y=2"


class Service:
    """Providers' queues: a ticket, then `waits` times waiting, then `end`, then the result."""

    def __init__(self, provider: str, task: str, waits: int, end: str) -> None:
        self.provider, self.task, self.waits, self.end = provider, task, waits, end

    def answer(self, arrived: Arrived) -> tuple[str, bytes]:
        path = arrived.path
        if "files.example" in f"{arrived.headers['host']}{path}":
            return "image/png", PICTURE
        if path.startswith("/huggingface.co/api/"):
            mapping = {self.provider: {"status": "live", "providerId": "its/model", "task": self.task}}
            return self._json({"id": "org/model", "inferenceProviderMapping": mapping})
        state = self.waiting
        if arrived.method == "GET" and not path.partition("?")[0].endswith("/requests/1"):
            self.waits -= 1
            state = self.waiting if self.waits >= 0 else self.end
        return self._json(getattr(self, f"_{self.provider.replace('-', '_')}")(state, path), indent=2)

    @property
    def waiting(self) -> str:
        words = {"fal-ai": "IN_QUEUE", "wavespeed": "processing", "together": "in_progress", "zai-org": "PROCESSING"}
        return words[self.provider]

    @staticmethod
    def _json(value: Any, indent: int | None = None) -> tuple[str, bytes]:
        # Some servers escape what needs no escape.
        return "application/json", json.dumps(value, indent=indent).replace("&", "\\u0026").replace("/", "\\/").encode()

    def _fal_ai(self, state: str, path: str) -> Any:
        data = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
        address = {"url": data if self.task == "image-segmentation" else RESULT}
        if path.partition("?")[0].endswith("/requests/1") and self.waits < 0:
            return {"prompt": '"url": "no"', "images": [address], "video": address, "image": address, "timings": {}}
        return {"status": state, "request_id": "1", "response_url": "https://queue.fal.run/fal-ai/its/requests/1"}

    def _wavespeed(self, state: str, path: str) -> Any:
        urls = {"urls": {"get": "https://api.wavespeed.ai/api/v3/predictions/1/result"}}
        outputs = {"outputs": [RESULT] if state == self.end else []}
        return {"code": 200, "message": 'say "status": "x"', "data": {"id": "1", **outputs, **urls, "status": state}}

    def _together(self, state: str, path: str) -> Any:
        return {"id": "job-1", "status": state, "outputs": {"cost": 0, "video_url": RESULT}}

    def _zai_org(self, state: str, path: str) -> Any:
        return {"id": "job-1", "task_status": state, "image_result": [{"url": RESULT}]}


END = {"fal-ai": "COMPLETED", "wavespeed": "completed", "together": "completed", "zai-org": "SUCCESS"}


class Queues:
    """One service after another, each from its first POST on, and what arrived at it."""

    def __init__(self, services: list[Service]) -> None:
        self.services, self.arrived = services, [[] for _ in services]
        self.turn = -1

    def answer(self, arrived: Arrived) -> tuple[str, bytes]:
        if arrived.path.startswith("/huggingface.co/api/"):
            return self.services[min(self.turn + 1, len(self.services) - 1)].answer(arrived)
        self.turn += arrived.method == "POST"
        self.arrived[self.turn].append(arrived)
        return self.services[self.turn].answer(arrived)


def written(resolved: ResolvedRequest, client: str, folder: Path) -> Path:
    name = " ".join(client.replace("httpx", "requests").split()[:2])
    options = Options(asynchronous="httpx" in client)
    snippet = next(one for one in snippets_for(resolved, options) if f"{one.language} {one.client}" == name)
    assert snippet.content is not None, snippet.reason
    folder.mkdir(parents=True)
    for file in files_of(dict(resolved.request.inputs)).values():
        (folder / file.name).write_bytes(PNG)
    (folder / snippet.filename).write_text(snippet.content)
    return folder / snippet.filename


def run(client: str, services: list[Service], home: Path) -> list[tuple[Path, Ran, list[Arrived]]]:
    """The services' snippets, run one after the other."""
    scripts = [
        written(routed(request(one.task, provider=one.provider), "its/model"), client, home / f"{client}-{number}")
        for number, one in enumerate(services)
    ]
    queues = Queues(services)
    shell = client.startswith("sh")
    with recording(home if shell else None) as recorder:
        recorder.answer = queues.answer
        env = environment(home, RECORDER=recorder.url)
        if shell:
            (home / ".curlrc").write_text(f'connect-to = ":443:127.0.0.1:{recorder.port}"\ninsecure\nsilent\n')
            ran = run_shell(client.split()[2], scripts, env | {"CURL_HOME": str(home), "PATH": hurried(home / "bin")})
        else:
            ran = (run_node if client.startswith("js") else run_python)(scripts, env)
    return list(zip(scripts, ran, queues.arrived, strict=True))


def asked(arrived: list[Arrived], client: str) -> list[tuple[str, str, str | None]]:
    """What was asked after the job: method, address and key."""
    hosts = client.startswith("sh")
    return [
        (one.method, f"/{one.headers['host']}{one.path}" if hosts else one.path, one.headers.get("authorization"))
        for one in arrived
    ]


@pytest.fixture(scope="module")
def of_hub(tmp_path_factory):
    """What huggingface_hub asks of each."""
    home = tmp_path_factory.mktemp("hub")
    found = run(HUB, [Service(provider, task, 2, END[provider]) for provider, task in PAIRS], home)
    assert [ran.error for _, ran, _ in found] == [None] * len(PAIRS)
    return [asked(arrived, HUB) for _, _, arrived in found]


@pytest.mark.parametrize("client", RAW)
def test_the_result_is_waited_for(tmp_path, of_hub, client):
    services = [Service(provider, task, 2, END[provider]) for provider, task in PAIRS]
    for (script, ran, arrived), wanted in zip(run(client, services, tmp_path), of_hub, strict=True):
        assert ran.error is None, f"{ran.error}\n{script.read_text()}"
        assert asked(arrived, client) == wanted
        (saved,) = [*script.parent.glob("output*"), *script.parent.glob("mask*")]
        assert saved.read_bytes() == PICTURE


@pytest.mark.parametrize("client", RAW)
def test_a_job_that_fails_ends_the_waiting(tmp_path, client):
    services = [Service(provider, task, 1, "failed") for provider, task in PAIRS]
    for script, ran, _ in run(client, services, tmp_path):
        assert ran.error
        assert "failed" in ran.error
        assert not list(script.parent.glob("output*"))


def test_every_client_says_why_it_can_not():
    for provider, task in PAIRS:
        for snippet in snippets_for(routed(request(task, provider=provider), "its/model")):
            assert (snippet.content is None) == (snippet.client in ("openai", "huggingface.js"))
            assert snippet.content is not None or snippet.reason
    assert len(CLIENTS) == 7
