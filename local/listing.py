"""How the engines are listed: as the Hub lists models, and as OpenAI does."""

from __future__ import annotations

from typing import Any

from .engines.base import Engine

# Engines have no dates of their own; the clients want one.
_MADE = 1_767_225_600  # 2026-01-01
_MADE_TEXT = "2026-01-01T00:00:00.000Z"

# An engine of one of these answers the other too.
EMBEDDING = frozenset({"feature-extraction", "sentence-similarity"})


def hub_model(engine: Engine) -> dict[str, Any]:
    """A row of the Hub's `/api/models`, with the mapping that says who serves it: this server, as hf-inference."""
    chat = engine.task == "conversational"
    pipeline_tag = "text-generation" if chat else engine.task
    # The Hub's client lets either embedding task run where the tags name both.
    also = ["conversational"] if chat else sorted(EMBEDDING - {pipeline_tag}) if pipeline_tag in EMBEDDING else []
    tags = [pipeline_tag, *also, "showcard", *engine.languages]
    return {
        "_id": engine.id,
        "id": engine.id,
        "modelId": engine.id,
        "author": engine.id.partition("/")[0],
        "private": False,
        "gated": False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "createdAt": _MADE_TEXT,
        "lastModified": _MADE_TEXT,
        "library_name": "showcard",
        "pipeline_tag": pipeline_tag,
        "tags": [*tags, f"license:{engine.license}"],
        "description": engine.description,
        "cardData": {"license": engine.license, "pipeline_tag": pipeline_tag},
        "inferenceProviderMapping": {
            "hf-inference": {"status": "live", "providerId": engine.id, "task": engine.task},
        },
    }


def openai_model(engine: Engine) -> dict[str, Any]:
    """A row of OpenAI's `/v1/models`, with what else a picker wants to know."""
    return {
        "id": engine.id,
        "object": "model",
        "created": _MADE,
        "owned_by": engine.id.partition("/")[0],
        "task": engine.task,
        "context_length": engine.context_length,
        "supports_tools": False,
        "supports_structured_output": False,
        "description": engine.description,
    }
