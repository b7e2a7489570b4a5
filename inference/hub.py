"""The Hub: a repo's card and files by id."""

from __future__ import annotations

import os
import re
from urllib.parse import quote

import httpx2

from .errors import InferenceFailure, explain, status_failure
from .transport import client, hub_endpoint

REPO_ID = re.compile(r"^[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?$")
MOST_BYTES = 5 * 2**20
MOST_FILES = 5_000


class HubFiles:
    """The files of a Hub repo, read over HTTP when asked for; `read` blocks, so call it in a thread."""

    def __init__(self, repo: str, revision: str, paths: list[str], token: str | None) -> None:
        self.repo = repo
        self.revision: str | None = revision
        self._paths = paths
        self._token = token

    @property
    def name(self) -> str:
        """The repo's id."""
        return self.repo

    def list(self) -> list[str]:
        """The paths of the files, sorted."""
        return self._paths

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file. Raises FileNotFoundError, or ValueError when it is longer than `limit` bytes."""
        if path not in self._paths:
            raise FileNotFoundError(f"There is no file {path!r} in {self.repo}.")
        url = f"{hub_endpoint()}/{self.repo}/resolve/{quote(self.revision or 'main', safe='')}/{quote(path)}"
        data = bytearray()
        try:
            with (
                httpx2.Client(headers=_authorization(self._token), follow_redirects=True, timeout=30) as session,
                session.stream("GET", url) as response,
            ):
                response.raise_for_status()
                for part in response.iter_bytes():
                    data += part
                    if len(data) > limit:
                        raise ValueError(f"{path} is larger than {limit:,} bytes.")
        except httpx2.HTTPError as error:
            raise OSError(explain(error).reason) from None
        return bytes(data)


async def open_repo(repo: str, token: str | None, revision: str = "main") -> tuple[str, HubFiles]:
    """A repo's README.md (empty where it has none) and its files. Raises InferenceFailure."""
    if os.environ.get("HF_HUB_OFFLINE", "") not in ("", "0"):
        raise InferenceFailure(
            f"{repo} is on the Hub, and this machine is set to work offline.", "Unset HF_HUB_OFFLINE, or open a folder."
        )
    try:
        async with client(headers=_authorization(token)) as session:
            base = f"{hub_endpoint()}/api/models/{repo}/revision/{quote(revision, safe='')}"
            listing = await session.get(base, params={"expand": "siblings"})
            if listing.status_code != 200:
                raise _repo_failure(repo, listing, token)
            siblings = listing.json().get("siblings") or []
            paths = sorted(str(item["rfilename"]) for item in siblings[:MOST_FILES] if "rfilename" in item)
            text = ""
            if "README.md" in paths:
                where = f"{hub_endpoint()}/{repo}/resolve/{quote(revision, safe='')}/README.md"
                card = await session.get(where)
                card.raise_for_status()
                text = card.content[:MOST_BYTES].decode("utf-8", "replace")
    except httpx2.HTTPError as error:
        raise InferenceFailure(
            f"The Hub can't be reached, so {repo} can't be opened.",
            "Check the network, or open a README.md, a folder or a pasted card.",
            retry=True,
            detail=f"{type(error).__name__}: {error}",
        ) from None
    return text, HubFiles(repo, revision, paths, token)


def _authorization(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


def _repo_failure(repo: str, response: httpx2.Response, token: str | None) -> InferenceFailure:
    if response.status_code in (401, 404):
        way_out = "Check the id." if token else "Check the id; if the repo is private or gated, sign in with a token."
        return InferenceFailure(f"The Hub has no model {repo} that can be seen here.", way_out)
    return status_failure(response.status_code, response.content, response.headers.get("retry-after"))
