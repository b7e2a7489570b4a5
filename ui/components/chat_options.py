"""What a chat is asked with beside its messages: tools, structured output, more for the body, and the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr

from showcard.inference.answers.schema import judged
from showcard.ui.session.functions import Functions
from showcard.ui.session.tool_schemas import read_format, read_tools
from showcard.ui.session.typed_json import read_object
from showcard.wire.request import RESPONSES, Request, RequestError

MAX_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """The options of a chat, as a Request has them."""

    tools: tuple[Mapping[str, Any], ...] = ()
    response_format: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    api: str = ""

    def of(self, request: Request) -> Request:
        """The request, asked with these options."""
        return replace(
            request,
            tools=self.tools,
            response_format=self.response_format,
            extra={**request.extra, **self.extra},
            api=self.api,
        )


class ChatOptionsPanel:
    """The controls of a chat's options. `prefix` starts their ids; `functions` may be offered as tools."""

    COUNT = 5

    def __init__(self, prefix: str, functions: Functions | None = None) -> None:
        self.prefix = prefix
        self.functions = functions or Functions()
        self.components: list[gr.components.Component] = []

    def build(self) -> None:
        """Lay the controls out."""
        tools = self._text(
            "tools",
            "Tools",
            "Function schemas as JSON, or Python signatures. Remote MCP servers need the Responses API.",
            'def get_weather(city: str, days: int = 1):\n    """The weather in a city"""',
        )
        offered = gr.CheckboxGroup(
            list(self.functions.names),
            label="Functions of this app",
            info="Offered to the model; one runs only when you press its button.",
            visible=bool(self.functions.names),
            interactive=True,
            elem_id=f"{self.prefix}-functions",
        )
        schema = self._text(
            "schema",
            "Structured output",
            "A JSON schema that the answer has to fit, or json_object. The answer is checked against it.",
            '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}',
        )
        extra = self._text(
            "extra", "Extra body", "A JSON object, merged into the body of the request.", '{"min_p": 0.1}', lines=1
        )
        responses = gr.Checkbox(
            label="Ask by the Responses API",
            info="Where an endpoint has it; remote MCP tools are called over there.",
            interactive=True,
            elem_id=f"{self.prefix}-responses",
        )
        self.components = [tools, offered, schema, extra, responses]

    def _text(self, name: str, label: str, info: str, placeholder: str, lines: int = 2) -> gr.Textbox:
        return gr.Textbox(
            label=label,
            info=info,
            placeholder=placeholder,
            lines=lines,
            max_lines=10,
            interactive=True,
            elem_id=f"{self.prefix}-{name}",
        )

    def read(self, values: Sequence[Any]) -> ChatOptions:
        """The options that the controls set. Raises RequestError with a sentence for what is wrong."""
        tools, offered, schema, extra, responses = values
        for text in (tools, schema, extra):
            if isinstance(text, str) and len(text) > MAX_CHARACTERS:
                raise RequestError("The tools, the schema or the extra body are too long.")
        found = read_tools(_said(tools))
        named = {tool["function"]["name"] for tool in found if "function" in tool}
        chosen = [name for name in offered if isinstance(name, str)] if isinstance(offered, list) else []
        own = self.functions.tools(name for name in chosen if name not in named)
        api = RESPONSES if responses is True else ""
        if not api and any("function" not in tool and tool.get("type") == "mcp" for tool in found):
            raise RequestError("Remote MCP tools need the Responses API: tick it below.")
        return ChatOptions((*found, *own), read_format(_said(schema)), read_object("Extra body", _said(extra)), api)


async def verdict_sentence(answer: str, asked: Request | None, whose: str = "") -> tuple[bool, str] | None:
    """Whether an answer fits the format that was asked for, in a sentence; None where none was."""
    found = await judged(answer, asked.response_format if asked else None, whose)
    return (found.fits, found.sentence) if found else None


def _said(value: Any) -> str:
    return value if isinstance(value, str) else ""
