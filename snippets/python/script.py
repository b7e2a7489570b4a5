"""What the Python writers share: imports computed from use, the key, files, the order of a script."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from showcard.metadata.media import Media
from showcard.snippets.files import File
from showcard.snippets.keys import Keys
from showcard.snippets.literals import SourceCode, python_call, python_string
from showcard.wire.media import EmbeddedMedia, media_type_of

_PREFIX = re.compile(r"[\w.+/:;,=-]*", re.ASCII)
_FETCHED = """\
def fetched(url: str) -> bytes:
    response = requests.get(url)
    response.raise_for_status()
    return response.content"""
_STANDARD = sys.stdlib_module_names
# Where the package has another name than the module.
_PACKAGES = {"PIL": "pillow", "sentence_transformers": "sentence-transformers"}


@dataclass(slots=True)
class PythonScript:
    """A Python script in the making: what it imports, its functions, and its blocks, a blank line between them.

    An asynchronous one is a coroutine that has `client`, its constructor, open. `save_to`: see Options. `keys` are
    those inside what is asked."""

    asynchronous: bool = False
    save_to: str | None = None
    client: str = ""
    note: str = ""
    keys: Keys | None = None
    modules: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)
    functions: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)

    def use(self, module: str, *names: str) -> None:
        """Notes an import of a module, or of names from it."""
        if names:
            self.names.setdefault(module, set()).update(names)
        else:
            self.modules.add(module)

    def define(self, function: str) -> None:
        """Notes a function, once."""
        if function not in self.functions:
            self.functions.append(function)

    def key(self, name: str) -> SourceCode:
        """The value of a key: read from the environment when the script runs."""
        self.use("os")
        return SourceCode(f"os.environ[{python_string(name)}]")

    def call(
        self, function: str, arguments: Iterable[tuple[str | None, object]], prefix: str = "", indent: int = 0
    ) -> str:
        """A call, with the code before it on its line."""
        return f"{prefix}{python_call(function, arguments, indent, len(prefix))}"

    def open(self, client: str, arguments: Sequence[tuple[str | None, object]], note: str = "") -> None:
        """Makes a client of its constructor's arguments, after a comment."""
        if not self.asynchronous:
            self.blocks.append(note + self.call(client, arguments, "client = "))
            return
        self.client = self.call(client, arguments, "async with ")
        self.note = note

    @property
    def wait(self) -> str:
        """What goes before a call that takes its time."""
        return "await " if self.asynchronous else ""

    @property
    def each(self) -> str:
        """What begins a loop over what arrives piece by piece."""
        return "async for" if self.asynchronous else "for"

    def path(self, name: str) -> str:
        """A file."""
        self.use("pathlib", "Path")
        return f"Path({python_string(name)})"

    def fetch(self, address: str) -> str:
        """The bytes at an address, which is Python too."""
        self.use("requests")
        self.define(_FETCHED)
        return f"fetched({address})"

    def source(self, file: File) -> str:
        """The bytes of a file, fetched first when it is remote."""
        if file.address is not None:
            return self.fetch(python_string(file.address))
        return f"{self.path(file.name)}.read_bytes()"

    def read(self, file: File) -> str:
        """A line that reads a file into its variable."""
        return f"{file.variable} = {self.source(file)}"

    def encode(self, file: File) -> str:
        """A line that reads a file into its variable as base64 text."""
        self.use("base64")
        return f"{file.variable} = base64.b64encode({self.source(file)}).decode()"

    def show(self, value: str, text: bool) -> str:
        """A line that prints a value, or saves it: text as it is, anything else as JSON."""
        if not self.save_to:
            return f"print({value})"
        if not text:
            self.use("json")
            value = f"json.dumps({value}, indent=2, ensure_ascii=False)"
        return f'{self.path(self.save_to)}.write_text({value}, encoding="utf-8")'

    def piece(self, value: str) -> str:
        """A line that shows one piece of a stream."""
        return f"file.write({value})" if self.save_to else f'print({value}, end="", flush=True)'

    def streamed(self, loop: str) -> str:
        """A loop over the pieces of a stream, with the file open that they go to, if any."""
        if not self.save_to:
            return f"{loop}\nprint()"
        return f'with open({python_string(self.save_to)}, "w", encoding="utf-8") as file:\n{indented(loop, 4)}'

    def teach_types(self, files: list[File]) -> None:
        """Tells Python the types of endings that it does not know everywhere."""
        lines = []
        for file in files:
            if file.address is None and (suffix := file.unknown_suffix):
                self.use("mimetypes")
                kind = media_type_of(file.media)
                lines.append(f"mimetypes.add_type({python_string(kind)}, {python_string(suffix)})")
        if lines:
            note = "# Not every Python knows this ending."
            self.blocks.append("\n".join([note, *dict.fromkeys(lines)]))

    def install(self, *others: str) -> str:
        """The command that installs what is imported, and others that it needs."""
        imported = {module.partition(".")[0] for module in (*self.modules, *self.names)} - _STANDARD
        packages = [_PACKAGES.get(module, module) for module in sorted(imported)]
        return f"pip install {' '.join(dict.fromkeys([*packages, *others]))}"

    def text(self) -> str:
        """The script."""
        if self.asynchronous:
            self.use("asyncio")
        body = "\n\n".join(self.blocks)
        if self.keys and self.keys.names_in(body + self.client + "".join(self.functions)):
            self.use("os")
        imports = [f"import {module}" for module in sorted(self.modules)]
        imports += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(self.names.items())]
        standard = [line for line in imports if line.split()[1].partition(".")[0] in _STANDARD]
        others = [line for line in imports if line not in standard]
        head = "\n\n".join("\n".join(lines) for lines in (standard, others) if lines)
        head = "\n\n\n".join([head, *self.functions])
        if not self.asynchronous:
            return f"{head}\n\n{chr(10) if self.functions else ''}{body}\n"
        opened = f"{self.note}{self.client} as client:\n{indented(body, 4)}"
        return f"{head}\n\n\nasync def main() -> None:\n{indented(opened, 4)}\n\n\nasyncio.run(main())\n"


def indented(code: str, by: int) -> str:
    """Code further to the right; no literal holds a line end, so that none is changed."""
    return "\n".join(f"{' ' * by}{line}" if line else "" for line in code.split("\n"))


def chat_loop(script: PythonScript) -> str:
    """The loop over the chunks of a chat, of both libraries that have them as objects."""
    # The first chunk may hold a role only, the last one (usage) no choice at all.
    return (
        f"{script.each} chunk in stream:\n"
        "    if chunk.choices and chunk.choices[0].delta.content:\n"
        f"        {script.piece('chunk.choices[0].delta.content')}"
    )


def chunks(script: PythonScript, inner: str) -> str:
    """The way through the chunks of a chat, with the code that reads each `delta`."""
    return (
        f"{script.each} chunk in stream:\n"
        "    if not chunk.choices:\n"
        "        continue\n"
        "    delta = chunk.choices[0].delta\n" + indented(inner, 4)
    )


def embedded(prefix: str, file: File) -> str | SourceCode:
    """The value of media inside JSON, where their base64 is in their variable; remote ones may stay an address."""
    if not prefix:
        return SourceCode(file.variable)
    if file.address is not None:
        return file.address
    literal = python_string(f"{prefix}{{{file.variable}}}") if _PREFIX.fullmatch(prefix) else ""
    return SourceCode(f"f{literal}" if literal else f"{python_string(prefix)} + {file.variable}")


def expression(value: Any, files: Mapping[Media, File]) -> Any:
    """A JSON body with the variables of its files in it."""
    if not files:
        return value
    if isinstance(value, EmbeddedMedia):
        return embedded(value.prefix, files[value.media])
    if isinstance(value, dict):
        return {key: expression(item, files) for key, item in value.items()}
    return [expression(item, files) for item in value] if isinstance(value, list) else value


def form_file(file: File) -> SourceCode:
    """A file as a field of a form: its name, bytes and type."""
    return SourceCode(f"({python_string(file.name)}, {file.variable}, {python_string(media_type_of(file.media))})")


def path_of(start: str, path: tuple[str | int, ...]) -> str:
    """An expression that follows keys and positions."""
    return start + "".join(f"[{python_string(step) if isinstance(step, str) else step}]" for step in path)
