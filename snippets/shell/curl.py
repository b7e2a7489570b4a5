"""curl: the exact HTTP request, for a POSIX shell (bash, dash, zsh)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from showcard.metadata.media import Media
from showcard.snippets.asked import SnippetContext
from showcard.snippets.draft import Draft
from showcard.snippets.files import File
from showcard.snippets.literals import Secret, heredoc, json_text, shell_word
from showcard.snippets.notes import no_token_note
from showcard.snippets.tool_loop import calls_tools, is_forced
from showcard.wire.http import HttpRequest, Key
from showcard.wire.media import EmbeddedMedia, media_type_of, texts
from showcard.wire.request import RequestError

from .answers import ANSWER_FILE, after_answer, is_kept
from .tools import REQUEST_FILE, STREAM_NOTE, loop

# A piece of the JSON body: text, the base64 of a file, or a key.
_Piece: TypeAlias = "str | File | Secret"
# Linux takes at most 128 KiB in one argument.
_LONGEST_ARGUMENT = 100_000


def write(asked: SnippetContext) -> Draft:
    """The snippet. Raises RequestError where it can't be written."""
    sent, answer = asked.sent, asked.answer
    pieces = _pieces(sent.json, asked.files, bool(asked.keys.secrets)) if sent.json is not None else []
    fetches = [_fetch(file) for file in asked.needed if file.address is not None]
    note = no_token_note(asked.resolved, "#").strip()
    if calls_tools(asked):
        if not asked.streams:
            return Draft("\n".join([*fetches, *filter(None, [note]), _tools(asked, pieces)]) + "\n")
        note = "\n".join(filter(None, [note, STREAM_NOTE]))
    blocks = ["\n".join([*fetches, *filter(None, [note]), _with_body(_command(asked), sent, pieces)])]
    if is_kept(answer):
        headers = [f"-H {_header(name, value)}" for name, value in sent.headers if name != "Content-Type"]
        blocks.append(after_answer(answer, sent.queue, headers))
    return Draft("\n\n".join(blocks) + "\n")


def _command(asked: SnippetContext, output: bool = True) -> list[str]:
    """The options, one a line, without the JSON body."""
    sent, files = asked.sent, asked.files
    first = ["curl", "--fail-with-body"]
    if asked.streams:
        first.append("-N")
    if any(char in sent.url for char in "[]{}"):
        first.append("--globoff")
    lines = [" ".join([*first, shell_word(sent.url)])]
    lines += [f"-H {_header(name, value)}" for name, value in sent.headers]
    if sent.data is not None:
        lines.append(f"--data-binary {shell_word('@' + files[sent.data].name)}")
    for name, value in sent.form:
        lines.append(_form_field(name, value, files))
    file = ANSWER_FILE if is_kept(asked.answer) else asked.answer.file
    if file and output:
        lines.append(f"--output {shell_word(file)}")
    return lines


def _tools(asked: SnippetContext, pieces: list[_Piece]) -> str:
    if len(pieces) > 1:
        body = f"{{\n{_printed(pieces)}\n}} > {REQUEST_FILE}"
    else:
        opening, rest = heredoc(str(pieces[0]))
        body = f"cat > {REQUEST_FILE} {opening}\n{rest}"
    first, *others = _command(asked, output=False)
    quiet = first.replace("curl", "curl --silent --show-error", 1)
    forced = is_forced(asked.sent.json.get("tool_choice"))
    return loop(body, [quiet, *others], forced, asked.responds, asked.options.save_to)


def _header(name: str, value: str | Key) -> str:
    if isinstance(value, Key):
        return f'"{name}: {value.scheme} ${value.name}"'
    if isinstance(value, Secret):
        return f'{shell_word(f"{name}: ")}"${value}"'
    return shell_word(f"{name}: {value}")


def _form_field(name: str, value: str | Media, files: Mapping[Media, File]) -> str:
    if isinstance(value, Secret):
        return f'--form-string {shell_word(f"{name}=")}"${value}"'
    if isinstance(value, str):
        if "\0" in value or len(value.encode()) > _LONGEST_ARGUMENT:
            raise RequestError(f'A command line can\'t hold the value of "{name}".')
        return f"--form-string {shell_word(f'{name}={value}')}"
    file = files[value]
    # In quotes, for curl: a file's name may hold spaces. Quotes and backslashes are not among its letters.
    field = f'{name}=@"{file.name}";type={media_type_of(value)}'
    return f"-F {shell_word(field)}"


def _fetch(file: File) -> str:
    return f"curl --fail --location --output {shell_word(file.name)} {shell_word(file.address or '')} &&"


def _pieces(body: Any, files: Mapping[Media, File], has_keys: bool) -> list[_Piece]:
    """The JSON body as text, cut where the base64 of a file goes, or a key. Raises RequestError."""
    if not files and not has_keys:
        return [json_text(body)]
    held: list[File | Secret] = []
    # Marks are written as JSON and cut out again: a text that no string of the body has.
    mark = _absent_mark(body)

    def mark_out(value: Any) -> Any:
        if isinstance(value, Secret):
            if not value.plain:
                raise RequestError("The key holds characters that a shell can't put into JSON as they are.")
            held.append(value)
            return mark
        if isinstance(value, EmbeddedMedia):
            file = files[value.media]
            if file.address is not None and value.prefix:
                return file.address
            held.append(file)
            return f"{value.prefix}{mark}"
        if isinstance(value, dict):
            return {key: mark_out(item) for key, item in value.items()}
        return [mark_out(item) for item in value] if isinstance(value, list) else value

    text = json_text(mark_out(body))
    parts = text.split(mark)
    pieces: list[_Piece] = [parts[0]]
    for file, part in zip(held, parts[1:], strict=True):
        pieces += [file, part]
    return pieces


def _absent_mark(body: Any) -> str:
    held = texts(body)
    number = 0
    while any(f"<file {number}>" in text for text in held):
        number += 1
    return f"<file {number}>"


def _with_body(command: list[str], sent: HttpRequest, pieces: list[_Piece]) -> str:
    join = " \\\n  ".join
    if sent.json is None:
        return join(command)
    if any(isinstance(piece, File) for piece in pieces):
        return _piped(command, pieces)
    text = "".join(map(str, pieces))
    if len(text.encode()) + 3 * text.count("'") <= _LONGEST_ARGUMENT:
        return join([*command, f"-d {''.join(map(_word, pieces))}"])
    if len(pieces) > 1:
        return _piped(command, pieces)
    opening, rest = heredoc(text)
    return f"{join([*command, f'--data-binary @- {opening}'])}\n{rest}"


def _word(piece: _Piece) -> str:
    return f'"${piece}"' if isinstance(piece, Secret) else shell_word(str(piece))


def _piped(command: list[str], pieces: list[_Piece]) -> str:
    """The body put together from text and files, so that no argument holds a file."""
    send = " \\\n  ".join([*command, "--data-binary @-"])
    return f"{{\n{_printed(pieces)}\n}} | {send}"


def _printed(pieces: list[_Piece]) -> str:
    """Lines that print text and files; printf is part of the shell, so that its words may be of any length."""
    return "\n".join(
        f"  base64 < {shell_word(piece.name)} | tr -d '\\n'"
        if isinstance(piece, File)
        else f"  printf %s {_word(piece)}"
        for piece in pieces
    )
