"""Showcard: the widget of a model card, shown, run, compared, and handed over as code.

In a checkout the parts lie beside this folder, at the top level; installed, inside it."""

from pathlib import Path as _Path

if not (_Path(__file__).parent / "metadata").is_dir():
    __path__.append(str(_Path(__file__).parent.parent))
