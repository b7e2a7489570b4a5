"""A ResolvedRequest -> source code that makes the same request."""

from .lines import lines
from .options import Options
from .snippet import CLIENTS, Client, Snippet, snippet_for, snippets_for

__all__ = ["CLIENTS", "Client", "Options", "Snippet", "lines", "snippet_for", "snippets_for"]
