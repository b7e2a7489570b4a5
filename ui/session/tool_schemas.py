"""The tools a person offers a model: function schemas in JSON, or Python signatures, which are read and never run."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jsonschema
import re2

from showcard.wire.request import RequestError

from .typed_json import read_json, read_object

MAX_TOOLS = 128
MAX_SIGNATURES = 30_000  # characters of Python, as its parser takes long and lets nothing else run
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BARE = re2.compile(r"((?:async )?def .*\)(?: *-> *[^:]+)?):?[ \t]*")
_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "list": "array", "dict": "object"}


def read_tools(text: str) -> tuple[Mapping[str, Any], ...]:
    """The tools that a text holds: JSON (a list or one), or `def name(city: str): ...`. Raises RequestError."""
    text = text.strip()
    if not text:
        return ()
    if text.startswith(("def ", "async def ", "@", '"""', "#")):
        found = list(_signatures(text))
    else:
        value = read_json("Tools", text)
        found = [_tool(item, place) for place, item in enumerate(value if isinstance(value, list) else [value], 1)]
    _check_number(len(found))
    names = [tool["function"]["name"] for tool in found if "function" in tool]
    for name in names:
        if names.count(name) > 1:
            raise RequestError(f"Two tools are called {name}.")
    return tuple(found)


def _check_number(tools: int) -> None:
    """Raises RequestError where there are too many."""
    if tools > MAX_TOOLS:
        raise RequestError(f"More than {MAX_TOOLS} tools can't be offered.")


def read_format(text: str) -> Mapping[str, Any] | None:
    """The response format that a text asks for: a JSON schema, a whole `response_format`, or the word json_object.

    Raises RequestError."""
    text = text.strip()
    if not text:
        return None
    if text.strip('"') == "json_object":
        return {"type": "json_object"}
    value = read_object("The schema", text)
    if value.get("type") in ("json_object", "text", "json_schema"):
        described = value.get("json_schema")
        if value["type"] == "json_schema" and not isinstance(described, Mapping):
            raise RequestError('A response format of type json_schema needs an object "json_schema".')
        if isinstance(described, Mapping):
            _check_schema(described.get("schema", {}), "The schema")
        return value
    _check_schema(value, "The schema")
    name = re.sub(r"[^A-Za-z0-9_-]", "_", str(value.get("title") or "answer"))[:64]
    return {"type": "json_schema", "json_schema": {"name": name, "schema": value, "strict": True}}


def _tool(item: Any, place: int) -> dict[str, Any]:
    """One tool as chat completions take it; tools of other kinds, such as remote MCP servers, stay as they are."""
    if not isinstance(item, Mapping):
        raise RequestError(f"Tool {place} is not a JSON object.")
    kind = item.get("type")
    if isinstance(kind, str) and kind not in ("function", "object"):
        if kind == "mcp" and not isinstance(item.get("server_url"), str):
            raise RequestError(f'Tool {place} is a remote MCP server without its "server_url".')
        return dict(item)
    function = item.get("function", item)
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
        raise RequestError(f'Tool {place} has no "name".')
    function = {name: value for name, value in function.items() if name != "type"}
    if not _NAME.fullmatch(function["name"]):
        raise RequestError(f"Tool {place}: {function['name'][:40]!r} is no name; letters, digits, _ and - are.")
    if "parameters" in function:
        _check_schema(function["parameters"], f"Tool {place} ({function['name']}): its parameters")
    return {"type": "function", "function": function}


def _check_schema(schema: Any, what: str) -> None:
    """Raises RequestError where a JSON schema is none."""
    if not isinstance(schema, Mapping):
        raise RequestError(f"{what}: not a JSON schema, which is an object.")
    try:
        wrong = _wrong(json.dumps(schema))
    except RecursionError:
        wrong = "the schema is nested too deeply"
    if wrong:
        raise RequestError(f"{what}: {wrong}.")


@lru_cache(maxsize=500)
def _wrong(text: str) -> str:
    """What is wrong with a JSON schema. It takes ten milliseconds for each thousand characters, and the page reads its
    fields again and again."""
    schema = json.loads(text)
    try:
        jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator).check_schema(schema)
    except jsonschema.exceptions.SchemaError as error:
        where = f" at {error.json_path}" if error.json_path != "$" else ""
        return f"not a valid JSON schema{where}: {error.message[:200]}"
    return ""


# -- Python signatures -------------------------------------------------------------------------------------------------


def _signatures(text: str) -> Iterator[dict[str, Any]]:
    if len(text) > MAX_SIGNATURES:
        raise RequestError(f"Tools: signatures of more than {MAX_SIGNATURES:,} characters are not read; write JSON.")
    _check_number(sum(line.startswith(("def ", "async def ")) for line in text.split("\n")))  # parsing takes long
    try:
        body = ast.parse(_with_bodies(text)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RequestError(f"Tools: this is not Python: {error}.") from None
    functions = [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not functions:
        raise RequestError("Tools: there is no function in it.")
    yield from map(_described, functions)


def _with_bodies(text: str) -> str:
    """The signatures, with a body where one has none: a line that ends in `)` or a result's type, and no more."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        after = lines[place + 1] if place + 1 < len(lines) else ""
        has_body = after.startswith((" ", "\t")) and after.strip()
        if line.startswith(("def ", "async def ")) and not has_body and (found := _BARE.fullmatch(line)):
            lines[place] = f"{found[1]}: ..."
    return "\n".join(lines)


def _described(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Any]:
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    positional = len(node.args.posonlyargs) + len(node.args.args)
    optional = {arg.arg for arg in named[positional - len(node.args.defaults) : positional]}
    optional |= {a.arg for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None}
    properties = {arg.arg: _schema(arg.annotation) for arg in named}
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required := [arg.arg for arg in named if arg.arg not in optional]:
        schema["required"] = required
    doc = " ".join((ast.get_docstring(node) or "").split())
    said = {"description": doc} if doc else {}
    return {"type": "function", "function": {"name": node.name, **said, "parameters": schema}}


def _schema(annotation: ast.expr | None) -> dict[str, Any]:
    """The JSON schema of an annotation, as far as it is plain."""
    match annotation:
        case ast.Name(id=name):
            return {"type": _TYPES[name]} if name in _TYPES else {}
        case ast.Subscript(value=ast.Name(id="list"), slice=inner):
            return {"type": "array", "items": _schema(inner)}
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return {"enum": [part.value for part in parts if isinstance(part, ast.Constant)]}
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return _schema(inner)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _schema(left)
        case ast.Subscript(value=ast.Name(id=name)):
            return {"type": _TYPES[name]} if name in _TYPES else {}
    return {}
