"""How providers that queue their jobs are asked for the result, as huggingface_hub's helpers ask them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

Path = tuple[str | int, ...]

_ROUTER = "router.huggingface.co"


@dataclass(frozen=True, slots=True)
class Queue:
    """The first answer is a ticket: what stands there at `ticket`, after `base`, is the address of the job.

    `by_address`: the ticket holds a whole address, of which the path counts. Asked every few `seconds`, the job says
    at `status` one of `pending`, or `done`; the result comes with it, or is asked for at the job's address itself
    (`apart`)."""

    base: str
    ticket: Path
    by_address: bool
    status: Path
    pending: tuple[str, ...]
    done: str
    seconds: float
    ask: str = ""
    query: str = ""
    apart: bool = False


_QUEUED: Mapping[str, frozenset[str]] = {
    "fal-ai": frozenset({"text-to-video", "image-to-video", "image-to-image", "image-segmentation"}),
    "together": frozenset({"text-to-video", "image-to-video"}),
    "wavespeed": frozenset({"text-to-image", "text-to-video", "image-to-image", "image-to-video"}),
    "zai-org": frozenset({"text-to-image"}),
}


def queue_of(provider: str, task_id: str, url: str) -> Queue | None:
    """The queue that a request to an address joins, if it joins one."""
    if task_id not in _QUEUED.get(provider, ()):
        return None
    parts = urlsplit(url)
    # The router keeps a provider's addresses below its name.
    host = f"{parts.scheme}://{parts.netloc}" + (f"/{provider}" if parts.netloc == _ROUTER else "")
    if provider == "fal-ai":
        query = f"?{parts.query}" if parts.query else ""
        waiting = ("IN_QUEUE", "IN_PROGRESS")
        return Queue(
            host, ("response_url",), True, ("status",), waiting, "COMPLETED", 0.5, "/status", query, apart=True
        )
    if provider == "wavespeed":
        return Queue(
            host, ("data", "urls", "get"), True, ("data", "status"), ("created", "processing"), "completed", 0.5
        )
    if provider == "together":
        return Queue(f"{url}/", ("id",), False, ("status",), ("queued", "in_progress"), "completed", 2)
    result = f"{url.removesuffix('/async/images/generations')}/async-result/"
    return Queue(result, ("id",), False, ("task_status",), ("PROCESSING",), "SUCCESS", 5)
