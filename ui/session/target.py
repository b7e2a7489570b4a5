"""Where a run goes, as a person chose it: the embedded engine, Inference Providers, or an endpoint of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import urlsplit

from showcard.inference.processes.folder import FOLDER as BY_FOLDER
from showcard.wire.request import Request

EMBEDDED, FOLDER, PROVIDERS, ENDPOINT = "embedded:", "folder:", "providers", "endpoint"
AUTO = "auto"
MAX_CHARACTERS = 2_000


# What people run there may be their own, or anybody's: so the token goes there only where they say so.
HOSTED = (".hf.space", ".endpoints.huggingface.cloud")


def is_hosted(base_url: str) -> bool:
    """Whether an endpoint is a Space or an Inference Endpoint, which a Hugging Face token may open."""
    try:
        parts = urlsplit(base_url.strip())
        return parts.scheme == "https" and (parts.hostname or "").endswith(HOSTED)
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Target:
    """Where runs go. `choice` is `embedded:` and a model, `folder:` and an address, `providers` or
    `endpoint`.

    `named`: how the model is called there, where it has another name. `trusted`: the person's Hugging Face token may
    go to the endpoint at `base_url`. Never holds a key."""

    choice: str = ""
    base_url: str = ""
    provider: str = AUTO
    bill_to: str = ""
    trusted: bool = False
    named: str = ""

    @property
    def endpoint(self) -> str | None:
        """The base URL, where an endpoint of one's own is chosen and given, or the model of a folder."""
        return (self.base_url.strip() or None) if self.choice == ENDPOINT else self.folder

    @property
    def folder(self) -> str | None:
        """The address of a folder's model, where that is chosen."""
        return self.choice.removeprefix(FOLDER) if self.choice.startswith(FOLDER) else None

    def model(self, own: str) -> str:
        """The model that is asked: the embedded engine's, where that was chosen; else as it is called there."""
        if self.choice.startswith(EMBEDDED):
            return self.choice.removeprefix(EMBEDDED)
        return self.named.strip() or own

    def of(self, request: Request) -> Request:
        """The request, sent there."""
        at_providers = self.choice == PROVIDERS
        return replace(
            request,
            model=self.model(request.model),
            base_url=self.endpoint,
            provider=(self.provider.strip() or AUTO) if at_providers else BY_FOLDER if self.folder else AUTO,
            bill_to=(self.bill_to.strip() or None) if at_providers else None,
        )

    def to_json(self) -> dict[str, Any]:
        """What a browser may remember: not the model's name, which is of one card only."""
        return {name: value for name, value in asdict(self).items() if name != "named"}

    @classmethod
    def from_json(cls, value: Any) -> Target | None:
        """The inverse; None for what is no place. What comes from a browser may be anything."""
        if not isinstance(value, Mapping):
            return None
        wanted = {item.name: bool if item.name == "trusted" else str for item in fields(cls) if item.name != "named"}
        found = {name: value.get(name) for name, kind in wanted.items() if isinstance(value.get(name), kind)}
        if not found.get("choice") or any(len(str(text)) > MAX_CHARACTERS for text in found.values()):
            return None
        return cls(**found)  # type: ignore[arg-type]
