"""A ResolvedRequest -> source code that makes the same request."""

from .comparison import comparison_script
from .differences import differences
from .lines import lines
from .on_machine.libraries import local_snippets
from .options import Options
from .shell.terminal import one_liner, paste, run_line
from .snippet import CLIENTS, Snippet, SnippetClient, snippet_for, snippets_for

__all__ = [
    "CLIENTS",
    "Options",
    "Snippet",
    "SnippetClient",
    "comparison_script",
    "differences",
    "lines",
    "local_snippets",
    "one_liner",
    "paste",
    "run_line",
    "snippet_for",
    "snippets_for",
]
