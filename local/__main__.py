"""`python -m showcard.local`: serves the embedded engine on this machine and prints its address."""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import sys
from importlib import import_module
from threading import Thread

# One thread is fastest for matrices this small, and leaves the other cores to the app. Read when numpy loads.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")


def main(arguments: list[str] | None = None) -> None:
    """Runs the server until it is stopped."""
    options = _parser().parse_args(arguments)
    if options.standby:
        import_module("showcard.local.serve")  # what takes the time
        if not sys.stdin.readline():
            return
    if options.with_parent:
        Thread(target=_end_with_parent, daemon=True).start()
    try:
        listener = _listen(options.host, options.port)
    except OSError as error:
        sys.exit(f"Can't listen on {options.host}, port {options.port}: {error.strerror}.")
    # What the server needs takes most of the start; options and the port are checked before.
    from .serve import serve  # noqa: PLC0415

    with contextlib.suppress(KeyboardInterrupt):
        serve(listener, hosts=options.allow_host, pause=options.pause)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m showcard.local", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=0, help="port to bind (default: a free one)")
    parser.add_argument("--allow-host", action="append", default=[], help="a further name that it answers to")
    parser.add_argument("--pause", type=float, help="seconds between streamed tokens (default: the engine's own)")
    parser.add_argument("--with-parent", action="store_true", help="exit when standard input ends")
    parser.add_argument("--standby", action="store_true", help="listen only after a line on standard input")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; ports go from 0 (a free one) to 65535")
    return int(text)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it each answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


def _end_with_parent() -> None:
    """Ends the process when whoever holds the other end of standard input closes it or dies."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        while os.read(sys.stdin.fileno(), 4096):
            pass
    os._exit(0)


if __name__ == "__main__":
    main()
