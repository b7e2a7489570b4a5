"""The web app, put together from its parts, and served until it is ended."""

from __future__ import annotations

import argparse
import asyncio
import atexit
import gc
import os
import shutil
import socket
import sys
import warnings
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import gradio as gr
import uvicorn

from showcard.inference.processes import workers
from showcard.inference.processes.engine import EngineProcess
from showcard.inference.processes.folder import Folders, Pythons
from showcard.inference.resolve import discover
from showcard.playground import page as compare_page
from showcard.start import command
from showcard.ui.gradio_patches.laying_out import laying_out
from showcard.ui.markup import markdown
from showcard.ui.server import garbage, slow, threads
from showcard.ui.server.app import build_app
from showcard.ui.server.ending import Quiet, Server
from showcard.ui.server.guard import Access, allowed_hosts
from showcard.ui.session.media_store import MediaStore
from showcard.ui.session.session import Site
from showcard.widgets import find as find_page
from showcard.widgets import index as index_page
from showcard.widgets import page as model_page
from showcard.widgets.flows import page as flow_page

from .options import listed, proxies_of


def run(
    options: argparse.Namespace, host: str, listening: socket.socket, settings: dict[str, Any], uploads: str
) -> None:
    """Serve on a bound socket; the process ends with it. `uploads` is the folder of what people upload, and goes too.

    `settings` are the fields of a Site that the flags say."""
    engine = EngineProcess(_engine_command, standby=("--standby",))
    try:
        _run(_serve(options, host, listening, engine, settings, uploads))
    except KeyboardInterrupt:
        pass
    finally:
        workers.close()
        engine.close()
    # Taking the interpreter apart would take longer than all of the end before it.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(0)


def _engine_command(port: int) -> list[str]:
    """The embedded engine as a process of its own."""
    return command("showcard.local", "--port", str(port), "--with-parent")


def _run(serving: Coroutine[Any, Any, None]) -> None:
    """Run to the end, in uvloop where there is one (not on Windows): an answer costs a tenth less of the processor."""
    try:
        import uvloop  # noqa: PLC0415
    except ImportError:
        asyncio.run(serving)
    else:
        uvloop.run(serving)


async def _serve(
    options: argparse.Namespace,
    host: str,
    listening: socket.socket,
    engine: EngineProcess,
    settings: dict[str, Any],
    uploads: str,
) -> None:
    site = await _site(options, engine, settings)
    space = listed("SPACE_HOST")  # several, where it has a domain of its own
    hosts = [*options.allow_host, *listed("SHOWCARD_HOSTS"), *space]
    access = Access(allowed_hosts(host, hosts), "https://huggingface.co" if space else "'self'", proxies_of(options))
    app = build_app(_pages(site, options.source), site, access)
    quiet = Quiet(app)
    config = uvicorn.Config(
        quiet,
        log_level="warning",
        proxy_headers=False,  # what proxies say is read by `ui.hops`
        ws_per_message_deflate=False,
        **slow.server_options(),
    )
    await threads.start()
    beside = [asyncio.create_task(markdown.warm()), asyncio.create_task(garbage.collect_when_idle())]
    try:
        await _Announced(config, quiet, app.state.closing.set, _address(host, listening)).serve([listening])
    finally:
        for task in beside:
            task.cancel()
        shutil.rmtree(uploads, ignore_errors=True)
        if site.folders:
            site.folders.close()


class _Announced(Server):
    """A server that says where it is once it answers."""

    def __init__(self, config: uvicorn.Config, quiet: Quiet, begin_end: Callable[[], None], address: str) -> None:
        super().__init__(config, quiet, begin_end)
        self.address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What is loaded now stays: a collection of garbage that walks it stops everybody for a tenth of a second.
        gc.collect()
        gc.freeze()
        print(f"Showcard is at {self.address}", flush=True)


def _address(host: str, listening: socket.socket) -> str:
    """Where a person on this machine finds the app."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{name}:{listening.getsockname()[1]}"


async def _site(options: argparse.Namespace, engine: EngineProcess, settings: dict[str, Any]) -> Site:
    """What the pages share, once the embedded engine answers."""
    try:
        address = engine.address()
    except OSError as error:
        raise SystemExit(str(error)) from None
    folders = Folders(command("showcard.local.folder")[1:], Pythons(options.local_python), options.local_models)
    return Site(
        embedded=replace(await discover(address), ready=engine.ready),
        media_store=MediaStore(),
        data_dir=None if settings["shared"] else options.data_dir,
        folders=None if settings["shared"] else folders,
        **settings,
    )


def _pages(site: Site, source: str) -> gr.Blocks:
    """The pages of the app."""
    warnings.filterwarnings("ignore", "SSR mode is not supported")
    with laying_out():
        with gr.Blocks(title="Showcard", analytics_enabled=False, delete_cache=(3600, 24 * 3600)) as demo:
            model_page.build(demo, site, source)
        with demo.route("Compare", "/compare", show_in_navbar=False):
            compare_page.build(demo, site)
        with demo.route("Find", find_page.PATH, show_in_navbar=False):
            find_page.build(demo, site)
        with demo.route("All widgets", index_page.PATH, show_in_navbar=False):
            index_page.build(demo, site)
        for path, name, _ in index_page.FLOWS:
            with demo.route(name, path, show_in_navbar=False):
                flow_page.build(demo, site, name)
    return demo
