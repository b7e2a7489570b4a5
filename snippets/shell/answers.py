"""What a shell does with an answer: takes texts out of its JSON, decodes or fetches media, asks after a queued job."""

from __future__ import annotations

from showcard.snippets.answers import AnswerShape
from showcard.snippets.literals import shell_word
from showcard.wire.queues import Path, Queue

# The JSON is kept in a file: it may be too long for a variable, and it is there to look at when something is missing.
ANSWER_FILE = "answer.json"
# These names occur in more places than one: the object that is meant is named too.
_COMMON = frozenset({"url", "get"})
# Quotes inside of texts are escaped in JSON, so that a key can't be mistaken. (No quotes in comments of the script:
# an interactive zsh takes them for code.)
_READ = f"""\
# Takes the text at a key out of {ANSWER_FILE}, where the quotes inside of texts are escaped.
text_at() {{
  tr -d '\\n' < {ANSWER_FILE} | grep -o "$1 *:[[ ]*\\"[^\\"]*\\"" | head -n 1 |
    sed 's/.*"\\([^"]*\\)"$/\\1/; s/\\\\u0026/\\&/g; s/\\\\//g'
}}"""


def is_kept(answer: AnswerShape) -> bool:
    """Whether the JSON is only the way to the result, so that it goes into a file."""
    return answer.kind in ("url", "base64")


def after_answer(answer: AnswerShape, queue: Queue | None, headers: list[str]) -> str:
    """The lines that follow a request whose JSON is in the file."""
    lines = [_READ, *(_wait(queue, headers) if queue else ())]
    fetch = _fetch(answer)
    if queue is None:
        return "\n".join([*lines, *fetch])
    if queue.apart:
        fetch.insert(0, _ask(headers, queue.query))
    inside = "\n".join(f"  {line}" for line in fetch)
    done = f'if [ "$state" = {shell_word(queue.done)} ]; then'
    return "\n".join([*lines, done, inside, "else", f"  cat {ANSWER_FILE} >&2", "  false", "fi"])


def _text_at(path: Path) -> str:
    keys = [step for step in path if isinstance(step, str)]
    key = f'"{keys[-1]}"'
    if keys[-1] in _COMMON:
        key = f'"{keys[-2]}" *:[[ ]*{{[^}}]*{key}'
    return f"$(text_at '{key}')"


def _wait(queue: Queue, headers: list[str]) -> list[str]:
    ticket = _text_at(queue.ticket)
    if queue.by_address:
        ticket = ticket.removesuffix(")") + " | sed 's#^[a-z]*://[^/]*##')"
    waiting = " ] || [ ".join(f'"$state" = {shell_word(word)}' for word in queue.pending)
    lines = [  # the variable is no "status": zsh has that for itself
        "",
        "# The job waits in a queue: it is asked after until it is done.",
        f'job={shell_word(queue.base)}"{ticket}"',
        f"state={shell_word(queue.pending[0])}",
        f"while [ {waiting} ]; do",
        f"  sleep {queue.seconds:g}",
        f"  {_ask(headers, queue.ask + queue.query)} || break",
        f'  state="{_text_at(queue.status)}"',
        "done",
    ]
    return lines


def _ask(headers: list[str], suffix: str) -> str:
    """A question after the job, as part of a block."""
    address = '"$job"' + (shell_word(suffix) if suffix else "")
    options = [*headers, f"--output {ANSWER_FILE}", address]
    return " \\\n    ".join(["curl --fail-with-body --silent --show-error --globoff", *options])


def _fetch(answer: AnswerShape) -> list[str]:
    file = shell_word(answer.file)
    if answer.kind == "base64":
        return [f'printf %s "{_text_at(answer.path)}" | base64 -d > {file}']
    get = f"curl --fail --location --globoff --output {file} --url"
    if not answer.or_data:
        return [f'{get} "{_text_at(answer.path)}"']
    return [
        f'url="{_text_at(answer.path)}"',
        "case $url in",
        f'  data:*) printf %s "${{url#*,}}" | base64 -d > {file} ;;',
        f'  *) {get} "$url" ;;',
        "esac",
    ]
