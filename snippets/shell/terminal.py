"""A snippet on its way to a terminal (bash, dash, zsh): the line that runs its file, and all of it as one paste."""

from __future__ import annotations

from showcard.snippets.literals import heredoc, shell_word
from showcard.snippets.snippet import Snippet

_RUNS = {"python": "python", "js": "node", "sh": "sh"}


def run_line(snippet: Snippet) -> str:
    """The command that runs the snippet once it is a file."""
    return f"{_RUNS[snippet.language]} {shell_word(snippet.filename)}"


def one_liner(snippet: Snippet) -> str:
    """One line that installs what the file needs, if anything, and runs it."""
    return f"{snippet.install} && {run_line(snippet)}" if snippet.install else run_line(snippet)


def paste(snippet: Snippet) -> tuple[str, str]:
    """What goes before and after the code, so that pasting all of it writes the file, installs and runs it.

    The code has to end with a line end, as every snippet does."""
    opening, text = heredoc((snippet.content or "").removesuffix("\n"), "END")
    end = text.rpartition("\n")[2]
    return f"cat > {shell_word(snippet.filename)} {opening}\n", f"{end}\n{one_liner(snippet)}\n"
