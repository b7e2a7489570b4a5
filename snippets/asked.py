"""What the writers of one request share, worked out once and only when one of them wants it.

That is the client's call, the HTTP request, the files, and what comes back. Each writer writes it down in its
language; only `literals.py` quotes, and nothing is filled into a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from showcard.metadata.media import Media
from showcard.wire.call import OWN_ENDPOINT_CANT, ClientCall, client_call, has_method, raw_call
from showcard.wire.http import HttpRequest, http_request
from showcard.wire.request import RESPONSES, RequestError, ResolvedRequest
from showcard.wire.responses import responses_request

from .answers import AnswerShape, answer_of
from .files import File, files_of, needed_in
from .keys import Keys
from .options import Options


class SnippetContext:
    """A ResolvedRequest, with the call and the HTTP request that it is; each raises RequestError where it can't be.

    Its keys are hidden: no key stands in code. `keys` are those of all requests of the script, if there are others."""

    def __init__(self, resolved: ResolvedRequest, options: Options | None = None, keys: Keys | None = None) -> None:
        self.keys = keys or Keys(resolved)
        self.resolved = self.keys.hide(resolved)
        self.options = (options or Options()).checked()
        self.shared: dict[str, Any] = {}  # what writers of one kind leave for each other

    @cached_property
    def call(self) -> ClientCall:
        """The call of huggingface_hub's client."""
        if self.responds:
            raise RequestError("Hugging Face's own clients have no Responses API.")
        return client_call(self.resolved)

    @property
    def responds(self) -> bool:
        """Whether a chat is asked by the Responses API."""
        return self.resolved.request.api == RESPONSES

    @cached_property
    def sent(self) -> HttpRequest:
        """The HTTP request."""
        sent = responses_request(self.resolved)[0] if self.responds else self._sent()
        if not self.keys.secrets:
            return sent
        form = tuple((name, self.keys.found(value)) for name, value in sent.form)
        return replace(sent, json=self.keys.found(sent.json), form=form)

    def _sent(self) -> HttpRequest:
        task_id = self.resolved.request.task
        raw = not has_method(task_id) or (self.resolved.route and task_id in OWN_ENDPOINT_CANT)
        return http_request(self.resolved, raw_call(self.resolved) if raw else self.call)

    @cached_property
    def has_media(self) -> bool:
        """Whether there are media in what is asked; else nobody has to look for them in what is sent."""
        asked = self.resolved.request
        return bool(files_of((asked.inputs, asked.parameters, asked.extra)))

    @cached_property
    def call_files(self) -> Mapping[Media, File]:
        """The files that the call opens."""
        return files_of(self.call.arguments) if self.has_media else {}

    @cached_property
    def files(self) -> Mapping[Media, File]:
        """The files that go into the body of the HTTP request."""
        sent = self.sent
        if not self.has_media:
            return {}
        return files_of((sent.json, sent.data, [value for _, value in sent.form]))

    @cached_property
    def needed(self) -> tuple[File, ...]:
        """Of these, the ones whose bytes are needed: remote media that JSON only refers to stay an address."""
        body = self.sent.json
        return tuple(file for media, file in self.files.items() if body is None or needed_in(body, media, file))

    @cached_property
    def answer(self) -> AnswerShape:
        """What comes back, and the file it goes to."""
        answer = answer_of(self.resolved)
        return replace(answer, file=self.options.save_to) if self.options.save_to else answer

    @property
    def streams(self) -> bool:
        """Whether the answer arrives piece by piece."""
        return isinstance(self.sent.json, dict) and self.sent.json.get("stream") is True
