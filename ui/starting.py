"""What the app is started with, by flags or environment: where runs go, whose keys, and what a chat may call."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import get_token

from inference.keys import keys_of_machine
from wire.call import HUB_KEY

from .functions import Functions, load_functions
from .place import AUTO, ENDPOINT, PROVIDERS, Place
from .uploads import MEGABYTE

_PLACE = (
    ("--base-url", "URL", "run on this endpoint unless another place is chosen; API_TOKEN holds its key"),
    ("--provider", None, "run on this Inference Provider unless another place is chosen"),
    ("--bill-to", "ORG", "the organisation that Inference Providers bill"),
)


def add_place_options(parser: argparse.ArgumentParser) -> None:
    """The flags of where runs go; each has an environment variable for its default."""
    for flag, metavar, said in _PLACE:
        variable = f"SHOWCARD_{flag[2:].replace('-', '_').upper()}"
        parser.add_argument(flag, metavar=metavar, default=os.environ.get(variable, ""), help=f"{said} ({variable})")
    parser.add_argument(
        "--functions",
        type=Path,
        metavar="FILE",
        default=os.environ.get("SHOWCARD_FUNCTIONS") or None,
        help="a Python file whose functions a chat may call, when you press their button; not shared",
    )


# What is held of people that nobody knows: flag, what it is of, the bound in shared mode, and the help.
_BOUNDS = (
    ("--most-tabs", "N", 2_000, "tabs held at once"),
    ("--most-uploads", "MB", 4_000, "megabytes of uploaded files held at once"),
)


def add_bound_options(parser: argparse.ArgumentParser) -> None:
    """The flags of how much is held; each has an environment variable for its default."""
    for flag, metavar, most, said in _BOUNDS:
        variable = f"SHOWCARD_{flag[2:].replace('-', '_').upper()}"
        words = f"{said}, 0 for no end ({variable}; {most} in shared mode)"
        parser.add_argument(flag, metavar=metavar, type=int, default=os.environ.get(variable) or None, help=words)


def _bounds(options: argparse.Namespace, shared: bool) -> Iterator[int]:
    for flag, _, most, _ in _BOUNDS:
        given = getattr(options, flag[2:].replace("-", "_"))
        yield max(given, 0) if given is not None else most if shared else 0


def start_settings(options: argparse.Namespace, shared: bool) -> dict[str, Any]:
    """What the flags say of a Site. With many people no token, key or function of this machine is used.

    Raises ImportError where the file of functions can't be used."""
    tabs, megabytes = _bounds(options, shared)
    return {
        "shared": shared,
        "most_tabs": tabs,
        "most_uploads": megabytes * MEGABYTE,
        "signs_in": bool(os.environ.get("SPACE_ID") and os.environ.get("OAUTH_CLIENT_ID")),
        "machine_token": None if shared else get_token(),
        "machine_keys": {} if shared else _keys(),
        "place": place_of(options),
        "functions": load_functions(options.functions) if options.functions and not shared else Functions(),
        "endpoints": (
            *options.allow_endpoint,
            *listed("SHOWCARD_ENDPOINTS"),
            *filter(None, [options.base_url.strip()]),
        ),
    }


def place_of(options: argparse.Namespace) -> Place:
    """Where runs go, as the flags say; nowhere in particular without them."""
    base_url, provider = options.base_url.strip(), options.provider.strip()
    choice = ENDPOINT if base_url else PROVIDERS if provider else ""
    return Place(choice, base_url, provider or AUTO, options.bill_to.strip())


def listed(variable: str) -> list[str]:
    """The items of a comma-separated environment variable."""
    return [item.strip() for item in os.environ.get(variable, "").split(",") if item.strip()]


def _keys() -> Mapping[str, str]:
    return {name: key for name, key in keys_of_machine().items() if name != HUB_KEY and key.strip()}
