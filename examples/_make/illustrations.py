"""Writes the illustrated example cards, for the tasks that no engine here runs: their READMEs and what they show.

    python examples/_make/illustrations.py [--check]

`--check` writes nothing and ends with 1 when a README says something else. Films need PyAV (`pip install av`); without
it they stay as they are."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cards_moving
import cards_pictures
import cards_text
import films
import soundfile
import sounds
from illustrated import Illustrated

EXAMPLES = Path(__file__).resolve().parent.parent
SAMPLE = EXAMPLES.parent / "metadata" / "data" / "samples" / "ball.mp4"
CARDS: tuple[Illustrated, ...] = (*cards_text.CARDS, *cards_pictures.CARDS, *cards_moving.CARDS)


def write_asset(path: Path, made: Any) -> None:
    """An image, a sound, a 3D object or a film as the file that its name says."""
    if path.suffix == ".png":
        made.save(path, optimize=True)
    elif path.suffix == ".flac":
        soundfile.write(path, made, sounds.RATE, subtype="PCM_16")
    elif path.suffix == ".glb":
        path.write_bytes(made)
    elif find_spec("av"):
        films.write(path, made)
    else:
        print(f"{path.name}: not written, PyAV is missing")


def write(card: Illustrated) -> None:
    """The folder of a card."""
    folder = EXAMPLES / card.folder
    folder.mkdir(exist_ok=True)
    (folder / "README.md").write_text(card.readme(), encoding="utf-8")
    for name, make in card.assets.items():
        write_asset(folder / name, make())


def stale(card: Illustrated) -> bool:
    """Whether the README in the folder is another one."""
    path = EXAMPLES / card.folder / "README.md"
    return not path.is_file() or path.read_text(encoding="utf-8") != card.readme()


def main() -> int:
    """Write all cards, or check them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 when a README is another one")
    if parser.parse_args().check:
        found = [card.folder for card in CARDS if stale(card)]
        print(*(f"{folder}: not what the script writes" for folder in found), sep="\n", end="\n" if found else "")
        return int(bool(found))
    for card in CARDS:
        write(card)
    write_asset(SAMPLE, films.ball())
    return 0


if __name__ == "__main__":
    sys.exit(main())
