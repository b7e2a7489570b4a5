"""The Hub: a repo's card and files by id."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import httpx2

from showcard.inference.errors import InferenceFailure, explain, status_failure
from showcard.inference.transport.http import HUB, client, hub_endpoint, tls
from showcard.metadata.reading.files import Files

from .cached import CACHED, cached_models, is_offline, open_cached

REPO_ID = re.compile(r"^[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?$")
MAX_BYTES = 5 * 2**20
MAX_FILES = 5_000
MAX_DECODED = 5


class HubFiles:
    """The files of a Hub repo, read over HTTP when asked for; `read` blocks, so call it in a thread."""

    def __init__(self, repo: str, revision: str, paths: list[str], token: str | None) -> None:
        self.repo = repo
        self.revision: str | None = revision
        self._paths = [path for path in paths if is_inside(path)]
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
        data = self._fetch(path, limit + 1)
        if len(data) > limit:
            raise ValueError(f"{path} is larger than {limit:,} bytes.")
        return data

    def head(self, path: str, size: int) -> bytes:
        """At most the first `size` bytes of a file. Raises FileNotFoundError."""
        return self._fetch(path, size)

    def _fetch(self, path: str, most: int) -> bytes:
        if path not in self._paths:
            raise FileNotFoundError(f"There is no file {path!r} in {self.repo}.")
        url = f"{hub_endpoint()}/{self.repo}/resolve/{quote(self.revision or 'main', safe='')}/{quote(path)}"
        data = bytearray()
        headers = {**_authorization(self._token), "accept-encoding": "identity", "range": f"bytes=0-{most - 1}"}
        try:
            with (
                httpx2.Client(headers=headers, follow_redirects=True, timeout=30, verify=tls()) as session,
                session.stream("GET", url) as response,
            ):
                if response.status_code == 416:  # an empty file has no first byte
                    return b""
                response.raise_for_status()
                for part in response.iter_bytes():
                    data += part
                    if len(data) >= most:
                        break
        except httpx2.HTTPStatusError as error:
            failure = _repo_failure(self.repo, error.response, self._token)
            raise OSError(f"{failure.reason} {failure.hint}") from None
        except httpx2.HTTPError as error:
            raise OSError(explain(error).reason) from None
        return bytes(data[:most])


async def open_repo(repo: str, token: str | None, revision: str = "main", cached: bool = True) -> tuple[str, Files]:
    """A repo's README.md (empty where it has none) and its files. Offline from the cache, as for the revision `cached`;
    but not without `cached`, as what this machine's owner may see is not for everybody. Raises InferenceFailure."""
    if cached and (is_offline() or revision == CACHED):
        return await open_cached(repo, revision)
    if is_offline():
        raise InferenceFailure("This server works offline, so nothing of the Hub can be opened.", "Paste a card.")
    check_repo_id(repo)
    check_revision(repo, revision)
    try:
        async with client(headers=_authorization(token)) as session:
            base = f"{hub_endpoint()}/api/models/{repo}/revision/{quote(revision, safe='')}"
            listing = await session.get(base, params={"expand": "siblings"})
            _check(listing, repo, token, revision)
            siblings = listing.json().get("siblings") or []
            paths = sorted(str(item["rfilename"]) for item in siblings[:MAX_FILES] if "rfilename" in item)
            text = ""
            if "README.md" in paths:
                card = await session.get(f"{hub_endpoint()}/{repo}/resolve/{quote(revision, safe='')}/README.md")
                _check(card, repo, token, revision)
                text = card.content[:MAX_BYTES].decode("utf-8", "replace")
    except httpx2.HTTPError as error:
        held = [model.commit for model in await cached_models() if model.id == repo] if cached else []
        raise InferenceFailure(
            f"The Hub can't be reached, so {repo} can't be opened.",
            "Check the network, or open a README.md, a folder or a pasted card.",
            detail=f"{type(error).__name__}: {error}",
            links=((f"Open the copy in the cache ({held[0][:7]})", f"/?model={quote(repo)}@{CACHED}"),) if held else (),
        ) from None
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise InferenceFailure("The Hub's answer is not JSON as it should be.", "Check HF_ENDPOINT.") from None
    return text, HubFiles(repo, revision, paths, token)


def is_inside(path: str) -> bool:
    """Whether a path that a listing names is one below the repo, also where a server decodes it twice or more."""
    for _ in range(MAX_DECODED):
        parts = path.split("/")
        if not path.isprintable() or "\\" in path or any(part.strip() in ("", ".", "..") for part in parts):
            return False
        decoded = unquote(path)
        if decoded == path:
            return True
        path = decoded
    return False


def check_revision(repo: str, revision: str) -> None:
    """Raises InferenceFailure for what is no branch, tag or commit, and would lead elsewhere in an address."""
    if not revision or not is_inside(revision):
        raise InferenceFailure(f"{repo} has no such revision.", "Check the branch, tag or commit behind the @.")


def check_repo_id(repo: str) -> None:
    """Raises InferenceFailure where that is no id of a model, and nothing to make an address of."""
    if not REPO_ID.match(repo):
        raise InferenceFailure(f"{repo[:80]} is not an id of a model on the Hub.", "It looks like org/model.")


def _authorization(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


def _check(response: httpx2.Response, repo: str, token: str | None, revision: str) -> None:
    """Raises InferenceFailure for a refusal."""
    if response.headers.get("x-error-code") == "RevisionNotFound":
        raise InferenceFailure(f"{repo} has no revision {revision}.", "Check the branch, tag or commit behind the @.")
    if response.status_code != 200:
        raise _repo_failure(repo, response, token)


def _repo_failure(repo: str, response: httpx2.Response, token: str | None) -> InferenceFailure:
    """What a refusal means: the Hub hides what may not be seen, and says of gated repos that they are."""
    ways = () if token else ("token",)
    if response.headers.get("x-error-code") == "GatedRepo":
        hint = "Accept them there with your account" + ("." if token else ", then sign in with a token.")
        said = f"{repo} is gated: its conditions are at {HUB}/{repo}."
        return InferenceFailure(said, hint, ways=ways, links=(("Its conditions", f"{HUB}/{repo}"),))
    if response.status_code in (401, 404) or (response.status_code == 403 and not token):
        hint = "Check the id." if token else "Check the id; if the repo is private or gated, sign in with a token."
        return InferenceFailure(f"The Hub has no model {repo} that can be seen here.", hint, ways=ways)
    body = response.content if response.is_closed and response.is_stream_consumed else b""
    return status_failure(response.status_code, body, response.headers.get("retry-after"))
