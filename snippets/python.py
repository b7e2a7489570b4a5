"""What the Python writers share: imports computed from use, the key, files, the order of a script."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metadata.media import Media
from wire.media import Embedded, media_type_of

from .files import File
from .literals import Code, python_call, python_string

_PREFIX = re.compile(r"[\w.+/:;,=-]*", re.ASCII)
_STANDARD = sys.stdlib_module_names


@dataclass(slots=True)
class Script:
    """A Python script in the making: what it imports, and its blocks, a blank line between them."""

    modules: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)

    def use(self, module: str, *names: str) -> None:
        """Notes an import of a module, or of names from it."""
        if names:
            self.names.setdefault(module, set()).update(names)
        else:
            self.modules.add(module)

    def key(self, name: str) -> Code:
        """The value of a key: read from the environment when the script runs."""
        self.use("os")
        return Code(f"os.environ[{python_string(name)}]")

    def call(
        self, function: str, arguments: Sequence[tuple[str | None, object]], prefix: str = "", indent: int = 0
    ) -> str:
        """A call, with the code before it on its line."""
        return f"{prefix}{python_call(function, arguments, indent, len(prefix))}"

    def read(self, file: File) -> str:
        """A line that reads a file into its variable, fetched first when it is remote."""
        if file.address is not None:
            self.use("requests")
            return f"{file.variable} = requests.get({python_string(file.address)}).content"
        self.use("pathlib", "Path")
        return f"{file.variable} = Path({python_string(file.name)}).read_bytes()"

    def encode(self, file: File) -> str:
        """A line that reads a file into its variable as base64 text."""
        self.use("base64")
        if file.address is not None:
            self.use("requests")
            source = f"requests.get({python_string(file.address)}).content"
        else:
            self.use("pathlib", "Path")
            source = f"Path({python_string(file.name)}).read_bytes()"
        return f"{file.variable} = base64.b64encode({source}).decode()"

    def teach_types(self, files: list[File]) -> None:
        """Tells Python the types of endings that it does not know everywhere."""
        lines = []
        for file in files:
            if file.address is None and (suffix := file.unknown_suffix):
                self.use("mimetypes")
                kind = media_type_of(file.media)
                lines.append(f"mimetypes.add_type({python_string(kind)}, {python_string(suffix)})")
        if lines:
            self.blocks.append("\n".join(dict.fromkeys(lines)))

    def text(self) -> str:
        """The script."""
        imports = [f"import {module}" for module in sorted(self.modules)]
        imports += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(self.names.items())]
        standard = [line for line in imports if line.split()[1].partition(".")[0] in _STANDARD]
        others = [line for line in imports if line not in standard]
        blocks = ["\n".join(lines) for lines in (standard, others) if lines] + self.blocks
        return "\n\n".join(blocks) + "\n"


def embedded(prefix: str, file: File) -> str | Code:
    """The value of media inside JSON, where their base64 is in their variable; remote ones may stay an address."""
    if not prefix:
        return Code(file.variable)
    if file.address is not None:
        return file.address
    literal = python_string(f"{prefix}{{{file.variable}}}") if _PREFIX.fullmatch(prefix) else ""
    return Code(f"f{literal}" if literal else f"{python_string(prefix)} + {file.variable}")


def expression(value: Any, files: Mapping[Media, File]) -> Any:
    """A JSON body with the variables of its files in it."""
    if isinstance(value, Embedded):
        return embedded(value.prefix, files[value.media])
    if isinstance(value, dict):
        return {key: expression(item, files) for key, item in value.items()}
    return [expression(item, files) for item in value] if isinstance(value, list) else value


def path_of(start: str, path: tuple[str | int, ...]) -> str:
    """An expression that follows keys and positions."""
    return start + "".join(f"[{python_string(step) if isinstance(step, str) else step}]" for step in path)
