"""Where a request goes is told step by step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from showcard.inference.resolve import resolve_offline
from showcard.inference.trace import trace
from showcard.wire.request import ResolvedRequest
from tests.support.requests import at_endpoint, request, routed

CHAT = request("conversational")
DRAW = request("text-to-image", provider="fal-ai", bill_to="my-org")


@pytest.mark.parametrize(
    ("resolved", "told"),
    [
        (
            at_endpoint(CHAT, "http://127.0.0.1:8080/v1"),
            ["It names a base URL, so it goes there: http://127.0.0.1:8080/v1.", "No key is sent."],
        ),
        (
            replace(at_endpoint(CHAT, "http://127.0.0.1:1/v1", key="API_TOKEN"), provider="embedded"),
            [
                "The embedded engine serves org/model, so it runs on this machine: http://127.0.0.1:1/v1.",
                "It is sent with the key API_TOKEN.",
            ],
        ),
        (
            resolve_offline(replace(CHAT, model="org/m:fastest")),
            ["router.huggingface.co chooses the provider: the fastest.", "It is sent with your Hugging Face token."],
        ),
        (
            resolve_offline(replace(CHAT, model="org/m:groq")),
            [
                "router.huggingface.co chooses the provider: groq, as the model's id asks for.",
                "It is sent with your Hugging Face token.",
            ],
        ),
        (
            replace(routed(DRAW, "fal-ai/lora"), adapter="x.safetensors"),
            [
                "fal-ai serves it; router.huggingface.co passes the request on.",
                "org/model is called fal-ai/lora there. It is org/model's weights x.safetensors on a base model.",
                "It is sent with your Hugging Face token.",
                "my-org is billed.",
            ],
        ),
        (
            replace(routed(DRAW, key="FAL_AI_API_KEY"), host="fal.run"),
            [
                "fal-ai's own key is there, so fal.run is asked directly.",
                "It is sent with the key FAL_AI_API_KEY.",
                "fal-ai bills the owner of its key, not my-org.",
            ],
        ),
    ],
)
def test_a_request_tells_where_it_goes(resolved: ResolvedRequest, told: list[str]) -> None:
    assert list(trace(resolved)) == told
