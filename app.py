"""Showcard's command line, and where its parts are put together."""

from __future__ import annotations

import argparse
import asyncio
import atexit
import errno
import gc
import io
import json
import os
import shutil
import socket
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from showcard.metadata.visible import escaped_json, printable

if TYPE_CHECKING:
    from collections.abc import Coroutine

    import gradio as gr

    from showcard.inference.engine import EngineProcess
    from showcard.inference.folder import Folders
    from showcard.ui.session import Site

ROOT = Path(__file__).parent
DEFAULT_PORT = 7860


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; without one, serve. The exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know fewer characters than a card has
    verbs = {"inspect": inspect, "lint": lint, "snippets": snippets, "check": check}
    if not given or given[0] not in verbs:
        return serve(given)
    try:
        return verbs[given[0]](given[1:])
    except BrokenPipeError:  # the reader of our output, such as head, has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def serve(given: list[str]) -> int:
    """`app.py [SOURCE]`: the web app."""
    _quiet_environment()
    from showcard.ui.disk import NoFolder, check_temporary, own_folder

    try:
        told = [check_temporary()]
    except NoFolder as error:
        print(error, file=sys.stderr)
        return 1
    from showcard.inference import workers
    from showcard.inference.engine import EngineProcess
    from showcard.inference.keys import home_trouble
    from showcard.playground.votes import folder_trouble
    from showcard.ui.starting import start_settings

    options = _serve_parser().parse_args(given)
    host = options.host or ("0.0.0.0" if os.environ.get("SPACE_ID") else "127.0.0.1")  # noqa: S104
    listening = _listen(host, options.port)
    if isinstance(listening, str):
        print(listening, file=sys.stderr)
        return 1
    shared = options.shared or bool(os.environ.get("SPACE_ID")) or host not in ("127.0.0.1", "localhost", "::1")
    if not shared:
        told = [*told, home_trouble(), folder_trouble(options.data_dir) if options.data_dir else ""]
    for sentence in filter(None, told):
        print(sentence, file=sys.stderr)
    try:
        settings = start_settings(options, shared)
    except ImportError as error:
        return _complain(str(options.functions), error)
    for sentence in settings["functions"].left_out:
        _complain(str(options.functions), ValueError(sentence))
    engine = EngineProcess(_engine_command, ROOT, standby=("--standby",))
    try:
        _run(_serve(options, host, listening, engine, settings, own_folder()))
    except KeyboardInterrupt:
        pass
    finally:
        workers.close()
        engine.close()
    # Taking the interpreter apart would take longer than all of the end before it.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(0)


def _serve_parser() -> argparse.ArgumentParser:
    """The flags of the web app."""
    from showcard.ui.starting import add_bound_options, add_place_options

    parser = argparse.ArgumentParser(
        prog="app.py",
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


def _run(serving: Coroutine[Any, Any, None]) -> None:
    """Run to the end, in uvloop where there is one (not on Windows): an answer costs a tenth less of the processor."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(serving)
    else:
        uvloop.run(serving)


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
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DISABLE_TELEMETRY"] = "1"


def _engine_command(port: int) -> list[str]:
    """The embedded engine as a process of its own."""
    return [sys.executable, "-m", "showcard.local", "--port", str(port), "--with-parent"]


async def _serve(
    options: argparse.Namespace,
    host: str,
    listening: socket.socket,
    engine: EngineProcess,
    settings: dict[str, Any],
    uploads: str,
) -> None:
    import uvicorn

    from showcard.inference.resolve import discover
    from showcard.ui import markdown, slow, threads
    from showcard.ui.ending import Quiet, Server
    from showcard.ui.guard import Access, allowed_hosts
    from showcard.ui.server import build_app
    from showcard.ui.session import Site
    from showcard.ui.shelf import Shelf
    from showcard.ui.starting import listed, proxies_of

    space = listed("SPACE_HOST")  # several, where it has a domain of its own
    try:
        address = engine.address()
    except OSError as error:
        raise SystemExit(str(error)) from None
    site = Site(
        embedded=replace(await discover(address), ready=engine.ready),
        shelf=Shelf(),
        data_dir=None if settings["shared"] else options.data_dir,
        folders=None if settings["shared"] else _folders(options),
        **settings,
    )
    hosts = [*options.allow_host, *listed("SHOWCARD_HOSTS"), *space]
    access = Access(allowed_hosts(host, hosts), "https://huggingface.co" if space else "'self'", proxies_of(options))
    app = build_app(_pages(site, options.source), site, access)

    quiet = Quiet(app)

    class Announced(Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            # What is loaded now stays: a collection of garbage that walks it stops everybody for a tenth of a second.
            gc.collect()
            gc.freeze()
            port = listening.getsockname()[1]
            name = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
            print(f"Showcard is at http://{name}:{port}", flush=True)

        async def shutdown(self, sockets: Any = None) -> None:
            await super().shutdown(sockets)
            shutil.rmtree(uploads, ignore_errors=True)

    config = uvicorn.Config(
        quiet,
        log_level="warning",
        proxy_headers=False,  # what proxies say is read by `ui.hops`
        ws_per_message_deflate=False,
        **slow.server_options(),
    )
    await threads.start()
    warming = asyncio.create_task(markdown.warm())
    try:
        await Announced(config, quiet, app.state.closing.set).serve([listening])
    finally:
        warming.cancel()
        if site.folders:
            site.folders.close()


def _folders(options: argparse.Namespace) -> Folders:
    """What runs models of folders: `local.folder`, each model in a process of its own."""
    from showcard.inference.folder import Folders, Pythons

    return Folders(ROOT, ("-m", "showcard.local.folder"), Pythons(options.local_python), options.local_models)


def _pages(site: Site, source: str) -> gr.Blocks:
    """The pages of the app."""
    import gradio as gr

    from showcard.playground import page as playground_page
    from showcard.ui.light import laying_out
    from showcard.widgets import find as widgets_find
    from showcard.widgets import flows as widgets_flows
    from showcard.widgets import index as widgets_index
    from showcard.widgets import page as widgets_page

    warnings.filterwarnings("ignore", "SSR mode is not supported")
    with laying_out():
        with gr.Blocks(title="Showcard", analytics_enabled=False, delete_cache=(3600, 24 * 3600)) as demo:
            widgets_page.build(site, source)
        with demo.route("Compare", "/compare", show_in_navbar=False):
            playground_page.build(site)
        with demo.route("Find", widgets_find.PATH, show_in_navbar=False):
            widgets_find.build(site)
        with demo.route("All widgets", widgets_index.PATH, show_in_navbar=False):
            widgets_index.build(site)
        for path, name, _ in widgets_index.FLOWS:
            with demo.route(name, path, show_in_navbar=False):
                widgets_flows.build(site, name)
    return demo


def inspect(given: list[str]) -> int:
    """`app.py inspect SOURCE...`: what the cards say."""
    from showcard.metadata.model import source_model

    parser = argparse.ArgumentParser(prog="app.py inspect", description="Say what model cards hold.")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a README.md or a model folder")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args(given)
    failed = 0
    for source in options.sources:
        try:
            found = source_model(Path(source)).to_json(source)
        except (OSError, ValueError) as error:
            failed = _complain(source, error)
            continue
        print(_as_json(found) if options.json else printable(_summary(found)))
    return failed


def _summary(found: dict[str, object]) -> str:
    examples, diagnostics = found["examples"], found["diagnostics"]
    assert isinstance(examples, list)
    assert isinstance(diagnostics, list)
    lines = [f"{found['source']}: {found['task'] or 'no task'} (by {found['rule']})"]
    lines += [f"  example {n}, line {e['line']}: {e['title']}" for n, e in enumerate(examples, 1)]
    lines += [f"  {d['severity']}, line {d['line']}: {d['message']}" for d in diagnostics]
    return "\n".join(lines)


def lint(given: list[str]) -> int:
    """`app.py lint SOURCE...`: what is wrong with the cards; 1 when there is an error."""
    from showcard.metadata.lint import lint as check
    from showcard.metadata.lint import render
    from showcard.metadata.model import source_model

    parser = argparse.ArgumentParser(prog="app.py lint", description="Find mistakes in model cards.")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a README.md or a model folder")
    parser.add_argument("--format", choices=("text", "json", "github"), default="text")
    options = parser.parse_args(given)
    failed = 0
    for source in options.sources:
        try:
            model = source_model(Path(source))
        except (OSError, ValueError) as error:
            failed = _complain(source, error)
            continue
        diagnostics = check(model)
        if shown := render(source, model.card.text, diagnostics, options.format):
            print((escaped_json if options.format == "json" else printable)(shown))
        failed |= any(d.severity == "error" for d in diagnostics)
    return int(failed)


def snippets(given: list[str]) -> int:
    """`app.py snippets`: Requests as JSON lines on standard input, or a card's examples, to JSON lines of snippets."""
    from showcard.inference.resolve import resolve_offline
    from showcard.metadata.model import source_model
    from showcard.snippets import lines
    from showcard.snippets.of_card import example_requests

    parser = argparse.ArgumentParser(
        prog="app.py snippets",
        description="Write code for the examples of a card, or for Requests given as JSON lines on standard input.",
    )
    parser.add_argument("source", nargs="?", help="a README.md or a model folder; else standard input is read")
    options = parser.parse_args(given)
    try:
        requests = list(example_requests(source_model(Path(options.source)))) if options.source else sys.stdin
    except (OSError, ValueError) as error:
        return _complain(options.source, error)
    for line in lines(requests, resolve_offline):
        print(escaped_json(line), flush=True)
    return 0


def check(given: list[str]) -> int:
    """`app.py check --model M`: does an endpoint keep what its task promises; 1 when it does not."""
    from showcard.inference.check import check as check_model
    from showcard.inference.keys import home_trouble, keys_of_machine

    parser = argparse.ArgumentParser(prog="app.py check", description="See whether an endpoint keeps its promises.")
    parser.add_argument("--model", required=True, help="the model's id, as the endpoint knows it")
    parser.add_argument("--task", help="the task to ask for; else what the Hub or the server says")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--provider", default="auto", help="an Inference Provider (auto)")
    place.add_argument("--base-url", metavar="URL", help="an endpoint of your own; API_TOKEN holds its key")
    parser.add_argument("--bill-to", metavar="ORG", help="the organisation that Inference Providers bill")
    asked = parser.parse_args(given)
    if told := home_trouble():
        print(told, file=sys.stderr)
    keys = keys_of_machine()
    found = check_model(
        asked.model, provider=asked.provider, base_url=asked.base_url, task=asked.task, keys=keys, bill_to=asked.bill_to
    )
    report = asyncio.run(found)
    print(_as_json(report.to_json()) if asked.json else printable(report.to_text()))
    return int(not report.passed)


def _as_json(value: object) -> str:
    return escaped_json(json.dumps(value, ensure_ascii=False))


def _complain(source: str, error: Exception) -> int:
    print(printable(f"{source}: {error}"), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
