"""Where the app writes: what can't be used is said at the start, and it goes on with another place."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from huggingface_hub import constants

from showcard.inference import run as client
from showcard.inference.keys import home_trouble, machine_token
from showcard.playground.core.votes import folder_trouble
from showcard.ui.server.disk import VARIABLE, NoFolder, check_temporary, own_folder, upload_folder
from tests.support.requests import at_endpoint, request
from tests.support.scripted import Talk, scripted


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file where folders should be; and a folder for temporary files, which works."""
    (tmp_path / "file").write_text("")
    (tmp_path / "works").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "works"))
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv("TMPDIR", raising=False)
    return tmp_path / "file"


def test_folders_that_work_are_not_talked_about(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_temporary() == ""
    monkeypatch.setenv(VARIABLE, str(file.parent / "new"))
    assert check_temporary() == ""
    assert list((file.parent / "new").iterdir()) == []
    own = own_folder()
    assert Path(own).parent == file.parent / "new"
    assert os.environ[VARIABLE] == upload_folder() == own
    assert folder_trouble(file.parent / "votes") == ""


def test_a_folder_for_uploads_that_is_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(file / "below"))
    assert (
        check_temporary()
        == f"{VARIABLE} ({file / 'below'}) can't be used: Not a directory. Uploads are kept elsewhere."
    )
    assert Path(own_folder()).parent == file.parent / "works"


def test_a_temporary_folder_that_python_passes_over(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/nowhere")
    assert check_temporary() == f"TMPDIR (/nowhere) can't be written to. {file.parent / 'works'} is used."


def test_no_temporary_folder_at_all(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(file / "below"))
    with pytest.raises(NoFolder, match="Make room, or name one in TMPDIR"):
        check_temporary()


def test_a_folder_of_votes_that_is_none(file: Path) -> None:
    assert folder_trouble(file / "below") == (
        f"--data-dir: {file / 'below'} can't be used: Not a directory. Name another folder. "
        "Until then votes are kept in the browser."
    )


async def test_a_home_that_is_a_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(file / "token"))
    assert home_trouble() == (
        f"The token saved on this machine can't be read ({file / 'token'}: Not a directory). Check HF_HOME. "
        "Until then it goes on without."
    )

    async def script(talk: Talk) -> None:
        await talk.answer("200 OK", '[{"label": "A", "score": 1}]')

    async with scripted(script) as server:
        reply = await client.run(at_endpoint(request("text-classification"), server.url))
    assert reply.output.kind == "labels"
    assert machine_token() is None


def test_a_token_that_is_no_text(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    file.write_bytes(b"\xff\xfe")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(file))
    assert "is no text. Sign in anew." in home_trouble()
    assert machine_token() is None
    assert home_trouble() == ""
