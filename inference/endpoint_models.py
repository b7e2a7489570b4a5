"""The models that an OpenAI-compatible endpoint lists."""

from __future__ import annotations

import httpx2

from showcard.inference.transport.http import client

from .errors import InferenceFailure, explain


async def listed_models(base_url: str, key: str | None = None) -> list[str]:
    """Their ids, as the endpoint calls them. Raises InferenceFailure."""
    root = base_url.rstrip("/").removesuffix("/v1")
    try:
        async with client(headers={"authorization": f"Bearer {key}"} if key else {}) as asked:
            answer = (await asked.get(f"{root}/v1/models")).raise_for_status().json()
        return [str(row["id"]) for row in answer["data"]]
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise explain(error) from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise InferenceFailure("What it gives is no list of models.") from None
