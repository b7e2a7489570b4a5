"""An illustrated example card: what it holds, and how its README.md is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

MARK = "illustrated-outputs"  # the tag by which the app says “illustration”, as in metadata.model
Asset = Callable[[], Any]  # a PIL image, a sound, the bytes of a 3D object, or the pictures of a film


@dataclass(frozen=True, slots=True)
class Illustrated:
    """A card for a task that no engine here runs. `made` says in a sentence how its outputs came about."""

    folder: str
    task: str
    name: str
    made: str
    body: str
    widget: list[dict[str, Any]]
    assets: Mapping[str, Asset] = field(default_factory=dict)
    language: str = "en"
    more: Mapping[str, Any] = field(default_factory=dict)

    def readme(self) -> str:
        """The card as its file."""
        front = {
            "license": "cc0-1.0",
            **({"language": self.language} if self.language else {}),
            "library_name": "showcard",
            "pipeline_tag": self.task,
            "model_name": self.name,
            "tags": [MARK],
            **self.more,
            "widget": self.widget,
        }
        return "\n".join(
            [
                f"---\n{_yaml(front)}---\n\n# {self.name}\n",
                f"> [!NOTE]\n> **There is no model here.** {self.made} It is an illustration, not a model's answer:",
                "> it shows what such a card looks like without a network. Nothing answers under this name.\n",
                f"{self.body.strip()}\n",
                "## How a card records this\n",
                "An example of `widget` with an `output` is shown at once, and no call is made:\n",
                f"```yaml\n{_yaml({'widget': self.widget[:1]})}```\n",
                "Do this for your own model with outputs that it really gave.\n",
            ]
        )


class _Dumper(yaml.SafeDumper):
    """YAML as people write cards: lists indented, short lists of numbers on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _list(dumper: _Dumper, value: list[Any]) -> yaml.Node:
    plain = bool(value) and all(isinstance(item, str | int | float) for item in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=plain and len(str(value)) < 900)


def _mapping(dumper: _Dumper, value: dict[str, Any]) -> yaml.Node:
    small = all(isinstance(item, str | int | float | type(None)) for item in value.values()) and len(str(value)) < 100
    flat = small and bool({"score", "box", "xmin", "start", "x"} & value.keys())
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=flat)


_Dumper.add_representer(list, _list)
_Dumper.add_representer(dict, _mapping)


def _yaml(value: dict[str, Any]) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=112)


def scores(**labels: float) -> list[dict[str, Any]]:
    """Labels with scores; `_` stands for a space."""
    return [{"label": label.replace("_", " "), "score": score} for label, score in labels.items()]
