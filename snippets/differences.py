"""What a request differs in from the plainest call of the same model: a note for a person, beside the code."""

from __future__ import annotations

from collections.abc import Iterable

from showcard.wire.call import OWN_ENDPOINT_CANT, client_call, has_method, own_key, raw_call
from showcard.wire.request import RESPONSES, RequestError, ResolvedRequest
from showcard.wire.responses import responses_request

from .keys import Keys
from .literals import comment

_LONGEST = 80


def differences(resolved: ResolvedRequest) -> tuple[str, ...]:
    """Short sentences, as plain text; none where nothing differs."""
    request = resolved.request
    found = list(_where(resolved))
    if own_key(resolved):
        found.append(f"It uses the provider's own key, {_said(resolved.key_name or '')}.")
    if resolved.key_name is None:
        found.append("No token is sent.")
    if request.bill_to and not own_key(resolved):
        found.append(f"It is billed to {_said(request.bill_to)}.")
    if resolved.adapter:
        found.append("The model is an adapter, loaded onto its base model.")
    dropped = _dropped(resolved)
    sent = {**request.parameters, **request.extra}
    if touched := [name for name, value in sent.items() if value is not None and name not in dropped]:
        found.append(f"Set by you: {_listed(touched)}.")
    if request.stream and "stream" not in dropped:
        found.append("The answer arrives piece by piece.")
    if request.tools:
        found.append(f"The model may call {len(request.tools)} tool{'s' if len(request.tools) > 1 else ''}.")
    if request.api == RESPONSES:
        found.append("It is asked by OpenAI's Responses API.")
    if request.response_format:
        found.append("The answer has a fixed format.")
    if request.headers:
        found.append(f"Headers of your own: {_listed(request.headers)}.")
    keys = Keys(resolved)
    keys.hide(resolved)
    if keys.secrets:
        found.append(f"Keys of yours are not in the code: it reads {_listed(keys.secrets)} from the environment.")
    if dropped:
        found.append(f"Left out, because it can't be sent here: {_listed(dropped)}.")
    return tuple(found)


def _where(resolved: ResolvedRequest) -> Iterable[str]:
    if resolved.provider == "embedded":
        yield "It asks the engine that comes with Showcard, which answers while Showcard runs."
    elif resolved.route:
        yield f"It asks {_said(resolved.host or resolved.route)}, an endpoint of your own."
    elif resolved.request.provider != "auto":
        yield f"The provider is chosen: {_said(resolved.provider)}."


def _dropped(resolved: ResolvedRequest) -> tuple[str, ...]:
    task_id = resolved.request.task
    films = resolved.route and task_id in OWN_ENDPOINT_CANT
    try:
        if resolved.request.api == RESPONSES:
            return responses_request(resolved)[1]
        return (client_call(resolved) if has_method(task_id) and not films else raw_call(resolved)).dropped
    except RequestError:
        return ()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_said(name) for name in names)


def _said(text: str) -> str:
    said = comment(text)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
