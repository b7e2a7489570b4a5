"""Failures that nobody foresaw, in the log: with what was asked, but no key and nothing that somebody typed.

A stranger's answer that trips a library is no such failure: the page says that it is not what the task promises. A
programming error that was raised in a module of ours is one, whatever the page says of it."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from showcard.metadata.media import Media
from showcard.metadata.visible import printable
from showcard.wire.request import Request, ResolvedRequest

LOG = logging.getLogger(__name__)
SAID = "Unforeseen failure"
# What a mistake in code raises; what is raised on purpose is none of these.
MISTAKES = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, RecursionError, TypeError)


def is_mistake(error: BaseException) -> bool:
    """Whether an error looks like a mistake of ours: of such a kind, and raised in a module of this package."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))
    return isinstance(error, MISTAKES) and place.startswith("showcard.")


def asked_of(asked: Request | ResolvedRequest | None) -> str:
    """What was asked, in a line: task, model, where it goes, names and sizes of what goes in, names of what is set."""
    if asked is None:
        return "nothing of a model"
    request = asked.request if isinstance(asked, ResolvedRequest) else asked
    where = urlsplit(request.base_url).hostname if request.base_url else request.provider
    inputs = ", ".join(f"{name} ({_size(value)})" for name, value in request.inputs.items())
    settings = ", ".join([*request.parameters, *["tools"] * bool(request.tools), *["stream"] * request.stream])
    line = f"{request.task} by {request.model} at {where}; inputs: {inputs or 'none'}; set: {settings or 'nothing'}"
    return printable(line)[:1_000]


def log_unforeseen(error: BaseException, asked: Request | ResolvedRequest | None = None) -> None:
    """Write a failure to the log, with its traceback."""
    LOG.error("%s; asked: %s", SAID, asked_of(asked), exc_info=error)


def _size(value: object) -> str:
    if isinstance(value, str):
        return f"{len(value)} characters"
    if isinstance(value, Media):
        return value.kind
    return f"{len(value)} items" if isinstance(value, list | tuple | dict) else type(value).__name__
