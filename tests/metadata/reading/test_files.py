import os

import pytest

from showcard.inference.hub.cached import CachedModel, Snapshot
from showcard.metadata.reading.files import Files, Folder, PartialFiles
from tests.metadata.cards import Repo


def test_a_folder_lists_its_files_and_leaves_hidden_folders_out(tmp_path):
    for path in ("b.txt", "a/c.txt", ".git/config", ".hidden"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("x")
    folder = Folder(tmp_path)
    assert (folder.list(), folder.name, folder.revision) == ([".hidden", "a/c.txt", "b.txt"], tmp_path.name, None)
    assert isinstance(folder, PartialFiles)
    files: Files = folder
    assert files.read("a/c.txt", 10) == b"x"


def test_only_the_first_bytes_are_read_where_only_they_are_asked_for(tmp_path):
    (tmp_path / "big").write_bytes(b"0123456789")
    assert Folder(tmp_path).head("big", 4) == b"0123"
    with pytest.raises(ValueError, match="larger than 5"):
        Folder(tmp_path).read("big", 5)


@pytest.mark.parametrize(
    "path", ["", ".", "..", "../secret", "/etc/passwd", "a\0b", "a\\b", "nothing", "sub", "x/../../secret", "link"]
)
def test_nothing_outside_of_the_folder_is_read(tmp_path, path):
    inside = tmp_path / "inside"
    (inside / "sub").mkdir(parents=True)
    (tmp_path / "secret").write_text("s")
    os.symlink(tmp_path / "secret", inside / "link")
    for read in (lambda: Folder(inside).read(path, 10), lambda: Folder(inside).head(path, 10)):
        with pytest.raises(FileNotFoundError):
            read()


def test_a_huge_folder_is_listed_in_part(tmp_path, monkeypatch):
    monkeypatch.setattr(Folder, "MAX_FILES", 3)
    for number in range(6):
        (tmp_path / f"f{number}").write_text("")
    assert len(Folder(tmp_path).list()) == 3


def test_files_in_memory_follow_the_protocol():
    assert isinstance(Repo({}), PartialFiles)


def test_links_that_lead_out_can_not_be_opened(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_text("s")
    (inside / "real").write_text("x")
    for link, target in (("out", tmp_path / "secret"), ("in", inside / "real"), ("broken", inside / "absent")):
        os.symlink(target, inside / link)
    folder = Folder(inside)
    assert [path for path in folder.list() if folder.opens(path)] == ["in", "real"]


def test_links_of_a_cached_repo_to_its_own_store_can_be_opened(tmp_path):
    snapshot, store = tmp_path / "repo" / "snapshots" / "c", tmp_path / "repo" / "blobs"
    snapshot.mkdir(parents=True)
    store.mkdir()
    for target, link in ((store / "1", "in"), (tmp_path / "secret", "out")):
        target.write_text("x")
        os.symlink(target, snapshot / link)
    files = Snapshot(CachedModel("a/b", "c", (), snapshot))
    assert [path for path in files.list() if files.opens(path)] == ["in"]
