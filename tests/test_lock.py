"""The lock holds what requirements.txt asks for, with a hash of each file, and the image is made from it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^([a-z0-9][^\\\n]*?)((?: \\\n +--hash=sha256:[0-9a-f]{64})*)$", LOCK, re.MULTILINE)
WANTED = [Requirement(line) for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines() if line]
PLATFORMS = [
    {"python_version": python, "python_full_version": f"{python}.2", "sys_platform": system, "platform_system": name}
    for python in ("3.11", "3.12", "3.13")
    for system, name in (("linux", "Linux"), ("darwin", "Darwin"), ("win32", "Windows"))
]


def test_every_entry_has_hashes() -> None:
    assert len(ENTRIES) > len(WANTED)
    assert [entry for entry, hashes in ENTRIES if not hashes] == []
    assert len(ENTRIES) == len(re.findall(r"^[a-z0-9]", LOCK, re.MULTILINE))


@pytest.mark.parametrize("where", PLATFORMS, ids=lambda where: f"{where['sys_platform']}-{where['python_version']}")
def test_it_holds_what_is_asked_for(where: dict[str, str]) -> None:
    environment = {**default_environment(), **where}  # type: ignore[dict-item]
    held: dict[str, str] = {}
    for entry, _ in ENTRIES:
        found = Requirement(entry)
        if found.marker is None or found.marker.evaluate(environment):
            assert found.name not in held, f"{found.name} twice"
            held[found.name] = next(iter(found.specifier)).version
    for wanted in WANTED:
        if wanted.marker is None or wanted.marker.evaluate(environment):
            assert held.get(canonicalize_name(wanted.name)), f"{wanted.name} is not in the lock: make lock"
            assert wanted.specifier.contains(held[canonicalize_name(wanted.name)]), f"{wanted}: make lock"


def test_the_image_is_made_from_the_lock() -> None:
    said = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.lock" in said
    assert f"FROM python:{sys.version_info.major}." in said
