"""Is a newcomer served while one person holds more sockets than the app has descriptors? What does a large body weigh?

Starts the app with 1,024 descriptors, holds 1,100 half requests of each kind, and asks from another address."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

DESCRIPTORS, HELD, ASKED = 1_024, 1_100, 30
MEGABYTES = 400
HOST = "host: localhost\r\n"
JSON = "content-type: application/json\r\n"
JOIN = f"POST /gradio_api/queue/join HTTP/1.1\r\n{HOST}{JSON}"
UPLOAD = f"POST /gradio_api/upload HTTP/1.1\r\n{HOST}content-type: multipart/form-data; boundary=b\r\n"
HALF = "content-length: 99999\r\n\r\n"
KINDS = {
    "silent": "",
    "half a head": f"GET / HTTP/1.1\r\n{HOST}a:",
    "half a body": JOIN + HALF + "{",
    "half an upload": UPLOAD + HALF,
}


@contextmanager
def app() -> Iterator[tuple[int, int]]:
    """The port of the app, and its process id."""
    command = f"ulimit -n {DESCRIPTORS}; exec {sys.executable} app.py --port 0 --shared"
    started = subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    try:
        yield int(started.stdout.readline().rsplit(":", 1)[1]), started.pid
    finally:
        started.terminate()
        started.wait()


def ask(port: int) -> float:
    """Seconds until `/health` answers somebody else; raises OSError where it does not."""
    since = time.perf_counter()
    with closing(HTTPConnection("127.0.0.1", port, timeout=20, source_address=("127.0.0.2", 0))) as asked:
        asked.request("GET", "/health")
        if (status := asked.getresponse().status) != 200:
            raise OSError(f"HTTP {status}")
    return time.perf_counter() - since


def weight(process: int, what: str = "VmRSS") -> int:
    """Megabytes of memory of a process."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) // 1024


def send(port: int) -> str:
    """What is answered to one huge JSON body."""
    piece = b"x" * 2**20
    with socket.create_connection(("127.0.0.1", port), timeout=60) as opened:
        opened.sendall(f'{JOIN}transfer-encoding: chunked\r\n\r\nb\r\n{{"data": ["\r\n'.encode())
        with suppress(ConnectionError):
            for _ in range(MEGABYTES):
                opened.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            opened.sendall(b"0\r\n\r\n")
        return opened.recv(200).decode().split("\r\n", 1)[0]


def main() -> int:
    failed = 0
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with app() as (port, process):
        for kind, said in KINDS.items():
            held = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(HELD)]
            for one in held:
                with suppress(ConnectionError):
                    one.sendall(said.encode())
            taken, refused = [], 0
            for _ in range(ASKED):
                try:
                    taken.append(ask(port))
                except (OSError, HTTPException):
                    refused += 1
            failed |= refused
            print(
                f"{HELD} x {kind}: {len(taken)} of {ASKED} served, the slowest in {max(taken, default=0) * 1000:.0f} ms"
            )
            for one in held:
                one.close()
        before = weight(process)
        Path(f"/proc/{process}/clear_refs").write_text("5")
        said = send(port)
        print(f"{MEGABYTES} MB of JSON: {said}; the app weighed {before} MB, {weight(process, 'VmHWM')} MB at its most")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
