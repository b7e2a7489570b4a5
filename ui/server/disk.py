"""Where the app writes, looked at before it starts: what can't be used is said, and another place taken."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

PREFIX = "showcard-"
VARIABLE = "GRADIO_TEMP_DIR"
_KEY = secrets.token_bytes(32)  # so that nobody finds a file by what is in it


class NoFolder(Exception):
    """There is no place for temporary files at all. The sentence says what to do."""


def check_temporary() -> str:
    """Sees to a folder for temporary files, before Gradio is imported, which makes folders there. A sentence where it
    is not the one that was asked for. Raises NoFolder."""
    wanted, told = os.environ.get(VARIABLE), ""
    for place in (wanted, None) if wanted else (None,):
        try:
            if place:
                Path(place).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=PREFIX, dir=place) as found:
                (Path(found) / "probe").write_bytes(b"x")
        except OSError as error:
            told = f"{VARIABLE} ({place}) can't be used: {error.strerror or error}. Uploads are kept elsewhere."
            os.environ.pop(VARIABLE, None)
            continue
        return told or _other_folder()
    raise NoFolder("There is no folder for temporary files that can be written to. Make room, or name one in TMPDIR.")


def own_folder() -> str:
    """A new folder for uploads, which no other app has a part in; Gradio keeps them there from now on."""
    place = os.environ.get(VARIABLE) or None
    os.environ[VARIABLE] = found = os.path.realpath(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    return found


def upload_folder() -> str:
    """Where Gradio keeps what people upload; https://www.gradio.app/guides/file-access says so."""
    return os.environ.get(VARIABLE) or str((Path(tempfile.gettempdir()) / "gradio").resolve())


def keep(data: bytes, name: str) -> str:
    """Keep bytes as if they had been uploaded under a name, for a component to show; where they are. Raises OSError."""
    place = Path(upload_folder()) / hashlib.blake2b(data, key=_KEY, digest_size=32).hexdigest()
    place.mkdir(parents=True, exist_ok=True)
    file = place / Path(name).name
    file.write_bytes(data)
    return str(file.resolve())


def _other_folder() -> str:
    """A sentence where Python does not use the folder that TMPDIR names."""
    asked, used = os.environ.get("TMPDIR"), tempfile.gettempdir()
    if not asked or Path(asked).resolve() == Path(used).resolve():
        return ""
    return f"TMPDIR ({asked}) can't be written to. {used} is used."
