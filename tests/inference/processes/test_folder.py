"""The processes that run models of folders: started, followed, replaced, stopped; with a scripted process."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from showcard.inference import run as client
from showcard.inference.errors import InferenceFailure
from showcard.inference.processes.folder import FAILED, FOLDER, IDLE, LOADING, READY, FolderModel, Folders, Pythons
from showcard.inference.resolve import availability, resolve
from showcard.inference.trace import trace
from showcard.start import command
from showcard.wire.request import Request
from tests.conftest import ROOT, clean_environment
from tests.support.folders import folder

FAKE = str(ROOT / "tests" / "support" / "fake_python.py")
TASK = "text-classification"


@pytest.fixture
def folders() -> Iterator[Folders]:
    made = Folders(command("showcard.local.folder")[1:], Pythons(FAKE))
    yield made
    made.close()


@pytest.fixture
def offered(folders, tmp_path) -> Callable[..., FolderModel]:
    """`offered(name, **script)`: a folder that was opened, and its process's script."""

    def offer(name: str = "mine", **script: object) -> FolderModel:
        path = folder(tmp_path / name)
        (path / "fake.json").write_text(json.dumps(script))
        found = folders.find(folders.offer(path, TASK))
        assert found is not None
        return found

    return offer


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def ask(model: FolderModel, text: str = "I like it") -> Request:
    return Request(TASK, model.path.name, {"text": text}, provider=FOLDER, base_url=model.address)


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def test_a_model_is_loaded_when_it_is_first_wanted(folders, offered):
    model = offered(doing=["Reading the tokenizer", "Reading the weights"], waits=True, log=["a line", "another"])
    assert (model.phase, folders.refusal(model.address)) == (IDLE, None)
    said: list[str] = []
    loading = asyncio.create_task(folders.ready(model.address, said.append))
    await until(lambda: said and said[-1] == "Loading your model: reading the weights")
    assert model.phase == LOADING
    (model.path / "go").touch()
    await loading
    assert model.phase == READY
    assert {"a line", "another"} < set(model.log)
    assert model.log[-1].endswith(f"s  Ready at {model.address}")
    resolved = await resolve(ask(model), None, {})
    assert trace(resolved)[0] == f"It runs on your own weights, on this machine: {model.address}."
    assert availability(ask(model), None, {}).sentence == "Runs on your own weights, on this machine."
    reply = await client.run(resolved, {})
    assert [label.label for label in reply.output.items] == ["FAKE", "OTHER"]


async def test_two_who_want_it_at_once_start_it_once(folders, offered):
    model = offered()
    await asyncio.gather(folders.ready(model.address), folders.ready(model.address))
    process = model.process
    await folders.ready(model.address)
    assert model.process is process


async def test_a_refusal_of_the_process_is_the_sentence(folders, offered):
    model = offered(refused=["The weights lack 2 tensors.", "Save them."])
    with pytest.raises(InferenceFailure) as failed:
        await folders.ready(model.address)
    assert (failed.value.reason, failed.value.hint, model.phase) == (
        "The weights lack 2 tensors.", "Save them.", FAILED,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("script", "words"), [({"exit": 3}, "ended by itself (exit code 3)"), ({"kill": True}, "for want of memory")]
)
async def test_a_process_that_ends_while_it_loads_is_a_sentence(folders, offered, script, words):
    with pytest.raises(InferenceFailure) as failed:
        await folders.ready(offered(**script).address)
    assert words in failed.value.reason
    assert failed.value.hint == "Restart it; its log says more."


async def test_a_crash_while_it_answers_is_told_and_it_starts_again(folders, offered):
    model = offered()
    await folders.ready(model.address)
    with pytest.raises(InferenceFailure) as broken:
        await client.run(await resolve(ask(model, "crash"), None, {}), {})
    told = await folders.explain(model.address, broken.value)
    assert told.reason == "The process that ran the model was ended by SIGSEGV."
    assert model.phase == FAILED
    address = model.address
    await folders.ready(model.address)
    assert (model.phase, model.address) == (READY, address)
    assert (await client.run(await resolve(ask(model), None, {}), {})).output


async def test_another_failure_stays_what_it_is(folders, offered):
    model = offered()
    await folders.ready(model.address)
    failure = InferenceFailure("The input is odd.")
    assert await folders.explain(model.address, failure) is failure


async def test_the_least_recently_used_one_leaves(folders, offered):
    folders.most = 2
    first, second, third = offered("first"), offered("second"), offered("third")
    for model in (first, second, first, third):
        await folders.ready(model.address)
    assert [model.phase for model in (first, second, third)] == [READY, IDLE, READY]
    pid = int((second.path / "pid").read_text())
    await until(lambda: not is_running(pid))


async def test_stopping_while_it_loads_is_no_failure(folders, offered):
    model = offered(waits=True)
    loading = asyncio.create_task(folders.ready(model.address))
    await until(lambda: model.phase == LOADING)
    folders.stop(model.address)
    with pytest.raises(InferenceFailure, match="was stopped"):
        await loading
    assert model.phase == IDLE


async def test_the_checks_speak_before_anything_is_started(folders, offered):
    model = offered()
    (model.path / "tokenizer.json").unlink()
    refused = folders.refusal(model.address)
    assert "holds no tokenizer" in refused.reason
    with pytest.raises(InferenceFailure, match="holds no tokenizer"):
        await folders.ready(model.address)
    assert model.process is None


def test_an_address_that_was_not_given_out_is_refused(folders):
    assert folders.refusal("http://127.0.0.1:1").reason == "This folder is not open any more."


def test_a_folder_keeps_its_address(folders, tmp_path):
    assert folders.offer(tmp_path, TASK) == folders.offer(tmp_path, TASK) != folders.offer(tmp_path, "fill-mask")


def test_a_python_that_is_none_is_a_sentence(tmp_path):
    with pytest.raises(InferenceFailure, match="can't be started"):
        Pythons().packages(str(tmp_path / "python"))


def test_the_apps_own_python_tells_what_it_has():
    assert "numpy" in Pythons().choose()[1]


STARTS = """
import asyncio, sys
from pathlib import Path
from showcard.inference.processes.folder import Folders, Pythons
from showcard.start import command
async def main():
    folders = Folders(command("showcard.local.folder")[1:], Pythons(sys.argv[1]))
    address = folders.offer(Path(sys.argv[2]), "text-classification")
    await folders.ready(address)
    print("ready", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_a_model_ends_with_the_app_however_that_ends(tmp_path, how):
    path = folder(tmp_path)
    started = [sys.executable, "-c", STARTS, FAKE, str(path)]
    app = subprocess.Popen(started, cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE)  # noqa: ASYNC220
    assert app.stdout is not None
    with app.stdout as said:
        assert await asyncio.to_thread(said.readline) == b"ready\n"
    pid = int((path / "pid").read_text())
    assert is_running(pid)
    os.kill(app.pid, how)
    app.wait(20)
    await until(lambda: not is_running(pid))


def test_a_model_gets_nobodys_keys(folders, offered, monkeypatch):
    from showcard.inference.processes.folder import _environment

    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("GROQ_API_KEY", "secret")
    monkeypatch.setenv("PLAIN", "kept")
    found = _environment()
    assert "secret" not in " ".join(found.values())
    assert found["PLAIN"] == "kept"
