"""What the JavaScript writers share: imports computed from use, the key, files, calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from showcard.snippets.files import File
from showcard.snippets.literals import WIDTH, SourceCode, javascript, javascript_string, plain
from showcard.snippets.python.script import indented
from showcard.wire.media import EmbeddedMedia
from showcard.wire.request import RequestError

_FETCHED = """\
async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status}: ${url}`);
  return response;
}"""
_SAFE_INTEGER = 2**53
_PREFIX = re.compile(r"[\w.+/:;,=-]*", re.ASCII)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclass(slots=True)
class JavaScriptScript:
    """A JavaScript module in the making: what it imports, and its blocks, a blank line between them.

    `save_to`: see Options."""

    save_to: str | None = None
    names: dict[str, set[str]] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)

    def use(self, module: str, *names: str) -> None:
        """Notes an import of names from a module."""
        self.names.setdefault(module, set()).update(names)

    def fetch(self, address: str) -> str:
        """The response of an address, which is JavaScript too."""
        if _FETCHED not in self.blocks:
            self.blocks.insert(0, _FETCHED)
        return f"await fetched({address})"

    def read(self, file: File, encoded: bool) -> str:
        """A line that reads a file into its variable, as bytes or as base64 text; fetched first when it is remote."""
        if file.address is not None:
            source = f"Buffer.from(await ({self.fetch(javascript_string(file.address))}).arrayBuffer())"
        else:
            self.use("node:fs/promises", "readFile")
            source = f"await readFile({javascript_string(file.name)})"
        if encoded:
            source = f'({source}).toString("base64")' if file.address is None else f'{source}.toString("base64")'
        return f"const {file.variable} = {source};"

    def write_file(self, name: str, data: str) -> str:
        """A line that saves bytes."""
        self.use("node:fs/promises", "writeFile")
        return f"await writeFile({javascript_string(name)}, {data});"

    def show(self, value: str, text: bool, deep: bool = False) -> str:
        """A line that prints a value (to any depth), or saves it: text as it is, anything else as JSON."""
        if not self.save_to:
            return f"console.dir({value}, {{ depth: null }});" if deep else f"console.log({value});"
        return self.write_file(self.save_to, value if text else f"JSON.stringify({value}, null, 2)")

    def piece(self, value: str) -> str:
        """A statement that shows one piece of a stream."""
        return f"await output.write({value});" if self.save_to else f"process.stdout.write({value});"

    def streamed(self, loop: str) -> str:
        """A loop over the pieces of a stream, with the file open that they go to, if any."""
        if not self.save_to:
            return f"{loop}\nconsole.log();"
        self.use("node:fs/promises", "open")
        opened = f'const output = await open({javascript_string(self.save_to)}, "w");'
        return f"{opened}\n{loop}\nawait output.close();"

    def text(self) -> str:
        """The module."""
        imports = [
            f"import {{ {', '.join(sorted(names))} }} from {javascript_string(module)};"
            for module, names in sorted(self.names.items())
        ]
        return "\n\n".join(["\n".join(imports)] * bool(imports) + self.blocks) + "\n"


def chunks(inner: str) -> str:
    """The way through the chunks of a stream, with the code that reads each as `chunk`."""
    return f"for await (const chunk of stream) {{\n{indented(inner, 2)}\n}}"


def key_of(name: str) -> SourceCode:
    """The value of a key: read from the environment when the script runs."""
    return SourceCode(f"process.env.{name}")


def call(function: str, value: Any, prefix: str = "", indent: int = 0) -> str:
    """A call with one value, of which a long one is opened up in place."""
    room = WIDTH - indent - len(prefix) - len(function) - 3
    return f"{prefix}{function}({javascript(value, indent, room)})"


def expression(value: Any, files: Mapping[Any, File]) -> Any:
    """A JSON body with the variables of its files in it. Raises RequestError for what JavaScript would change."""
    if isinstance(value, EmbeddedMedia):
        return embedded(value.prefix, files[value.media])
    if isinstance(value, dict):
        return {key: expression(item, files) for key, item in value.items()}
    if isinstance(value, list):
        return [expression(item, files) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _SAFE_INTEGER:
        raise RequestError(f"JavaScript's numbers can't hold {str(value)[:40]} exactly.")
    return plain(value)


def embedded(prefix: str, file: File) -> str | SourceCode:
    """The value of media inside JSON, where their base64 is in their variable; remote ones may stay an address."""
    if not prefix:
        return SourceCode(file.variable)
    if file.address is not None:
        return file.address
    if _PREFIX.fullmatch(prefix):
        return SourceCode(f"`{prefix}${{{file.variable}}}`")
    return SourceCode(f"{javascript_string(prefix)} + {file.variable}")


def path_of(start: str, path: tuple[str | int, ...]) -> str:
    """An expression that follows keys and positions."""
    steps = (
        f".{step}" if isinstance(step, str) and _NAME.fullmatch(step) else f"[{javascript(step)}]" for step in path
    )
    return start + "".join(steps)
