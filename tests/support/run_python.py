"""Runs many Python files in one process, each as a fresh script in its own folder, with its own environment; reads and
prints one JSON line a file.

With `RECORDER` in the environment, every https address leads to the recorder, as `/host/path`: from outside, so that
the scripts stay as they were written.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import io
import json
import os
import sys
import time
import traceback

import httpcore2
import httpx
import httpx2
import requests
from huggingface_hub.inference._providers import _common, hf_inference


class _Redirected(requests.adapters.HTTPAdapter):
    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        request.url = _lead(request.url)
        return super().send(request, *args, **kwargs)


def _handle_request(transport: httpx2.HTTPTransport, request: httpx2.Request) -> httpx2.Response:
    request.url = httpx2.URL(_lead(str(request.url)))
    return _plain_handle_request(transport, request)


async def _handle_async_request(transport, request):
    request.url = type(request.url)(_lead(str(request.url)))
    return await _plain_async[type(transport)](transport, request)


def _lead(url: str) -> str:
    recorder = os.environ.get("RECORDER")
    return f"{recorder}/{url.removeprefix('https://')}" if recorder and url.startswith("https://") else url


def _session() -> requests.Session:
    session = _plain_session()
    session.mount("https://", _Redirected())
    return session


# Reading the certificates takes 25 ms, and every client does it.
httpcore2.default_ssl_context = functools.cache(httpcore2.default_ssl_context)
_plain_session = requests.Session
_plain_handle_request = httpx2.HTTPTransport.handle_request
requests.sessions.Session = _session
httpx2.HTTPTransport.handle_request = _handle_request  # huggingface_hub and openai
_plain_async = {kind: kind.handle_async_request for kind in (httpx.AsyncHTTPTransport, httpx2.AsyncHTTPTransport)}
for _kind in _plain_async:
    _kind.handle_async_request = _handle_async_request
# Nothing that a test asks takes any time.
_plain_sleep = asyncio.sleep
time.sleep = lambda seconds: None
asyncio.sleep = lambda seconds: _plain_sleep(0)


def run(path: str) -> dict[str, object]:
    """One script: what it printed, and how it failed if it did."""
    os.chdir(os.path.dirname(path))
    _common._fetch_inference_provider_mapping.cache_clear()
    hf_inference._check_supported_task.cache_clear()
    printed = io.StringIO()
    error = None
    try:
        with open(path, encoding="utf-8", newline="") as file:
            code = compile(file.read(), path, "exec")
        with contextlib.redirect_stdout(printed):
            exec(code, {"__name__": "__main__"})
    except SyntaxError as failure:
        error = f"SyntaxError: {failure}"
    except BaseException:
        error = traceback.format_exc()
    return {"path": path, "printed": printed.getvalue(), "error": error}


for line in sys.stdin:
    asked = json.loads(line)
    os.environ.clear()
    os.environ.update(asked["env"])
    print(json.dumps(run(asked["path"])), flush=True)
