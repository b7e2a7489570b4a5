"""A ResolvedRequest -> source code that makes the same request."""

from .lines import lines
from .snippet import CLIENTS, Client, Snippet, snippet_for, snippets_for

__all__ = ["CLIENTS", "Client", "Snippet", "lines", "snippet_for", "snippets_for"]
