"""The scripts and styles became files: what the pages get is what they got before, byte for byte."""

from __future__ import annotations

import hashlib

import pytest

from playground import exported_page, looks
from ui import theme

BEFORE = {
    "f83eef8f50f7a8f8c98b60b1ba0b9aac0752f093907a1df20418da3d50aee963": lambda: theme.CSS + looks.CSS,
    "022e3f880f2f67f2b5e22430b7ff2d1853f5e4073cdc6e4ca981b49d6dd7bd8d": lambda: theme.HEAD + looks.HEAD,
    "c4e4e94ae6a974427a23f56e58b684e0eb0ca16ac4c48b9dd086097d2319c13f": lambda: exported_page.STYLE,
}


@pytest.mark.parametrize("digest", BEFORE)
def test_the_pages_get_what_they_got_before(digest: str) -> None:
    assert hashlib.sha256(BEFORE[digest]().encode()).hexdigest() == digest
