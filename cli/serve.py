"""`showcard [SOURCE]`: the web app. What is wrong with how it was started is said before anything is loaded."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from pathlib import Path

from .terminal import complain

DEFAULT_PORT = 7860


def run(given: list[str]) -> int:
    """Serve until it is ended; 1 where it can't be started."""
    _quiet_environment()
    from showcard.ui.server.disk import NoFolder, check_temporary, own_folder

    try:
        told = [check_temporary()]
    except NoFolder as error:
        print(error, file=sys.stderr)
        return 1
    options = _serve_parser().parse_args(given)
    host = options.host or ("0.0.0.0" if os.environ.get("SPACE_ID") else "127.0.0.1")  # noqa: S104
    listening = _listen(host, options.port)
    if isinstance(listening, str):
        print(listening, file=sys.stderr)
        return 1
    from showcard.inference.keys import home_trouble
    from showcard.playground.core.votes import folder_trouble

    from . import application
    from .options import start_settings

    shared = options.shared or bool(os.environ.get("SPACE_ID")) or host not in ("127.0.0.1", "localhost", "::1")
    if not shared:
        told = [*told, home_trouble(), folder_trouble(options.data_dir) if options.data_dir else ""]
    for sentence in filter(None, told):
        print(sentence, file=sys.stderr)
    try:
        settings = start_settings(options, shared)
    except ImportError as error:
        return complain(str(options.functions), error)
    for sentence in settings["functions"].left_out:
        complain(str(options.functions), ValueError(sentence))
    application.run(options, host, listening, settings, own_folder())
    return 0


def _serve_parser() -> argparse.ArgumentParser:
    """The flags of the web app."""
    from .options import add_bound_options, add_place_options

    parser = argparse.ArgumentParser(
        prog="showcard",
        description="See a model card's widget, run it, compare two models, and take the code home.",
        epilog="Other verbs: inspect, lint, snippets, check; each has its own --help.",
    )
    parser.add_argument("source", nargs="?", default="", help="a README.md, a model folder or a Hub id")
    parser.add_argument("--host", default=os.environ.get("HOST", ""), help="the address to bind (127.0.0.1)")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or DEFAULT_PORT, help="the port (7860)")
    parser.add_argument("--shared", action="store_true", help="many people: no local paths, no machine token")
    parser.add_argument("--allow-host", action="append", default=[], metavar="NAME", help="also answer as this host")
    parser.add_argument(
        "--allow-endpoint",
        action="append",
        default=[],
        metavar="URL",
        help="shared mode: a base URL that may be called",
    )
    add_place_options(parser)
    add_bound_options(parser)
    parser.add_argument(
        "--data-dir", type=Path, metavar="FOLDER", help="keep votes here, not in the browser; not shared"
    )
    parser.add_argument(
        "--local-python",
        default=os.environ.get("SHOWCARD_LOCAL_PYTHON") or None,
        metavar="PYTHON",
        help="runs models of folders where the app's own Python has no torch",
    )
    parser.add_argument("--local-models", type=int, default=1, metavar="N", help="models of folders at once (1)")
    return parser


def _listen(host: str, port: int) -> socket.socket | str:
    """A socket that is bound already, so that a port in use is told before anything starts; a sentence else."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, so that asyncio turns Nagle off
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OverflowError:
        return f"--port {port}: ports go from 0 to 65535."
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            return f"--host {host}: this machine has no such address."
        return f"{host}:{port} can't be used: {error}. Choose another with --port."
    return bound


def _quiet_environment() -> None:
    """No analytics, no telemetry, no version checks; set before Gradio or huggingface_hub are imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"  # records of events: nobody reads them, and each goes through all
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DISABLE_TELEMETRY"] = "1"
