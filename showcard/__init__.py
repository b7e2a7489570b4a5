"""Showcard: the widget of a model card, shown, run, compared, and handed over as code.

    import showcard

    model = showcard.read_card("path/to/README.md")  # task, examples, diagnostics
    for found in showcard.lint_card(model):
        print(found.line, found.message)
    for snippet in showcard.write_snippets(showcard.Request("fill-mask", "org/model", {"text": "Paris is [MASK]."})):
        print(snippet.client, snippet.content)

In a checkout the parts lie beside this folder, at the top level; installed, inside it."""

from __future__ import annotations

from importlib import import_module as _import_module
from pathlib import Path as _Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from showcard.metadata.diagnostics import Diagnostic
    from showcard.metadata.model import Model
    from showcard.snippets import Snippet
    from showcard.wire.request import Request

__version__ = "0.2.0"
__all__ = ["Diagnostic", "Model", "Request", "Snippet", "lint_card", "read_card", "write_snippets"]

_TYPES = {
    "Diagnostic": "showcard.metadata.diagnostics",
    "Model": "showcard.metadata.model",
    "Request": "showcard.wire.request",
    "Snippet": "showcard.snippets",
}

if not (_Path(__file__).parent / "metadata").is_dir():
    __path__.append(str(_Path(__file__).parent.parent))


def __getattr__(name: str) -> Any:
    """The public types, loaded at their first use: processes that read one file need not load all of it."""
    if name not in _TYPES:
        raise AttributeError(f"module 'showcard' has no attribute {name!r}")
    return getattr(_import_module(_TYPES[name]), name)


def read_card(source: str | _Path, task: str | None = None) -> Model:
    """What a model card says: its task, examples, parameters and diagnostics.

    `source` is a README.md or a model folder; `task` is used instead of the inferred one. Raises FileNotFoundError or
    ValueError, with a sentence for a person."""
    from showcard.metadata.model import source_model

    return source_model(_Path(source), task)


def lint_card(source: str | _Path | Model) -> tuple[Diagnostic, ...]:
    """What is wrong with a model card, in the order of its lines. Raises what `read_card` does."""
    from showcard.metadata.lint.run import lint

    return lint(read_card(source) if isinstance(source, str | _Path) else source)


def write_snippets(request: Request, provider_model: str | None = None) -> tuple[Snippet, ...]:
    """Code in Python, JavaScript and curl that makes a request, one Snippet for each client; no network is used.

    `provider_model` is the provider's own name of the model, else the model's id stands in. A Snippet without
    `content` says in `reason` why it has none. Raises `showcard.wire.request.RequestError`, with a sentence, where the
    request can't be sent at all."""
    from showcard.inference.resolve import resolve_offline
    from showcard.snippets import snippets_for

    return snippets_for(resolve_offline(request, provider_model))
