"""What the app is started with, by flags or environment: where runs go, whose keys, and what a chat may call."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from showcard.inference.keys import keys_of_machine, machine_token
from showcard.ui.server.uploads import MEGABYTE
from showcard.ui.session.functions import Functions, load_functions
from showcard.ui.session.target import AUTO, ENDPOINT, PROVIDERS, Target
from showcard.wire.call import HUB_KEY

_PLACE = (
    ("--base-url", "URL", "run on this endpoint unless another place is chosen; API_TOKEN holds its key"),
    ("--provider", None, "run on this Inference Provider unless another place is chosen"),
    ("--bill-to", "ORG", "the organisation that Inference Providers bill"),
)


def add_place_options(parser: argparse.ArgumentParser) -> None:
    """The flags of where runs go; each has an environment variable for its default."""
    for flag, metavar, said in _PLACE:
        default = os.environ.get(_variable(flag), "")
        parser.add_argument(flag, metavar=metavar, default=default, help=f"{said} ({_variable(flag)})")
    parser.add_argument(
        "--functions",
        type=Path,
        metavar="FILE",
        default=os.environ.get("SHOWCARD_FUNCTIONS") or None,
        help="a Python file whose functions a chat may call, when you press their button; not shared",
    )


# Limits of what visitors may hold together: the flag, its unit, its value in shared mode, and its help.
_BOUNDS = (
    ("--most-tabs", "N", 2_000, "tabs held at once"),
    ("--most-uploads", "MB", 4_000, "megabytes of uploaded files held at once"),
    ("--most-calls", "N", 320, "calls under way at once"),
)
# The same of one person: flag, what it is of, and the help.
_EACH = (
    ("--tabs-each", "N", "tabs of one person"),
    ("--uploads-each", "MB", "megabytes of uploaded files of one person"),
    ("--calls-each", "N", "calls of one person under way"),
)


def add_bound_options(parser: argparse.ArgumentParser) -> None:
    """The flags of how much is held; each has an environment variable for its default."""
    for flag, metavar, most, said in _BOUNDS:
        words = f"{said}, 0 for no end ({_variable(flag)}; {most} in shared mode)"
        _add_number(parser, flag, metavar, words)
    for flag, metavar, said in _EACH:
        _add_number(parser, flag, metavar, f"{said}, 0 for no end ({_variable(flag)}; a part of all; shared mode only)")
    words = f"proxies in front that add to X-Forwarded-For, 0 for none ({_variable('--proxies')}; 1 on a Space)"
    _add_number(parser, "--proxies", "N", words)


def _add_number(parser: argparse.ArgumentParser, flag: str, metavar: str, words: str) -> None:
    default = os.environ.get(_variable(flag)) or None
    parser.add_argument(flag, metavar=metavar, type=int, default=default, help=words)


def _variable(flag: str) -> str:
    return f"SHOWCARD_{flag[2:].replace('-', '_').upper()}"


def _bounds(options: argparse.Namespace, shared: bool) -> dict[str, int | None]:
    """The bounds of a Site, by its names."""
    found: dict[str, int | None] = {}
    for flag, _, most, _ in _BOUNDS:
        given = getattr(options, _name(flag))
        found[_name(flag)] = max(given, 0) if given is not None else most if shared else 0
    for flag, _, _ in _EACH:
        given = getattr(options, _name(flag))
        found[_name(flag)] = None if given is None else max(given, 0)
    for name in ("most_uploads", "uploads_each"):
        found[name] = None if (given := found[name]) is None else given * MEGABYTE
    return found


def _name(flag: str) -> str:
    return flag[2:].replace("-", "_")


def proxies_of(options: argparse.Namespace) -> int | None:
    """How many proxies are believed; None where nobody said so. A Space is reached through one alone."""
    on_space = bool(os.environ.get("SPACE_ID") or os.environ.get("SPACE_HOST"))
    return max(options.proxies, 0) if options.proxies is not None else 1 if on_space else None


def start_settings(options: argparse.Namespace, shared: bool) -> dict[str, Any]:
    """What the flags say of a Site. With many people no token, key or function of this machine is used.

    Raises ImportError where the file of functions can't be used."""
    return {
        "shared": shared,
        **_bounds(options, shared),
        "signs_in": bool(os.environ.get("SPACE_ID") and os.environ.get("OAUTH_CLIENT_ID")),
        "machine_token": None if shared else machine_token(),
        "machine_keys": {} if shared else _keys(),
        "place": place_of(options),
        "functions": load_functions(options.functions) if options.functions and not shared else Functions(),
        "endpoints": (
            *options.allow_endpoint,
            *listed("SHOWCARD_ENDPOINTS"),
            *filter(None, [options.base_url.strip()]),
        ),
    }


def place_of(options: argparse.Namespace) -> Target:
    """Where runs go, as the flags say; nowhere in particular without them."""
    base_url, provider = options.base_url.strip(), options.provider.strip()
    choice = ENDPOINT if base_url else PROVIDERS if provider else ""
    return Target(choice, base_url, provider or AUTO, options.bill_to.strip())


def listed(variable: str) -> list[str]:
    """The items of a comma-separated environment variable."""
    return [item.strip() for item in os.environ.get(variable, "").split(",") if item.strip()]


def _keys() -> Mapping[str, str]:
    return {name: key for name, key in keys_of_machine().items() if name != HUB_KEY and key.strip()}
