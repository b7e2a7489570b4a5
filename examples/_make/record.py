"""Writes what the engines answer into the example cards: every `output:` of a card is filled by asking the server.

    python examples/_make/record.py [--check]

`--check` writes nothing and ends with 1 when a card says something else than its engine."""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import yaml
from PIL import Image

EXAMPLES = Path(__file__).resolve().parent.parent
INDENT = " " * 4


@contextmanager
def server() -> Iterator[str]:
    """The address of an embedded server that runs as long as the block."""
    command = [sys.executable, "-m", "showcard.local", "--with-parent"]
    with subprocess.Popen(
        command, cwd=EXAMPLES.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        yield run.stdout.readline().strip()
        run.stdin.close()


def post(url: str, body: Any) -> Any:
    """A request as JSON, or a file as it is."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with urlopen(Request(url, data, {"content-type": "" if data is body else "application/json"})) as reply:
        return reply.read() if reply.headers["content-type"].startswith("image/") else json.load(reply)


def answer(base: str, model: str, card: dict[str, Any], example: dict[str, Any], folder: Path) -> Any:
    """What the engine answers to an example, in the shape that cards use."""
    if "conversational" in card["tags"]:
        messages = example.get("messages") or [{"role": "user", "content": example["text"]}]
        asked = {"model": model, "messages": messages, **example.get("parameters", {})}
        reply = post(f"{base}/v1/chat/completions", asked)
        return {"text": reply["choices"][0]["message"]["content"]}
    parameters = {**card.get("inference", {}).get("parameters", {}), **example.get("parameters", {})}
    if "src" in example:
        data = (folder / example["src"]).read_bytes()
        if "text" in example:
            parameters |= {"prompt": example["text"]}
        body: Any = {"inputs": base64.b64encode(data).decode(), "parameters": parameters} if parameters else data
    else:
        body = {"inputs": inputs(example), "parameters": parameters}
    reply = post(f"{base}/models/{model}", body)
    if card["pipeline_tag"] == "text-generation":
        return {"text": reply[0]["generated_text"]}
    name = example["example_title"].lower().replace(" ", "-")
    if isinstance(reply, bytes):
        return {"url": Picture(folder, f"outputs/{name}.png", reply)}
    if card["pipeline_tag"] == "image-segmentation":
        masks = [base64.b64decode(row["mask"]) for row in reply]
        return [
            {**row, "mask": Picture(folder, f"masks/{name}-{number}.png", mask)}
            for number, (row, mask) in enumerate(zip(reply, masks, strict=True), 1)
        ]
    return reply[0] if card["pipeline_tag"] == "text-classification" else reply


class Picture(str):
    """The path of a picture within its folder, which is equal to it where the file there shows the same."""

    def __new__(cls, folder: Path, path: str, data: bytes) -> Picture:
        """A path that knows the picture."""
        made = super().__new__(cls, path)
        made.file, made.data = folder / path, data
        return made

    def __eq__(self, other: object) -> bool:
        """Whether a card names this path, and the file there has the same pixels."""
        if str(self) != other or not self.file.is_file():
            return False
        return Image.open(self.file).convert("RGB").tobytes() == Image.open(BytesIO(self.data)).convert("RGB").tobytes()

    __hash__ = str.__hash__

    def save(self) -> None:
        """Writes the file."""
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_bytes(self.data)


def pictures(value: Any) -> Iterator[Picture]:
    """The pictures of an output."""
    if isinstance(value, Picture):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from pictures(item)


def inputs(example: dict[str, Any]) -> Any:
    """The `inputs` of a request, from an example as cards write it."""
    if "context" in example:
        return {"question": example["text"], "context": example["context"]}
    if "table" in example:
        return {"query": example["text"], "table": example["table"]}
    if "source_sentence" in example:
        return {"source_sentence": example["source_sentence"], "sentences": example["sentences"]}
    if "structured_data" in example:
        return {"data": example["structured_data"]}
    return example["text"]


def written(value: Any) -> str:
    """An output as the lines of a card, indented to stand below `output:`."""
    if isinstance(value, list) and len(value) > 8 and not isinstance(value[0], dict):
        return "\n" + textwrap.fill(
            one_line(value), 118, initial_indent=INDENT + "  ", subsequent_indent=INDENT + "   "
        )
    if isinstance(value, list):
        return "".join(f"\n{INDENT}  - {row}" for row in map(one_line, value)) or " []"
    if set(value) == {"text"} and "\n" in value["text"] and value["text"][0] != " ":
        lines = (f"{INDENT}    {line}" if line else "" for line in value["text"].split("\n"))
        return f"\n{INDENT}  text: |-\n" + "\n".join(lines)
    return "".join(f"\n{INDENT}  {key}: {scalar(item)}" for key, item in value.items())


def one_line(row: Any) -> str:
    """A row of an output as flow YAML."""
    if not isinstance(row, dict):
        return scalar(row)
    return "{" + ", ".join(f"{key}: {scalar(item)}" for key, item in row.items()) + "}"


def scalar(value: Any) -> str:
    """A single value as YAML that reads back the same."""
    plain = isinstance(value, str) and value.replace("-", "").isalnum() and yaml.safe_load(value) == value
    return value if plain else json.dumps(value, ensure_ascii=False)


def filled(text: str, outputs: dict[int, Any]) -> str:
    """A card with the outputs of its examples replaced, the rest as it was."""
    root = yaml.compose(text.split("\n---\n", 1)[0], Loader=yaml.SafeLoader)
    widget = next(value for key, value in root.value if key.value == "widget")
    for number, example in reversed(list(enumerate(widget.value))):
        if number in outputs:
            key, value = next((k, v) for k, v in example.value if k.value == "output")
            # A block ends where the next one starts; the white space between stays.
            old = text[value.start_mark.index : value.end_mark.index].rstrip()
            rest = text[value.start_mark.index + len(old) :]
            text = text[: key.end_mark.index] + ":" + written(outputs[number]) + rest
    return text


def main() -> int:
    """Fills every card, or checks them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 when a card is not true")
    check = parser.parse_args().check
    wrong = 0
    with server() as base:
        with urlopen(f"{base}/v1/models") as reply:
            models = {row["id"] for row in json.load(reply)["data"]}
        for path in sorted(EXAMPLES.glob("*/README.md")):
            model, text = f"showcard/{path.parent.name}", path.read_text(encoding="utf-8")
            card = yaml.safe_load(text.split("\n---\n", 1)[0].removeprefix("---\n"))
            if model not in models:
                continue
            rows = [(n, e) for n, e in enumerate(card["widget"]) if "output" in e]
            outputs = {n: answer(base, model, card, e, path.parent) for n, e in rows}
            stale = [e["example_title"] for n, e in rows if e["output"] != outputs[n]]
            if stale and check:
                print(f"{path.parent.name}: {', '.join(stale)}: the card says something else than the engine")
                wrong = 1
            elif stale:
                path.write_text(filled(text, outputs), encoding="utf-8")
                for picture in pictures(list(outputs.values())):
                    picture.save()
                print(f"{path.parent.name}: wrote {', '.join(stale)}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
