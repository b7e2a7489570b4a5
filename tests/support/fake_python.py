#!/usr/bin/env python3
"""Stands in for a Python with torch: asked what it has, it has everything; asked to serve a folder, it speaks as
`python -m showcard.local.folder` does, as the folder's fake.json says. Needs nothing but the standard library.

fake.json: {"doing": [...], "waits": true, "refused": [sentence, way out], "exit": 3, "kill": true, "log": [...]}.
With `waits` it loads until there is a file `go` in the folder; an input with the word "crash" kills it."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LABELS = [[{"label": "FAKE", "score": 0.9}, {"label": "OTHER", "score": 0.1}]]


def main() -> None:
    if sys.argv[1] == "-c":
        names = ["torch", "transformers", "onnxruntime", "tokenizers", "numpy", "PIL", "fastapi", "uvicorn", "yaml",
                 "soundfile", "scipy", "pandas"]  # fmt: skip
        print(json.dumps(names))
        return
    folder, port = Path(sys.argv[3]), int(sys.argv[sys.argv.index("--port") + 1])
    threading.Thread(target=end_with_parent, daemon=True).start()
    told = json.loads((folder / "fake.json").read_text()) if (folder / "fake.json").exists() else {}
    for line in told.get("log", ()):
        print(line, file=sys.stderr, flush=True)
    for doing in told.get("doing", ["Reading the weights"]):
        say(doing=doing)
    while told.get("waits") and not (folder / "go").exists():
        time.sleep(0.02)
    if "refused" in told:
        say(refused=told["refused"][0], hint=told["refused"][1])
        sys.exit(1)
    if "exit" in told:
        sys.exit(told["exit"])
    if told.get("kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    server = Server(("127.0.0.1", port), Handler)
    (folder / "pid").write_text(str(os.getpid()))
    say(ready=f"http://127.0.0.1:{port}")
    server.serve_forever()


def say(**told: str) -> None:
    print(json.dumps(told), flush=True)


def end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


class Server(ThreadingHTTPServer):
    allow_reuse_address = True
    allow_reuse_port = True


class Handler(BaseHTTPRequestHandler):
    """Answers everything as a classifier of texts."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        if b"crash" in body:
            os.kill(os.getpid(), signal.SIGSEGV)
            time.sleep(60)  # another thread may be the one that it hits
        answer = json.dumps(LABELS).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    main()
